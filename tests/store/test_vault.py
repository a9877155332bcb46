"""A key for each person: nobody's name or words can be read without it, in the database or in a copy of it."""

import importlib
import secrets
import sqlite3
from collections.abc import Iterator

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection

from microcare.store import caseload, people, queries, texts, vault
from microcare.store.caseload import Wanted
from microcare.store.database import run, scrub
from tests.live import Hub

CANARY = "Käthe-Canary-93417"


def everything(hub: Hub) -> bytes:
    """All bytes of the database, its write-ahead log and whatever else lies in the data folder."""
    return b"".join(f.read_bytes() for f in sorted(hub.folder.rglob("*")) if f.is_file())


def filled() -> tuple[str, str]:
    person, _ = people.add("small", CANARY, f"{CANARY}@example.org", 0)
    return person, texts.keep(person, f"I wrote {CANARY}")


def test_what_is_kept_can_be_read_and_lies_nowhere_in_plain(hub: Hub) -> None:
    person, reference = filled()
    assert people.identity(person).name == CANARY
    assert people.email_of(person) == f"{CANARY}@example.org"
    assert texts.text(person, reference) == f"I wrote {CANARY}"
    assert people.identity(person).texts == {reference: f"I wrote {CANARY}"}
    people.correct(person, f"{CANARY} Müller", "")
    assert people.identity(person).name == f"{CANARY} Müller"
    raw = everything(hub)
    assert CANARY.encode() not in raw and b"I wrote" not in raw


def test_without_the_key_a_copy_of_all_rows_tells_nothing(hub: Hub) -> None:
    person, reference = filled()
    with sqlite3.connect(hub.folder / "microcare.sqlite3") as copy:
        identity = copy.execute("SELECT name, email, program FROM identity WHERE person = ?", [person]).fetchone()
        body = copy.execute("SELECT body FROM kept_text WHERE person = ?", [person]).fetchone()[0]
    people.erase(person, 1)
    scrub()
    run(queries.ADD_IDENTITY, [person, *identity])
    run(queries.KEEP_TEXT, [person, reference, "text/plain", body])
    assert people.identity(person) == people.Identity("", "", {})
    assert texts.text(person, reference) == "" and texts.kept(person, reference) is None
    assert texts.keep(person, "more") != reference and people.identity(person).texts == {}


def test_another_master_key_opens_nothing(hub: Hub, settings_master_key: None) -> None:
    person, reference = filled()
    settings.MASTER_KEY = secrets.token_urlsafe(32) + "="
    assert people.identity(person) == people.Identity("", "", {})
    assert texts.text(person, reference) == ""


@pytest.fixture
def settings_master_key() -> Iterator[None]:
    before = settings.MASTER_KEY
    yield
    settings.MASTER_KEY = before


def test_a_sealed_text_cannot_be_moved_or_changed(hub: Hub) -> None:
    ada, other = vault.make("ada"), vault.make("other")
    sealed = ada.seal(b"words", "t1")
    assert ada.open(sealed, "t1") == b"words"
    assert ada.open(sealed, "t2") is None and other.open(sealed, "t1") is None
    assert ada.open(sealed[:-1] + bytes([sealed[-1] ^ 1]), "t1") is None
    assert ada.seal(b"words", "t1") != sealed, "equal words do not look equal"
    assert ada.open_text(ada.seal_text("", "name"), "name") == ""


def found(search: str) -> list[caseload.Line]:
    return caseload.lines(Wanted(search=search), 0)


def test_a_search_finds_sealed_names(hub: Hub) -> None:
    person, _ = filled()
    for n in range(5):
        people.add("small", f"Somebody {n}", "", 0)
    assert [r.person for r in found("canary-93")] == [person]
    assert [r.name for r in found(person)] == [CANARY]
    assert len(found("somebody")) == 5
    assert found("nobody at all") == []
    assert len(found("")) == 6


def test_those_who_were_there_before_get_a_key(hub: Hub) -> None:
    """The migration seals what an older version had kept in plain."""
    person, reference = filled()
    vault.destroy(person)
    run("UPDATE identity SET name = %s, email = %s", [CANARY, "a@example.org"])
    run("UPDATE kept_text SET body = %s", [b"I wrote"])
    migration = importlib.import_module("microcare.store.migrations.0002_person_keys")
    with connection.schema_editor() as editor:
        migration.seal(apps, editor)
    assert people.identity(person).name == CANARY
    assert texts.text(person, reference) == "I wrote"
    scrub()
    assert CANARY.encode() not in everything(hub)
