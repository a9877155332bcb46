"""The delivery workers: the outbox to the channels, and what became of it back as receipts; other systems are told.

A loop for each lane of the outbox, so that none waits for another: notices of alerts, what the database alone settles, mail,
notifications. The loops only bring things to where they go; what waits for another side waits in that side's own lane.
"""

import threading
import time
from collections.abc import Callable, Mapping
from functools import partial

from django.conf import settings

from microcare.care import warning
from microcare.care.deliver import deliver_due
from microcare.care.systems import tell_due
from microcare.channels.breaker import Breakers
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.channels.push import Push, new_private_key, private_key
from microcare.store import outbox, systems
from microcare.store.push_devices import signer
from microcare.workers.lanes import Lanes
from microcare.workers.loop import run

LOOK = 60.0
"""So often it is looked whether the hub does its work, seconds."""
SOON = 30.0
"""A mail server that fails is tried again for alerts after so many seconds at most."""
QUICK = 10.0
"""So long it may take for each answer where an alert waits, seconds."""


def channels(lane: str = "") -> dict[str, Channel]:
    """The channels of a lane as this place has set them up. Alerts have a way to the mail server of their own."""
    server = parse_server(settings.SMTP) if settings.SMTP else None
    if lane == "alert":
        email = Email(server, settings.MAIL_FROM, QUICK, longest=SOON, keep=False)
    else:
        email = Email(server, settings.MAIL_FROM)
    push = Push(private_key(signer(new_private_key)), f"mailto:{settings.MAIL_FROM}", local=settings.PUSH_LOCAL)
    return {"in_app": InApp(), "email": email, "push": push}


def tell(stop: threading.Event, process: str = "") -> None:
    """Tell other systems what they want to be told, until told to stop."""
    lanes, breakers = Lanes(), Breakers()

    def work(now: int) -> int:
        return tell_due(now, local=settings.PUSH_LOCAL, submit=lanes.submit, breakers=breakers)

    run("tell", work, systems.next_try, stop, process)
    lanes.settle()


def work(lane: str, stop: threading.Event, process: str = "") -> None:
    """Deliver what goes in one lane, until told to stop."""
    lanes, made = Lanes(), dict[str, Mapping[str, Channel]]()

    def round(now: int) -> int:
        # Made within the loop: what goes wrong while the channels are made is tried again.
        if lane not in made:
            made[lane] = channels(lane)
        return deliver_due(now, made[lane], settings.URL, lane=lane, submit=lanes.submit).looked

    run(lane, round, partial(outbox.next_try, lane=lane), stop, process)
    lanes.settle()


def watch(stop: threading.Event, process: str = "") -> None:
    """Tell administrators when the hub does not do its work: what was so a minute ago, and is so still."""
    email = dict[str, Mapping[str, Channel]]()
    before, looked = set[str](), time.monotonic()

    def round(now: int) -> int:
        nonlocal before, looked
        if time.monotonic() - looked < LOOK:
            return 0
        looked = time.monotonic()
        if "alert" not in email:
            email["alert"] = channels("alert")
        found = warning.troubles(now)
        warning.tell({kind: words for kind, words in found.items() if kind in before}, now, email["alert"])
        before = set(found)
        return 0

    run("watch", round, lambda now: None, stop, process)


def works(stop: threading.Event, process: str = "") -> dict[str, Callable[[], None]]:
    """The loops that bring things out, by name."""
    found: dict[str, Callable[[], None]] = {lane: partial(work, lane, stop, process) for lane in outbox.LANES}
    return found | {"tell": partial(tell, stop, process), "watch": partial(watch, stop, process)}
