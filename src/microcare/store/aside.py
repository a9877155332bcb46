"""What cannot be read: found without stopping at it, counted, and repaired or let go.

The journal is the truth and everything else is told from it; so a snapshot or a line of the facilitators' list is rebuilt,
and what only the row itself knew (an effect, a text, a key) is named, so that somebody can bring it back or drop it.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import chain

from microcare.hub import codec
from microcare.hub.fold import fold_all
from microcare.hub.state import State
from microcare.store import desk_queries, journals, queries, systems, vault
from microcare.store.commit import caseload_row
from microcare.store.database import Value, blob, row, rows, run, writing
from microcare.store.journals import UnreadableError

ASIDES = (
    "SELECT person, sequence, idx, detail, effect FROM outbox WHERE status = 'aside' ORDER BY person, sequence, idx"
)
COUNT_ASIDES = "SELECT COUNT(*) FROM outbox WHERE status = 'aside'"
RELEASE = """
UPDATE outbox SET status = 'pending', detail = '', next_try = %s
WHERE person = %s AND sequence = %s AND idx = %s AND status = 'aside'
"""
DROP = """
UPDATE outbox SET status = 'cancelled', detail = 'dropped', told = 1, settled = %s
WHERE person = %s AND sequence = %s AND idx = %s AND status = 'aside'
"""
SNAPSHOTS = "SELECT id, snapshot, sequence FROM person WHERE id > %s ORDER BY id LIMIT 500"
ENTRIES = "SELECT sequence, body FROM journal WHERE person = %s ORDER BY sequence"
STIMULI = "SELECT key, body FROM stimulus WHERE person = %s ORDER BY step"
OUTBOX = "SELECT sequence, idx, effect FROM outbox WHERE person = %s AND status <> 'aside'"
TEXTS = "SELECT reference, body FROM kept_text WHERE person = %s"
IDENTITY = "SELECT name, email FROM identity WHERE person = %s"
DEVICES = "SELECT id, body FROM push_device WHERE person = %s"
LINE = "SELECT needs, programs, running FROM caseload WHERE person = %s"
SET_SNAPSHOT = """
UPDATE person SET snapshot = %s, version = version + 1, sequence = %s, alerts = %s, waiting = %s, lease = 0, failed = '',
tries = 0 WHERE id = %s AND version = %s
"""
FORGET_MARK = "DELETE FROM delivery_mark WHERE person = %s"
FORGET_LINES = "DELETE FROM delivery_line WHERE person = %s"


@dataclass(frozen=True, slots=True)
class Aside:
    """A row that cannot be read. `name` is what a repair calls it; `person` is empty where it is nobody's."""

    table: str
    name: str
    person: str
    why: str


def outbox_rows() -> list[Aside]:
    """What the delivery workers have set aside."""
    return [
        Aside("outbox", f"{person}-{number}-{index}", str(person), str(detail))
        for person, number, index, detail, _effect in rows(ASIDES)
    ]


def count() -> int:
    """How many rows of the outbox are set aside, in one cheap look."""
    found = row(COUNT_ASIDES)
    return int(found[0]) if found is not None else 0


def hooks() -> list[Aside]:
    """Webhooks whose secret cannot be read: nothing can be signed for them."""
    return [
        Aside("webhook", name, "", "its secret cannot be opened with this master key")
        for name in sorted(systems.unreadable())
    ]


def everything() -> Iterator[Aside]:
    """All rows that cannot be read, in all tables that hold something to decode. Reads the whole database."""
    yield from outbox_rows()
    yield from hooks()
    last = ""
    while page := rows(SNAPSHOTS, [last]):
        for person, snapshot, sequence in page:
            last = str(person)
            yield from _of(last, snapshot, int(sequence))


