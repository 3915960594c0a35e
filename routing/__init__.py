"""Which agent gets which interaction: triage, the pure engine, the router loop, offers."""
