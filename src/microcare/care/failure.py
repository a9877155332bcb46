"""What can go wrong with a step, and what is said of it: enough for an operator, little of the person."""

import traceback
from collections.abc import Iterable, Iterator

from microcare.hub.step import Step
from microcare.hub.stimulus import Time


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
    """The kind of error and where it happened. Its text may hold a person's data, so only its first words stay."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('microcare/')[2]}:{frames[-1].lineno}" if frames else "unknown place"
    return f"{type(error).__name__} at {place}: {str(error)[:160]}"
