"""The measured record: conversations, interactions, messages, deliveries."""
