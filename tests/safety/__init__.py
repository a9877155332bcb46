"""Clinical safety, shown."""
