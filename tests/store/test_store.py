"""The store on a real file: settings of every connection, keys that are never null, people, texts, programs."""

import re
import sqlite3
import threading

import pytest

from microcare.care import clock
from microcare.store import (
    bundles,
    caseload,
    database,
    deployment,
    entering,
    journals,
    people,
    queries,
    staff_queries,
    texts,
)
from microcare.store.caseload import Wanted
from tests.live import Hub


def _pragmas() -> dict[str, object]:
    wanted = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout", "secure_delete")
    return {name: database.rows(f"PRAGMA {name}")[0][0] for name in wanted}


EXPECTED = {
    "journal_mode": "wal",
    "synchronous": 2,
    "foreign_keys": 1,
    "busy_timeout": 30000,
    "secure_delete": 1,
}


def test_every_connection_is_durable(hub: Hub) -> None:
    found: list[dict[str, object]] = []

    def other() -> None:
        found.append(_pragmas())
        database.close()

    thread = threading.Thread(target=other)
    thread.start()
    thread.join()
    assert [_pragmas(), *found] == [EXPECTED, EXPECTED]


def test_a_write_takes_its_lock_at_once(hub: Hub) -> None:
    """Two writers that read first and write later never meet "database is locked": the second waits for the first."""
    inside, go_on = threading.Event(), threading.Event()
    done: list[str] = []

    def slow() -> None:
        with database.writing():
            inside.set()
            go_on.wait(5)
            deployment.put("x", "slow")
            done.append("slow")
        database.close()

    def quick() -> None:
        inside.wait(5)
        with database.writing():
            done.append(f"quick after {deployment.get('x')}")
        database.close()

    threads = [threading.Thread(target=work) for work in (slow, quick)]
    for thread in threads:
        thread.start()
    inside.wait(5)
    go_on.set()
    for thread in threads:
        thread.join()
    assert done == ["slow", "quick after slow"]


def test_what_makes_a_row_unique_is_never_null(hub: Hub) -> None:
    tables = (
        "person",
        "journal",
        "stimulus",
        "outbox",
        "program",
        "program_file",
        "identity",
        "kept_text",
        "deployment",
    )
    for table in tables:
        keys = [(name, notnull) for _, name, _, notnull, _, pk in database.rows(f"PRAGMA table_info({table})") if pk]
        assert keys, table
        assert all(notnull for _, notnull in keys), table


def test_migrations_are_what_the_models_say(hub: Hub) -> None:
    from django.core.management import call_command

    call_command("makemigrations", "--check", "--dry-run", verbosity=0)


@pytest.mark.parametrize("name", [n for n in (*dir(queries), *dir(staff_queries)) if n.isupper()])
def test_every_query_is_one_this_database_understands(hub: Hub, name: str) -> None:
    """Its plan can be made; what walks the big tables does so by an index."""
    sql = re.sub(r"{\w+}", queries.among(3), getattr(queries, name, "") or getattr(staff_queries, name))
    plan = database.rows(f"EXPLAIN QUERY PLAN {sql}", ["0"] * sql.count("%s"))
    scans = [r[3] for r in plan if str(r[3]).startswith("SCAN") and "USING" not in str(r[3])]
    small = ("program", "deployment", "ROW", "p", "k", "person", "outbox", "membership")
    if name == "LAST_RECEIVED":
        return  # once in the life of a hub that an earlier release made
    assert all(str(s).split()[-1] in small for s in scans), scans
    hot = {
        "LOAD",
        "CLAIMABLE",
        "NEXT_DUE",
        "ENTRIES",
        "OUTBOX_DUE",
        "OUTBOX_NEXT",
        "VERSION",
        "PERSON_OF_CODE",
    }
    assert not (name in hot and scans), scans


def test_nobody_can_be_added_twice_to_a_key(hub: Hub) -> None:
    person = hub.join()
    from django.db import IntegrityError

    with pytest.raises(IntegrityError), database.writing():
        database.run(queries.ADD_STIMULUS, [person, "enroll:tea", 9, 9, "enroll", "{}"])
    assert len(journals.stimuli(person)) == 1


