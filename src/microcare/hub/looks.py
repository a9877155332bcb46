"""When somebody for whom nothing can be done now is looked at again, and whether anything looks at all.

What is left out may become possible with a fact (the step in which it arrives looks again) or with time. The moment at
which time alone makes it possible is found by asking the same question of later moments; nothing is entered for that.
"""

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from microcare.base.moments import DAY, HOUR, MINUTE
from microcare.hub import entry, scheduler
from microcare.hub.state import Course
from microcare.hub.work import Work
from microcare.program.compiled import CompiledIntervention, CompiledProgram, Reader

CLOCK = (15 * MINUTE, 8 * DAY)
"""What hangs on the hour is asked of every quarter of an hour, a week and a day long."""
CALENDAR = (6 * HOUR, 120 * DAY)
"""What hangs on days is asked of four moments a day, for four months."""
CLOCKS = (("local", "hour"), ("local", "minute"), ("local", "time"))
FACTS = frozenset(
    (
        entry.Set, entry.Assessed, entry.Followed, entry.Signaled, entry.Reported, entry.NeedChanged,
        entry.OverallOutcome, entry.TargetChecked, entry.OfferClosed, entry.Started, entry.Enrolled, entry.Moved,
        entry.AlertMoved, entry.Withdrew,
    )
)  # fmt: skip
"""Entries that can change why something is left out."""


def look_again(work: Work) -> None:
    """Have what was left out looked at again, where the last look found nothing and a fact has arrived since."""
    fresh = work.entries[work.looked :]
    work.looked = len(work.entries)
    if any(type(stated) in FACTS for stated in fresh):
        work.again.update({name: None for name, c in work.state.courses.items() if c.nothing and not c.stopped})


def possible_at(work: Work, intervention: CompiledIntervention, reason: Callable[[Work], str]) -> int:
    """The moment at which time alone makes it possible, or at which to ask that again (0: time changes nothing).

    `reason` says why it is left out at the moment of a piece of work; empty: it is not.
    """
    conditions = (intervention.contraindicated, intervention.requires, intervention.resource)
    readers = [r for c in conditions if c is not None for r in c.inputs.readers]
    moments = sorted({m for m in (*_grid(work, readers), *_fading(work, readers)) if m > work.now})
    before = work.now
    for moment in moments:
        if not reason(replace(work, now=moment)):
            return _first(work, before, moment, reason)
        before = moment
    # What fades has faded by then; the calendar goes on for ever.
    return before if moments and any(_goes_on(r) for r in readers) else 0


def _grid(work: Work, readers: list[Reader]) -> range:
    """The moments to ask about, where time changes something for ever."""
    if not any(_goes_on(r) for r in readers):
        return range(0)
    clocked = any(r.leaf.function is not None or r.origin[:2] in CLOCKS for r in readers)
    step, span = CLOCK if clocked else CALENDAR
    return range(work.now - work.now % step + step, work.now + span, step)


def _goes_on(reader: Reader) -> bool:
    """Whether time changes its value for ever."""
    kind, *keys = reader.origin
    ever = kind in ("local", "now", "care_days", "away_days", "age") or (kind == "last" and keys[0] == "days_ago")
    return ever or reader.leaf.function is not None


def _fading(work: Work, readers: list[Reader]) -> Iterator[int]:
    """When what is known now is too old to be known: a signal, a report."""
    for reader in readers:
        kind, *keys = reader.origin
        if kind == "signal" and reader.leaf.function is None:
            series = work.state.signals.get(keys[0])
            keeps = [p.fresh[keys[0]] for p in work.in_use() if keys[0] in p.fresh]
            yield from (series[-1][0] + keep for keep in keeps if series)
        elif kind == "reported" and keys[0] in work.state.reports:
            keeps = [p.reports[keys[0]] for p in work.in_use() if keys[0] in p.reports]
            yield from (work.state.reports[keys[0]] + keep for keep in keeps)


def _first(work: Work, before: int, after: int, reason: Callable[[Work], str]) -> int:
    """The first moment between two at which it is possible, where it is not at the first and is at the second."""
    while after - before > 1:
        middle = (before + after) // 2
        if reason(replace(work, now=middle)):
            before = middle
        else:
            after = middle
    return after


def say_what_waits(work: Work) -> None:
    """Say of each program in which nothing looks at the person any more that it is so, and why."""
    state = work.state
    if state.followups or state.rests:
        return
    for name, course in list(state.courses.items()):
        found = work.course(name)
        if found is not None and not course.waits and not is_looked_at(work, name):
            work.say(entry.Waits(at=work.now, received=work.now, program=name, why=_why(work, found, course)))


def is_looked_at(work: Work, program: str) -> bool:
    """Whether time will bring a look at the person in a program. A word to keep in contact is none."""
    state = work.state
    if any(r.program == program and not r.ended for r in state.runs.values()):
        return True
    return any(
        line.kind not in ("contact", "check_in", "alert") and scheduler.program_of(state, line) == program
        for line in scheduler.agenda(work.programs, state)
    )


def _why(work: Work, program: CompiledProgram, course: Course) -> tuple[str, ...]:
    """Why nothing looks: what is reached, what is left out, and each need state that is not known to be absent."""
    found = ["the target is reached"] if course.target is True else []
    for need in program.needs:
        record = work.state.needs.get(f"{program.id}/{need.id}")
        if record is None or record.state == "unknown":
            found.append(f"{need.id} is unknown, and no evaluation asks by time")
        elif record.state == "present":
            found.append(f"{need.id} is present, and nothing can begin")
    if not program.needs and course.nothing:
        found += [f"{name}: {reason}" for name, reason in course.left_out.items()]
    return tuple(found) or ("nothing is left to do",)
