"""What is kept about a person, as they read it themselves: tables in plain words, from their own journal."""

import io
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from microcare.base.moments import format_local
from microcare.care.cells import MARK, as_csv
from microcare.care.questions import answers
from microcare.care.reading import Person, wants
from microcare.care.telling import Voice
from microcare.hub import entry as e
from microcare.hub.entry import Entry
from microcare.store import journals, people, texts


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of what is kept: its name, its columns, its rows, the newest first."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


Reader = Callable[["_Reading", Any], tuple[str, ...] | None]


class _Reading:
    """A journal while it is told: the programs' words in the person's language, and what deliveries were of."""

    def __init__(self, person: Person) -> None:
        self.person = person
        self.texts = texts.texts(person.id)
        self.delivered: dict[str, str] = {}
        self.wants = dict(wants(person))

    def voice(self, program: str) -> Voice | None:
        """How a program speaks; also one that they have left."""
        found = self.person.voice(program)
        if found is not None:
            return found
        last = self.person.programs.current(program)
        return None if last is None else Voice(last, self.person.state, self.texts, self.person.state.language)

    def when(self, moment: int) -> str:
        """Date and time on the person's wall."""
        return format_local(self.person.state.zone, moment)[:16].replace("T", " ")


def tables(person: Person) -> tuple[Table, ...]:
    """All that the journal tells of a person who was read whole."""
    reading = _Reading(person)
    rows: dict[str, list[tuple[str, ...]]] = {name: [] for name in KINDS}
    for _number, stated in journals.entries(person.id):
        for name, (_title, _columns, kinds) in KINDS.items():
            read = kinds.get(type(stated))
            row = read(reading, stated) if read is not None else None
            if row is not None:
                rows[name].append((reading.when(stated.at), *row))
    return tuple(
        Table(name, str(title), tuple(str(c) for c in (WHEN, *columns)), tuple(rows[name][::-1]))
        for name, (title, columns, _kinds) in KINDS.items()
    )


def _answer(reading: _Reading, x: e.Answered) -> tuple[str, ...]:
    voice = reading.voice(x.program)
    measure = voice.program.measures.get(x.measure) if voice is not None else None
    if voice is None or measure is None or x.item not in measure.items:
        return "", x.item.replace("_", " "), _given(reading, str(x.value), x)
    item = measure.items[x.item]
    words = next((label for value, label in answers(voice, item) if value == x.value and label), "")
    shown = voice.shown(x.value)
    return (
        voice.plain(measure.measure.title),
        voice.plain(item.text),
        _given(reading, f"{shown} ({words})" if words and item.kind == "scale" else words or shown, x),
    )


def _given(reading: _Reading, shown: str, x: e.Answered) -> str:
    if x.value is None:
        return _("left out")
    return reading.texts.get(str(x.value), _("(a photo)")) if x.reference else shown


def _delivery(reading: _Reading, x: e.Delivered) -> tuple[str, ...] | None:
    voice = reading.voice(x.program)
    run = x.run.split(".")[1] if x.run.count(".") >= 2 else ""
    title = voice.title(run) if voice is not None and run else ""
    authored = voice.program.program.interventions.get(run) if voice is not None else None
    event = authored.events.get(x.name) if authored is not None else None
    name = voice.plain(event.title) if voice is not None and event is not None and event.title else x.name
    words = {"questions": _("Questions"), "offer": _("A suggestion"), "contact": _("A word in between"),
             "message": _("A message"), "check_in": _("A check-in")}  # fmt: skip
    reading.delivered[x.delivery] = name if x.what == "event" else words.get(x.what, x.what)
    return title, reading.delivered[x.delivery], _("it came to you")


def _act(reading: _Reading, x: e.Acted) -> tuple[str, ...] | None:
    words = {"done": _("you did it"), "dismissed": _("you put it aside"), "snoozed": _("you put it off"),
             "dropped": _("you stopped midway")}  # fmt: skip
    if x.by not in ("person", "form"):
        return None
    return "", reading.delivered.get(x.delivery, ""), words.get(x.act, x.act)


