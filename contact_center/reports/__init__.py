"""Figures over the measured record, by queue and agent. Counted from stored rows at each asking, never kept."""
