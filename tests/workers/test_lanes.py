"""Channels do not wait for each other: who hangs delays themselves alone, is left alone, and is tried again."""

import http.client
import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from django.test import override_settings

from microcare.care import notifications, systems
from microcare.care.receive import receive
from microcare.care.wake import wake_due
from microcare.channels import outward
from microcare.channels.breaker import Breaker, Breakers
from microcare.channels.channel import Message, Result
from microcare.channels.email import Email, parse_server
from microcare.hub import stimulus
from microcare.store import outbox
from microcare.store.push_devices import Device
from microcare.workers import deliver, lanes
from microcare.workers.lanes import Lanes
from tests.live import START, TEA, Hub, moment
from tests.push_sink import Service, push_service
from tests.smtp_sink import smtp_sink
from tests.web.api.test_webhooks import listening

T = moment(START)
NINE = moment("2026-03-02T08:00:00Z")


def _until(true: Callable[[], object], seconds: float = 20) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


@contextmanager
def hanging(dribble: bytes = b"") -> Iterator[int]:
    """A port where everybody is let in, and nobody is ever answered (or a byte at a time, for ever)."""
    open_ones: list[socket.socket] = []
    ended = threading.Event()
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen(50)

        def serve() -> None:
            while not ended.is_set():
                try:
                    one, _ = server.accept()
                except OSError:
                    return
                open_ones.append(one)
                if dribble:
                    threading.Thread(target=drip, args=(one,), daemon=True).start()

        def drip(one: socket.socket) -> None:
            while not ended.wait(0.1):
                try:
                    one.sendall(dribble)
                except OSError:
                    return

        threading.Thread(target=serve, daemon=True).start()
        yield int(server.getsockname()[1])
        ended.set()
        server.close()
        for one in open_ones:
            one.close()


@contextmanager
def working() -> Iterator[None]:
    """All loops that bring things out, as a worker runs them."""
    stop = threading.Event()
    grace, lanes.GRACE = lanes.GRACE, 0.2
    threads = [threading.Thread(target=work) for work in deliver.works(stop).values()]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()
        lanes.GRACE = grace


def settings(smtp: str) -> override_settings:
    return override_settings(SMTP=smtp, MAIL_FROM="care@clinic.test", PUSH_LOCAL=True, URL="http://clinic.test")


def device(service: Service, name: str) -> Device:
    return Device(service.endpoint(name), **service.browser.keys)


def _reached(hub: Hub, channels: str, count: int, each: Callable[[str, int], None]) -> list[str]:
    """People whose daily prompt is due at nine by these channels; the clock shows nine and they are woken."""
    hub.publish(TEA.replace("channels: [in_app, {email: 2h}]", f"channels: {channels}"))
    people = []
    for number in range(count):
        person = hub.join(email=f"p{number}@home.test")
        receive(person, [stimulus.Act(key="seen", at=T, delivery="d1", act="done")])
        each(person, number)
        people.append(person)
    hub.show(NINE)
    wake_due(NINE)
    return people


def test_a_hanging_mail_server_and_a_hanging_push_service_delay_no_other_notification(hub: Hub) -> None:
    with hanging() as silent, push_service() as service:
        dead = Service(f"http://127.0.0.1:{silent}")

        def turn_on(person: str, number: int) -> None:
            notifications.turn_on(person, device(dead if number % 2 else service, str(number)))

        by_mail = _reached(hub, "[email]", 6, lambda person, number: None)
        _reached(hub, "[push]", 24, turn_on)
        with settings(f"smtp://127.0.0.1:{silent}"), working():
            began = time.monotonic()
            assert _until(lambda: len(service.got) == 12, 8), len(service.got)
            assert time.monotonic() - began < 8
            assert all(o.status != "accepted" for p in by_mail for o in outbox.of(p) if o.effect.at >= NINE)


