"""How the staff signs in: factors, one-time links, sessions, failed attempts, and what was typed when time ran out.

Secrets are sealed under a key made of the master key; of links and names only keyed hashes are kept. Moments in ms.
"""

import secrets
from dataclasses import dataclass

from microcare.store import account_queries as queries
from microcare.store.database import Row, row, rows, run, writing
from microcare.store.master import hashed, open_sealed, seal


@dataclass(frozen=True, slots=True)
class Factor:
    """Something to sign in with. kind: totp, passkey or recovery."""

    id: str
    user: str
    kind: str
    name: str
    body: bytes
    made: int
    used: int
    counter: int


@dataclass(frozen=True, slots=True)
class Session:
    """Where somebody is signed in. `proved`: when they last proved who they are; `strong`: with a second factor."""

    id: str
    user: str
    began: int
    seen: int
    proved: int
    strong: bool
    address: str
    agent: str


def add_factor(user: str, kind: str, name: str, body: bytes, now: int, id: str = "", counter: int = 0) -> str:
    """Give somebody something to sign in with; its id."""
    id = id or secrets.token_hex(12)
    run(queries.ADD_FACTOR, [id, user, kind, name, body, now, counter])
    return id


def _factor(found: Row) -> Factor:
    id, user, kind, name, body, made, used, counter = found
    return Factor(id, user, kind, name, bytes(body), made, used, counter)


def factors(user: str, kind: str = "") -> list[Factor]:
    """What somebody signs in with, in order of making."""
    return [one for one in map(_factor, rows(queries.FACTORS_OF, [user])) if kind in ("", one.kind)]


def factor(id: str) -> Factor | None:
    """One of them."""
    found = row(queries.FACTOR, [id])
    return None if found is None else _factor(found)


def has_strong(user: str) -> bool:
    """Whether somebody has a second factor."""
    return row(queries.HAS_STRONG, [user]) is not None


def strong_users() -> frozenset[str]:
    """Everybody who has one."""
    return frozenset(str(user) for (user,) in rows(queries.STRONG_USERS))


def use_factor(id: str, now: int, counter: int) -> bool:
    """Note that it was used with a count; False where that count, or a later one, was used before."""
    return run(queries.USE_FACTOR, [now, counter, id, counter]) == 1


def touch_factor(id: str, now: int) -> None:
    """Note that one that does not count was used."""
    run(queries.TOUCH_FACTOR, [now, id])


def remove_factor(user: str, id: str) -> bool:
    """Take one away; whether it was there."""
    return run(queries.REMOVE_FACTOR, [user, id]) == 1


def remove_factors(user: str, kind: str = "") -> None:
    """Take all (of a kind) away."""
    if kind:
        run(queries.REMOVE_KIND, [user, kind])
    else:
        run(queries.REMOVE_FACTORS, [user])


def new_link(user: str, expires: int) -> str:
    """A one-time link's token; earlier ones for the same account open nothing any more."""
    token = secrets.token_urlsafe(24)
    with writing():
        run(queries.REMOVE_LINKS_OF, [user])
        run(queries.ADD_LINK, [hashed(token, "link"), user, expires])
    return token


def link_user(token: str, now: int) -> str | None:
    """Whose link it is (empty: the first administrator's); None where it opens nothing."""
    found = row(queries.LINK, [hashed(token, "link"), now])
    return None if found is None else str(found[0])


def take_link(token: str, now: int) -> bool:
    """Use a link up; False where somebody else was faster."""
    return run(queries.TAKE_LINK, [hashed(token, "link"), now]) == 1


def remove_links(user: str) -> None:
    """Somebody's links open nothing any more."""
    run(queries.REMOVE_LINKS_OF, [user])


def waiting_links(now: int) -> frozenset[str]:
    """Whose links have not been used."""
    return frozenset(str(user) for (user,) in rows(queries.LINKS, [now]))


def add_session(user: str, now: int, strong: bool, address: str, agent: str) -> str:
    """Somebody signs in; the token that their browser's session shall hold."""
    token = secrets.token_urlsafe(24)
    run(queries.ADD_SESSION, [hashed(token, "session"), user, now, now, now, int(strong), address, agent])
    return token


def _session(found: Row) -> Session:
    id, user, began, seen, proved, strong, address, agent = found
    return Session(id, user, began, seen, proved, bool(strong), address, agent)


def session(token: str) -> Session | None:
    """Where a token is signed in."""
    found = row(queries.SESSION, [hashed(token, "session")])
    return None if found is None else _session(found)


def sessions(user: str, seen_after: int, began_after: int) -> list[Session]:
    """Where somebody is signed in, the latest first."""
    return [_session(found) for found in rows(queries.SESSIONS_OF, [user, seen_after, began_after])]


def see_session(id: str, now: int) -> None:
    """Something was done there."""
    run(queries.SEE_SESSION, [now, id])


def prove_session(id: str, now: int, strong: bool) -> None:
    """Somebody proved there who they are."""
    run(queries.PROVE_SESSION, [now, now, int(strong), int(strong), id])


def end_session(user: str, id: str) -> bool:
    """Sign somebody out in one place; whether they were in there."""
    return run(queries.REMOVE_SESSION, [user, id]) == 1


def end_sessions(user: str, but: str = "") -> None:
    """Sign somebody out everywhere (but in one place)."""
    run(queries.REMOVE_SESSIONS, [user, but])


def forget_sessions(seen_before: int, began_before: int) -> None:
    """Forget those that are over."""
    run(queries.REMOVE_OLD_SESSIONS, [seen_before, began_before])


def failures(subject: str) -> tuple[int, int, int]:
    """(how often it failed, when last, until when nothing is tried)."""
    found = row(queries.FAILURE, [hashed(subject, "failure")])
    return (0, 0, 0) if found is None else (int(found[0]), int(found[1]), int(found[2]))


def set_failures(subject: str, count: int, last: int, until: int) -> None:
    """Note how often."""
    run(queries.SET_FAILURE, [hashed(subject, "failure"), count, last, until])


def forget_failures(subject: str) -> None:
    """They succeeded."""
    run(queries.REMOVE_FAILURE, [hashed(subject, "failure")])


def forget_old_failures(before: int) -> None:
    """Forgiven by time."""
    run(queries.REMOVE_OLD_FAILURES, [before])


def keep_draft(user: str, text: str, now: int) -> None:
    """Keep what somebody had typed."""
    run(queries.SET_DRAFT, [user, now, seal(text.encode(), f"draft {user}")])


def take_draft(user: str, after: int) -> str:
    """Give it back, once; empty where there is none newer than `after`."""
    found = row(queries.DRAFT, [user, after])
    if found is None:
        return ""
    run(queries.REMOVE_DRAFT, [user, after])
    opened = open_sealed(bytes(found[0]), f"draft {user}")
    return "" if opened is None else opened.decode(errors="replace")
