"""Which of the processes are alive and do nothing: workers by their heartbeats, the pages by asking them."""

import http.client
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from pathlib import Path

from microcare.store import heartbeats

SELDOM = 1.0
"""How often it is looked, seconds."""
SLOW = 10.0
"""So long the pages may take to say that they are there, seconds."""
PAGES = "web"
"""The process that serves the pages; all others are workers."""


def answers(url: str, timeout: float) -> bool:
    """Whether the pages say that they are being served."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(url, timeout=timeout) as response:
            return bool(response.status == 200)
    except urllib.error.HTTPError:
        # Whatever they say to this name of theirs, they are there.
        return True
    except (OSError, ValueError, http.client.HTTPException):
        return False


class Watch:
    """Looks at the processes that a supervisor keeps up."""

    def __init__(self, hearts: Path, limit: float, url: str, clock: Callable[[], float] = time.monotonic) -> None:
        """`hearts`: the folder of heartbeats; `limit`: after so many seconds of silence somebody is stuck."""
        self._hearts, self._limit, self._url, self._clock = hearts, limit, url, clock
        self._first: dict[int, float] = {}
        """When a process was first seen."""
        self._looked = clock()
        self._patient_until = 0.0
        self._answered: dict[int, float] = {}
        self._ever = False
        """Whether the pages have answered here at all: where they cannot be asked, nobody is ended for it."""
        self._asking: threading.Thread | None = None

    def pages_answered(self) -> None:
        """Somebody else has found that the pages can be asked here: from now on their silence counts."""
        self._ever = True

    def stuck(self, running: Mapping[str, int]) -> dict[str, str]:
        """The names of those that are stuck, each with what is known. `running`: names and process ids."""
        now = self._clock()
        if now - self._looked < SELDOM:
            return {}
        if now - self._looked > self._limit / 2:
            # The machine slept, or stopped this process too: the others get the time to come round again.
            self._patient_until = now + self._limit
        self._looked = now
        self._first = {pid: self._first.get(pid, now) for pid in running.values()}
        self._answered = {pid: at for pid, at in self._answered.items() if pid in self._first}
        if PAGES in running:
            self._ask(running[PAGES])
        if now < self._patient_until:
            return {}
        beats = heartbeats.read(self._hearts)
        found = {}
        for name, pid in running.items():
            why = self._pages(pid, now) if name == PAGES else self._worker(pid, now, beats)
            if why:
                found[name] = why
        return found

    def _worker(self, pid: int, now: float, beats: list[heartbeats.Beat]) -> str:
        if now - self._first[pid] <= self._limit:
            return ""
        own = {beat.loop: beat for beat in beats if beat.pid == pid}
        silent = [
            loop for loop in heartbeats.LOOPS if loop not in own or heartbeats.stands_still(own[loop], self._limit, now)
        ]
        return f"no sign of life of {', '.join(silent)} for {self._limit:.0f} s" if silent else ""

    def _pages(self, pid: int, now: float) -> str:
        if not self._ever:
            return ""
        silent = now - max(self._answered.get(pid, 0.0), self._first[pid])
        return f"the pages have not answered for {silent:.0f} s" if silent > self._limit else ""

    def _ask(self, pid: int) -> None:
        """Ask the pages, without waiting for what they say."""
        if self._asking is not None and self._asking.is_alive():
            return

        def ask() -> None:
            if answers(self._url, SLOW):
                self._answered[pid] = self._clock()
                self._ever = True

        self._asking = threading.Thread(target=ask, name="asks the pages", daemon=True)
        self._asking.start()