def test_an_alert_goes_out_although_the_mail_of_prompts_waits(hub: Hub) -> None:
    """The server takes the text of prompts and falls silent; mail to staff has a way of its own."""
    with smtp_sink() as sink:
        sink.slow = "p0@home.test"
        people = _reached(hub, "[email]", 8, lambda person, number: None)
        with settings(sink.url), working():
            assert _until(lambda: sink.held), "a prompt's mail hangs"
            receive(people[1], [stimulus.Answer(key="risk", at=NINE, assessment="a1", item="harm", value=3)])
            assert _until(lambda: any(to == "duty@clinic.test" for to, _ in sink.mails), 5)
            sink.release.set()


def test_one_hanging_webhook_slows_only_its_own(hub: Hub) -> None:
    kinds = ("enrolled",)
    with hanging() as silent, listening() as listener, settings(""):
        systems.listen("slow", f"http://127.0.0.1:{silent}/told", kinds, local=True)
        systems.listen("quick", listener.url, kinds, local=True)
        from microcare.store import memberships

        for name in ("slow", "quick"):
            memberships.grant(f"system:{name}", "*", "clinician", T)
        people = {hub.join() for _ in range(60)}
        with working():
            assert _until(lambda: len(listener.got) == 60, 8), len(listener.got)
    assert {json.loads(body)["person"] for _, body in listener.got} == people


@pytest.mark.parametrize("fault", ["greylist", "busy", "hang_up", "refuse_for_now"])
def test_a_mail_that_is_refused_for_now_goes_out_once_within_its_window(hub: Hub, fault: str) -> None:
    from microcare.care.deliver import deliver_due

    [person] = _reached(hub, "[email]", 1, lambda person, number: None)
    with smtp_sink() as sink:
        ways = {"email": Email(parse_server(sink.url), "care@clinic.test", 2.0)}
        sink.fault = fault
        deliver_due(NINE, ways, "")
        row = outbox.of(person)[-1]
        assert (row.status, sink.mails) == ("pending", [])
        sink.fault = ""
        for minutes in (1, 3, 7, 30):
            hub.show(NINE + minutes * 60_000)
            deliver_due(NINE + minutes * 60_000, ways, "")
        assert [to for to, _ in sink.mails] == ["p0@home.test"]
    assert outbox.of(person)[-1].status == "accepted"


def test_a_mail_that_is_refused_to_the_end_of_its_window_is_not_sent_later(hub: Hub) -> None:
    from microcare.care.deliver import deliver_due

    [person] = _reached(hub, "[email]", 1, lambda person, number: None)
    with smtp_sink() as sink:
        ways = {"email": Email(parse_server(sink.url), "care@clinic.test", 2.0)}
        sink.fault = "greylist"
        for minutes in range(0, 7 * 60, 5):
            sink.fault = "" if minutes >= 6 * 60 else "refuse_for_now"
            hub.show(NINE + minutes * 60_000)
            deliver_due(NINE + minutes * 60_000, ways, "")
        assert sink.mails == []
    assert outbox.of(person)[-1].status in ("failed", "expired")
    assert outbox.of(person)[-1].told


def test_a_session_is_kept_for_several_mails_and_opened_anew_when_the_server_ended_it() -> None:
    with smtp_sink() as sink:
        email = Email(parse_server(sink.url), "care@clinic.test", 2.0)
        for number in range(5):
            assert email.send(Message(f"k{number}", "ada@home.test", "s", "b")).result is Result.ACCEPTED
        assert (len(sink.mails), sink.sessions) == (5, 1)
        sink.end_sessions()
        assert email.send(Message("k9", "ada@home.test", "s", "b")).result is Result.ACCEPTED
        assert (len(sink.mails), sink.sessions) == (6, 2)


def test_a_server_that_says_something_for_ever_is_cut_off() -> None:
    with hanging(b"2") as port:
        began = time.monotonic()
        outcome = Email(parse_server(f"smtp://127.0.0.1:{port}"), "care@clinic.test", 0.5).send(
            Message("k", "ada@home.test", "s", "b")
        )
        assert outcome.result is Result.FAILED
        assert outcome.again
        with pytest.raises((OSError, http.client.HTTPException)):
            outward.post(f"http://127.0.0.1:{port}/", b"{}", {}, timeout=0.5, local=True)
        assert time.monotonic() - began < 5


