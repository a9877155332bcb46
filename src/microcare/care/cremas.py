"""The reporting checklist of EMA studies, filled with what the programs and the deliveries tell.

Liao Y, Skelton K, Dunton G, Bruening M. A systematic review of methods and procedures used in ecological momentary
assessments of diet and physical activity research in youth: an adapted STROBE checklist for reporting EMA studies
(CREMAS). J Med Internet Res 2016; 18(6): e151. What neither program nor data can know is named, for the researcher.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from statistics import median, quantiles

from microcare.base.moments import HOUR, MINUTE
from microcare.base.spans import format_duration
from microcare.base.wording import counted
from microcare.care.monitor import Study, study
from microcare.care.programs import programs
from microcare.hub.deliveries import COMPLETED, HELD, MISSED
from microcare.program.compiled import CompiledProgram
from microcare.store import monitor
from microcare.store.monitor import Filter

PROGRAM, DATA, WRITE = "program", "data", "write"
"""Where an item's text comes from; write: the researcher must."""


@dataclass(frozen=True, slots=True)
class Item:
    """One item, or a part of it, by its number in the checklist: where its text comes from, and the text."""

    number: int
    item: str
    source: str
    text: str


@dataclass(frozen=True, slots=True)
class Prompt:
    """One delivery as the table counts it. Moments in ms; 0: not."""

    person: str
    day: int
    what: str
    status: str
    due: int
    opened: int
    completed: int


def table(wanted: Filter) -> tuple[Item, ...]:
    """All sixteen items, for the programs and days of a filter. The summary must be up to date."""
    prompts = [Prompt(*found) for found in monitor.times(wanted)]
    known = _published(wanted)
    return (*_introduction(), *_methods(known, prompts), *_results(prompts, study(wanted)), *_discussion())


def _published(wanted: Filter) -> list[CompiledProgram]:
    known = programs()
    found = [p for name in sorted({p.id for p in known}) if (p := known.current(name)) is not None]
    return [p for p in found if wanted.programs is None or p.id in wanted.programs]


PER_DAY = "prompts per person and day with any"


def _introduction() -> Iterator[Item]:
    yield Item(1, "Title", WRITE, "Name ecological momentary assessment in the title and the key words.")
    yield Item(2, "Rationale", WRITE, "Say what EMA is, and why it suits this question.")


def _methods(known: Sequence[CompiledProgram], prompts: Sequence[Prompt]) -> Iterator[Item]:
    yield Item(3, "Training", WRITE, "Say whether and how participants were trained.")
    yield Item(
        4, "Technology", PROGRAM, "microcare, a web app on the participant's own device. " + _each(known, _channels)
    )
    yield Item(4, "Technology", WRITE, "Name devices, models and operating systems, as far as they are known.")
    yield Item(5, "Wave duration", WRITE, "Say how many waves there were; the data below are of one span of days.")
    yield Item(6, "Monitoring period", DATA, _period(prompts))
    yield Item(7, "Prompting design", PROGRAM, _each(known, _strategy))
    yield Item(7, "Prompting design: questions", PROGRAM, _each(known, _questions))
    yield Item(8, "Prompt frequency", PROGRAM, _each(known, _limits))
    yield Item(8, "Prompt frequency as it was", DATA, _frequency(prompts))
    yield Item(8, "Interval between prompts as it was", DATA, _intervals(prompts))
    yield Item(9, "Design features", WRITE, "Say what was done against bias (reactivity) and burden; incentives too.")


def _each(known: Sequence[CompiledProgram], tell: Callable[[CompiledProgram], str]) -> str:
    return "; ".join(map(tell, known)) or "no such program is published"


def _channels(program: CompiledProgram) -> str:
    later = [f"{name} after {format_duration(after)}" if after else name for name, after in program.channels]
    return f"{program.id}: {', '.join(later)}"


def _strategy(program: CompiledProgram) -> str:
    rules = [rule for one in program.interventions.values() for rule in one.by_id.values()]
    scheduled = sum(1 for rule in rules if rule.scheduled)
    return (
        f"{program.id}: {counted(scheduled, 'scheduled rule')}, {counted(len(rules) - scheduled, 'rule')} triggered by"
        f" events or context, {counted(len(program.program.evaluate), 'evaluation trigger')}"
    )


def _questions(program: CompiledProgram) -> str:
    sizes = [f"{name} ({counted(len(measure.items), 'item')})" for name, measure in program.measures.items()]
    return f"{program.id}: {', '.join(sizes) or 'no measures'}"


def _limits(program: CompiledProgram) -> str:
    limits = program.program.limits
    found = ["quiet hours " + "-".join(map(_clock, limits.quiet)) if limits.quiet else "no quiet hours"]
    found += [f"at most {limits.per_day} prompts a day"] if limits.per_day is not None else []
    found += [f"at most {limits.per_week} prompts a week"] if limits.per_week is not None else []
    return f"{program.id}: {', '.join(found)}"


def _clock(seconds: int) -> str:
    return f"{seconds // 3600 % 24:02}:{seconds // 60 % 60:02}"


def _period(prompts: Sequence[Prompt]) -> str:
    if not prompts:
        return "no prompts"
    days = {p.day for p in prompts}
    spans = [last - first + 1 for first, last in _spans(prompts).values()]
    weekend = sum(1 for day in days if date.fromordinal(day).weekday() >= 5)
    return (
        f"{date.fromordinal(min(days))} to {date.fromordinal(max(days))};"
        f" {counted(len(spans), 'participant')}, from first to last prompt a median of {median(spans):g} days"
        f" ({min(spans)} to {max(spans)}); prompts on {len(days) - weekend} weekdays and {weekend} weekend days"
    )


