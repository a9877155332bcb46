"""The expression language of care programs: a small, total, statically typed profile of CEL, compiled to
Python."""
