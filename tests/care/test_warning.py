"""Administrators are told when the hub does not do its work: by mail, seldom enough to be read, and at the desk."""

import threading

import pytest
from django.test import Client

from microcare.care import accounts, clock, warning
from microcare.care.wake import wake_due
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.store import database, heartbeats
from microcare.workers import deliver
from tests.live import START, Hub, moment
from tests.smtp_sink import Sink, smtp_sink
from tests.workers.test_lanes import _until, settings

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")
HOUR = 3_600_000


@pytest.fixture(autouse=True)
def _boss(hub: Hub) -> None:
    accounts.make_facilitator("boss", "boss@clinic.test", roles=["administrator"], program="*")
    accounts.make_facilitator("cora", "cora@clinic.test", roles=["clinician"], program="*")
    for loop in heartbeats.LOOPS:
        heartbeats.Pulse("worker 1", loop).beat()


def way(sink: Sink) -> dict[str, Channel]:
    return {"email": Email(parse_server(sink.url), "care@clinic.test", 2.0)}


def _broken(hub: Hub) -> str:
    """Somebody with a row that is set aside."""
    person = hub.join()
    hub.show(NINE)
    wake_due(NINE)
    database.run("UPDATE outbox SET status = 'aside', next_try = NULL WHERE person = %s", [person])
    return person


def test_where_all_is_well_nobody_is_told(hub: Hub) -> None:
    hub.join()
    assert warning.troubles(clock.now()) == {}


@pytest.mark.parametrize(
    ("damage", "kind", "said"),
    [
        ("UPDATE outbox SET status = 'aside', next_try = NULL", "aside", "microcare repair"),
        ("UPDATE person SET failed = 'KeyError at x: Ada'", "steps", "The steps of 1 person fail"),
        ("UPDATE outbox SET next_try = 1, lane = 'alert'", "late alert", "the lane alert"),
        (
            "UPDATE outbox SET status = 'failed', detail = 'refused: 550', settled = 1772438400000",
            "refused",
            "1 message failed in the last hour, or nobody knows whether it arrived",
        ),
        (
            "UPDATE outbox SET lane = 'alert', attempts = 3, next_try = 1772500000000",
            "untaken",
            "1 notice of an alert reached nobody so far. Call whoever is on duty.",
        ),
    ],
)
def test_each_kind_of_trouble_is_known_and_names_nobody(hub: Hub, damage: str, kind: str, said: str) -> None:
    person = hub.join()
    hub.show(NINE)
    wake_due(NINE)
    database.run(damage)
    found = warning.troubles(NINE)
    assert set(found) == {kind}
    assert said in found[kind]
    assert person not in found[kind]
    assert "Ada" not in found[kind]


def test_a_person_without_an_address_is_no_trouble(hub: Hub) -> None:
    hub.join()
    hub.show(NINE)
    wake_due(NINE)
    database.run("UPDATE outbox SET status = 'failed', detail = 'no usable address', settled = %s", [NINE])
    assert warning.troubles(NINE) == {}


def test_administrators_alone_are_told_once_an_hour(hub: Hub) -> None:
    _broken(hub)
    with smtp_sink() as sink:
        found = warning.troubles(NINE)
        assert warning.tell(found, NINE, way(sink)) == 1
        assert warning.tell(found, NINE + HOUR // 2, way(sink)) == 0
        assert warning.tell({**found, "steps": "another"}, NINE + HOUR // 2, way(sink)) == 1
        assert warning.tell(found, NINE + HOUR, way(sink)) == 1
        assert [to for to, _ in sink.mails] == ["boss@clinic.test"] * 3
        assert "microcare repair" in str(sink.mails[0][1].get_payload())


def test_of_two_workers_one_tells(hub: Hub) -> None:
    _broken(hub)
    with smtp_sink() as sink:
        found, taken = warning.troubles(NINE), list[int]()

        def tell() -> None:
            taken.append(warning.tell(found, NINE, way(sink)))
            database.close()

        threads = [threading.Thread(target=tell) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sum(taken) == 1


def test_the_loop_tells_of_what_lasts(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deliver, "LOOK", 0.2)
    _broken(hub)
    stop = threading.Event()
    with smtp_sink() as sink, settings(sink.url):
        thread = threading.Thread(target=deliver.watch, args=(stop, "worker 1"))
        thread.start()
        try:
            assert _until(lambda: sink.mails, 10)
        finally:
            stop.set()
            thread.join()
        assert sink.mails[0][0] == "boss@clinic.test"


def test_the_desk_says_it_to_administrators_and_shows_the_cure(hub: Hub) -> None:
    from django.contrib.auth.models import User

    from microcare.store import deployment
    from microcare.web import signing

    assert signing.STAFF
    deployment.put("demo", "1")
    boss, cora = Client(SERVER_NAME="127.0.0.1"), Client(SERVER_NAME="127.0.0.1")
    boss.force_login(User.objects.get(username="boss"))
    cora.force_login(User.objects.get(username="cora"))
    assert "does not do all of its work" not in boss.get("/desk/staff").content.decode()
    assert "No trouble is known: no loop that is watched stands still" in boss.get("/desk/works").content.decode()
    person = _broken(hub)
    assert "does not do all of its work" in boss.get("/desk/staff").content.decode()
    page = boss.get("/desk/works").content.decode()
    assert f"microcare repair --drop {person}" in page
    assert "does not do all of its work" not in cora.get("/desk/").content.decode()
    assert cora.get("/desk/works").status_code == 403
