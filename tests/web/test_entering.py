"""How people get in and stay in: a code is good once and for a time, a browser as long as it is used, and can be ended."""

import logging
from typing import Any

import pytest

from microcare.base.moments import DAY, HOUR
from microcare.care.entering import CODE_LASTS, DEVICE_LASTS, OWN_CODE_LASTS
from tests.live import Hub
from tests.web.conftest import Ada, Visitor, join

PHONE = "Mozilla/5.0 (Linux; Android 15; Pixel 9) AppleWebKit/537.36 Chrome/131.0 Mobile Safari/537.36"
DESKTOP = "Mozilla/5.0 (Macintosh; Intel Mac OS X 10.15; rv:133.0) Gecko/20100101 Firefox/133.0"


def age(by: int) -> None:
    """Let codes and browsers be older: as if so much time had gone by."""
    from microcare.store.database import run

    run("UPDATE invitation SET expires = expires - %s", [by])
    run("UPDATE person_device SET began = began - %s, seen = seen - %s", [by, by])


def inside(one: Visitor) -> bool:
    return "Type the code" not in one.get("/").text


def entered(code: str) -> Visitor:
    one = Visitor()
    one.enter(code)
    return one


def devices(person: str) -> list[str]:
    from microcare.care import entering

    return [one.name for one in entering.devices(person)]


def staff(role: str = "coach", program: str = "tea") -> Any:
    from django.contrib.auth.models import User
    from django.test import Client

    from microcare.care import accounts
    from microcare.web import signing

    assert signing, "it hears of every sign-in"
    accounts.make_facilitator(f"a-{role}", roles=[role], program=program)
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(User.objects.get(username=f"a-{role}"))
    return client


def test_a_code_is_for_entering_once(ada: Ada) -> None:
    code = ada.code
    first, second = entered(code), entered(code)
    assert inside(first) and not inside(second)
    assert second.enter(code).status == 404 and "good once" in second.text
    # Sent twice by the same browser (two taps), it is in.
    assert first.enter(code).status == 200 and inside(first)


def test_a_code_has_an_end(ada: Ada) -> None:
    code = ada.code
    age(CODE_LASTS - HOUR)
    assert inside(entered(code))
    code = ada.code
    age(CODE_LASTS + 1000)
    assert not inside(entered(code))


def test_an_invitation_has_an_end_too(hub: Hub) -> None:
    from microcare.care.enroll import invite

    code = invite("tea")
    age(CODE_LASTS + 1000)
    assert not inside(entered(code))


def test_a_new_code_ends_the_one_before(ada: Ada) -> None:
    before, after = ada.code, ada.code
    assert not inside(entered(before)) and inside(entered(after))


def test_a_browser_that_is_used_stays_theirs_for_years(ada: Ada) -> None:
    for _month in range(40):
        age(30 * DAY)
        assert inside(ada)
        cookie = ada.client.cookies["microcare_session"]
        assert int(cookie["max-age"]) == DEVICE_LASTS // 1000, "the browser keeps it for as long again"
    age(DEVICE_LASTS + DAY)
    assert not inside(ada)


def test_the_session_in_the_database_goes_on_with_it(ada: Ada) -> None:
    from django.contrib.sessions.models import Session
    from django.utils import timezone

    key = ada.client.cookies["microcare_session"].value
    age(2 * DAY)
    ada.get("/")
    left = Session.objects.get(pk=key).expire_date - timezone.now()
    assert left.days >= 363


def test_each_use_is_not_a_write(ada: Ada) -> None:
    from microcare.store.database import rows

    ada.get("/")
    age(HOUR)
    before = rows("SELECT * FROM person_device")
    ada.get("/")
    assert rows("SELECT * FROM person_device") == before


def test_whoever_lost_everything_comes_back_to_all_that_was_theirs(ada: Ada) -> None:
    """The phone is lost after years; a coach gives a new code, and ends the lost one."""
    ada.get("/").answer("3", "0", "a secret note")
    age(3 * DEVICE_LASTS)
    assert not inside(ada)
    coach = staff()
    page = coach.post(f"/desk/people/{ada.person}/access", {"what": "code"}).content.decode()
    code = page.partition("/join#")[2][:20]
    new = entered(code)
    assert inside(new) and new.client.session["person"] == ada.person
    assert "a secret note" in new.get("/settings/data").text
    assert devices(ada.person) == [""], "the old one is not listed any more"


def test_devices_are_seen_and_ended_in_the_settings(hub: Hub) -> None:
    ada = join("tea")
    phone, desktop = Visitor(), Visitor()
    phone.client.defaults["HTTP_USER_AGENT"], desktop.client.defaults["HTTP_USER_AGENT"] = PHONE, DESKTOP
    phone.enter(ada.code)
    desktop.enter(ada.code)
    page = desktop.get("/settings/devices").text
    assert "Chrome, Android" in page and "Firefox, Mac" in page and page.count("<b>This one.</b>") == 1
    [lost] = [one for one in _rows(ada.person) if one.name == "Chrome, Android"]
    desktop.post("/settings/devices", what="end", device=lost.id)
    answer = phone.client.get("/")
    assert answer.headers["Location"] == "/join"
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"', "what lies on it is cleared"
    assert inside(desktop) and inside(ada)
    desktop.post("/settings/devices", what="others")
    assert inside(desktop) and not inside(ada)


