"""A loop that works as long as there is work, then sleeps until something is due; it stops when told to."""

import logging
import os
import signal
import threading
from collections.abc import Callable

from microcare.care import clock
from microcare.store import database

log = logging.getLogger(__name__)

POLL = 1.0
"""How long a loop sleeps at most, seconds: what reaches a person meanwhile may be due at once."""
AFTER_ERROR = 5.0
"""How long it sleeps when the database itself cannot be reached, seconds."""


def run(name: str, work: Callable[[int], int], coming: Callable[[int], int | None], stop: threading.Event) -> None:
    """Call `work(now)` until it finds nothing to do, then sleep until `coming(now)`, and so on until `stop` is set."""
    while not stop.is_set():
        try:
            now = clock.now()
            if work(now):
                continue
            pause = _pause(now, coming(now))
        except Exception:
            # The database is away, or full, or locked for too long: nothing was lost, try again.
            log.exception("%s will try again", name)
            database.close()
            pause = AFTER_ERROR
        stop.wait(pause)
    database.close()


def _pause(now: int, coming: int | None) -> float:
    return POLL if coming is None else min(POLL, max(coming - now, 10) / 1000)


def stop_on_signals(stop: threading.Event) -> None:
    """Stop cleanly on SIGTERM and SIGINT, and when the process that supervises this one is gone."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    watch_parent(stop, stop.set)


def watch_parent(stop: threading.Event, gone: Callable[[], object]) -> None:
    """Call `gone` when the process that started this one is no more, so that nothing is left running alone."""
    parent = os.getppid()

    def watch() -> None:
        while not stop.wait(1.0):
            if os.getppid() != parent:
                gone()
                return

    threading.Thread(target=watch, name="parent", daemon=True).start()
