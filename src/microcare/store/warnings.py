"""What does not go as it should, in counts: cheap looks, each along an index."""

from microcare.store.database import row, rows

FAILED = "SELECT COUNT(*) FROM person WHERE failed <> ''"
LATE = "SELECT lane, COUNT(*) FROM outbox WHERE next_try <= %s GROUP BY lane"
UNTAKEN = """
SELECT COUNT(*) FROM outbox WHERE lane = 'alert' AND status = 'pending' AND attempts > 0 AND next_try > 0
"""
REFUSED = """
SELECT COUNT(*) FROM outbox WHERE status IN ('failed', 'unclear') AND settled >= %s AND detail NOT IN (%s, %s, %s)
"""


def failed() -> int:
    """How many people's last step went wrong."""
    found = row(FAILED)
    return int(found[0]) if found is not None else 0


def untaken() -> int:
    """How many notices of alerts were tried, and no way to staff has taken them yet."""
    found = row(UNTAKEN)
    return int(found[0]) if found is not None else 0


def late(before: int) -> dict[str, int]:
    """How many rows of each lane have been due since before a moment, and nobody has looked at them."""
    return {str(lane): int(count) for lane, count in rows(LATE, [before])}


def refused(since: int, without: tuple[str, str, str]) -> int:
    """How many messages failed, or are unclear, since a moment; not those for which there is no such way."""
    found = row(REFUSED, [since, *without])
    return int(found[0]) if found is not None else 0
