"""Storage: schema, queries, journals, wakeups, outbox, programs, people."""
