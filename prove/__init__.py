"""The long proofs that `make prove` runs: fixed seeds, an hours budget, tables at the end."""
