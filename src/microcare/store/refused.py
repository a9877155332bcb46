"""How often something was refused, minute by minute. It is bounded: what comes from too many places is counted as one."""

from dataclasses import dataclass

from microcare.store.database import row, rows, run
from microcare.store.master import hashed

MANY = "many places"
COUNTED = "SELECT count FROM refused WHERE id = %s"
ORIGINS = "SELECT COUNT(*) FROM refused WHERE minute = %s"
COUNT = """
INSERT INTO refused (id, minute, who, deed, count) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (id) DO UPDATE SET count = refused.count + excluded.count
"""
OVER = "SELECT minute, who, deed, count FROM refused WHERE minute < %s ORDER BY minute, who, deed"
FORGET = "DELETE FROM refused WHERE minute < %s"


@dataclass(frozen=True, slots=True)
class Tally:
    """What was refused in one minute that is over."""

    minute: int
    who: str
    deed: str
    count: int


def count(minute: int, who: str, deed: str, origin: str, times: int, most: int) -> tuple[bool, str]:
    """Within a write: count it. Whether it is the first of its minute, and who it is counted for."""
    id = hashed(f"{minute} {deed} {origin}", "refused")
    first = row(COUNTED, [id]) is None
    if first:
        held = row(ORIGINS, [minute])
        if held is not None and int(held[0]) >= most:
            who, id = MANY, hashed(f"{minute} {MANY}", "refused")
            first = row(COUNTED, [id]) is None
    run(COUNT, [id, minute, who, deed, times])
    return first, who


def take(before: int) -> list[Tally]:
    """Within a write: the minutes that are over; they are forgotten here."""
    found = [Tally(int(minute), str(who), str(deed), int(n)) for minute, who, deed, n in rows(OVER, [before])]
    if found:
        run(FORGET, [before])
    return found
