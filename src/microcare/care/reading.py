"""Reading a person once for a page: their state, what their journal tells, their texts, their programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from microcare.care.programs import programs
from microcare.care.telling import Voice
from microcare.hub import entry as e
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.store import journals, people
from microcare.store.journals import Loaded

TOLD = (
    "enrolled", "started", "narrated", "ended", "overall_outcome", "recommended", "delivered", "acted", "answered",
    "reported", "alerted", "target_checked",
)  # fmt: skip
"""The kinds of entries that the pages tell of."""
RECENT = 1200
"""So many of them a page reads, unless something older is still going on: years of care, in a moment."""


@dataclass(frozen=True)
class Person:
    """Everything the pages read about one person, at one moment."""

    id: str
    now: int
    loaded: Loaded
    entries: Sequence[e.Any]
    texts: Mapping[str, str]
    programs: Programs
    name: str = ""
    cut: bool = False
    """There are older entries, which were not read."""

    @property
    def state(self) -> State:
        """The state."""
        return self.loaded.state

    def voice(self, program: str, version: str = "") -> Voice | None:
        """How a program speaks to them: in the version given (or their course's); None where it is not here."""
        course = self.state.courses.get(program)
        for wanted in (version, course.version if course is not None else ""):
            if wanted and self.programs.known(program, wanted):
                return Voice(self.programs.of(program, wanted), self.state, self.texts, self.state.language)
        current = self.programs.current(program)
        return Voice(current, self.state, self.texts, self.state.language) if current is not None else None

    def latest(self, kind: type[e.Entry], **having: object) -> e.Any | None:
        """The newest entry of a kind with these values."""
        for found in reversed(self.entries):
            if isinstance(found, kind) and all(getattr(found, k) == v for k, v in having.items()):
                return found
        return None


def read_person(person: str, now: int, whole: bool = False) -> Person:
    """Read a person once for a page: what was of late and what is going on, or the whole. Raises UnknownPersonError."""
    loaded = journals.load(person)
    found = [] if whole else [x for _, x in islice(journals.newest(person, TOLD, piece=RECENT), RECENT)][::-1]
    cut = len(found) == RECENT
    going_on = min((r.started for r in loaded.state.runs.values() if not r.ended), default=now)
    if whole or (cut and going_on < found[0].at):
        found, cut = [x for _, x in journals.entries_of_kinds(person, TOLD)], False
    identity = people.identity(person)
    return Person(person, now, loaded, found, identity.texts, programs(), identity.name, cut)


def wants(person: Person) -> tuple[tuple[str, str], ...]:
    """What the person can say they need, by the names of the reports."""
    found: dict[str, str] = {}
    for program in person.state.courses:
        voice = person.voice(program)
        for name, report in (voice.program.program.reports if voice is not None else {}).items():
            found.setdefault(name, voice.say(report.text) or "" if voice is not None else "")
    return tuple((name, text) for name, text in found.items() if text)
