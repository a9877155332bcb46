"""The backups' schedule: where a folder is set, a worker makes one when the last is old enough."""

import logging
import threading
from collections.abc import Callable
from functools import partial

from django.conf import settings

from microcare.care import clock
from microcare.care.backing_up import NotMadeError, make_due
from microcare.store import database

log = logging.getLogger(__name__)
LOOK, AGAIN = 30.0, 600.0
"""How often it is looked whether one is due, and how soon one that failed is tried again, seconds."""


def work(stop: threading.Event) -> None:
    """Make backups when they are due, until told to stop. It has no heartbeat: how old the last one is tells more."""
    pause = LOOK
    while not stop.wait(pause):
        pause = LOOK
        try:
            make_due(clock.wall())
        except NotMadeError as error:
            log.error("%s", error)
            pause = AGAIN
        except Exception:
            log.exception("no backup could be made")
            database.close()
            pause = AGAIN
    database.close()


def works(stop: threading.Event) -> dict[str, Callable[[], None]]:
    """The loop, by name, where backups are wanted."""
    return {"backup": partial(work, stop)} if settings.BACKUP else {}
