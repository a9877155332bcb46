"""The delivery monitor: how far each planned delivery came, and why no further; who is stuck. Nothing is changed but the summary."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from datetime import date
from functools import cache, partial
from itertools import islice

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy

from microcare.base.moments import DAY, HOUR, MINUTE, format_local, local_day
from microcare.care import clock
from microcare.care.spoken import joined_by
from microcare.care.wordings import About
from microcare.channels.channel import NO_SUCH_WAY
from microcare.hub.deliveries import COMPLETED, HELD, MISSED, NOT_MEANT, OPEN, STEPS, Line
from microcare.store import journals, monitor, people
from microcare.store.monitor import Filter

TITLES = {
    "planned": lazy("Planned"),
    "due": lazy("Due"),
    "handed": lazy("Handed over"),
    "accepted": lazy("Accepted"),
    "shown": lazy("Shown"),
    "opened": lazy("Opened"),
    "completed": lazy("Completed"),
}
"""What the steps are called."""
NOT_SENT = {
    ("prompt", True): lazy("a prompt failed"),
    ("prompt", False): lazy("a prompt may have arrived or not"),
    ("propose", True): lazy("a proposal failed"),
    ("propose", False): lazy("a proposal may have arrived or not"),
    ("notify", True): lazy("a notice failed"),
    ("notify", False): lazy("a notice may have arrived or not"),
}
"""What could not be sent: what it was, and whether that is sure."""
DAYS = 14
"""So many days are shown, unless others are asked for."""
LATE = 10 * MINUTE
"""A worker that is later than this has stopped."""
NEXT = HOUR
"""So long a delivery that has no way on one channel may wait for the next one's turn."""
UNTAKEN = HOUR
"""A notice that nobody takes for so long is listed."""
SILENT_DAYS, SILENT_LEAST = 3, 3
"""So many days, with at least so many deliveries due, of which no channel took any."""
SHOWN, LOOKED_AT = 50, 500
AT_ONCE, BUDGET = 20, 200


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the funnel. `share` of what was planned, 0 to 1; None where nothing was."""

    name: str
    title: str
    count: int
    share: float | None


@dataclass(frozen=True, slots=True)
class Part:
    """An event, questionnaire, offer or decision rule, with its numbers."""

    program: str
    what: str
    intervention: str
    name: str
    planned: int
    due: int
    opened: int
    completed: int
    missed: int
    held: int
    open: int


@dataclass(frozen=True, slots=True)
class Day:
    """One local day: what became of what was planned for it."""

    day: int
    completed: int
    missed: int
    held: int
    open: int

    @property
    def total(self) -> int:
        """All of them."""
        return self.completed + self.missed + self.held + self.open

    @property
    def date(self) -> date:
        """The day in the calendar."""
        return date.fromordinal(self.day)


@dataclass(frozen=True, slots=True)
class Study:
    """What became of all that was planned in some days."""

    steps: tuple[Step, ...]
    parts: tuple[Part, ...]
    reasons: tuple[tuple[str, str, int], ...]
    """(status, reason, count), most frequent first."""
    days: tuple[Day, ...]
    not_meant: int
    """Decision points at which the rule or the draw said nothing: they are no deliveries."""
    behind: int
    """So many people have entries that these numbers lack yet."""


@dataclass(frozen=True, slots=True)
class Stuck:
    """Somebody whose deliveries do not move, and why."""

    person: str
    why: str
    since: str


@dataclass(frozen=True, slots=True)
class Who:
    """A person's numbers."""

    person: str
    name: str
    due: int
    completed: int
    missed: int


@dataclass(frozen=True, slots=True)
class LineShown:
    """One of a person's deliveries, in words."""

    title: str
    what: str
    status: str
    reason: str
    trouble: str
    times: tuple[tuple[str, str], ...]
    """(step, wall time) of each step that it came to."""


def catch_up(budget: int = BUDGET) -> int:
    """Bring the summary up to date for as long as the budget lasts, ms; of how many people it lacks entries then."""
    began = clock.wall()
    while monitor.catch_up(AT_ONCE):
        if clock.wall() - began >= budget:
            return monitor.behind()
    return 0


def default_days(now: int) -> tuple[int, int]:
    """The days that are shown unless others are asked for: local days (ordinals) of everybody's zones."""
    today = local_day("UTC", now)
    return today - DAYS + 1, today + 1


def study(wanted: Filter) -> Study:
    """What became of all that was planned."""
    behind = catch_up()
    reach: Counter[int] = Counter()
    parts: dict[tuple[str, ...], Counter[str]] = {}
    days: dict[int, Counter[str]] = {}
    reasons: Counter[tuple[str, str]] = Counter()
    not_meant = 0
    for day, program, what, intervention, name, status, came, reason, count in monitor.numbers(wanted):
        if status == NOT_MEANT:
            not_meant += count
            continue
        reach[came] += count
        part = parts.setdefault((program, what, intervention, name), Counter())
        part["planned"] += count
        for step in STEPS[1 : came + 1]:
            part[step] += count
        part[status] += count if status != COMPLETED else 0
        days.setdefault(int(day), Counter())[status] += count
        if status in (MISSED, HELD):
            reasons[status, reason] += count
    return Study(
        tuple(_steps(reach)),
        tuple(_part(key, n) for key, n in sorted(parts.items(), key=lambda p: (p[0][0], -p[1]["planned"], p[0]))),
        tuple((status, reason, n) for (status, reason), n in reasons.most_common()),
        tuple(Day(d, n[COMPLETED], n[MISSED], n[HELD], n[OPEN]) for d, n in sorted(days.items())),
        not_meant,
        behind,
    )


