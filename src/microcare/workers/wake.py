"""The wake worker: due people, in batches, as soon as they are due."""

import threading

from microcare.care import clock
from microcare.care.wake import wake_due
from microcare.store import wakeups
from microcare.workers.loop import run


def work(stop: threading.Event, process: str = "") -> None:
    """Wake people until told to stop; nobody, while the machine's clock is in doubt."""
    run("wake", lambda now: wake_due(now).claimed if clock.keep() else 0, wakeups.next_due, stop, process)
