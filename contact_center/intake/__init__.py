"""The one door in: seen before? whose identity? which conversation? store, hand to triage."""
