"""What every channel does: take one message, and say truthfully what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Result(StrEnum):
    """What became of a message. Accepted is never taken for shown."""

    ACCEPTED = "accepted"
    FAILED = "failed"
    """It was certainly not sent."""
    GONE = "gone"
    """It was certainly not sent, and nothing will be: the address is no more."""
    UNCLEAR = "unclear"
    """It may have been sent; nobody can tell, so it is not sent again."""


NO_SERVER, NO_ADDRESS, NO_DEVICE = "no mail server is set up", "no usable address", "no device takes notifications"
NO_SUCH_WAY = (NO_SERVER, NO_ADDRESS, NO_DEVICE)
"""What is said where there is no such way to somebody: nothing went wrong on it."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """A result, and why, in words of our own (`said`): nothing of what the other side answered."""

    result: Result
    detail: str = ""
    again: float | None = None
    """Of what failed: after so many seconds the same message may be tried again; None: that would be of no use."""


def together(outcomes: Sequence[Outcome]) -> Outcome:
    """What became of one thing sent to several: taken where anybody took it; unclear where nobody can tell; else failed,
    and worth another try where any of them is."""
    for result in (Result.ACCEPTED, Result.UNCLEAR):
        found = next((o for o in outcomes if o.result is result), None)
        if found is not None:
            return found
    later = [o for o in outcomes if o.again is not None]
    return min(later, key=lambda o: o.again or 0.0) if later else outcomes[0]


@dataclass(frozen=True, slots=True)
class Message:
    """What is brought to one person. No care content: only that something waits, and where."""

    key: str
    """Idempotency key: the same message always bears the same one."""
    to: str
    subject: str = ""
    body: str = ""
    at: int = 0
    """When it is handed over, ms."""
    expires: int = 0
    """After this moment it must not arrive any more, ms (0: no such moment)."""
    urgent: bool = False


class Channel(Protocol):
    """A way to reach people."""

    name: str

    def send(self, message: Message) -> Outcome:
        """Hand one message over. Never raises for what the other side does."""
        ...

    def rests(self, to: str) -> float:
        """For how many seconds nothing should be tried there, because the other side has failed or asked for time."""
        ...
