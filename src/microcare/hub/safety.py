"""Safety: on each saved answer, before every other rule; never randomized, never limited, never silenced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from microcare.hub import effect, entry
from microcare.hub.asked import program_of
from microcare.hub.listening import name_of
from microcare.hub.state import Assessment, State
from microcare.hub.stimulus import Value
from microcare.hub.view import View, number_of
from microcare.hub.work import Work, holds
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledMeasure, CompiledSafety

EPISODE = 48 * 3_600_000
"""Risk answers closer together than this belong to one episode, as long as its first alert is not resolved."""

LONGEST = 4 * 3_600_000
"""At least so often an alert that nobody takes on goes further, ms."""


@dataclass(frozen=True, slots=True)
class Heard:
    """A safety rule, and the version of the program that it stands in."""

    version: str
    rule: CompiledSafety


Totals = Mapping[str, Value]
"""Scores of one questionnaire, by name."""


def check(
    work: Work, asked: Assessment, answers: Mapping[str, Value], at: int, totals: Totals, loud: tuple[str, ...] = ()
) -> None:
    """Check an answer that has just been saved, and totals that are new, and raise what is due."""
    for rule, given in risks(work, work.state, asked, answers, totals, loud):
        _raise(work, asked, rule, given, at)


def risks(
    work: Work,
    state: State,
    asked: Assessment,
    answers: Mapping[str, Value],
    totals: Totals,
    loud: tuple[str, ...] = (),
) -> list[tuple[Heard, Value]]:
    """The safety rules that hold for answers and totals of a questionnaire: those of the version that asked it count.

    A rule of the course's version counts before them where it asks the same question, because whoever publishes a better
    rule means everybody, and because its rosters are those of today. `loud`: the rules that found their
    words in a text before it was sealed.
    """
    own = program_of(work.programs, state, asked)
    course = state.courses.get(asked.program)
    now = work.programs.of(asked.program, course.version) if course is not None else None
    for program in (now, own):
        if program is None or own is None or asked.measure not in program.measures:
            continue
        theirs, here = own.measures[asked.measure], program.measures[asked.measure]
        given = {i: number_of(here.items[i], v) for i, v in answers.items() if _same(theirs, here, (i,))}
        if _same(theirs, here, (*theirs.items, *here.items)):
            given |= {k: v for k, v in totals.items() if k in here.scores and k not in here.items}
        found = [
            (Heard(program.version, rule), answers.get(name, value))
            for name, value in given.items()
            for rule in program.safety.get((asked.measure, name), ())
            if name_of(program, rule.index) in loud
            or holds(rule.condition, View(program, state, work.now, None, value)) is True
        ]
        if found:
            return found
    return []


def _same(one: CompiledMeasure, other: CompiledMeasure, items: Iterable[str]) -> bool:
    """Whether two versions ask these items with the same answers, whatever their words."""
    if one is other:
        return all(i in one.items for i in items)
    return all(
        i in one.items and i in other.items and _answers(one.items[i]) == _answers(other.items[i]) for i in items
    )


def _answers(item: Item) -> tuple[object, ...]:
    return item.kind, item.scale, {k: c.score for k, c in item.choices.items()}, item.min, item.max


def _raise(work: Work, asked: Assessment, heard: Heard, value: Value, at: int) -> None:
    rule = heard.rule
    alert = rule.rule.alert
    name = work.name("alert", "alert")
    within = alert.acknowledge_within.exact if alert is not None else 0
    work.say(
        entry.Alerted(
            at=at,
            received=work.now,
            alert=name,
            episode=_episode(work, at) or name,
            program=asked.program,
            rule=rule.index,
            measure=asked.measure,
            item=rule.item,
            value=value,
            reference=rule.rule.words is not None,
            roster=alert.roster if alert is not None else "",
            then=alert.then or "" if alert is not None else "",
            acknowledge_by=work.now + within if alert is not None else 0,
            hold=rule.rule.hold,
            version=heard.version,
        )
    )
    work.effects.append(effect.Help(at=work.now, alert=name))
    if alert is not None:
        work.effects.append(effect.Notify(at=work.now, alert=name, program=asked.program, roster=alert.roster))


def _episode(work: Work, at: int) -> str:
    """The open episode that a risk answer at that moment belongs to."""
    for alert in reversed(work.state.alerts.values()):
        if abs(at - alert.raised) < EPISODE:
            return alert.episode
    return ""


def _patience(within: int, level: int) -> int:
    """How long the next ones have. Twice at the authored pace; then ever more seldom, lest nobody looks any more, ms."""
    return max(within, 60_000, min(within << max(level - 1, 0), LONGEST))


def escalate(work: Work, name: str) -> None:
    """Nobody took an alert on in time: it goes further, and further again, until somebody does."""
    alert = work.state.alerts[name]
    within = alert.within or 15 * 60_000
    roster = alert.then or alert.roster
    work.say(
        entry.AlertMoved(
            at=work.now,
            received=work.now,
            alert=name,
            stage="escalated",
            by=roster,
            acknowledge_by=work.now + _patience(within, alert.level),
        )
    )
    work.effects.append(
        effect.Notify(at=work.now, alert=name, program=alert.program, roster=roster, level=alert.level + 1)
    )
