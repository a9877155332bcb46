"""Decision points that wait: which of them the gate's refusal moves to later, for how long, and what ends the wait.

A rule has at most one point waiting in a run, the newest. Its wait ends with what began it: with the questionnaire or
event that a reminder is about, with the silence that a nudge is about. Each point still has its one outcome.
"""

import msgspec

from microcare.hub import gate
from microcare.hub.state import RuleRecord
from microcare.hub.work import Work
from microcare.program.compiled import CompiledRule
from microcare.program.derived import refused

NO_RULE = RuleRecord()
UNDER_WAY = ("delivered", "shown", "opened")
"""Stages after which an event is still with the person: a rule that waits for one is about this very delivery."""


class Point(msgspec.Struct, frozen=True):
    """A decision point: its run, rule and slot, and the moment it was planned for."""

    run: str
    rule: CompiledRule
    slot: str
    planned: int
    day: int = 0
    index: int = -1
    asked: int = 0
    """When it is asked again, if the gate moved it; its window counts from then."""


def may_wait(work: Work, point: Point, answer: gate.Answer) -> bool:
    """Whether a decision point that the gate refused is asked again at the moment that the gate names."""
    how = refused(point.rule.rule, point.rule.trigger.kind == "signal")
    if not answer.again or how == "drop" or (how == "after quiet" and answer.reasons != ("quiet hours",)):
        return False
    return answer.again < _bound(work, point, how)


def _bound(work: Work, point: Point, how: str) -> int:
    """Before which moment it must be asked again: the authored window, and the life of what began it."""
    run, rule = work.state.runs[point.run], point.rule
    bound = run.ends_by
    if how == "next window" or (how == "later" and "window" in rule.rule.model_fields_set):
        bound = min(bound, point.planned + rule.window + 1)
    trigger = rule.trigger
    if name := about(work, point):
        bound = min(bound, work.state.deliveries[name].expires or bound)
    elif trigger.kind == "signal":
        bound = min(bound, point.planned + work.run_program(point.run).fresh.get(trigger.name, rule.window))
    elif trigger.kind == "report" and trigger.name:
        keep = work.run_program(point.run).reports.get(trigger.name)
        bound = bound if keep is None else min(bound, point.planned + keep)
    return bound


def over(work: Work, point: Point) -> str:
    """Why a point that was moved needs no asking any more, because what it was about is over; empty: it does."""
    run = work.state.runs[point.run]
    if point.slot.startswith("q") and point.slot != f"q{run.unanswered_since}":
        return "the silence was over before it could be asked"
    if not point.asked:
        return ""
    trigger = point.rule.trigger
    subject = run.rules.get(point.rule.id, NO_RULE).about
    if subject and not _with_them(work, subject):
        return f"{trigger.name} was over before it could be asked again"
    if trigger.kind == "need":
        need = work.state.needs.get(f"{run.program}/{trigger.name}")
        if need is None or need.state != "present":
            return f"the need {trigger.name} was over before it could be asked again"
    return ""


def about(work: Work, point: Point) -> str:
    """The delivery, still with the person, that a point is about (a reminder's form, say); empty: it is about none."""
    trigger, record = point.rule.trigger, work.state.runs[point.run].rules.get(point.rule.id, NO_RULE)
    if point.asked:
        return record.about if _with_them(work, record.about) else ""
    if point.rule.scheduled or trigger.kind != "event" or trigger.stage not in UNDER_WAY:
        return ""
    found = work.state.deliveries
    return next((k for k, d in found.items() if (d.run, d.name, d.done) == (point.run, trigger.name, 0)), "")


def _with_them(work: Work, name: str) -> bool:
    found = work.state.deliveries.get(name)
    return found is not None and not found.done


def others(work: Work, point: Point) -> tuple[tuple[str, int, int], ...]:
    """What else of its rule waits in its run: slots with the moments they were planned for and are asked again at."""
    record = work.state.runs[point.run].rules.get(point.rule.id, NO_RULE)
    return tuple(p for p in record.postponed if p[0] != point.slot)
