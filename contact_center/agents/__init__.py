"""Agents: what they can do, whether they are there, how much they can take."""
