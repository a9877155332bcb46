"""What facilitators write about a person: notes and adverse events. Their texts are kept with the person's own texts."""

from collections.abc import Collection
from dataclasses import dataclass

from microcare.store import desk_queries, texts
from microcare.store.database import Value, rows, run, writing


@dataclass(frozen=True, slots=True)
class Note:
    """A note; moment in ms."""

    at: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Adverse:
    """An adverse event (ISO 14155, ICH E2A): what happened, how bad, whether serious, related, expected, and how it went."""

    person: str
    at: int
    happened: str
    severity: str
    serious: bool
    related: str
    expected: str
    outcome: str
    program: str
    by: str
    text: str


def add(person: str, text: str, by: str, now: int) -> None:
    """Write a note."""
    with writing():
        run(desk_queries.ADD_NOTE, [person, texts.keep(person, text), now, by])


def notes(person: str) -> list[Note]:
    """The notes about a person, newest first."""
    return [Note(at, by, texts.text(person, ref)) for ref, at, by in rows(desk_queries.NOTES, [person])]


def add_adverse(one: Adverse) -> None:
    """Enter an adverse event."""
    with writing():
        reference = texts.keep(one.person, one.text)
        run(
            desk_queries.ADD_ADVERSE,
            [one.person, reference, one.at, one.happened, one.severity, int(one.serious), one.related, one.expected,
             one.outcome, one.program, one.by],
        )  # fmt: skip


def adverse(person: str = "", programs: Collection[str] | None = None) -> list[Adverse]:
    """Adverse events of a person, or of programs (None: of all), newest first."""
    where, parameters = "1 = 1", list[Value]()
    if person:
        where, parameters = "a.person = %s", [person]
    elif programs is not None:
        where, parameters = f"a.program IN ({', '.join(['%s'] * len(programs)) or 'NULL'})", [*sorted(programs)]
    return [
        Adverse(who, at, day, severity, bool(serious), related, expected, outcome, program, by, texts.text(who, ref))
        for who, ref, at, day, severity, serious, related, expected, outcome, program, by in rows(
            desk_queries.ADVERSE.format(where=where), parameters
        )
    ]
