"""What people see assembled across domains: record panel, worklist."""
