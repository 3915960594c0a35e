"""Customers and the identities by which they are known."""