def test_people_are_found_by_their_code_and_by_nothing_else(hub: Hub) -> None:
    person, code = people.add("tea", "Ada", "ada@home.test", clock.now())
    assert entering.person_of_code(code) == person
    spaced = "-".join(code[i : i + 5].upper() for i in range(0, 20, 5))
    assert entering.person_of_code(spaced) == person
    assert entering.person_of_code(code[:-1]) is None
    assert entering.person_of_code("") is None
    assert people.invited_to(person) == "tea"
    fresh = entering.make_code(person, 1 << 53)
    assert entering.person_of_code(code) is None
    assert entering.person_of_code(fresh) == person
    with sqlite3.connect(hub.folder / "microcare.sqlite3") as connection:
        assert fresh not in "\n".join(connection.iterdump()), "a code is not kept, only its hash"
    connection.close()


def test_the_list_of_people(hub: Hub) -> None:
    first = hub.join()
    second, _ = people.add("tea", "Bo_%\\x", "bo@work.test", clock.now() + 5)
    now = clock.now()

    def found(search: str = "", limit: int = 50, offset: int = 0) -> list[str]:
        return [x.person for x in caseload.lines(Wanted(search=search), now, limit, offset)]

    assert found() == [second, first], "the newest first, where nobody needs anything"
    assert found(limit=1, offset=1) == [first]
    assert found("ADA") == [first]
    assert found("_%\\") == found("WORK.test") == found("%") == [second]
    assert found(first) == [first]
    one = caseload.lines(Wanted(search=first), now)[0]
    assert (one.name, one.programs, one.running, one.alerts, one.failed) == ("Ada", ("tea",), ("tea/tea",), 0, "")
    assert caseload.counts(Wanted(), now)["all"] == 2
    assert caseload.counts(Wanted(programs=["coffee"]), now)["all"] == 0
    assert sorted(people.everybody()) == sorted([first, second])


def test_texts_belong_to_their_person_and_go_with_them(hub: Hub) -> None:
    ada, bo = hub.join(), hub.join()
    reference = texts.keep(ada, "Grüße & <b>x</b>")
    photo = texts.keep_bytes(ada, b"\x89PNG", "image/png")
    assert texts.text(ada, reference) == "Grüße & <b>x</b>"
    assert texts.text(bo, reference) == ""
    assert texts.text(ada, photo) == ""
    assert texts.kept(ada, photo) == texts.Kept("image/png", b"\x89PNG")
    assert people.identity(ada).texts == {reference: "Grüße & <b>x</b>"}
    people.erase(ada, 1)
    database.scrub()
    assert people.identity(ada) == people.Identity("", "", {})
    assert texts.text(ada, reference) == ""
    database.close()
    raw = b"".join(f.read_bytes() for f in hub.folder.glob("microcare.sqlite3*"))
    assert "Grüße &".encode() not in raw, "what is erased is not left in the file"


def test_a_programs_files_are_kept_as_they_were(hub: Hub) -> None:
    [one] = bundles.published()
    assert one.program == "tea"
    assert bundles.files(one).keys() == {"tea.yaml"}
    assert bundles.file("tea", one.version, "tea.yaml") == (hub.folder / "tea.yaml").read_bytes()
    assert bundles.file("tea", one.version, "../secret.key") is None


def test_entries_page_by_page(hub: Hub) -> None:
    person = hub.join()
    every = journals.entries(person)
    assert [n for n, _ in every] == list(range(1, len(every) + 1))
    assert journals.entries(person, after=2, limit=2) == every[2:4]
    assert list(journals.newest(person, piece=2)) == every[::-1]
    other = hub.join()
    pages = [journals.entries_of_kind("enrolled", limit=1)]
    while pages[-1]:
        last = pages[-1][-1]
        pages.append(journals.entries_of_kind("enrolled", (last[0], last[1]), 1))
    assert sorted(p for page in pages for p, _, _ in page) == sorted([person, other])


def test_seeds_are_secret_and_stay(hub: Hub) -> None:
    before = deployment.seeds()
    assert len(before["tea"]) == 32
    deployment.make_seed("tea")
    assert deployment.seeds() == before


def test_some_kinds_are_read_without_the_rest_of_the_journal(hub: Hub) -> None:
    from microcare.store import queries
    from microcare.store.database import rows

    sql = queries.ENTRIES_OF_PERSON.format(kinds=queries.among(2))
    plan = " ".join(str(r) for r in rows(f"EXPLAIN QUERY PLAN {sql}", ["decided", "acted", "ada", 0, 9]))
    assert "journal_kind (kind=? AND person=? AND sequence>?)" in plan
