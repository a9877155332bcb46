"""The switch that stops everything: from the tap to the last thing that can reach anybody, in a hub that runs."""

import threading
import time
from collections.abc import Iterator

import pytest
from django.test import override_settings

from microcare.care import clock
from microcare.store import outbox
from microcare.workers import deliver, wake
from tests.live import TEA, Hub, moment
from tests.smtp_sink import Sink, smtp_sink

NINE = moment("2026-03-02T08:00:00Z")
MOST = 5.0
"""Seconds after which nothing more may reach anybody."""
HASTY = TEA.replace("channels: [in_app, {email: 2h}]", "channels: [email]").replace(
    'at: "09:00", lasts: 60d, window: 1h', 'at: ["09:00", "09:01", "09:02"], lasts: 60d, window: 1h'
)


@pytest.fixture
def sink() -> Iterator[Sink]:
    with smtp_sink() as found, override_settings(SMTP=found.url, MAIL_FROM="care@clinic.test"):
        yield found


def test_nothing_reaches_anybody_five_seconds_after_the_switch(hub: Hub, sink: Sink) -> None:
    from django.test import Client

    from microcare.care.accounts import make_facilitator
    from microcare.store import deployment

    deployment.put("demo", "1")
    hub.publish(HASTY)
    people = [hub.join(email=f"p{n}@home.test") for n in range(15)]
    password = make_facilitator("olga", roles=["safety_officer"], program="*")
    desk = Client(SERVER_NAME="127.0.0.1")
    assert desk.get("/desk/login").status_code == 200
    assert desk.login(username="olga", password=password)
    stop = threading.Event()
    loops = [threading.Thread(target=wake.work, args=(stop,))]
    loops += [threading.Thread(target=work) for work in deliver.works(stop).values()]
    for one in loops:
        one.start()
    try:
        hub.show(NINE - 300)
        until = time.monotonic() + 20
        while not sink.mails and time.monotonic() < until:
            time.sleep(0.01)
        assert sink.mails, "prompts were on their way"
        began = time.monotonic()
        answer = desk.post("/desk/safety/do", {"deed": "stop", "program": "*", "why": "a wrong text went out"})
        assert answer.status_code == 302
        time.sleep(MOST - (time.monotonic() - began))
        reached = len(sink.mails)
        hub.show(NINE + 60_000)
        time.sleep(2)
        hub.show(NINE + 120_000)
        time.sleep(2)
        assert len(sink.mails) == reached, "something reached somebody after the switch"
        assert clock.now() > NINE + 120_000
    finally:
        stop.set()
        for one in loops:
            one.join(timeout=10)
    waiting = [o for person in people for o in outbox.of(person) if o.status == "pending"]
    assert all(o.once == "at_least" for o in waiting), "what waited is not sent later either"
