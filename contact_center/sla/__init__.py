"""Business hours: when a queue's people are there."""
