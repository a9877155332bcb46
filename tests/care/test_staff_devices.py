"""The second way to staff: an alert reaches their own devices when mail hangs, and says nothing of anybody."""

import json
from typing import Any

import pytest
from django.test import Client

from microcare.care import accounts, desk_devices
from microcare.care.receive import receive
from microcare.hub import entry, stimulus
from microcare.store import database, deployment, journals, staff_devices
from microcare.store.push_devices import Device
from microcare.workers import deliver
from tests.live import START, Hub, moment
from tests.push_sink import Service, push_service
from tests.smtp_sink import smtp_sink
from tests.workers.test_lanes import _until, hanging, settings, working

T = moment(START)


def _duty(name: str = "dora", email: str = "Duty@clinic.test") -> str:
    deployment.put("demo", "1")
    return accounts.make_facilitator(name, email, roles=["clinician"], program="tea")


def _device(service: Service, name: str = "desk") -> Device:
    return Device(service.endpoint(name), **service.browser.keys)


def _at_risk(hub: Hub) -> str:
    person = hub.join()
    receive(person, [stimulus.Answer(key="risk", at=T, assessment="a1", item="harm", value=3)])
    return person


def _told(person: str) -> list[tuple[str, tuple[str, ...]]]:
    return [(e.result, e.rosters) for _, e in journals.entries(person) if isinstance(e, entry.Notified)]


def test_an_alert_reaches_a_device_within_seconds_while_mail_hangs_and_names_nobody(hub: Hub) -> None:
    _duty()
    with hanging() as silent, push_service() as service:
        desk_devices.turn_on("dora", _device(service))
        person = _at_risk(hub)
        with settings(f"smtp://127.0.0.1:{silent}"), working():
            assert _until(lambda: service.got, 5), "the desk's device is told"
        [(_, headers, read)] = service.got
    assert read == {"title": "An alert waits", "language": "en", "desk": True}
    assert headers["urgency"] == "high"
    assert person not in json.dumps([headers, read])


def test_told_by_either_way_is_told(hub: Hub) -> None:
    _duty()
    with smtp_sink() as sink, push_service() as service, settings(sink.url):
        desk_devices.turn_on("dora", _device(service))
        sink.fault = "hang_up"
        person = _at_risk(hub)
        with working():
            assert _until(lambda: [r for r, _ in _told(person)] == ["told"], 5), _told(person)


def test_whoever_is_not_on_duty_or_cannot_sign_in_is_not_told(hub: Hub) -> None:
    _duty()
    _duty("lena", "lead@clinic.test")
    _duty("otto", "other@clinic.test")
    with smtp_sink() as sink, push_service() as service, settings(sink.url):
        for name in ("dora", "lena", "otto"):
            desk_devices.turn_on(name, _device(service, name))
        accounts.switch("dora", False, by="boss")
        _at_risk(hub)
        with working():
            assert _until(lambda: sink.mails, 5)
        assert service.got == [], "dora is off, the others are not on duty yet"


@pytest.mark.parametrize("status", [404, 410])
def test_a_device_that_is_no_more_is_forgotten_and_mail_goes_on(hub: Hub, status: int) -> None:
    _duty()
    with smtp_sink() as sink, push_service() as service, settings(sink.url):
        desk_devices.turn_on("dora", _device(service))
        service.status = status
        _at_risk(hub)
        with working():
            assert _until(lambda: sink.mails, 5)
    assert desk_devices.count("dora") == 0


def test_devices_are_kept_sealed_and_a_damaged_one_stops_no_other(hub: Hub) -> None:
    _duty()
    for name in ("one", "two"):
        staff_devices.add("dora", Device(f"https://push.test/{name}", "key", "auth"), T)
    [(first, body), _] = database.rows("SELECT id, body FROM staff_device ORDER BY id")
    assert b"push.test" not in bytes(body)
    database.run("UPDATE staff_device SET body = 'x' WHERE id = %s", [first])
    assert len(staff_devices.of("dora")) == 1


def test_somebody_turns_it_on_and_off_from_their_account_and_nobody_else_does(hub: Hub) -> None:
    from microcare.web import signing

    assert signing.STAFF
    password = _duty()
    desk = Client(SERVER_NAME="127.0.0.1")
    with push_service() as service, settings(""):
        keys = service.browser.keys

        def send(client: Client, **wanted: Any) -> int:
            return client.post("/desk/account/device", json.dumps(wanted), content_type="application/json").status_code

        assert send(desk, endpoint=service.endpoint(), keys=keys) in (302, 401, 403)
        assert desk.login(username="dora", password=password)
        assert "alerts-here" in desk.get("/desk/account").content.decode()
        assert send(desk, endpoint=service.endpoint(), keys={}) == 400
        assert send(desk, endpoint="ftp://x", keys=keys) == 400
        assert desk.post("/desk/account/device", "{", content_type="application/json").status_code == 400
        assert desk_devices.count("dora") == 0
        assert send(desk, endpoint=service.endpoint(), keys=keys) == 200
        assert desk_devices.count("dora") == 1
        assert send(desk, endpoint=service.endpoint(), on=False) == 200
        assert desk_devices.count("dora") == 0
    assert deliver.SOON <= 30
