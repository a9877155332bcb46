"""The facilitators' list, a line a person, those who need somebody first."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from microcare.base.moments import DAY
from microcare.store import desk_queries, people
from microcare.store.database import Value, row, rows, run
from microcare.store.desk_queries import FILTERS

SOON = 12 * 3_600_000
"""A check-in within this time waits for the facilitator, ms."""
QUIET = 3 * DAY
"""After so long without an answer somebody is quiet, ms."""


@dataclass(frozen=True, slots=True)
class Line:
    """What the list knows of one person. Moments in ms; 0: there is none."""

    person: str
    name: str
    alerts: int
    untaken: int
    urgent: int
    raised: int
    proposals: int
    tasks: int
    unread: int
    check_in: int
    needs: tuple[str, ...]
    quiet_since: int
    declining: bool
    active: int
    paused_until: int
    programs: tuple[str, ...]
    running: tuple[str, ...]
    stopped: int
    waits: int
    unreached: int
    calls: int
    failed: str
    erased: bool = False
    """They have erased who they are; an alert about them is still open."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which people: of these programs (None: of all), by filter, group, or a part of a name or address."""

    programs: Collection[str] | None = None
    show: str = ""
    group: str = ""
    search: str = ""


def lines(wanted: Wanted, now: int, limit: int = 50, offset: int = 0) -> list[Line]:
    """A page of the list."""
    where, parameters = _where(wanted, now)
    if where is None:
        return []
    sql = desk_queries.CASELOAD.format(rank=desk_queries.RANK, where=where)
    return [_line(r) for r in rows(sql, {**parameters, "limit": limit, "offset": offset})]


def counts(wanted: Wanted, now: int) -> dict[str, int]:
    """How many people each filter has; `all`: everybody."""
    where, parameters = _where(Wanted(wanted.programs, "", wanted.group, ""), now)
    found = None if where is None else row(f"{desk_queries.COUNTS} FROM caseload c WHERE {where}", parameters)
    return dict(zip(("all", *FILTERS), (int(n or 0) for n in found or [0] * (len(FILTERS) + 1)), strict=True))


def groups(programs: Collection[str] | None, now: int) -> list[tuple[str, int]]:
    """The groups, with how many people are in each."""
    where, parameters = _where(Wanted(programs), now)
    if where is None:
        return []
    return [(str(n), int(k)) for n, k in rows(desk_queries.GROUPS.format(where=where), parameters)]


def groups_of(person: str) -> tuple[str, ...]:
    """A person's groups."""
    return tuple(str(r[0]) for r in rows(desk_queries.GROUPS_OF, [person]))


def put_in_group(person: str, name: str) -> None:
    """Put somebody in a group."""
    run(desk_queries.ADD_GROUP, [name, person])


def take_from_group(person: str, name: str) -> None:
    """Take somebody out of a group."""
    run(desk_queries.REMOVE_GROUP, [name, person])


def _where(wanted: Wanted, now: int) -> tuple[str | None, dict[str, Value]]:
    """The condition and its parameters; no condition where nobody can fit."""
    parameters: dict[str, Value] = {"now": now, "soon": now + SOON, "quiet": now - QUIET}
    parts = [desk_queries.STILL_SOMEBODY]
    if wanted.programs is not None:
        if not wanted.programs:
            return None, parameters
        among = named_places("program", sorted(wanted.programs), parameters)
        parts.append(desk_queries.IN_PROGRAMS.format(programs=among))
    if wanted.show in FILTERS:
        parts.append(f"({FILTERS[wanted.show]})")
    if wanted.group:
        parameters["group"] = wanted.group
        parts.append("EXISTS (SELECT 1 FROM person_group g WHERE g.person = c.person AND g.name = %(group)s)")
    if wanted.search.strip():
        found = people.named(wanted.search)
        if not found:
            return None, parameters
        parts.append(f"c.person IN ({named_places('person', found, parameters)})")
    return " AND ".join(parts), parameters


def named_places(word: str, values: Collection[str], parameters: dict[str, Value]) -> str:
    """Places for values, named one by one."""
    names = [f"{word}{k}" for k in range(len(values))]
    parameters.update(zip(names, values, strict=True))
    return ", ".join(f"%({name})s" for name in names)


def _line(found: tuple[Any, ...]) -> Line:
    person, sealed, wrapped, alerts, untaken, urgent, raised, proposals, tasks, unread, check_in, needs, *rest = found
    quiet_since, declining, active, paused_until, programs, running, stopped, waits, unreached, calls, failed = rest
    name = people.opened_name(str(person), str(sealed), wrapped)
    try:
        told = [tuple(str(one) for one in json.loads(text)) for text in (needs, programs, running)]
    except (ValueError, TypeError):
        # The line is only a cache of their state; until it is told anew they stand in the list, as somebody for whom
        # something failed.
        told, failed = [(), (), ()], "the line in this list cannot be read"
    return Line(
        str(person), name, alerts, untaken, urgent, raised, proposals, tasks, unread, check_in, told[0],
        quiet_since, bool(declining), active, paused_until, told[1], told[2],
        stopped, waits, unreached, calls, failed,
        wrapped is None,
    )  # fmt: skip
