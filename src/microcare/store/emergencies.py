"""Pages of persons that were opened in an emergency, without a role that opens them. Moments in ms."""

import re
import secrets
from dataclasses import dataclass, replace

from microcare.store import account_queries as queries
from microcare.store import texts
from microcare.store.database import Row, row, rows, run, writing

_reference = re.compile(r"t[0-9a-f]{16}")


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
    """Open a person's page; its id. The reason tells of the person: it is kept with their texts, and goes with them."""
    id = secrets.token_hex(12)
    run(queries.ADD_EMERGENCY, [id, user, person, texts.keep(person, reason), at, until])
    return id


def is_open(user: str, person: str, now: int) -> bool:
    """Whether somebody has a person's page open in an emergency."""
    return row(queries.LIVE_EMERGENCY, [user, person, now]) is not None


def all_of_them(limit: int = 500) -> list[Emergency]:
    """Those that nobody has looked at first, then the newest."""
    return [_opened(found) for found in rows(queries.EMERGENCIES, [limit])]


def of(person: str) -> list[Emergency]:
    """Those of a person, newest first."""
    return [_opened(found) for found in rows(queries.EMERGENCIES_OF, [person])]


def _opened(found: Row) -> Emergency:
    one = Emergency(*found)
    return replace(one, reason=read(one.person, one.reason), finding=read(one.person, one.finding))


def read(person: str, words: str) -> str:
    """Words about a person that are kept with their texts; as they stand where they were written before that was so."""
    return texts.text(person, words) if _reference.fullmatch(words) else words


def unreviewed() -> list[str]:
    """The persons about whom one awaits review."""
    return [str(person) for (person,) in rows(queries.OPEN_EMERGENCIES)]


def review(id: str, person: str, reviewer: str, at: int, finding: str) -> bool:
    """Note that somebody else has looked at it; False where it was their own, or done already."""
    with writing():
        kept = texts.keep(person, finding) if finding else ""
        return run(queries.REVIEW_EMERGENCY, [reviewer, at, kept, id, reviewer]) == 1


def forget(person: str) -> None:
    """Erase what was written of a person in them. That somebody opened the page, when, and who, stays."""
    run(queries.FORGET_EMERGENCIES, [person])


def end(user: str, person: str, now: int) -> None:
    """Close it before its time."""
    run(queries.END_EMERGENCY, [now, user, person, now])
