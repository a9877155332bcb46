"""Erased is gone: no byte of it in the database, its write-ahead log, logs, or anything that is exported afterwards."""

import base64
import json
from pathlib import Path

from microcare.care import desk, facilitate, notifications, own, settings, withdraw
from microcare.care.export import NAMES, table
from microcare.care.reading import read_person
from microcare.care.receive import receive
from microcare.hub import stimulus
from microcare.store import journals, notes, people, push_devices, texts
from microcare.store.database import rows
from microcare.store.notes import Adverse
from microcare.store.push_devices import Device
from tests.live import START, Hub, moment

CANARY = "Kanarienvogel-7731"
T = moment(START)


def everything(folder: Path) -> bytes:
    """All bytes in the hub's folder: database, write-ahead log, logs, whatever else."""
    return b"".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())


def told(hub: Hub) -> str:
    """Somebody of whom every kind of thing is kept, each with the canary in it."""
    person = hub.join(email=f"{CANARY.lower()}@home.test")
    people.correct(person, CANARY, f"{CANARY.lower()}@home.test")
    [asked] = journals.load(person).state.assessments
    said = texts.keep(person, f"I wrote {CANARY}")
    receive(person, [stimulus.Answer(key="a", at=T, assessment=asked, item="note", value=said, reference=True)])
    facilitate.message(person, "tea", "carla", f"Dear {CANARY}")
    receive(
        person,
        [
            stimulus.Message(
                key="m", at=T, program="tea", by="person", reference=texts.keep(person, f"Hello from {CANARY}")
            )
        ],
    )
    settings.keep_step(person, "people", f"My sister {CANARY}")
    settings.field(person, "nickname", CANARY)
    notes.add(person, f"{CANARY} sounded tired", "carla", T)
    notes.add_adverse(
        Adverse(person, T, "2026-03-01", "mild", False, "no", "yes", "recovered", "tea", "carla", f"{CANARY} fell")
    )
    texts.keep_bytes(person, b"\xff\xd8\xff" + CANARY.encode(), "image/jpeg")
    notifications.turn_on(person, Device(f"https://push.example.org/{CANARY}", "key", "auth"))
    return person


def test_what_is_kept_lies_nowhere_in_plain_and_is_gone_when_it_is_erased(hub: Hub) -> None:
    person = told(hub)
    found = read_person(person, T)
    assert CANARY in str(own.tables(found))
    assert CANARY in str(desk.said(found))
    assert CANARY in str(notes.notes(person)) + str(notes.adverse(person))
    assert CANARY.encode() not in everything(hub.folder), "sealed as long as it is kept"
    withdraw.erase(person)
    left = everything(hub.folder)
    for form in (CANARY, CANARY.lower(), CANARY.upper()):
        assert form.encode() not in left
    assert push_devices.of(person) == []
    assert people.identity(person).name == ""
    assert texts.texts(person) == {}
    assert rows("SELECT 1 FROM person_key WHERE person = %s", [person]) == [], "the key is destroyed"
    kept = own.as_json(person).decode()
    assert CANARY not in kept
    assert json.loads(kept)["journal"], "what remains names nobody"
    assert CANARY not in str(notes.notes(person)) + str(notes.adverse(person))
    for name in NAMES:
        body, _left_out = table(name, "csv")
        assert CANARY.encode() not in body


def test_a_copy_of_the_rows_alone_opens_nothing(hub: Hub) -> None:
    """Without the master key, which lies apart, a copy of the database made before tells nothing either."""
    person = told(hub)
    sealed = b"".join(bytes(body) for (body,) in rows("SELECT body FROM kept_text WHERE person = %s", [person]))
    [(wrapped,)] = rows("SELECT wrapped FROM person_key WHERE person = %s", [person])
    withdraw.erase(person)
    from django.test import override_settings

    from microcare.store import vault

    assert sealed
    assert CANARY.encode() not in sealed
    assert vault.key_of(person) is None
    with override_settings(MASTER_KEY=base64.urlsafe_b64encode(b"another key of 32 bytes, no more").decode()):
        assert vault.unwrap(person, bytes(wrapped)) is None
    assert vault.unwrap(person, bytes(wrapped)) is not None, "with the master key it opens: replace backups"
