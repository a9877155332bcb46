"""What `make coverage` is made of: trials drawn and analyzed many at once, and how often their intervals miss the truth."""
