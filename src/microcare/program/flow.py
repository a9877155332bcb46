"""A micro intervention as a graph: what begins each rule, what the rule asks, and where each way leads (Figure 1)."""

from collections.abc import Iterator
from dataclasses import dataclass

from microcare.base.moments import format_window
from microcare.base.schedules import WEEKDAYS, DayPattern
from microcare.base.spans import format_span
from microcare.program.decision import Action, Case, Rule, options_of
from microcare.program.parts import text_in
from microcare.program.program import Program
from microcare.program.triggers import Trigger, parse_trigger


@dataclass(frozen=True, slots=True)
class Way:
    """One way out of a rule: its condition or chance in words, the events it delivers, and how else it ends."""

    label: str
    events: tuple[str, ...]
    end: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """A decision rule in words: what it waits for and asks, line by line, and its ways."""

    lines: tuple[str, ...]
    ways: tuple[Way, ...]


@dataclass(frozen=True, slots=True)
class Station:
    """A place of the sequence: an event, or (without a goal) something else that begins rules."""

    id: str
    title: str
    goal: str
    kind: str
    """informational, interventional or supportive; `start` or `trigger` where it is no event."""
    asks: str
    steps: tuple[Step, ...]


def flow(program: Program, intervention: str) -> tuple[Station, ...]:
    """The stations of an intervention: its start, its other triggers, then its events in the author's order."""
    part = program.interventions[intervention]
    found: dict[str, list[Step]] = {"start": []}
    names: dict[str, str] = {"start": "Start"}
    for rule in part.rules:
        trigger = parse_trigger(rule.on)
        key, words, when = _origin(trigger, rule.on, set(part.events))
        names.setdefault(key, words)
        found.setdefault(key, []).append(Step(tuple(_lines(rule, when)), tuple(_ways(program, rule))))
    stations = [
        Station(key, words, "", "start" if key == "start" else "trigger", "", tuple(found[key]))
        for key, words in names.items()
        if not key.startswith("event ")
    ]
    for name, event in part.events.items():
        title = text_in(event.title, program.language) if event.title is not None else name.replace("_", " ")
        goal, steps = event.goal.value.replace("_", " "), tuple(found.get(f"event {name}", ()))
        stations.append(Station(f"event {name}", title, goal, event.kind, _asks(program, intervention, name), steps))
    return tuple(stations)


def _origin(trigger: Trigger | None, text: str, events: set[str]) -> tuple[str, str, str]:
    """The station a rule begins at, the station's words, and the words of the rule's own beginning."""
    if trigger is None or (trigger.kind == "event" and trigger.name not in events):
        return text, text.replace(".", " "), ""
    if trigger.kind == "event":
        return f"event {trigger.name}", "", f"when {trigger.stage}"
    if trigger.kind == "quiet" and trigger.span is not None:
        return text, f"Quiet for {format_span(trigger.span)}", ""
    words = {"start": "Start", "signal": "Signal", "report": "Report", "need": "Need state"}[trigger.kind]
    key = "start" if trigger.kind == "start" else text
    return key, f"{words}: {trigger.name.replace('_', ' ')}" if trigger.name else words, ""


def _asks(program: Program, intervention: str, event: str) -> str:
    """The proximal assessment of an event, in words; empty where it has none."""
    proximal = program.interventions[intervention].events[event].proximal
    if proximal is None:
        return ""
    if proximal.ask is not None:
        return text_in(proximal.ask, program.language)
    if proximal.measure is not None:
        return f"asks {proximal.measure}"
    return f"{proximal.take} of {proximal.signal} over {format_span(proximal.over)}"


def _lines(rule: Rule, when: str) -> Iterator[str]:
    first = ", ".join(w for w in (when, f"after {format_span(rule.after)}" if rule.after is not None else "") if w)
    if first:
        yield first
    timing = schedule_words(rule)
    if timing:
        yield timing
    if rule.condition is not None:
        yield f"if {rule.condition}"
    for reason, condition in rule.available.items():
        yield f"available: {condition}" if not reason else f"available ({reason}): {condition}"


def schedule_words(rule: Rule) -> str:
    """When a rule by the calendar comes due, in words; empty for one that comes due once."""
    words = []
    if rule.random is not None:
        words.append(f"{rule.random} random moments")
    if isinstance(rule.every, DayPattern):
        words.append(f"every {_days(rule.every)}")
    elif rule.every is not None:
        words.append(f"every {format_span(rule.every)}")
    if rule.at:
        words.append("at " + ", ".join(c.removeprefix("person.").replace("_", " ") for c in rule.at))
    if rule.between is not None:
        words.append(format_window(rule.between))
    if rule.times is not None:
        words.append(f"{rule.times} times" if rule.times > 1 else "once")
    if rule.lasts is not None:
        words.append(f"for {format_span(rule.lasts)}")
    if rule.until is not None:
        words.append(f"until {rule.until}")
    return ", ".join(words)


def _days(pattern: DayPattern) -> str:
    days = sorted(pattern.weekdays)
    named = {(0, 1, 2, 3, 4): "weekday", (5, 6): "weekend day"}.get(tuple(days)) or ", ".join(WEEKDAYS[d] for d in days)
    period = pattern.unit if pattern.n == 1 else f"{pattern.n} {pattern.unit}s"
    if not days:
        return period
    return named if pattern.unit == "day" and pattern.n == 1 else f"{period} on {named}"


def _ways(program: Program, rule: Rule) -> Iterator[Way]:
    for case in rule.cases:
        condition = ""
        if isinstance(case, Case):
            condition = f"if {case.condition}" if case.condition is not None else "otherwise"
        end = _end(program, case)
        if case.randomize is not None:
            if condition:
                yield Way(condition, ())
            for name, (p, events) in options_of(case).items():
                share = f"{round(p * 100, 2):g} % {name.replace('_', ' ')}"
                yield Way(share, events, end)
        else:
            events = tuple(e for e in case.deliver or () if e != "nothing")
            nothing = "nothing" if case.deliver is not None and not events and not end else ""
            yield Way(condition, events, end or nothing)


def _end(program: Program, case: Action) -> str:
    words = []
    if case.offer is not None:
        offered = program.interventions.get(case.offer)
        title = text_in(offered.title, program.language) if offered is not None else case.offer
        words.append(f"offers: {title}")
    if case.evaluate:
        words.append("evaluation")
    if case.end is not None:
        counts = f" ({case.as_})" if case.as_ not in (None, case.end) else ""
        words.append(f"ends: {case.end.replace('_', ' ')}{counts}")
    return ", ".join(words)