def _spans(prompts: Sequence[Prompt]) -> dict[str, tuple[int, int]]:
    days: defaultdict[str, set[int]] = defaultdict(set)
    for prompt in prompts:
        days[prompt.person].add(prompt.day)
    return {person: (min(found), max(found)) for person, found in days.items()}


def _frequency(prompts: Sequence[Prompt]) -> str:
    counts: defaultdict[tuple[str, int], int] = defaultdict(int)
    for prompt in prompts:
        counts[prompt.person, prompt.day] += 1
    weekdays = [float(n) for (_, day), n in counts.items() if date.fromordinal(day).weekday() < 5]
    weekends = [float(n) for (_, day), n in counts.items() if date.fromordinal(day).weekday() >= 5]
    return f"weekdays: {_spread(weekdays, PER_DAY)}; weekends: {_spread(weekends, PER_DAY)}"


def _intervals(prompts: Sequence[Prompt]) -> str:
    gaps = [
        (later.due - earlier.due) / HOUR
        for earlier, later in pairwise(prompts)
        if (earlier.person, earlier.day) == (later.person, later.day) and earlier.due
    ]
    return _spread(gaps, "hours between prompts of one day")


def _spread(values: list[float], unit: str) -> str:
    """Median and quartiles; with a single value, that."""
    if not values:
        return f"not known: no {unit}"
    if len(values) == 1:
        return f"{values[0]:.1f} {unit} (one value)"
    low, middle, high = quantiles(values, n=4, method="inclusive")
    return f"median {middle:.1f} {unit} (IQR {low:.1f} to {high:.1f}, n = {len(values)})"


def _results(prompts: Sequence[Prompt], found: Study) -> Iterator[Item]:
    closed = [p for p in prompts if p.status in (COMPLETED, MISSED)]
    asked = [p for p in closed if p.what == "assessment"]
    yield Item(10, "Attrition", DATA, _attrition(prompts))
    yield Item(11, "Prompt delivery", DATA, _delivery(found))
    yield Item(12, "Latency", DATA, _latency(closed))
    yield Item(13, "Compliance rate", DATA, _rate(closed))
    yield Item(13, "Compliance rate, questionnaires", DATA, _rate(asked))
    yield Item(13, "Compliance rate by person", DATA, _rates([p.person for p in closed], closed, "people"))
    yield Item(13, "Compliance rate by monitoring day", DATA, _rates(_study_days(prompts, closed), closed, "days"))
    yield Item(14, "Missing data", DATA, _missing(prompts, closed))
    yield Item(14, "Missing data: for whom", WRITE, "Say whether it goes with demographics or time-varying variables.")


def _delivery(found: Study) -> str:
    steps = ", ".join(f"{step.count} {step.title.lower()}" for step in found.steps[:-1])
    held = [f"{reason} ({count})" for status, reason, count in found.reasons if status == HELD]
    return steps + (f"; not sent: {', '.join(held[:8])}" if held else "")


def _rate(closed: Sequence[Prompt]) -> str:
    done = sum(1 for p in closed if p.status == COMPLETED)
    return f"{done} of {len(closed)} ({done / len(closed):.1%})" if closed else "not known: none is over"


def _rates(keys: Sequence[object], closed: Sequence[Prompt], what: str) -> str:
    counts: defaultdict[object, list[int]] = defaultdict(lambda: [0, 0])
    for key, prompt in zip(keys, closed, strict=True):
        counts[key][0] += prompt.status == COMPLETED
        counts[key][1] += 1
    rates = [100 * done / all_ for done, all_ in counts.values()]
    return _spread(rates, f"% completed, over {what}")


def _study_days(prompts: Sequence[Prompt], closed: Sequence[Prompt]) -> list[int]:
    spans = _spans(prompts)
    return [p.day - spans[p.person][0] for p in closed]


def _latency(closed: Sequence[Prompt]) -> str:
    waited = [(p.completed - p.due) / MINUTE for p in closed if p.status == COMPLETED and p.due and p.completed]
    return _spread(waited, "minutes from prompt to completion")


def _attrition(prompts: Sequence[Prompt]) -> str:
    people = {p.person for p in prompts}
    spans = _spans(prompts)
    end = max((last for _, last in spans.values()), default=0)
    gone = sum(1 for _, last in spans.values() if end - last >= 7)
    silent = people - {p.person for p in prompts if p.opened or p.completed}
    return (
        f"{counted(len(people), 'participant')} prompted; {len(silent)} never opened anything;"
        f" {gone} had no prompt in the last 7 days of the period"
    )


def _missing(prompts: Sequence[Prompt], closed: Sequence[Prompt]) -> str:
    if not closed:
        return "not known: none is over"
    halves: dict[bool, list[Prompt]] = {False: [], True: []}
    spans = _spans(prompts)
    for prompt in closed:
        first, last = spans[prompt.person]
        halves[prompt.day > (first + last) / 2].append(prompt)
    unopened = sum(1 for p in closed if p.status != COMPLETED and not p.opened)
    begun = sum(1 for p in closed if p.status != COMPLETED and p.opened)
    return (
        f"missed: {unopened} never opened, {begun} opened and not completed; completed in the first half of each"
        f" participant's time {_rate(halves[False])}, in the second {_rate(halves[True])}"
    )


def _discussion() -> Iterator[Item]:
    yield Item(15, "Limitations", WRITE, "Discuss the limits of the study and of its EMA methods.")
    yield Item(16, "Conclusions", WRITE, "Interpret the results, and what EMA added to them.")