def _report(reading: _Reading, x: e.Reported) -> tuple[str, ...]:
    return _("you"), reading.wants.get(x.name, x.name.replace("_", " "))


def _message(reading: _Reading, x: e.Messaged) -> tuple[str, ...] | None:
    if not x.reference:
        return None
    return _("you") if x.by == "person" else x.by, reading.texts.get(x.reference, "")


def _started(reading: _Reading, x: e.Started) -> tuple[str, ...]:
    voice = reading.voice(x.program)
    return voice.title(x.intervention) if voice is not None else x.intervention, _("began")


def _ended(reading: _Reading, x: e.OverallOutcome) -> tuple[str, ...]:
    voice = reading.voice(x.program)
    words = {"success": _("it changed something"), "failure": _("it did not change much"),
             "disengaged": _("it did not fit your days")}  # fmt: skip
    return voice.title(x.intervention) if voice is not None else x.intervention, words.get(x.result, _("over"))


def _set(reading: _Reading, x: e.Set) -> tuple[str, ...]:
    kind, _dot, name = x.name.partition(".")
    value = reading.texts.get(str(x.value), "") if kind == "plan" else str(x.value if x.value is not None else "")
    if x.name == "pause":
        value = reading.when(int(x.value)) if x.value else ""
    return (name or kind).replace("_", " ").replace(".", ": "), value


def _alert(reading: _Reading, x: e.Alerted) -> tuple[str, ...]:
    return _("an answer that worried"), _("help was shown; the people on duty were told") if x.roster else ""


def _joined(reading: _Reading, x: e.Enrolled) -> tuple[str, ...]:
    voice = reading.voice(x.program)
    return _("joined"), voice.plain(voice.program.program.title) if voice is not None else x.program


def _left(reading: _Reading, x: e.Withdrew) -> tuple[str, ...]:
    return _("left"), x.program


WHEN = lazy("when")
ABOUT, WHAT, BECAME = lazy("about"), lazy("what"), lazy("what became of it")
Kind = tuple[Any, tuple[Any, ...], Mapping[type[Entry], Reader]]
KINDS: Mapping[str, Kind] = {
    "answers": (lazy("What you answered"), (ABOUT, lazy("question"), lazy("answer")), {e.Answered: _answer}),
    "steps": (
        lazy("What came to you, and what you did"),
        (ABOUT, WHAT, BECAME),
        {e.Delivered: _delivery, e.Acted: _act},
    ),
    "journey": (lazy("Your journey"), (WHAT, BECAME), {e.Started: _started, e.OverallOutcome: _ended}),
    "said": (lazy("What was said"), (lazy("who"), lazy("words")), {e.Reported: _report, e.Messaged: _message}),
    "settings": (
        lazy("What you chose"),
        (WHAT, lazy("value")),
        {e.Enrolled: _joined, e.Set: _set, e.Withdrew: _left, e.Alerted: _alert},
    ),
}
"""Each kind's title and columns, and how its entries are read."""


def as_zip(person: Person) -> bytes:
    """The same tables as CSV files in one archive, with who they are."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        identity = people.identity(person.id)
        about = Table("about", "", (_("name"), _("e-mail")), ((identity.name, identity.email),))
        for table in (about, *tables(person)):
            archive.writestr(f"{table.name}.csv", MARK + as_csv(table.columns, table.rows))
    return made.getvalue()


def as_json(person: str) -> bytes:
    """All that is kept about a person, for machines."""
    identity = people.identity(person)
    kept = {
        "name": identity.name,
        "email": identity.email,
        "texts": texts.texts(person),
        "state": msgspec.to_builtins(journals.load(person).state),
        "journal": [msgspec.to_builtins(entry) for _number, entry in journals.entries(person)],
    }
    return msgspec.json.format(msgspec.json.encode(kept), indent=1)
