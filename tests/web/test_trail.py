"""The audit trail knows what was refused, who read lists of names, and stands a second time outside of the database."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from microcare.care.access import ROLES
from tests.live import Hub, running_hub


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


def browser(address: str = "127.0.0.1") -> Any:
    from django.test import Client

    return Client(SERVER_NAME="127.0.0.1", REMOTE_ADDR=address)


def staff(role: str, program: str = "tea", address: str = "198.51.100.7") -> Any:
    from django.contrib.auth.models import User

    from microcare.care import accounts
    from microcare.web import signing

    assert signing, "it hears of every sign-in"
    accounts.make_facilitator(f"a-{role}", roles=[role], program=program)
    client = browser(address)
    client.force_login(User.objects.get(username=f"a-{role}"))
    return client


def lines(deed: str = "") -> list[tuple[str, str, str, str]]:
    """(who, deed, about, detail), the oldest first."""
    from microcare.store import audit

    return [(x.who, x.deed, x.about, x.detail) for x in audit.everything() if deed in ("", x.deed)]


def test_lists_of_names_and_searches_are_entered_and_what_was_looked_for_is_not(hub: Hub) -> None:
    hub.join()
    coach = staff("coach")
    for _ in range(3):
        coach.get("/desk/")
    assert [one[3] for one in lines("listed people")] == ["everybody, page 1: 1 names"], (
        "the same list again is no other look"
    )
    coach.get("/desk/?show=alerts")
    assert len(lines("listed people")) == 2
    for _ in range(2):
        coach.get("/desk/?q=Ada")
    coach.get("/desk/?q=Aloysius")
    searched = [one[3] for one in lines("searched people")]
    assert [one.partition(": ")[2] for one in searched] == ["1 found", "0 found"]
    assert all("ada" not in one.lower() and "aloysius" not in one.lower() for one in searched)


def test_what_other_systems_read_is_entered(hub: Hub) -> None:
    from microcare.care import systems

    person, key = hub.join(), systems.add("ehr", ["clinician"], "tea", "test")
    headers = {"Authorization": f"Bearer {key}"}
    for path in ("/people", "/alerts", f"/people/{person}", f"/people/{person}/journal", f"/people/{person}/journal"):
        assert browser().get(f"/api/v1{path}", headers=headers).status_code == 200
    assert [one[:3] for one in lines() if one[0] == "system:ehr"] == [
        ("system:ehr", "listed people", ""), ("system:ehr", "read alerts", ""), ("system:ehr", "read", person),
        ("system:ehr", "read", person),
    ]  # fmt: skip


def test_refusals_are_entered_with_who_and_what_and_nothing_a_stranger_wrote(hub: Hub) -> None:
    from microcare.care import systems
    from microcare.store import people

    other = people.add("elsewhere", "Bea", "", 0)[0]
    coach, key = staff("coach"), systems.add("ehr", ["coach"], "tea", "test")
    coach.get(f"/desk/people/{other}")
    coach.get("/desk/people/Drop%20everything")
    coach.get("/desk/staff")
    coach.post(f"/desk/people/{hub.join()}/do", {"deed": "resolve"})
    headers = {"Authorization": f"Bearer {key}"}
    browser().get(f"/api/v1/people/{other}", headers=headers)
    browser("192.0.2.1").get("/api/v1/people", headers={"Authorization": "Bearer mc_0_hunter2"})
    browser("192.0.2.9").post("/join", {"code": "my secret words"})
    found = lines()
    assert ("a-coach", "refused", other, "GET /desk/people/<str:person> 198.51.100.7") in found
    assert ("system:ehr", "refused", other, "GET /api/v1/people/<person> 127.0.0.1") in found
    assert ("nobody", "wrong key", "", "GET /api/v1/people 192.0.2.1") in found
    [wrong] = [one for one in found if one[1] == "wrong code"]
    assert wrong[0] == "nobody" and "192.0.2.9" not in wrong[3], "who mistypes a code may be a participant"
    whole = json.dumps(found)
    assert "hunter2" not in whole and "secret" not in whole and "Drop" not in whole


@pytest.mark.parametrize("role", ROLES)
def test_every_closed_page_is_entered(role: str, hub: Hub) -> None:
    """The kind, and not only the pages above: whatever answers 403 to a role stands in the trail."""
    from microcare.web.access import RULES, STAFF

    client = staff(role)
    closed = [
        route
        for route, rule in RULES.items()
        if rule.who == STAFF and "<" not in route and client.get(f"/{route}").status_code == 403
    ]
    assert closed
    from microcare.care import trail

    trail.settle(1 << 60)
    counted = [one for one in lines("refused") if one[0] == f"a-{role}"]
    times = sum(int(one[3].split()[2]) if one[3].startswith("at least") else 1 for one in counted)
    assert 1 <= times <= len(closed)


def test_a_flood_of_refused_attempts_is_a_few_lines(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare.care import clock, trail
    from microcare.store.database import rows

    at = 1_000_000 * trail.MINUTE
    monkeypatch.setattr(clock, "wall", lambda: at)
    seconds = iter(range(10_000))
    monkeypatch.setattr("microcare.care.trail.time.monotonic", lambda: float(next(seconds)))
    for number in range(300):
        trail.refuse("nobody", "wrong key", "", "GET", f"198.51.100.{number % 30}")
    assert len(lines("wrong key")) == trail.MOST + 1, "so many places are told apart, all others are one"
    assert rows("SELECT COUNT(*) FROM refused")[0][0] == trail.MOST + 1
    at += trail.MINUTE
    trail.refuse("nobody", "wrong key", "", "GET", "203.0.113.1")
    said = [one[3] for one in lines("wrong key")]
    counted = sum(int(one.split()[2]) for one in said if one.startswith("at least"))
    assert counted + trail.MOST + 1 == 300, "none is forgotten"
    assert rows("SELECT COUNT(*) FROM refused")[0][0] == 1


def test_a_flood_within_a_second_writes_once(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A write costs a disk its time: a flood must not take it from those who answer."""
    from microcare.care import trail
    from microcare.store import refused

    written: list[tuple[Any, ...]] = []
    counting = refused.count

    def counted(*given: Any) -> tuple[bool, str]:
        written.append(given)
        return counting(*given)

    monkeypatch.setattr(refused, "count", counted)
    monkeypatch.setattr("microcare.care.trail.time.monotonic", lambda: 77.0)
    for _ in range(1000):
        trail.refuse("nobody", "wrong key", "", "GET", "198.51.100.200")
    assert len(written) <= 2 and len(lines("wrong key")) == 1


