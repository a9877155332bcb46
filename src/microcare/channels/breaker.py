"""A breaker for one other side: after a few failures it is left alone for a while, then tried once, then trusted again."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

AFTER = 3
"""So many failures in a row open it."""
FIRST, LONGEST = 15.0, 300.0
"""How long it is left alone then, seconds; doubled each time that the one attempt fails too."""
LONGEST_WISH = 3600.0
"""The other side may ask for so much time at most, seconds."""


class Breaker:
    """Whether another side is worth trying. Several threads may ask."""

    def __init__(self, longest: float = LONGEST, clock: Callable[[], float] = time.monotonic) -> None:
        self._longest, self._clock = longest, clock
        self._lock = threading.Lock()
        self._bad, self._opened, self._until = 0, 0, 0.0

    def rests(self) -> float:
        """For how many seconds it is left alone still; 0: try it. Lanes are narrow, so few try at once then."""
        return max(0.0, self._until - self._clock())

    @property
    def open(self) -> bool:
        """Whether it is left alone, or tried for the first time again."""
        return self._bad >= AFTER or self._until > self._clock()

    def good(self) -> None:
        """It took something, or said clearly why not: it is there."""
        with self._lock:
            self._bad, self._opened, self._until = 0, 0, 0.0

    def bad(self) -> None:
        """It could not be reached, or fell silent."""
        with self._lock:
            self._bad += 1
            if self._bad >= AFTER:
                self._until = self._clock() + min(FIRST * 2.0 ** min(self._opened, 20), self._longest)
                self._opened += 1

    def later(self, seconds: float) -> None:
        """It asked for time."""
        with self._lock:
            self._until = max(self._until, self._clock() + min(seconds, LONGEST_WISH))


class Breakers:
    """A breaker for each of several other sides, by name."""

    MOST = 1000

    def __init__(self, longest: float = LONGEST) -> None:
        self._longest = longest
        self._lock = threading.Lock()
        self._known: dict[str, Breaker] = {}

    def of(self, name: str) -> Breaker:
        """The breaker of one side."""
        with self._lock:
            if name not in self._known and len(self._known) >= self.MOST:
                self._known = {n: b for n, b in self._known.items() if b.open}
            return self._known.setdefault(name, Breaker(self._longest))

    def open(self) -> list[str]:
        """The names of those that are left alone."""
        with self._lock:
            return sorted(name for name, one in self._known.items() if one.open)


@contextmanager
def within(seconds: float, stream: Callable[[], socket.socket | None]) -> Iterator[None]:
    """Cut a connection off after so many seconds in all, however slowly the other side goes on saying something."""

    def cut() -> None:
        found = stream()
        if found is not None:
            with suppress(OSError):
                found.shutdown(socket.SHUT_RDWR)

    timer = threading.Timer(seconds, cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
