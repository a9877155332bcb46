"""What can go wrong with a step, and what is said of it: enough for an operator, little of the person."""

import logging
import traceback
from collections.abc import Iterable, Iterator
from types import TracebackType

from microcare.hub.step import Step
from microcare.hub.stimulus import Time

_Raised = tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]


class StuckError(Exception):
    """Time does not move on: a due instant has come, nothing was stated, and the same instant is due again."""


def moving(steps: Iterable[Step]) -> Iterator[Step]:
    """The steps, as long as they lead anywhere."""
    for done in steps:
        idle = isinstance(done.stimulus, Time) and not done.entries
        if idle and done.due is not None and done.due <= done.stimulus.at:
            raise StuckError(f"the instant {done.due} stays due and nothing happens")
        yield done


def describe(error: BaseException) -> str:
    """The kind of error and where it happened. What it says may hold a person's data, so it is left out."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('microcare/')[2]}:{frames[-1].lineno}" if frames else "unknown place"
    # Of our own errors alone it is known what they say.
    return f"{type(error).__name__} at {place}" + (f": {error}" if isinstance(error, StuckError) else "")


class Formatter(logging.Formatter):
    """Lines of a log: of an error its kind and where it happened, never what it says, which may be a person's words."""

    def formatException(self, ei: _Raised) -> str:  # noqa: N802 - the name is logging's
        """The places it went through, with those that brought it about."""
        return "\n".join(_places(ei[1])) if ei[1] is not None else ""


def _places(error: BaseException) -> Iterator[str]:
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    if before is not None:
        yield from _places(before)
        yield "which led to:"
    yield from (line.rstrip() for line in traceback.format_tb(error.__traceback__))
    yield describe(error)
