"""What staff can do for everybody's safety: stop programs at once, and say who answers alerts here."""

from collections.abc import Sequence

from microcare.care import clock
from microcare.care.access import MACHINE, RESOLVE, STOP, Access, NotTheirsError
from microcare.care.programs import programs
from microcare.hub.programs import EVERY
from microcare.hub.rosters import told
from microcare.hub.state import State
from microcare.program.safety import Roster
from microcare.store import audit, stops
from microcare.store.database import writing
from microcare.store.stops import StopRow

__all__ = [
    "EVERY", "OutdatedError", "go_on", "lasting", "may_roster", "on_duty", "responders", "rosters_of", "set_roster", "stop",
]  # fmt: skip


def may_roster(allowed: Access, program: str) -> bool:
    """Whether somebody may say who answers alerts in a program."""
    return allowed.may_in(STOP, program) or allowed.may_in(RESOLVE, program)


def stop(program: str, by: str, why: str, allowed: Access = MACHINE) -> None:
    """Stop a program, or (`*`) all, at once: nothing new reaches anybody; help and alerts go on."""
    allowed.require(STOP, program)
    now = clock.now()
    stops.stop(program, by, why, now)
    audit.append(now, by, "stop", program, why)


def go_on(serial: int, by: str, allowed: Access = MACHINE) -> bool:
    """Lift a stop; whether it still lasted. What was missed is not made up for."""
    now, lasts = clock.now(), lasting().get(serial)
    if lasts is None:
        return False
    allowed.require(STOP, lasts.program)
    lifted = stops.lift(serial, by, now)
    if lifted:
        audit.append(now, by, "go on", lasts.program)
    return lifted


def lasting() -> dict[int, StopRow]:
    """The stops that last, by their number."""
    return {one.serial: one for one in stops.stops() if not one.until}


def rosters_of(program: str, version: str = "") -> dict[str, Roster]:
    """A program's rosters, each with those who answer it here. `version`: whose count where the newest one has none.

    Who is on duty is a matter of today and not of the version that somebody joined: the newest version's rosters count for
    everybody. A list that was set here stands in place of the one that the program names.
    """
    known = programs()
    newest = known.current(program)
    found = newest.program.rosters if newest is not None else {}
    if not found and version and known.known(program, version):
        found = known.of(program, version).program.rosters
    here = stops.responders()
    return {
        name: roster.model_copy(update={"people": here[program, name]}) if (program, name) in here else roster
        for name, roster in found.items()
    }


def responders(state: State, program: str, roster: str, now: int) -> tuple[str, ...]:
    """The addresses of those who are told of an alert now; all there are, where the roster is gone or would reach nobody."""
    found = [address for people in on_duty(state, program, roster, now).values() for address in people]
    return tuple(dict.fromkeys(found))


def on_duty(state: State, program: str, roster: str, now: int) -> dict[str, tuple[str, ...]]:
    """The same by roster."""
    course = state.courses.get(program)
    rosters = rosters_of(program, course.version if course is not None else "")
    found = {name: rosters[name].people for name in told(rosters, roster, state.zone, now)}
    return found if any(found.values()) else {name: one.people for name, one in rosters.items()}


class OutdatedError(Exception):
    """Somebody else has changed the list meanwhile."""


def set_roster(
    program: str, roster: str, seen: Sequence[str], people: Sequence[str], by: str, allowed: Access = MACHINE
) -> None:
    """Set the whole list of those who answer a roster. `seen`: the list it was made from.

    Raises OutdatedError where the list is another one by now, and ValueError for a list that would reach nobody.
    """
    if not may_roster(allowed, program):
        raise NotTheirsError(program)
    known = programs().current(program)
    if known is None or roster not in known.program.rosters:
        raise ValueError(f"there is no roster {roster}")
    wanted, own = tuple(dict.fromkeys(people)), known.program.rosters[roster].people
    if not wanted:
        raise ValueError("somebody must be told")
    with writing():
        before = stops.responders().get((program, roster), own)
        if set(before) != set(seen):
            raise OutdatedError
        stops.set_responders(program, roster, () if set(wanted) == set(own) else wanted)
        audit.append(clock.now(), by, "roster set", program, f"{roster}: {', '.join(before)} -> {', '.join(wanted)}")
