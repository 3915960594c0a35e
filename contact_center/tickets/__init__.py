"""Work owed to customers."""
