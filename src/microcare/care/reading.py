"""Reading a person once for a page: their state, what their journal tells, their texts, their programs."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def read_person(person: str, now: int) -> Person:
    """Read a person once for a page. Raises UnknownPersonError."""
    loaded = journals.load(person)
    found = [entry for _, entry in journals.entries_of_kinds(person, TOLD)]
    identity = people.identity(person)
    return Person(person, now, loaded, found, identity.texts, programs(), identity.name)


def wants(person: Person) -> tuple[tuple[str, str], ...]:
    """What the person can say they need, by the names of the reports."""
    found: dict[str, str] = {}
    for program in person.state.courses:
        voice = person.voice(program)
        for name, report in (voice.program.program.reports if voice is not None else {}).items():
            found.setdefault(name, voice.say(report.text) or "" if voice is not None else "")
    return tuple((name, text) for name, text in found.items() if text)
