"""What every page of the desk shows and renews by itself: open alerts, and what is stopped."""

from dataclasses import dataclass
from hashlib import blake2b

from microcare.care import access, alerts, clock
from microcare.care.access import Access
from microcare.care.alerts import AlertStory
from microcare.care.telling import span_words
from microcare.hub.programs import EVERY
from microcare.store import stops, watch

MOST = 5
"""So many alerts the bar names; all of them stand on the page of alerts."""


@dataclass(frozen=True, slots=True)
class Named:
    """An alert in the bar."""

    story: AlertStory
    ago: str

    @property
    def key(self) -> str:
        """Changes where it becomes more urgent, or waits for somebody again."""
        return f"{self.story.person}:{self.story.alert}:{int(self.story.urgent)}:{int(bool(self.story.taken_by))}"


@dataclass(frozen=True, slots=True)
class Now:
    """The bar: what is open and waits for somebody, what is open besides, and what is stopped."""

    stamp: str
    waiting: tuple[Named, ...]
    more: int
    taken: int
    stopped: tuple[stops.StopRow, ...]


def stamp(allowed: Access, person: str = "") -> tuple[str, str]:
    """Two short texts that change with whatever the bar shows, and with the open alerts of one person: two small reads."""
    found = watch.at_risk(allowed.programs(access.SEE))
    lasting = [(s.serial, s.program) for s in stops.stops() if not s.until and sees_stop(allowed, s.program)]
    mark = repr(([(one.person, one.version) for one in found], lasting))
    theirs = next((str(one.version) for one in found if one.person == person), "0")
    return blake2b(mark.encode(), digest_size=9).hexdigest(), theirs


def sees_stop(allowed: Access, program: str) -> bool:
    """Whether somebody is shown that a program (or everything) is stopped."""
    return program == EVERY or allowed.may_in(access.SEE, program) or allowed.may_in(access.STOP, program)


def now(allowed: Access) -> Now:
    """The bar as somebody reads it."""
    programs = allowed.programs(access.SEE)
    found, moment = alerts.open_ones(programs), clock.now()
    waiting = [Named(s, span_words(max(moment - s.raised, 0))) for s in found if not s.taken_by]
    lasting = tuple(s for s in stops.stops() if not s.until)
    mine = tuple(s for s in lasting if sees_stop(allowed, s.program))
    return Now(stamp(allowed)[0], tuple(waiting[:MOST]), max(len(waiting) - MOST, 0), len(found) - len(waiting), mine)
