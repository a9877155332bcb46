"""Lanes: what goes to one other side waits for that side alone. Each lane has few threads and a short queue."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from microcare.store import database

log = logging.getLogger(__name__)

Job = Callable[[], None]
MOST = 48
"""So many threads at most, over all lanes."""
QUEUE = 20
"""So many jobs may wait in a lane."""
PATIENCE = 0.25
"""How long somebody who brings a job waits for room, seconds."""
IDLE = 5.0
"""A thread without work ends after so many seconds."""
GRACE = 10.0
"""How long what is under way may take to come to its end when a worker stops, seconds."""
OLD = 60.0
"""A job that has waited so long is dropped, seconds: its claim runs out, and somebody claims it anew."""


@dataclass(slots=True)
class _Lane:
    jobs: deque[tuple[float, Job]] = field(default_factory=deque)
    threads: int = 0
    full_at: float = 0.0


class Lanes:
    """Lanes by name, made when they are needed."""

    def __init__(self) -> None:
        self._room = threading.Condition()
        self._lanes: dict[str, _Lane] = {}
        self._threads: set[threading.Thread] = set()
        self._ended = False

    def submit(self, name: str, job: Job, width: int = 1) -> bool:
        """Put a job into a lane of so many threads; False: the lane is full, bring it later.

        Where there is no room it waits a moment, but not again for a lane that was full a moment ago.
        """
        with self._room:
            lane = self._lanes.setdefault(name, _Lane())
            until = time.monotonic() + PATIENCE
            while not self._ended and not self._take(name, lane, job, width):
                left = until - time.monotonic()
                if left <= 0 or time.monotonic() - lane.full_at < 1:
                    lane.full_at = time.monotonic()
                    return False
                self._room.wait(left)
            lane.full_at = 0.0
            return not self._ended

    def _take(self, name: str, lane: _Lane, job: Job, width: int) -> bool:
        if len(lane.jobs) >= QUEUE or (not lane.threads and len(self._threads) >= MOST):
            return False
        lane.jobs.append((time.monotonic(), job))
        if lane.threads < min(width, len(lane.jobs) + lane.threads) and len(self._threads) < MOST:
            lane.threads += 1
            thread = threading.Thread(target=self._work, args=(name, lane), name=f"lane {name}", daemon=True)
            self._threads.add(thread)
            thread.start()
        self._room.notify_all()
        return True

    def _work(self, name: str, lane: _Lane) -> None:
        try:
            while (job := self._next(name, lane)) is not None:
                try:
                    job()
                except Exception:
                    log.exception("lane %s", name)
                    database.close()
        finally:
            database.close()

    def _next(self, name: str, lane: _Lane) -> Job | None:
        """What to do next; None: this thread is no longer one of the lane's."""
        with self._room:
            until = time.monotonic() + IDLE
            while not self._ended:
                while lane.jobs:
                    brought, job = lane.jobs.popleft()
                    self._room.notify_all()
                    if time.monotonic() - brought < OLD:
                        return job
                left = until - time.monotonic()
                if left <= 0:
                    break
                self._room.wait(left)
            lane.threads -= 1
            self._threads.discard(threading.current_thread())
            if not lane.threads and not lane.jobs:
                self._lanes.pop(name, None)
            self._room.notify_all()
            return None

    def settle(self) -> None:
        """Take no more; wait for what is under way. What waits is claimed anew by somebody else."""
        with self._room:
            self._ended = True
            self._room.notify_all()
            threads = list(self._threads)
        until = time.monotonic() + GRACE
        for thread in threads:
            thread.join(max(0.0, until - time.monotonic()))
