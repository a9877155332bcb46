"""Who is told of an alert at a moment: those of the roster, and, when none of them is there, those it names otherwise."""

from collections.abc import Mapping

from microcare.base.moments import inside, local_clock, local_day, parse_window
from microcare.base.schedules import WEEKDAYS
from microcare.program.safety import Roster


def there(roster: Roster, zone: str, now: int) -> bool:
    """Whether somebody of a roster is on duty. `zone`: the person's, where the roster names none."""
    where = roster.zone or zone
    window = parse_window(roster.between) if roster.between else None
    if window is not None and not inside(where, now, window):
        return False
    day = local_day(where, now)
    # What began yesterday evening and lasts over midnight is yesterday's duty.
    if window is not None and local_clock(where, now) < window[0]:
        day -= 1
    return not roster.days or WEEKDAYS[(day - 1) % 7] in roster.days


def told(rosters: Mapping[str, Roster], name: str, zone: str, now: int) -> tuple[str, ...]:
    """The rosters that are told: the one named, then those it names otherwise until one of them is on duty."""
    found: list[str] = []
    while name in rosters and name not in found:
        found.append(name)
        roster = rosters[name]
        if there(roster, zone, now) or roster.otherwise is None:
            break
        name = roster.otherwise
    return tuple(found)
