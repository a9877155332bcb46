"""Notifications from the decision to the device, over a push service on this machine; mail where no device can be reached."""

from collections import Counter

import pytest

from microcare.care import notifications, settings
from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.care.wake import wake_due
from microcare.care.withdraw import erase
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.channels.push import Push, new_private_key, private_key
from microcare.hub import entry, stimulus
from microcare.store import journals, outbox, push_devices
from microcare.store.push_devices import Device
from tests.live import HOUR, START, TEA, Hub, moment
from tests.push_sink import Service, push_service
from tests.smtp_sink import Sink, smtp_sink

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")
PUSHED = TEA.replace("channels: [in_app, {email: 2h}]", "channels: [push, {email: 2h}]")


def ways(sink: Sink) -> dict[str, Channel]:
    own = private_key(push_devices.signer(new_private_key))
    push = Push(own, "mailto:care@clinic.test", local=True, timeout=2.0)
    return {"in_app": InApp(), "email": Email(parse_server(sink.url), "care@clinic.test", timeout=2.0), "push": push}


def device(service: Service, name: str = "one") -> Device:
    return Device(service.endpoint(name), **service.browser.keys)


def quiet_person(hub: Hub) -> str:
    """A person whose first questionnaire is out of the way, so that only the daily prompt is left."""
    hub.publish(PUSHED)
    person = hub.join()
    receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
    return person


def run_until(hub: Hub, sink: Sink, *moments: int) -> None:
    known = ways(sink)
    for shown in moments:
        hub.show(shown)
        for _ in range(20):
            if not wake_due(shown).claimed + deliver_due(shown, known, "http://clinic.test").looked:
                break


def sent(person: str) -> Counter[tuple[str, str]]:
    return Counter((getattr(o.effect, "channel", ""), o.status) for o in outbox.of(person) if o.effect.at >= NINE)


def test_a_prompt_reaches_every_device_and_says_nothing(hub: Hub) -> None:
    with smtp_sink() as sink, push_service() as service:
        person = quiet_person(hub)
        for name in ("phone", "laptop"):
            notifications.turn_on(person, device(service, name))
        run_until(hub, sink, NINE, NINE + HOUR)
        assert sent(person) == {("push", "accepted"): 1}
        assert sorted(path for path, _, _ in service.got) == ["/push/laptop", "/push/phone"]
        [read] = {str(read) for _, _, read in service.got}
        assert "Something is waiting for you" in read
        assert "tea" not in read.lower()
        assert "Ada" not in read
        assert person not in read
        assert 6 * 3600 - 60 < int(service.got[0][1]["ttl"]) <= 6 * 3600
        assert sink.mails == []
    stages = [(x.channel, x.stage) for _, x in journals.entries(person) if isinstance(x, entry.Staged)]
    assert stages == [("push", "handed_over"), ("push", "accepted")]


@pytest.mark.parametrize(("status", "left"), [(410, 0), (404, 0), (503, 1), (429, 1)])
def test_where_no_device_can_be_reached_a_mail_goes_out_at_once(hub: Hub, status: int, left: int) -> None:
    with smtp_sink() as sink, push_service() as service:
        person = quiet_person(hub)
        notifications.turn_on(person, device(service))
        service.status = status
        run_until(hub, sink, NINE, NINE + 60_000)
        assert sent(person) == {("push", "failed"): 1, ("email", "accepted"): 1}
        assert [to for to, _ in sink.mails] == ["ada@home.test"]
    assert len(push_devices.of(person)) == left


def test_who_has_no_device_gets_the_mail_at_once(hub: Hub) -> None:
    with smtp_sink() as sink:
        person = quiet_person(hub)
        run_until(hub, sink, NINE, NINE + 60_000)
        assert sent(person) == {("push", "failed"): 1, ("email", "accepted"): 1}


def test_what_was_turned_off_after_it_was_decided_is_not_sent(hub: Hub) -> None:
    with smtp_sink() as sink, push_service() as service:
        person = quiet_person(hub)
        notifications.turn_on(person, device(service))
        hub.show(NINE)
        wake_due(NINE)
        settings.set_value(person, "channels", "push,email")
        run_until(hub, sink, NINE + 1, NINE + 3 * HOUR)
        assert service.got == []
        assert sink.mails == []


def test_devices_are_sealed_few_and_forgotten(hub: Hub) -> None:
    from microcare.store.database import rows

    person = hub.join()
    for number in range(12):
        hub.show(T + number * HOUR)
        one = Device(f"https://push.example.org/{number}", "key", "auth")
        assert notifications.turn_on(person, one)
        assert notifications.turn_on(person, one), "again is nothing new"
    assert [d.endpoint.rpartition("/")[2] for d in push_devices.of(person)] == [str(n) for n in range(2, 12)]
    assert b"push.example.org" not in b"".join(bytes(body) for (body,) in rows("SELECT body FROM push_device"))
    assert notifications.turn_off(person, "https://push.example.org/5")
    assert not notifications.turn_off(person, "https://push.example.org/5")
    other = hub.join()
    assert not notifications.turn_off(other, "https://push.example.org/6"), "another person's device"
    erase(person)
    assert rows("SELECT * FROM push_device") == []
    assert not notifications.turn_on(person, one)


def test_the_signing_key_is_made_once_and_kept_sealed(hub: Hub) -> None:
    from microcare.store import deployment

    assert notifications.public_key() == notifications.public_key()
    kept = bytes.fromhex(deployment.get("vapid") or "")
    assert push_devices.signer(new_private_key) not in kept


@pytest.mark.parametrize(
    ("given", "wrong"),
    [
        (Device("http://push.example.org/x", "", ""), "https"),
        (Device("https://10.0.0.1/x", "", ""), "public host"),
        (Device("https://push.example.org/x", "aa", "bb"), "keys"),
        (Device("https://push.example.org/x", "ü", "bb"), "keys"),
    ],
)
def test_what_is_no_device_is_refused(given: Device, wrong: str) -> None:
    assert wrong in notifications.problem(given)