def _rows(person: str) -> Any:
    from microcare.care import entering

    return entering.devices(person)


def test_nobody_ends_somebody_elses_device(hub: Hub) -> None:
    ada, bea = join("tea"), join("tea")
    [hers] = _rows(bea.person)
    ada.post("/settings/devices", what="end", device=hers.id)
    assert inside(bea)


def test_a_code_of_ones_own_lets_another_device_in_for_an_hour(ada: Ada) -> None:
    def made() -> str:
        page = ada.post("/settings/devices", what="code").text
        return page.partition('<p class="code" role="status"><b>')[2].partition("<")[0]

    assert inside(entered(made()))
    late = made()
    age(OWN_CODE_LASTS + 1000)
    assert not inside(entered(late))


def test_the_desk_takes_a_code_back_and_ends_devices(ada: Ada) -> None:
    from microcare.store import audit

    coach, page = staff(), f"/desk/people/{ada.person}/access"
    assert "No code is open" not in coach.post(page, {"what": "code"}).content.decode()
    code = ada.code
    coach.post(page, {"what": "back"})
    assert not inside(entered(code))
    assert "No code is open" in coach.get(page).content.decode()
    assert inside(ada)
    coach.post(page, {"what": "all"})
    assert not inside(ada)
    deeds = [(line.who, line.deed) for line in audit.trail(ada.person)]
    assert {("a-coach", "code made"), ("a-coach", "code taken back"), ("a-coach", "device ended")} <= set(deeds)


@pytest.mark.parametrize("role", ["analyst", "designer", "safety_officer"])
def test_who_may_not_invite_makes_no_code(role: str, ada: Ada) -> None:
    from microcare.care import entering

    answer = staff(role).post(f"/desk/people/{ada.person}/access", {"what": "code"})
    assert answer.status_code == 404 and entering.code_ends(ada.person) == entering.code_ends("nobody")


def test_a_device_that_is_ended_is_notified_no_more(ada: Ada) -> None:
    from microcare.care import entering
    from microcare.store import push_devices
    from microcare.store.push_devices import Device

    token, kept = ada.client.session["device"], Device("https://push.test/1", "k", "a")
    push_devices.add(ada.person, kept, 1)
    push_devices.add(ada.person, Device("https://push.test/2", "k", "a"), 1)
    entering.notify(token, push_devices.name_of(ada.person, kept.endpoint))
    [here] = entering.devices(ada.person)
    entering.end(ada.person, here.id, "test")
    assert [one.endpoint for one in push_devices.of(ada.person)] == ["https://push.test/2"]


def test_erasing_ends_every_device_and_code(hub: Hub) -> None:
    from microcare.care.withdraw import erase
    from microcare.store.database import rows

    ada = join("tea")
    code = ada.code
    erase(ada.person)
    assert not inside(ada) and not inside(entered(code))
    assert rows("SELECT name FROM person_device WHERE name <> ''") == []


def test_codes_stand_in_no_address_and_no_log(hub: Hub, caplog: pytest.LogCaptureFixture) -> None:
    from microcare.care.enroll import invite

    caplog.set_level(logging.DEBUG)
    code = invite("tea")
    page = staff().post("/desk/invite", {"program": "tea", "name": "Bo"}).content.decode()
    assert "/join#" in page and "/join/" not in page
    old = Visitor().client.get(f"/join/{code}")
    assert old.headers["Location"] == f"/join#{code}", "a link of before goes on by what is never sent"
    one = entered(code)
    one.enter(code + "x")
    assert inside(one)
    assert code not in " ".join(record.getMessage() for record in caplog.records)


def test_a_session_without_its_device_opens_nothing(ada: Ada) -> None:
    """As one that somebody wrote by hand, or whose row is another person's."""
    bea = join("tea")
    for person, device in ((ada.person, ""), (ada.person, "x"), (ada.person, bea.client.session["device"])):
        one = Visitor()
        session = one.client.session
        session["person"], session["device"] = person, device
        session.save()
        one.client.cookies["microcare_session"] = session.session_key or ""
        assert not inside(one), (person, device)


def test_an_older_database_keeps_its_people_in_and_ends_used_codes(hub: Hub) -> None:
    from django.contrib.sessions.backends.db import SessionStore
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from microcare.store import people
    from microcare.store.database import run
    from microcare.store.entering import mark

    ids = {"old": hub.join(), "new": people.add("tea", "", "", 1)[0]}
    run("DELETE FROM identity")
    MigrationExecutor(connection).migrate([("store", "0012_lanes")])
    for name, person in ids.items():
        given = [person, mark(f"code of {name}")]
        run("INSERT INTO identity (person, name, email, code, program) VALUES (%s, '', '', %s, 'tea')", given)
    session = SessionStore()
    session["person"] = ids["old"]
    session.save()
    MigrationExecutor(connection).migrate([("store", _leaf())])
    from microcare.care import entering

    assert entering.enter("code of old") is None, "it was used"
    assert entering.enter("code of new") == ids["new"]
    [device] = entering.devices(ids["old"])
    assert entering.device(SessionStore(session_key=session.session_key)["device"]) == device
    assert people.invited_to(ids["new"]) == "tea"


def _leaf() -> str:
    from django.db import connection
    from django.db.migrations.loader import MigrationLoader

    return str(MigrationLoader(connection).graph.leaf_nodes("store")[0][1])
