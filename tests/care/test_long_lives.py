"""Care is long: pages read what was of late and what is going on, and the whole only when it is wanted."""

import pytest

from microcare.care import explaining, reading, ways
from microcare.care.enroll import enroll
from microcare.care.wake import wake_due
from microcare.hub import entry as e
from microcare.store import journals, queries
from microcare.store.database import rows
from tests.live import DAY, HOUR, START, ZONE, Hub, moment

TIDES = """
program: tides
title: Tides
target: {title: Calm, reached: calm.score >= 4, assess: {measure: calm, every: 2d}}
measures: {calm: {items: {today: {text: Calm?, scale: 0..4}}}}
interventions:
  short:
    title: A short one
    aim: Calm
    lasts: 1d
    events: {cup: {goal: support, title: Tea, say: Make tea., expires: 6h}}
    rules: [{on: start, deliver: cup}]
"""
DAYS = 12


def live(hub: Hub) -> None:
    """Days go by."""
    for day in range(1, DAYS):
        hub.show(moment(START) + day * DAY + HOUR)
        while wake_due(moment(START) + day * DAY + HOUR).stepped:
            pass


@pytest.fixture
def person(hub: Hub) -> str:
    """Somebody with a step of the way behind them, and many questions since."""
    hub.publish(TIDES, "tides")
    joined = enroll("tides", zone=ZONE).person
    live(hub)
    return joined


def now() -> int:
    return moment(START) + DAYS * DAY


def test_after_much_only_the_later_part_is_read(person: str, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = reading.read_person(person, now(), whole=True)
    assert not whole.cut
    assert reading.read_person(person, now()).entries == whole.entries
    monkeypatch.setattr(reading, "RECENT", 3)
    late = reading.read_person(person, now())
    assert late.cut
    assert late.entries == whole.entries[-3:]
    assert ways.journey_of(whole).steps != ()
    assert ways.journey_of(late).cut
    assert ways.journey_of(late).steps == ()


def test_what_goes_on_is_told_from_its_beginning(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    person = hub.join()
    live(hub)
    monkeypatch.setattr(reading, "RECENT", 3)
    found = reading.read_person(person, now())
    assert not found.cut
    assert [s.title for s in ways.journey_of(found).steps] == ["A cup of tea"]


@pytest.mark.parametrize("wanted", list(explaining.FILTERS))
def test_the_journal_is_paged_through_to_its_beginning(
    person: str, wanted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = reading.read_person(person, now())
    at_once = explaining.journal(found, wanted)
    monkeypatch.setattr(explaining, "PAGE", 4)
    pages: list[explaining.EntryLine] = []
    before = 0
    while page := explaining.journal(found, wanted, before):
        pages += page
        before = page[-1].number
    assert tuple(pages) == at_once
    if wanted == "all":
        assert [line.number for line in pages] == [n for n, _ in journals.entries(person)][::-1]


@pytest.mark.parametrize("kinds", [("decided",), reading.TOLD])
def test_the_newest_are_read_backward(person: str, kinds: tuple[str, ...]) -> None:
    sql = queries.ENTRIES_OF_PERSON_BACKWARD.format(kinds=queries.among(len(kinds)))
    plan = " ".join(str(r) for r in rows(f"EXPLAIN QUERY PLAN {sql}", [person, 9, *kinds, 9]))
    assert "SEARCH journal" in plan
    assert "TEMP B-TREE" not in plan
    found = list(journals.newest(person, kinds, piece=2))
    assert found == journals.entries_of_kinds(person, kinds)[::-1]
    assert all(isinstance(x, e.Entry) for _, x in found)
