"""Complaints: recorded expressions of dissatisfaction, each with a process of its own; they hang on tickets."""
