"""How much a person can do and send in a day, so that nobody fills the hub's disk; and what is taken whatever it comes to.

What may say that somebody is in danger is never counted out: an answer to a question that a safety rule looks at, and what
is said on the help page.

The amounts are counted in the memory of the process that serves the pages, by UTC day: a count that is lost when it starts
again lets somebody send their day's amount once more, and costs no write.
"""

import threading
from dataclasses import dataclass

from django.conf import settings

from microcare.base.moments import DAY
from microcare.care import clock
from microcare.care.programs import programs
from microcare.hub.asked import recall
from microcare.hub.state import State

MB = 1_000_000


@dataclass(slots=True)
class _Spent:
    """What a person has sent today."""

    acts: int = 0
    bytes: int = 0


_lock = threading.Lock()
_spent: dict[str, _Spent] = {}
_today = [0]


def spend(person: str, acts: int, size: int) -> bool:
    """Count what a person sends: so many acts, so many bytes. False: it is more than their day holds, and is not counted."""
    today = clock.wall() // DAY
    with _lock:
        if _today[0] != today:
            _spent.clear()
            _today[0] = today
        spent = _spent.setdefault(person, _Spent())
        if spent.acts + acts > settings.DAILY_ACTS or spent.bytes + size > settings.DAILY_MB * MB:
            return False
        spent.acts += acts
        spent.bytes += size
        return True


def may_be_risk(state: State, assessment: str, item: str) -> bool:
    """Whether an answer may be about danger: a safety rule, of any version, looks at its item, or at a score it is part of.

    Where no program here knows the questions any more nobody can tell, and it may be.
    """
    asked = recall(state, assessment)
    if asked is None:
        return False
    versions = [compiled for compiled in programs() if compiled.id == asked.program]
    known = [compiled for compiled in versions if asked.measure in compiled.measures]
    return not known or any(
        measure == asked.measure and (name == item or name not in compiled.measures[measure].items)
        for compiled in known
        for measure, name in compiled.safety
    )
