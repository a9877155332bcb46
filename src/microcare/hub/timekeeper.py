"""The timekeeper: what a due instant brings, one thing after the other, in a documented order."""

from collections.abc import Callable

from msgspec.structs import replace

from microcare.hub import (
    assessor,
    decider,
    delivery,
    entry,
    evaluator,
    facilitation,
    outcomes,
    recommender,
    safety,
    scheduler,
    sequencer,
)
from microcare.hub.fold import progress
from microcare.hub.scheduler import Due
from microcare.hub.waiting import Point
from microcare.hub.work import BudgetExceededError, Work
from microcare.program.compiled import CompiledRule

AT_ONCE = 500
"""How many things one instant may bring for one program."""


def tick(work: Work, until: int, settle: Callable[[Work], None]) -> int | None:
    """Do everything that is due, earliest first; each sees what the last one changed. Returns what is due next."""
    before: tuple[Due, int] | None = None
    while True:
        item = scheduler.earliest(work.programs, work.state)
        if item is None or item.moment > until:
            return item.moment if item is not None else None
        work.at = scheduler.program_of(work.state, item)
        if before == (item, len(work.entries)):
            raise BudgetExceededError(work.at, f"{item.kind} {item.name} stays due")
        before = (item, len(work.entries))
        work.spend(work.at, "things due at once", AT_ONCE)
        TABLE[item.kind](work, item)
        settle(work)


def _followup(work: Work, item: Due) -> None:
    """The rest of the step that a saved answer called for."""
    waiting = work.state.followups
    work.say(entry.Followed(at=work.now, received=work.now, count=len(waiting)))
    work.present = any(f.present for f in waiting) and work.now - waiting[-1].received < 15 * 60_000
    for name in dict.fromkeys(f.assessment for f in waiting):
        assessor.answered(work, name, [f for f in waiting if f.assessment == name])


def _alert(work: Work, item: Due) -> None:
    safety.escalate(work, item.name)


def _expiry(work: Work, item: Due) -> None:
    delivery.expire(work, item.name)


def _assessment(work: Work, item: Due) -> None:
    assessor.overdue(work, item.name)


def _watch(work: Work, item: Due) -> None:
    outcomes.point_watched(work, item.name)


def _delivery_watch(work: Work, item: Due) -> None:
    outcomes.watched(work, item.name)


def _outcome(work: Work, item: Due) -> None:
    outcomes.ask_overall(work, item.name)


def _quiet(work: Work, item: Due) -> None:
    rule = work.intervention(item.name).by_id[item.part]
    since = work.state.runs[item.name].unanswered_since
    sequencer.decide(work, Point(item.name, rule, f"q{since}", item.moment))


def _wait(work: Work, item: Due) -> None:
    rule = work.intervention(item.name).by_id[item.part]
    sequencer.decide(work, Point(item.name, rule, f"w{item.moment}", item.moment))


def _postponed(work: Work, item: Due) -> None:
    """Ask the gate again. Its window counts from the moment to which it was moved."""
    rule_id, slot = item.part.split(" ")
    rule = work.intervention(item.name).by_id[rule_id]
    day, index = scheduler.slot_identity(slot)
    sequencer.decide(work, Point(item.name, rule, slot, item.number, day, index, item.moment))


def _point(work: Work, item: Due) -> None:
    rule = work.intervention(item.name).by_id[item.part]
    slot = scheduler.slot_name(item.number, item.place)
    point = Point(item.name, rule, slot, item.moment, item.number, item.place)
    if item.moment < work.now <= item.moment + rule.window and _another_came(work, rule, point):
        # After a flight, or a standstill, several are asked at one moment: only the newest can be meant.
        decider.miss(work, point, "a newer decision point of the rule took its place")
        return
    sequencer.decide(work, point)


def _another_came(work: Work, rule: CompiledRule, point: Point) -> bool:
    """Whether a later decision point of the rule's schedule has come by now, too."""
    run = work.state.runs[point.run]
    record = run.rules[rule.id]
    last, taken, _ = progress(record, point.day, point.index, point.slot)
    after = replace(record, last=last, taken=taken, points=record.points + 1)
    coming = scheduler.coming_point(rule, after, point.run, run, work.state)
    return coming is not None and coming[2] == "point" and coming[0] <= work.now


def _draw_moments(work: Work, item: Due) -> None:
    sequencer.draw_moments(work, item.name, work.intervention(item.name).by_id[item.part], item.number)


def _run_end(work: Work, item: Due) -> None:
    sequencer.end(work, item.name, "its longest duration is over")


def _disengaged(work: Work, item: Due) -> None:
    sequencer.disengaged(work, item.name)


def _snooze(work: Work, item: Due) -> None:
    delivery.prompt_again(work, item.name)


def _fallback(work: Work, item: Due) -> None:
    delivery.prompt_again(work, item.name, item.part)


def _offer(work: Work, item: Due) -> None:
    recommender.offer_expired(work, item.name)


def _need(work: Work, item: Due) -> None:
    program = work.course(item.name.split("/")[0])
    if program is not None:
        evaluator.settle(work, program)


def _retry(work: Work, item: Due) -> None:
    program = work.course(item.name)
    if program is not None:
        recommender.recommend(work, program, recommender.TIME)


def _evaluation(work: Work, item: Due) -> None:
    """Of several that are overdue, only the newest is opened: no backlog after a pause or a standstill."""
    program = work.course(item.name)
    if program is not None:
        evaluation = program.evaluations[item.place]
        why = evaluation.trigger.on or "its fixed time"
        day, index = scheduler.newest(evaluation, work.state, item, work.now)
        evaluator.open_evaluation(work, program, why, evaluation, day, index)


def _target(work: Work, item: Due) -> None:
    program = work.course(item.name)
    if program is not None and program.program.target is not None:
        assess = program.program.target.assess
        delivery.ask(work, program, assess.measure, "target", work.in_time(assess.within.exact))


def _contact(work: Work, item: Due) -> None:
    program = work.course(item.name)
    if program is not None:
        delivery.notice(work, program, "contact", "contact", work.now + 14 * 86_400_000)


def _pause(work: Work, item: Due) -> None:
    """A pause is over: no backlog, but a look at what would help now."""
    work.say(entry.Set(at=work.now, received=work.now, name="pause", value=0))
    for program in list(work.state.courses):
        work.settle[program] = None
        work.recommend.setdefault(program, "the pause is over")


TABLE: dict[str, Callable[[Work, Due], None]] = {
    "followup": _followup,
    "alert": _alert,
    "expiry": _expiry,
    "assessment": _assessment,
    "watch": _watch,
    "delivery_watch": _delivery_watch,
    "outcome": _outcome,
    "quiet": _quiet,
    "wait": _wait,
    "postponed": _postponed,
    "point": _point,
    "draw_moments": _draw_moments,
    "run_end": _run_end,
    "disengaged": _disengaged,
    "snooze": _snooze,
    "fallback": _fallback,
    "offer": _offer,
    "need": _need,
    "retry": _retry,
    "evaluation": _evaluation,
    "target": _target,
    "contact": _contact,
    "check_in": lambda work, item: facilitation.announce(work, item.name),
    "pause": _pause,
}
