"""One damaged row stops only itself: rows of every table that holds something to decode are damaged for real."""

import logging

import pytest

from microcare.care import alerts, monitor, repair
from microcare.care.access import MACHINE
from microcare.care.caseload import page, wanted
from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.care.verify import verify
from microcare.care.wake import wake_due
from microcare.care.withdraw import erase
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.commands import repair as command
from microcare.hub import stimulus
from microcare.store import aside, database, journals, outbox, people, push_devices, systems, texts
from microcare.store.monitor import Filter
from microcare.store.push_devices import Device
from tests.live import START, Hub, moment
from tests.smtp_sink import Sink, smtp_sink

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")
MINUTE = 60_000
GARBAGE = ["", "{", "null", "[]", '{"kind": "no such kind"}', b"\x00\xff\xfe", 7, "{}"]
"""What a damaged column may hold instead: nothing, torn JSON, JSON of another kind, bytes, a number, something empty."""
COLUMNS = {
    "person": "snapshot", "journal": "body", "stimulus": "body", "outbox": "effect", "identity": "name", "person_key": "wrapped",
    "kept_text": "body", "push_device": "body", "caseload": "needs",
}  # fmt: skip


def damage(table: str, person: str, garbage: object) -> None:
    """Put garbage into a column of all rows that a person has in a table."""
    who = "id" if table == "person" else "person"
    changed = database.run(f"UPDATE {table} SET {COLUMNS[table]} = %s WHERE {who} = %s", [garbage, person])  # type: ignore[list-item]
    assert changed


def two(hub: Hub) -> tuple[str, str]:
    """Somebody whose rows will be damaged, and somebody else; both have written, have a device, and have a prompt at nine."""
    made = []
    for name in ("bad", "good"):
        person = hub.join(email=f"{name}@home.test")
        texts.keep(person, "a word")
        push_devices.add(person, Device("https://push.test/x", "key", "auth"), T)
        receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
        made.append(person)
    return made[0], made[1]


def ways(sink: Sink) -> dict[str, Channel]:
    return {"in_app": InApp(), "email": Email(parse_server(sink.url), "care@clinic.test", timeout=2.0)}


def work(hub: Hub, sink: Sink, *moments: int) -> None:
    known = ways(sink)
    for shown in moments:
        hub.show(shown)
        for _ in range(8):
            if not wake_due(shown).claimed + deliver_due(shown, known, "http://clinic.test").looked:
                break


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
@pytest.mark.parametrize("table", COLUMNS)
def test_a_damaged_row_stops_only_itself(hub: Hub, table: str, garbage: object) -> None:
    bad, good = two(hub)
    if table == "outbox":
        hub.show(NINE)
        wake_due(NINE)
    damage(table, bad, garbage)
    with smtp_sink() as sink:
        work(hub, sink, NINE, NINE + 2 * 60 * MINUTE, NINE + 2 * 60 * MINUTE + MINUTE)
        assert "good@home.test" in [to for to, _ in sink.mails], "everybody else goes on"
    assert verify(good).good
    shown = page(wanted(None, "", "", ""), NINE, "UTC")
    assert {bad, good} <= {line.id for line in shown.lines}, "the list shows both"
    while monitor.catch_up():
        pass
    assert monitor.persons(Filter())
    list(aside.everything())


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_a_damaged_snapshot_is_told_from_the_journal_and_the_person_goes_on(
    hub: Hub, garbage: object, caplog: pytest.LogCaptureFixture
) -> None:
    bad, _ = two(hub)
    before = journals.load(bad).state
    damage("person", bad, garbage)
    assert journals.load(bad).state == before
    assert bad in caplog.text
    assert [one.person for one in repair.listed() if one.table == "snapshot"] == [bad]
    with smtp_sink() as sink:
        work(hub, sink, NINE, NINE + 2 * 60 * MINUTE)
        assert sorted(to for to, _ in sink.mails) == ["bad@home.test", "good@home.test"]
    assert verify(bad).good, "the next commit has written it anew"
    assert repair.listed() == []


