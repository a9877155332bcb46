"""What is kept about a person, as they read it themselves: all of it, in plain words and pictures, and as files."""

import base64
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import msgspec
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from microcare.base.cells import as_csv
from microcare.care import own_entries as read
from microcare.care.labels import label
from microcare.care.own_entries import Cell, Cells, Picture, Reader, Reading
from microcare.care.reading import Person
from microcare.hub import entry as e
from microcare.hub.entry import Entry
from microcare.store import caseload, emergencies, journals, kept, notes, people, push_devices, texts

MARK = "\ufeff"
"""At the beginning of a CSV file, so that spreadsheets read the letters right."""


@dataclass(frozen=True, slots=True)
class Table:
    """One kind of what is kept: its name, its columns, its rows, the newest first."""

    name: str
    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


WHEN = lazy("when")
ABOUT, WHAT, BECAME = lazy("about"), lazy("what"), lazy("what became of it")
Kind = tuple[Any, tuple[Any, ...], Mapping[type[Entry], Reader]]
KINDS: Mapping[str, Kind] = {
    "answers": (lazy("What you answered"), (ABOUT, lazy("question"), lazy("answer")), {e.Answered: read.answer}),
    "steps": (
        lazy("What came to you, and what you did"),
        (ABOUT, WHAT, BECAME),
        {e.Delivered: read.delivery, e.Acted: read.act, e.Staged: read.stage},
    ),
    "journey": (
        lazy("Your journey"),
        (WHAT, BECAME),
        {e.Started: read.started, e.Narrated: read.narrated, e.OverallOutcome: read.over},
    ),
    "said": (
        lazy("What was said"),
        (lazy("who"), lazy("words")),
        {e.Reported: read.report, e.Messaged: read.message, e.Triaged: read.triaged, e.CheckInSet: read.check_in},
    ),
    "measured": (
        lazy("What was measured, and what the program saw in it"),
        (WHAT, lazy("value")),
        {e.Signaled: read.signal, e.Assessed: read.assessed, e.NeedChanged: read.need},
    ),
    "settings": (
        lazy("What you chose"),
        (WHAT, lazy("value")),
        {
            e.Enrolled: read.joined,
            e.Set: read.setting,
            e.Withdrew: read.left,
            e.Alerted: read.alert,
            e.Notified: read.notified,
        },
    ),
}
"""Each kind's title and columns, and how its entries are read. Every other entry is told in a sentence, at the end."""


def tables(person: Person) -> tuple[Table, ...]:
    """All that is kept of a person who was read whole."""
    reading = Reading(person)
    rows: dict[str, list[Cells]] = {name: [] for name in (*KINDS, "program")}
    for name, cells in rows_of(reading, (stated for _number, stated in journals.entries(person.id))):
        rows[name].append(cells)
    told = [
        Table(name, str(title), tuple(str(c) for c in (WHEN, *columns)), tuple(rows[name][::-1]))
        for name, (title, columns, _kinds) in KINDS.items()
    ]
    staff = Table("staff", _("What the staff wrote about you"), (_("when"), _("what"), _("words")), _staff(reading))
    devices = tuple((one.endpoint,) for one in push_devices.of(person.id))
    looked = tuple((reading.when(at), label(deed)) for at, deed in kept.looked(person.id))
    return (
        *told,
        staff,
        Table("devices", _("Where notifications come to you"), (_("address"),), devices),
        Table("looked", _("When your page was looked at or changed"), (_("when"), _("what")), looked),
        Table(
            "program", _("What the program noted, step by step"), (_("when"), _("what")), tuple(rows["program"][::-1])
        ),
        Table("other", _("Whatever else you wrote or sent"), (_("words"),), tuple(_others(reading))),
    )


def rows_of(reading: Reading, entries: Iterable[e.Any]) -> Iterator[tuple[str, Cells]]:
    """Each entry as a row, with the name of its table. What has no table of its own is told in a sentence."""
    for stated in entries:
        name, reader = _reader(stated)
        row = reader(reading, stated)
        if row is None:
            name, row = "program", read.in_a_sentence(reading, stated)
        yield name, (reading.when(stated.at), *row)


def _reader(stated: e.Any) -> tuple[str, Reader]:
    for name, (_title, _columns, kinds) in KINDS.items():
        found = kinds.get(type(stated))
        if found is not None:
            return name, found
    return "program", read.in_a_sentence


def _staff(reading: Reading) -> tuple[Cells, ...]:
    """Notes, adverse events, groups, and why somebody opened the page in an emergency."""
    person = reading.person.id
    found: list[tuple[int, Cells]] = [(n.at, (_("a note"), n.text)) for n in notes.notes(person)]
    for x in notes.adverse(person):
        words = [x.text, x.happened, *(label(c) for c in (x.severity, x.related, x.expected, x.outcome))]
        found.append((x.at, (_("an adverse event"), "; ".join(w for w in words if w))))
    for one in emergencies.of(person):
        words = [one.reason, one.finding]
        found.append((one.at, (_("your page was opened in an emergency"), "; ".join(w for w in words if w))))
    for _when, cells in found:
        reading.told.update(r for r, text in reading.texts.items() if text and text in str(cells[1]))
    groups = tuple(("", _("a group"), name) for name in caseload.groups_of(person))
    return (*((reading.when(at), *cells) for at, cells in sorted(found, key=lambda f: -f[0])), *groups)


def _others(reading: Reading) -> Iterator[Cells]:
    """What is kept and stands in no table: a draft, a photo that belongs to nothing, an earlier wording."""
    for reference in (*reading.texts, *reading.photos):
        if reference not in reading.told:
            yield (reading.kept(reference),)


def as_zip(person: Person) -> bytes:
    """The same tables as CSV files in one archive, with who they are and their photos."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        identity = people.identity(person.id)
        about = Table("about", "", (_("name"), _("e-mail")), ((identity.name, identity.email),))
        for table in (about, *tables(person)):
            archive.writestr(f"{table.name}.csv", MARK + as_csv(table.columns, _plain(table.rows)))
        for picture in Reading(person).photos.values():
            found = texts.kept(person.id, picture.reference)
            if found is not None:
                archive.writestr(picture.file, found.body)
    return made.getvalue()


def _plain(rows: tuple[Cells, ...]) -> Iterator[tuple[str, ...]]:
    for row in rows:
        yield tuple(str(cell) for cell in row)


def as_json(person: str) -> bytes:
    """All that is kept about a person, for machines: who they are, what they wrote and sent, and every row about them."""
    identity = people.identity(person)
    photos = ((reference, texts.kept(person, reference)) for reference in texts.photos(person))
    found = {
        "name": identity.name,
        "email": identity.email,
        "texts": texts.texts(person),
        "photos": {
            reference: {"media": one.media, "base64": base64.b64encode(one.body).decode()}
            for reference, one in photos
            if one is not None
        },
        "devices": [msgspec.to_builtins(one) for one in push_devices.of(person)],
        "state": msgspec.to_builtins(journals.load(person).state),
        "journal": [msgspec.to_builtins(entry) for _number, entry in journals.entries(person)],
        "rows": {name: rows for name, rows in kept.about(person).items() if name not in SAID},
    }
    return msgspec.json.format(msgspec.json.encode(found), indent=1)


SAID = ("journal",)
"""Rows that stand above already."""

__all__ = ["Picture", "Table", "as_json", "as_zip", "tables"]
