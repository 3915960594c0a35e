"""Queues, who serves them, and what they ask."""