def test_a_snapshot_is_rebuilt_by_command(hub: Hub) -> None:
    bad, _ = two(hub)
    stored = journals.snapshot(bad)
    damage("person", bad, "{")
    damage("caseload", bad, "{")
    assert command.run(hub.folder) == 1
    assert command.run(hub.folder, rebuild=bad) == 0
    assert journals.snapshot(bad) == stored
    assert verify(bad).good
    assert command.run(hub.folder) == 0
    assert command.run(hub.folder, rebuild="nobody") == 1


def test_what_the_journal_does_not_hold_is_not_invented(hub: Hub) -> None:
    """A snapshot is told anew only from a whole journal."""
    bad, _ = two(hub)
    damage("person", bad, "{")
    database.run("DELETE FROM journal WHERE person = %s AND sequence = 3", [bad])
    with pytest.raises(journals.UnreadableError):
        journals.load(bad)
    assert "backup" in aside.rebuild(bad)
    assert journals.snapshot(bad) == b"{"


@pytest.mark.parametrize("garbage", GARBAGE, ids=repr)
def test_an_outbox_row_is_set_aside_counted_released_or_dropped(
    hub: Hub, garbage: object, caplog: pytest.LogCaptureFixture
) -> None:
    bad, _ = two(hub)
    with smtp_sink() as sink:
        hub.show(NINE)
        wake_due(NINE)
        [row] = [o for o in outbox.of(bad) if o.status == "pending" and o.effect.at >= NINE]
        sql = "UPDATE outbox SET effect = %s WHERE person = %s AND sequence = %s AND idx = %s"
        kept = database.rows(sql.replace("UPDATE outbox SET effect = %s", "SELECT effect FROM outbox"), [*row.name])[0][
            0
        ]
        database.run(sql, [garbage, *row.name])  # type: ignore[list-item]
        work(hub, sink, NINE)
        assert aside.count() == 1
        [found] = repair.listed(whole=False)
        assert (found.table, found.name, found.person) == ("outbox", row.key, bad)
        assert "set aside" in caplog.text
        caplog.clear()
        work(hub, sink, NINE + MINUTE, NINE + 5 * MINUTE)
        assert "set aside" not in caplog.text, "once is enough"
        assert "cannot be read" in repair.do("release", row.key, "somebody")
        database.run(sql, [kept, *row.name])
        assert repair.do("release", row.key, "somebody") == ""
        work(hub, sink, NINE + 6 * MINUTE)
        assert next(o for o in outbox.of(bad) if o.name == row.name).status == "accepted"
        assert "set aside" in repair.do("drop", row.key, "somebody")


def test_a_row_that_is_dropped_is_not_looked_at_again(hub: Hub) -> None:
    bad, _ = two(hub)
    hub.show(NINE)
    wake_due(NINE)
    damage("outbox", bad, "{")
    with smtp_sink() as sink:
        work(hub, sink, NINE)
        for one in repair.listed(whole=False):
            assert repair.do("drop", one.name, "somebody") == ""
        assert aside.count() == 0
        work(hub, sink, NINE + MINUTE)
    assert aside.count() == 0


@pytest.mark.parametrize("garbage", [b"", b"\x00", "text", 7], ids=repr)
def test_a_webhook_that_cannot_be_read_signs_nothing_and_stops_only_itself(hub: Hub, garbage: object) -> None:
    from microcare.care.systems import listen, tell_due
    from microcare.store import memberships
    from tests.web.api.test_webhooks import listening

    with listening() as bad, listening() as good:
        for name, listener in (("bad", bad), ("good", good)):
            memberships.grant(f"system:{name}", "*", "clinician", T)
            listen(name, listener.url, ["enrolled"], local=True)
        broken = next(hook.id for hook in systems.hooks() if hook.system == "bad")
        database.run("UPDATE webhook SET secret = %s WHERE id = %s", [garbage, broken])  # type: ignore[list-item]
        hub.join()
        tell_due(T + MINUTE, local=True)
        assert (len(bad.got), len(good.got)) == (0, 1)
        [found] = [one for one in repair.listed() if one.table == "webhook"]
        assert found.name == broken
        assert repair.do("drop", broken, "somebody") == ""
        assert [hook.system for hook in systems.hooks()] == ["good"]


