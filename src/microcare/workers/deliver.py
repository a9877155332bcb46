"""The delivery worker: the outbox to the channels, and what became of it back as receipts."""

import threading
from collections.abc import Callable, Mapping
from functools import cache, partial

from django.conf import settings

from microcare.care.deliver import deliver_due
from microcare.care.systems import tell_due
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.channels.push import Push, new_private_key, private_key
from microcare.store import outbox, systems
from microcare.store.push_devices import signer
from microcare.workers.loop import run


def channels() -> dict[str, Channel]:
    """The channels as this place has set them up."""
    server = parse_server(settings.SMTP) if settings.SMTP else None
    push = Push(private_key(signer(new_private_key)), f"mailto:{settings.MAIL_FROM}", local=settings.PUSH_LOCAL)
    return {"in_app": InApp(), "email": Email(server, settings.MAIL_FROM), "push": push}


def tell(stop: threading.Event, process: str = "") -> None:
    """Tell other systems what they want to be told, until told to stop."""
    run("tell", lambda now: tell_due(now, local=settings.PUSH_LOCAL), systems.next_try, stop, process)


def work(stop: threading.Event, ways: Mapping[str, Channel] | None = None, process: str = "") -> None:
    """Deliver until told to stop."""
    # Made once, within the loop: what goes wrong while they are made is tried again.
    known = cache(channels if ways is None else lambda: ways)
    run("deliver", lambda now: deliver_due(now, known(), settings.URL).looked, outbox.next_try, stop, process)


def works(stop: threading.Event, process: str) -> dict[str, Callable[[], None]]:
    """The loops that bring things out, by name."""
    return {"deliver": partial(work, stop, process=process), "tell": partial(tell, stop, process)}
