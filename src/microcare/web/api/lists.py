"""What the interface shows of people, journals, alerts and webhooks."""

from collections.abc import Collection

import msgspec

from microcare.care.clock import now
from microcare.care.wordings import About
from microcare.store import journals, people, systems
from microcare.store.database import Value, rows
from microcare.web.api import shapes

PROBLEMS = {
    400: "Something is wrong with the request.",
    401: "No key, or one that opens nothing.",
    403: "The key may not do that.",
    404: "There is no such thing, or the key may not know of it.",
    405: "The address does not take that method.",
    409: "The first request with this Idempotency-Key is still under way.",
    413: "It is too much at once.",
    422: "What was sent does not fit.",
    429: "Too many requests.",
    500: "Something failed here.",
    503: "It could not be taken now.",
}
"""The problems that any route may answer with."""
PEOPLE = """
SELECT p.id, p.version, p.sequence, p.alerts FROM person p WHERE p.id > %s AND EXISTS
(SELECT 1 FROM enrollment e WHERE e.person = p.id AND (%s = '' OR e.program = %s){among})
AND (p.alerts > 0 OR EXISTS (SELECT 1 FROM person_key k WHERE k.person = p.id)) ORDER BY p.id LIMIT %s
"""
WITH_ALERTS = """
SELECT p.id, p.snapshot, p.sequence, c.raised FROM person p JOIN caseload c ON c.person = p.id WHERE p.alerts > 0 ORDER BY p.id
"""


def people_of(allowed: Collection[str] | None, program: str, after: str, limit: int) -> shapes.People:
    """A page of people of these programs (None: of all)."""
    among = "" if allowed is None else f" AND e.program IN ({', '.join(['%s'] * len(allowed)) or 'NULL'})"
    given: list[Value] = [after, program, program, *sorted(allowed or ()), limit]
    found = rows(PEOPLE.format(among=among), given)
    lines = [
        shapes.PersonLine(person=str(p), version=v, entries=n, alerts=a, programs=sorted(people.programs_of(str(p))))
        for p, v, n, a in found
    ]  # fmt: skip
    return shapes.People(people=lines, next=lines[-1].person if len(lines) == limit else "")


def standing(person: str) -> shapes.PersonState:
    """A person's state, in short."""
    loaded = journals.load(person)
    state = loaded.state
    return shapes.PersonState(
        person=person,
        version=loaded.version,
        zone=state.zone,
        language=state.language,
        courses={name: course.version for name, course in state.courses.items()},
        running=[f"{run.program}/{run.intervention}" for run in state.runs.values() if not run.ended],
        needs={name: need.state for name, need in state.needs.items()},
        alerts=len(state.alerts),
        paused_until=state.paused_until if state.paused_until > now() else 0,
    )


def entries(person: str, after: int, limit: int, kind: str) -> shapes.Entries:
    """A page of a journal."""
    found = journals.entries_of_kinds(person, (kind,), after, limit) if kind else journals.entries(person, after, limit)
    shown = [{"sequence": number, **msgspec.to_builtins(stated)} for number, stated in found]
    return shapes.Entries(entries=shown, next=found[-1][0] if len(found) == limit else 0)


def _unreadable(person: str, raised: int, allowed: Collection[str] | None) -> list[shapes.Alert]:
    """The alert of somebody whose record cannot be read: that there is one is known, and is said."""
    where = people.programs_of(person)
    if allowed is not None and not where & set(allowed):
        return []
    what = "an alert is open, and the record cannot be read"
    return [
        shapes.Alert(
            person=person, alert="", what=what, program=min(where, default=""), raised=raised, stage="raised", urgent=True
        )
    ]  # fmt: skip


def alerts(allowed: Collection[str] | None) -> shapes.Alerts:
    """Open alerts of these programs (None: of all)."""
    found = []
    for person, snapshot, sequence, raised in rows(WITH_ALERTS):
        try:
            state = journals.state_of(str(person), snapshot, sequence)
        except journals.UnreadableError:
            found += _unreadable(str(person), raised, allowed)
            continue
        about = About(str(person), state)
        for name, alert in state.alerts.items():
            if allowed is None or alert.program in allowed:
                found.append(
                    shapes.Alert(
                        person=str(person), alert=name, what=str(about.what(name)), program=alert.program, raised=alert.raised, stage=alert.stage,
                        urgent=alert.urgent,
                    )
                )  # fmt: skip
    return shapes.Alerts(alerts=sorted(found, key=lambda a: a.raised))


def hooks(system: str) -> shapes.Hooks:
    """A system's webhooks, with what became of their notices."""
    states = systems.states()
    return shapes.Hooks(
        webhooks=[
            shapes.HookLine(
                webhook=one.id,
                url=one.url,
                kinds=list(one.kinds),
                states={status: count for status, (count, _) in states.get(one.id, {}).items()},
                said=next((said for _, said in states.get(one.id, {}).values() if said), ""),
            )
            for one in systems.hooks()
            if one.system == system
        ]
    )
