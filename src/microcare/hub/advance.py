"""How stimuli and due instants follow one another: the same for the live service, preview, simulation and replay."""

from collections.abc import Iterator

from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step, step
from microcare.hub.stimulus import Any, Time

AT_ONCE = 10_000
"""How many due instants one call works off; a longer backlog goes on with the next call."""


def advance(
    programs: Programs, person: str, state: State, due: int | None, stimulus: Any, *, punctual: bool = False
) -> Iterator[Step]:
    """Take a stimulus: first what fell due before it arrived, then the stimulus, then what follows from it at once.

    Each step is one commit, in order. What is due at the very moment of arrival comes after the stimulus. `punctual`:
    time had run on meanwhile (replay), so what fell due was asked then; otherwise it is only asked now (live).
    """
    arrived = max(stimulus.arrived, stimulus.at)
    for past in _time(programs, person, state, due, arrived - 1, None if punctual else arrived):
        state = past.state
        yield past
    taken = step(programs, person, state, stimulus)
    yield taken
    if taken.state.followups:
        yield _tick(programs, person, taken.state, arrived, arrived)


def wake(
    programs: Programs, person: str, state: State, due: int | None, now: int, *, punctual: bool = False
) -> Iterator[Step]:
    """Everything that is due by now, one instant after the other, each carrying its own due instant."""
    yield from _time(programs, person, state, due, now, None if punctual else now)


def _time(
    programs: Programs, person: str, state: State, due: int | None, until: int, now: int | None
) -> Iterator[Step]:
    for _ in range(AT_ONCE):
        if due is None or due > until:
            return
        done = _tick(programs, person, state, due, max(due, state.last) if now is None else now)
        state, due = done.state, done.due
        yield done


def _tick(programs: Programs, person: str, state: State, due: int, now: int) -> Step:
    return step(programs, person, state, Time(key=f"time:{due}:{now}", at=due, received=now))