def test_an_alert_of_somebody_whose_record_cannot_be_read_is_told_and_stands_first(hub: Hub) -> None:
    bad, _ = two(hub)
    receive(bad, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
    for table in ("person", "journal"):
        damage(table, bad, "{")
    with smtp_sink() as sink:
        work(hub, sink, T + 1000, T + 31 * MINUTE, T + 95 * MINUTE)
        told = [to for to, _ in sink.mails]
        assert told.count("duty@clinic.test") >= 2, "and again, for nobody can take it on"
    found = alerts.open_ones(None)
    assert [(one.person, one.urgent, one.raised) for one in found] == [(bad, True, T)]
    assert MACHINE.may("see")


def test_the_pages_of_somebody_unreadable_say_so_and_all_others_show(hub: Hub) -> None:
    from django.contrib.auth.models import User
    from django.test import Client

    from microcare.care import entering
    from microcare.care.accounts import make_facilitator
    from microcare.store import deployment
    from microcare.web import signing

    assert signing.STAFF, "sessions of staff begin where it is loaded"
    deployment.put("demo", "1")
    bad, good = two(hub)
    receive(bad, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
    for table in ("person", "journal"):
        damage(table, bad, "{")
    make_facilitator("cora", "", roles=["clinician"], program="*")
    desk = Client(SERVER_NAME="127.0.0.1")
    desk.force_login(User.objects.get(username="cora"))
    for path in ("/desk/", "/desk/alerts", "/desk/now", "/desk/monitor", "/desk/safety", f"/desk/people/{good}"):
        assert desk.get(path).status_code == 200, path
    assert bad in desk.get("/desk/alerts").content.decode()
    answer = desk.get(f"/desk/people/{bad}")
    assert answer.status_code == 503
    assert "microcare repair" in answer.content.decode()
    own = Client(SERVER_NAME="127.0.0.1")
    session = own.session
    session["person"], session["device"] = bad, entering.begin(bad, "a browser", "")
    session.save()
    answer = own.get("/")
    assert answer.status_code == 503
    assert "/help" in answer.content.decode()
    assert bad not in answer.content.decode()
    assert own.get("/help").status_code == 200


def test_a_damaged_program_concerns_only_those_who_are_in_it(hub: Hub) -> None:
    from microcare.care import programs as known
    from tests.live import TEA

    hub.publish(TEA.replace("program: tea", "program: milk"), "milk")
    good = hub.join("milk", email="good@home.test")
    bad = hub.join("tea", email="bad@home.test")
    for person in (good, bad):
        receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
    database.run("UPDATE program_file SET body = %s WHERE program = 'tea'", ["\x00 not : a [ program"])
    known._cache.stamp, known._cache.compiled = None, {}
    with smtp_sink() as sink:
        work(hub, sink, NINE, NINE + 2 * 60 * MINUTE)
        assert [to for to, _ in sink.mails] == ["good@home.test"]
    assert journals.load(bad).failed


def test_a_damaged_seed_is_never_made_anew(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    from microcare.store import deployment

    hub.publish()
    deployment.put("seed.tea", "zz")
    with caplog.at_level(logging.ERROR):
        assert "tea" not in deployment.seeds()
    deployment.make_seed("tea")
    assert deployment.get("seed.tea") == "zz"


def test_somebody_erased_is_no_damage(hub: Hub) -> None:
    bad, _ = two(hub)
    erase(bad)
    assert repair.listed() == []
    assert people.name_of(bad) == ""
