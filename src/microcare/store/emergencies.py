"""Pages of persons that were opened in an emergency, without a role that opens them. Moments in ms."""

import secrets
from dataclasses import dataclass

from microcare.store import account_queries as queries
from microcare.store.database import row, rows, run


@dataclass(frozen=True, slots=True)
class Emergency:
    """Who opened whose page, why, until when, and who looked at it afterwards (empty: nobody yet)."""

    id: str
    user: str
    person: str
    reason: str
    at: int
    until: int
    reviewer: str
    reviewed: int
    finding: str


def add(user: str, person: str, reason: str, at: int, until: int) -> str:
    """Open a person's page; its id."""
    id = secrets.token_hex(12)
    run(queries.ADD_EMERGENCY, [id, user, person, reason, at, until])
    return id


def is_open(user: str, person: str, now: int) -> bool:
    """Whether somebody has a person's page open in an emergency."""
    return row(queries.LIVE_EMERGENCY, [user, person, now]) is not None


def all_of_them(limit: int = 500) -> list[Emergency]:
    """Those that nobody has looked at first, then the newest."""
    return [Emergency(*found) for found in rows(queries.EMERGENCIES, [limit])]


def unreviewed() -> list[str]:
    """The persons about whom one awaits review."""
    return [str(person) for (person,) in rows(queries.OPEN_EMERGENCIES)]


def review(id: str, reviewer: str, at: int, finding: str) -> bool:
    """Note that somebody else has looked at it; False where it was their own, or done already."""
    return run(queries.REVIEW_EMERGENCY, [reviewer, at, finding, id, reviewer]) == 1


def end(user: str, person: str, now: int) -> None:
    """Close it before its time."""
    run(queries.END_EMERGENCY, [now, user, person, now])
