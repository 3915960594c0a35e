"""What `make bench` runs. Timings are ratios measured in one run; databases are durable."""