def _of(person: str, snapshot: str, sequence: int) -> Iterator[Aside]:
    def wrong(table: str, name: object, read: Callable[[], object]) -> list[Aside]:
        try:
            good = read() is not None
        except Exception as error:
            return [Aside(table, f"{person}/{name}" if name != "" else person, person, type(error).__name__)]
        return [] if good else [Aside(table, f"{person}/{name}" if name != "" else person, person, "cannot be opened")]

    yield from wrong("snapshot", "", lambda: journals.decoded(snapshot, sequence))
    yield from wrong("caseload", "", lambda: _line(person))
    for number, body in rows(ENTRIES, [person]):
        yield from wrong("journal", number, lambda body=body: codec.decode_entry(body))  # type: ignore[misc]
    for name, body in rows(STIMULI, [person]):
        yield from wrong("stimulus", name, lambda body=body: codec.decode_stimulus(body))  # type: ignore[misc]
    for number, index, body in rows(OUTBOX, [person]):
        yield from wrong("outbox", f"{number}-{index}", lambda body=body: codec.decode_effect(body))  # type: ignore[misc]
    wrapped = row(queries.KEY_OF, [person])
    if wrapped is None:
        return
    key = vault.unwrap(person, blob(wrapped[0]))
    yield from wrong("person_key", "", lambda: key)
    if key is None:
        return
    for place, sealed in zip(("name", "email"), row(IDENTITY, [person]) or ("", ""), strict=True):
        if sealed:
            yield from wrong("identity", place, lambda s=sealed, p=place: key.open_text(s, p) or None)  # type: ignore[misc]
    sealed_rows = chain(rows(TEXTS, [person]), rows(DEVICES, [person]))
    for name, body in sealed_rows:
        yield from wrong("kept", name, lambda n=name, b=body: key.open(blob(b), str(n)))  # type: ignore[misc]


def _line(person: str) -> object:
    found = row(LINE, [person])
    return None if found is None else [json.loads(text) for text in found]


def rebuild(person: str) -> str:
    """Tell a person's snapshot and their line in the list anew, from the journal; what is wrong with that, in words.

    The due instant stays: it stands in a column of its own.
    """
    stored = row(queries.VERSION, [person])
    if stored is None:
        return f"There is nobody named {person}."
    try:
        told = journals.entries(person)
        state = fold_all(State(), (stated for _, stated in told))
    except (UnreadableError, ValueError, KeyError, TypeError) as error:
        return f"The journal of {person} cannot be read to its end ({error}): bring it back from a backup."
    if [number for number, _ in told] != list(range(1, len(told) + 1)):
        return f"Entries are missing in the journal of {person}: bring it back from a backup."
    waiting = sum(1 for offer in state.offers.values() if offer.action == "proposed")
    values: list[Value] = [codec.encode(state).decode(), len(told), len(state.alerts), waiting, person, int(stored[0])]
    with writing():
        if run(SET_SNAPSHOT, values) != 1:
            return f"{person} has changed meanwhile: do it once more."
        run(desk_queries.SET_CASELOAD, caseload_row(person, state))
        run(FORGET_MARK, [person])
        run(FORGET_LINES, [person])
    return ""


def release(name: str, now: int) -> str:
    """Let a row of the outbox go out, if it can be read by now; what is wrong, in words."""
    place = _place(name)
    found = next((r for r in rows(ASIDES) if (str(r[0]), int(r[1]), int(r[2])) == place), None)
    if place is None or found is None:
        return f"No row {name} of the outbox is set aside."
    try:
        codec.decode_effect(found[4])
    except (ValueError, TypeError):
        return f"The row {name} still cannot be read: drop it, or bring it back from a backup."
    run(RELEASE, [now, *place])
    return ""


def drop(name: str, now: int) -> str:
    """Give up a row of the outbox that is set aside, or a webhook that cannot be read; what is wrong, in words."""
    place = _place(name)
    if place is not None and run(DROP, [now, *place]) == 1:
        return ""
    if name in systems.unreadable():
        systems.drop_hook(name)
        return ""
    return f"Nothing named {name} is set aside."


def _place(name: str) -> tuple[str, int, int] | None:
    person, _, rest = name.partition("-")
    number, _, index = rest.partition("-")
    return (person, int(number), int(index)) if number.isdecimal() and index.isdecimal() else None
