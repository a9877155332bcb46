"""What staff can do for everybody's safety: stop programs at once, and say who answers alerts here."""

from collections.abc import Mapping

from microcare.care import clock
from microcare.care.programs import programs
from microcare.hub.programs import EVERY
from microcare.hub.rosters import told
from microcare.hub.state import State
from microcare.store import audit, stops

__all__ = ["EVERY", "go_on", "responders", "stop"]


def stop(program: str, by: str, why: str) -> None:
    """Stop a program, or (`*`) all, at once: nothing new reaches anybody; help and alerts go on."""
    now = clock.now()
    stops.stop(program, by, why, now)
    audit.append(now, by, "stop", program, why)


def go_on(serial: int, by: str) -> bool:
    """Lift a stop; whether it still lasted. What was missed is not made up for."""
    now = clock.now()
    lifted = stops.lift(serial, by, now)
    if lifted:
        audit.append(now, by, "go on", next(s.program for s in stops.stops() if s.serial == serial))
    return lifted


def responders(state: State, program: str, roster: str, now: int) -> tuple[str, ...]:
    """The addresses of those who are told of an alert now."""
    course = state.courses.get(program)
    known = programs()
    compiled = known.of(program, course.version) if course is not None else known.current(program)
    if compiled is None:
        return ()
    rosters = compiled.program.rosters
    here: Mapping[tuple[str, str], tuple[str, ...]] = stops.responders()
    found = [
        address
        for name in told(rosters, roster, state.zone, now)
        for address in here.get((program, name), rosters[name].people)
    ]
    return tuple(dict.fromkeys(found))