def test_a_participants_sign_in_export_and_erasure_are_entered(hub: Hub) -> None:
    from microcare.care.enroll import enroll

    joined = enroll("tea", zone="UTC", name="Ada")
    phone = browser()
    phone.post("/join", {"code": joined.code})
    assert phone.get("/settings/my-data.json").status_code == 200
    phone.post("/settings/leave", {"kept": "erase", "sure": "yes"})
    theirs = [(deed, about) for who, deed, about, _ in lines() if who == joined.person]
    assert [deed for deed, _ in theirs] == ["signed in", "export", "erase"]
    assert {about for _, about in theirs} == {joined.person}


def never_was() -> None:
    """A line that is taken back with all that was written with it."""
    from microcare.store import audit
    from microcare.store.database import writing

    def written() -> None:
        with writing():
            audit.append(3, "a", "that never was")
            raise KeyError

    with pytest.raises(KeyError):
        written()


def test_its_second_home_shows_what_is_gone_from_the_database(hub: Hub, tmp_path: Path) -> None:
    from django.test import override_settings

    from microcare.store import audit
    from microcare.store.database import run

    file = tmp_path / "outside" / "audit.jsonl"
    file.parent.mkdir()
    audit.append(1, "a", "before it had a second home")
    with override_settings(AUDIT_LOG=str(file)):
        audit.append(2, "a", "read", "p1")
        never_was()
        audit.append(4, "b", "read", "p2")
        assert [json.loads(line)["deed"] for line in file.read_text().splitlines()] == ["read", "read"], (
            "after the commit"
        )
        assert audit.apart(file) == []
        # Whoever has the database and the key deletes the last line, and its note: the chain is whole again.
        last = audit.trail(limit=2)
        run("DELETE FROM audit WHERE serial = %s", [last[0].serial])
        from microcare.store import deployment
        from microcare.store.master import hashed

        deployment.put(audit.HEAD, hashed(last[1].seal, audit.HEAD))
        assert audit.broken() == 0
        assert audit.apart(file) == [f"Line {last[0].serial} stands outside, and is gone from the database."]
        audit.append(5, "c", "read", "p3")
        assert audit.apart(file) == [f"Line {last[0].serial} was changed: outside it says otherwise."], (
            "its number is given again"
        )
        file.write_text("\n".join(file.read_text().splitlines()[:1]) + "\n")
        audit.append(6, "c", "read", "p4")
        file.write_text("\n".join(file.read_text().splitlines()[:1]) + "\n")
        assert f"Line {audit.trail(limit=1)[0].serial} stands in the database, and not outside." in audit.apart(file)
    assert file.stat().st_mode & 0o077 == 0


