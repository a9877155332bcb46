"""Tables from journals: what was decided, delivered, begun, needed and reached, one person after the other."""
