"""A loop that works as long as there is work, then sleeps until something is due; it stops when told to."""

import logging
import os
import signal
import threading
from collections.abc import Callable, Mapping

from microcare.care import clock
from microcare.store import database
from microcare.store.heartbeats import Pulse, beats_with

log = logging.getLogger(__name__)

POLL = 1.0
"""How long a loop sleeps at most, seconds: what reaches a person meanwhile may be due at once."""
AFTER_ERROR = 5.0
"""How long it sleeps when the database itself cannot be reached, seconds."""


def run(
    name: str,
    work: Callable[[int], int],
    coming: Callable[[int], int | None],
    stop: threading.Event,
    process: str = "",
) -> None:
    """Call `work(now)` until it finds nothing to do, then sleep until `coming(now)`, and so on until `stop` is set.

    What a loop needs to begin (its channels, keys, locks) is made inside `work`, so that it is tried again if it fails.
    `process`: the name under which the heartbeat is written.
    """
    pulse = Pulse(process or f"worker {os.getpid()}", name)
    pulse.beat()
    beats_with(pulse)
    while not stop.is_set():
        try:
            now = clock.now()
            more = work(now)
            pause = 0.0 if more else _pause(now, coming(now))
            pulse.beat()
        except Exception as error:
            # The database is away, or full, or locked for too long: nothing was lost, try again.
            log.exception("%s will try again", name)
            database.close()
            pause = AFTER_ERROR
            pulse.beat(type(error).__name__)
        if pause:
            stop.wait(pause)
    database.close()
    beats_with(None)
    pulse.end()


def _pause(now: int, coming: int | None) -> float:
    return POLL if coming is None else min(POLL, max(coming - now, 10) / 1000)


def together(works: Mapping[str, Callable[[], object]], stop: threading.Event) -> bool:
    """Run loops side by side until `stop` is set; False: one of them ended by itself, so none goes on.

    Half a worker is worse than none: whoever supervises this process starts a whole one again.
    """
    threads = [threading.Thread(target=work, name=name) for name, work in works.items()]
    for thread in threads:
        thread.start()
    whole = True
    while not stop.wait(0.5):
        lost = [thread.name for thread in threads if not thread.is_alive()]
        if lost and not stop.is_set():
            log.critical("%s ended by itself: this process ends too", ", ".join(lost))
            whole = False
            stop.set()
    for thread in threads:
        thread.join(timeout=30)
    return whole


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