def test_the_command_compares_them(hub: Hub, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from django.test import override_settings

    from microcare.commands.hub import audit as command
    from microcare.store import audit
    from microcare.store.database import run

    file = tmp_path / "audit.jsonl"
    with override_settings(AUDIT_LOG=str(file)):
        audit.append(1, "a", "read", "p1")
        audit.append(2, "a", "read", "p2")
        assert command(hub.folder, "", True) == 0
        assert str(file) in capsys.readouterr().out
        run("UPDATE audit SET about = 'p9' WHERE about = 'p2'")
        assert command(hub.folder, "", True) != 0
        assert "outside it says otherwise" in capsys.readouterr().err
    forwarded = tmp_path / "from-syslog"
    forwarded.write_text(
        "".join(f"Mar  2 07:00:00 hub microcare-audit: {one}\n" for one in file.read_text().splitlines())
    )
    assert command(hub.folder, "", True, forwarded) != 0
    assert "outside it says otherwise" in capsys.readouterr().err
    run("UPDATE audit SET about = 'p2' WHERE about = 'p9'")
    assert command(hub.folder, "", True, forwarded) == 0
    assert command(hub.folder, "", True, tmp_path / "none") != 0


@pytest.mark.parametrize("way", ["unix", "udp"])
def test_syslog_takes_it(way: str, hub: Hub, tmp_path: Path) -> None:
    from django.test import override_settings

    from microcare.store import audit

    with socket.socket(socket.AF_UNIX if way == "unix" else socket.AF_INET, socket.SOCK_DGRAM) as receiver:
        receiver.settimeout(5)
        receiver.bind(str(tmp_path / "log") if way == "unix" else ("127.0.0.1", 0))
        home = f"syslog:{tmp_path / 'log'}" if way == "unix" else f"syslog://127.0.0.1:{receiver.getsockname()[1]}"
        with override_settings(AUDIT_LOG=home):
            audit.append(1, "a", "read", "p1")
        got = receiver.recv(10_000).decode()
    assert (
        got.startswith("<86>microcare-audit: {")
        and json.loads(got[got.index("{") :])["seal"] == audit.trail(limit=1)[0].seal
    )


def test_a_second_home_that_cannot_be_written_stops_nobody(hub: Hub, tmp_path: Path) -> None:
    from django.test import override_settings

    from microcare.store import audit

    with override_settings(AUDIT_LOG=str(tmp_path / "missing" / "audit.jsonl")):
        audit.append(1, "a", "read", "p1")
    assert lines("read") == [("a", "read", "p1", "")]
