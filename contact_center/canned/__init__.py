"""Canned replies: texts written beforehand, in one or both languages, with places for what is known of the conversation."""
