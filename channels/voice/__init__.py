"""Voice: the provider-neutral contract and the pure call machine behind every telephone door."""
