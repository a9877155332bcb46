"""One page for people, and the same numbers for machines."""