def _steps(reach: Counter[int]) -> Iterator[Step]:
    whole = sum(reach.values())
    for index, name in enumerate(STEPS):
        count = sum(n for came, n in reach.items() if came >= index)
        yield Step(name, str(TITLES[name]), count, count / whole if whole else None)


def _part(key: tuple[str, ...], n: Counter[str]) -> Part:
    program, what, intervention, name = key
    return Part(
        program, what, intervention, name, n["planned"], n["due"], n["opened"], n["completed"], n[MISSED], n[HELD], n[OPEN]
    )  # fmt: skip


def persons(wanted: Filter) -> tuple[Who, ...]:
    """People with what became of theirs, most missed first; at most `SHOWN`."""
    return tuple(
        Who(person, people.identity(person).name or person[:8], due, completed, missed)
        for person, _, due, completed, missed in monitor.by_person(wanted, SHOWN)
    )


def stuck(now: int, programs: Collection[str] | None) -> tuple[Stuck, ...]:
    """People (of these programs) whose deliveries do not move; at most `SHOWN`, in the order of urgency."""
    found = (one for one in _stuck(now) if programs is None or people.programs_of(one.person) & set(programs))
    return tuple(islice(found, SHOWN))


def _stuck(now: int) -> Iterator[Stuck]:
    for person, _, _, made, _ in monitor.untaken(now - UNTAKEN, LOOKED_AT):
        yield Stuck(person, gettext("nobody has taken a notice on"), _when(made))
    for person, why in monitor.failed(LOOKED_AT):
        yield Stuck(person, gettext("a step failed: %(why)s") % {"why": why.splitlines()[0][:120]}, "")
    for person, due in monitor.overdue(now - LATE, LOOKED_AT):
        yield Stuck(person, gettext("due, and no worker has come"), _when(due))
    on_way = cache(lambda person: monitor.on_their_way(person, now - 2 * DAYS * DAY))
    for person, status, detail, settled, kind, delivery in monitor.not_sent(now - DAYS * DAY, LOOKED_AT):
        if detail in NO_SUCH_WAY and _goes_on(kind, delivery, settled > now - NEXT, partial(on_way, person)):
            continue
        said = str(NOT_SENT.get((kind, status == "failed"), kind))
        yield Stuck(person, f"{said}: {detail[:120]}" if detail else said, _when(settled))
    today = local_day("UTC", now)
    days = Filter(today - SILENT_DAYS + 1, today + 1)
    for person, count in monitor.nothing_arrives(days, SILENT_LEAST, LOOKED_AT):
        yield Stuck(
            person,
            gettext("%(count)s due in %(days)s days, and no channel took any") % {"count": count, "days": SILENT_DAYS},
            "",
        )


def _goes_on(kind: str, delivery: str, just_now: bool, on_way: Callable[[], Collection[str]]) -> bool:
    """Whether what could not go one way, because there is none, goes another one.

    A proposal waits on the desk. A delivery goes by the next channel, which may have its turn a while later.
    """
    if kind == "propose":
        return True
    return kind == "prompt" and (just_now or delivery in on_way())


def _when(moment: int) -> str:
    return format_local("UTC", moment)[:16] + " UTC"


def of_person(person: str, wanted: Filter, limit: int = 200) -> tuple[LineShown, ...]:
    """A person's deliveries in words, newest first. Raises UnknownPersonError."""
    state = journals.load(person).state
    catch_up()
    about = About(person, state)
    return tuple(_shown(about, line) for line in monitor.lines_of(person, wanted, limit))


def _shown(about: About, line: Line) -> LineShown:
    zone = about.state.zone
    times = [(str(TITLES[name]), getattr(line, name)) for name in STEPS] + [(gettext("Missed"), line.missed)]
    walls = tuple((title, format_local(zone, at)[:16]) for title, at in times if at)
    return LineShown(_title(about, line), line.what, line.status, line.reason, line.trouble, walls)


def _title(about: About, line: Line) -> str:
    """What was planned, as people call it."""
    program = about.program(line.program, "")
    if not line.intervention:
        return line.name.replace("_", " ")
    return joined_by(": ", (about.title(program, line.intervention, event) for event in ("", line.name)))


def narrowed(wanted: Filter, programs: Collection[str] | None) -> Filter:
    """A filter that lets through only these programs, too."""
    if programs is None:
        return wanted
    return replace(wanted, programs=set(programs) if wanted.programs is None else set(wanted.programs) & set(programs))