def test_a_server_that_fails_is_left_alone_and_tried_again() -> None:
    now = [0.0]
    breaker = Breaker(clock=lambda: now[0])
    for _ in range(3):
        assert breaker.rests() == 0
        breaker.bad()
    assert (breaker.rests(), breaker.open) == (15.0, True)
    now[0] = 15.0
    assert (breaker.rests(), breaker.open) == (0, True)
    breaker.bad()
    assert breaker.rests() == 30.0
    now[0] = 45.0
    breaker.good()
    breaker.bad()
    assert (breaker.rests(), breaker.open) == (0, False)
    breaker.later(7200)
    assert breaker.rests() == 3600.0


def test_each_other_side_has_a_breaker_of_its_own_and_they_do_not_grow_for_ever() -> None:
    breakers = Breakers()
    for _ in range(3):
        breakers.of("dead").bad()
    for number in range(Breakers.MOST + 5):
        breakers.of(f"h{number}").good()
    assert breakers.open() == ["dead"]
    assert breakers.of("h1").rests() == 0


@pytest.mark.parametrize(
    ("text", "least", "most"),
    [("120", 120, 120), ("", 60, 60), ("soon", 60, 60), ("Fri, 31 Dec 1999 23:59:59 GMT", 0, 0),
     ("Fri, 31 Dec 2999 23:59:59 GMT", 1e9, 1e12), ("-5", 60, 60), ("999999999999", 1e8, 1e9)],
)  # fmt: skip
def test_what_retry_after_asks_for(text: str, least: float, most: float) -> None:
    assert least <= outward.retry_after(text) <= most


def test_what_a_push_service_asks_for_is_heeded(hub: Hub) -> None:
    from tests.care.test_notifications import ways

    with push_service() as service, smtp_sink() as sink:
        push = ways(sink)["push"]
        service.status, service.headers = 429, {"Retry-After": "90"}
        to = json.dumps({"endpoint": service.endpoint(), **service.browser.keys})
        outcome = push.send(Message("k", to, body="{}"))
        assert (outcome.result, outcome.again) == (Result.FAILED, 90.0)
        assert 85 < push.rests(to) <= 90
        other = json.dumps({"endpoint": "https://push.test/x", **service.browser.keys})
        assert push.rests(other) == 0


def test_lanes_wait_for_nobody_and_lose_nothing() -> None:
    own, gate, done = Lanes(), threading.Event(), []
    lock = threading.Lock()

    def slow() -> None:
        gate.wait(20)
        with lock:
            done.append("slow")

    def quick() -> None:
        with lock:
            done.append("quick")

    taken = sum(own.submit("slow", slow) for _ in range(40))
    assert 20 <= taken <= 22, "its queue is short"
    began = time.monotonic()
    assert not own.submit("slow", slow)
    for _ in range(200):
        while not own.submit("quick", quick, 2):
            time.sleep(0.001)
    assert _until(lambda: done.count("quick") == 200)
    assert time.monotonic() - began < 5
    gate.set()
    assert _until(lambda: done.count("slow") == taken)
    own.settle()
    assert not own.submit("quick", quick)


def test_a_job_that_fails_ends_no_lane() -> None:
    own, done = Lanes(), []

    def fails() -> None:
        raise OSError("no")

    assert own.submit("x", fails)
    assert own.submit("x", lambda: done.append(1))
    assert _until(lambda: done == [1])
    own.settle()


def test_what_waits_in_one_lane_is_not_even_read_in_another(hub: Hub) -> None:
    _reached(hub, "[email]", 30, lambda person, number: None)
    hub.show(T)
    [pushed] = _reached(hub, "[push]", 1, lambda person, number: None)
    claimed = outbox.claim(NINE, 5, "push")
    assert [one.person for one in claimed] == [pushed]
    assert len(outbox.claim(NINE, 100, "mail")) == 30
