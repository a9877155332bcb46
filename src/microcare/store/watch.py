"""Alerts over all people: those that are open, in one cheap look that every page of the desk repeats, and those that are over."""

from collections.abc import Collection
from dataclasses import dataclass

from microcare.hub import codec, entry
from microcare.store import desk_queries, people
from microcare.store.caseload import named_places
from microcare.store.database import Value, row, rows

RAISED = "SELECT raised FROM caseload WHERE person = %s"


@dataclass(frozen=True, slots=True)
class AtRisk:
    """Somebody with open alerts. `version` rises with every change of them."""

    person: str
    version: int


def at_risk(programs: Collection[str] | None) -> list[AtRisk]:
    """Everybody of these programs (None: of all) with open alerts: the most urgent first. Walks one small index."""
    where, parameters = _among(programs)
    if where is None:
        return []
    return [AtRisk(str(p), int(v)) for p, v in rows(desk_queries.AT_RISK.format(where=where), parameters)]


def raised(person: str) -> int:
    """When somebody's alert was raised, as their line in the list knows it, ms."""
    found = row(RAISED, [person])
    return int(found[0]) if found is not None else 0


def name_of(person: str) -> str:
    """What to call somebody at the desk."""
    return people.name_of(person) or person[:8]


def resolved(programs: Collection[str] | None, limit: int, before: int) -> list[tuple[str, int, entry.AlertMoved]]:
    """What was resolved of people of these programs, newest first, received before a moment: person, moment, entry."""
    where, parameters = _among(programs)
    if where is None:
        return []
    sql = desk_queries.ALERTS_MOVED.format(where=where)
    found: list[tuple[str, int, entry.AlertMoved]] = []
    for person, received, body in rows(sql, {**parameters, "before": before}):
        try:
            moved = codec.decode_entry(body)
        except (ValueError, TypeError):
            continue  # Their own page says that it cannot be read.
        if isinstance(moved, entry.AlertMoved) and moved.stage == "resolved":
            found.append((str(person), int(received), moved))
            if len(found) == limit:
                break
    return found


def _among(programs: Collection[str] | None) -> tuple[str | None, dict[str, Value]]:
    parameters: dict[str, Value] = {}
    if programs is None:
        return "1 = 1", parameters
    if not programs:
        return None, parameters
    return desk_queries.IN_PROGRAMS.format(programs=named_places("program", sorted(programs), parameters)), parameters
