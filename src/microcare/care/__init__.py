"""The deeds of care, each one transaction."""
