"""The decider: at a decision point, when available and if the tailoring variables say so, choose an option.

The order is fixed: missed? -> the gate and availability -> the tailoring condition -> alternatives -> the draw.
Every decision point gets exactly one outcome, entered with the values the rule saw and every option's probability.
"""

import msgspec

from microcare.base import chance
from microcare.hub import entry, gate
from microcare.hub.stimulus import Value
from microcare.hub.view import View, read
from microcare.hub.work import DECISIONS, Work
from microcare.program.compiled import (
    CompiledCase,
    CompiledIntervention,
    CompiledProgram,
    CompiledRule,
    Condition,
)


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


class Decision(msgspec.Struct, frozen=True):
    """What was decided: the entry, and the case whose action follows (None: nothing follows)."""

    entry: entry.Decided
    case: CompiledCase | None
    events: tuple[str, ...]


def decide(work: Work, point: Point) -> Decision | None:
    """Decide a decision point and enter its outcome. None: the gate moved it to a later moment."""
    run = work.state.runs[point.run]
    program = work.run_program(point.run)
    intervention = program.interventions[run.intervention]
    rule = point.rule
    work.spend(program.id, "decisions", DECISIONS)
    if work.now > (point.asked or point.planned) + rule.window:
        return miss(work, point, "its window closed before it could be asked")
    view = View(program, work.state, work.now, run)
    answer = gate.ask(work, program, prompt=not work.present) if rule.delivers else gate.OPEN
    values = read(rule.inputs, view)
    unavailable, unknown = _availability(rule, values)
    if answer.again and not (unavailable or unknown) and _postpone(work, point, answer):
        return None
    reasons = (*answer.reasons, *unavailable)
    inputs = dict(zip(rule.inputs.names, values, strict=True))
    if reasons:
        return _enter(work, program, point, outcome="unavailable", available=False, reasons=reasons, inputs=inputs)
    if unknown:
        return _enter(work, program, point, outcome="unknown", reasons=unknown, inputs=inputs)
    if rule.condition is not None:
        found = rule.condition.holds(values)
        if found is None:
            why = _unknown(rule.condition, values, rule.inputs.names)
            return _enter(work, program, point, outcome="unknown", available=True, reasons=why, inputs=inputs)
        if found is not True:
            why = (f"{rule.condition.expression.source} is false",)
            return _enter(work, program, point, outcome="not_eligible", available=True, reasons=why, inputs=inputs)
    return _choose(work, program, intervention, point, values, inputs)


def miss(work: Work, point: Point, why: str) -> Decision:
    """Enter a decision point that can no longer be asked."""
    return _enter(work, work.run_program(point.run), point, outcome="missed", reasons=(why,))


def _availability(rule: CompiledRule, values: list[Value]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The reasons for which it is unavailable, and those that cannot be known."""
    unavailable: list[str] = []
    unknown: list[str] = []
    for reason, condition in rule.available:
        found = condition.holds(values)
        if found is None:
            unknown += _unknown(condition, values, rule.inputs.names)
        elif found is not True:
            unavailable.append(reason)
    return tuple(unavailable), tuple(dict.fromkeys(unknown))


def _unknown(condition: Condition, values: list[Value], names: tuple[str, ...]) -> tuple[str, ...]:
    missing = [names[i] for i in condition.where if values[i] is None]
    return (f"{', '.join(missing) or condition.expression.source} unknown",)


def _contraindications(case: CompiledCase, intervention: CompiledIntervention, view: View) -> tuple[str, ...]:
    """Asked of every event an alternative could deliver, before the draw, so that logged probabilities stay true."""
    events = dict.fromkeys((*(case.deliver or ()), *(e for found in case.events.values() for e in found)))
    found = [gate.contraindicated(intervention.events[name], view) for name in events]
    return tuple(reason for reason in found if reason)


def _postpone(work: Work, point: Point, answer: gate.Answer) -> bool:
    """Move a decision point that the gate refused, as authored; False where it stays as it is."""
    rule, how = point.rule, point.rule.rule.when_refused
    if how is None:
        how = "drop" if rule.scheduled else "later"
    if how == "drop":
        return False
    if how == "after quiet" and answer.reasons != ("quiet hours",):
        return False
    run = work.state.runs[point.run]
    if how == "next window" and answer.again > point.planned + rule.window:
        return False
    if answer.again >= run.ends_by:
        return False
    work.say(
        entry.Postponed(
            at=work.now,
            received=work.now,
            run=point.run,
            rule=rule.id,
            slot=point.slot,
            planned=point.planned,
            until=answer.again,
            day=point.day,
            index=point.index,
            reasons=answer.reasons,
        )
    )
    return True


def _choose(
    work: Work,
    program: CompiledProgram,
    intervention: CompiledIntervention,
    point: Point,
    values: list[Value],
    inputs: dict[str, Value],
) -> Decision:
    """The first alternative that holds and is not contraindicated, and its option."""
    unknown: list[str] = []
    against: list[str] = []
    view = View(program, work.state, work.now, work.state.runs[point.run])
    for place, case in enumerate(point.rule.cases):
        found = True if case.condition is None else case.condition.holds(values)
        if found is True:
            reasons = _contraindications(case, intervention, view)
            if not reasons:
                return _draw(work, program, point, place, case, inputs, (*unknown, *against))
            against += reasons
        if found is None and case.condition is not None:
            unknown += _unknown(case.condition, values, point.rule.inputs.names)
    if against:
        reasons = tuple(dict.fromkeys(against))
        return _enter(work, program, point, outcome="unavailable", available=False, reasons=reasons, inputs=inputs)
    outcome = "unknown" if unknown else "not_eligible"
    reasons = (*unknown, "no alternative holds")
    return _enter(work, program, point, outcome=outcome, available=True, reasons=reasons, inputs=inputs)


def _draw(
    work: Work,
    program: CompiledProgram,
    point: Point,
    place: int,
    case: CompiledCase,
    inputs: dict[str, Value],
    notes: tuple[str, ...],
) -> Decision:
    which = place if len(point.rule.cases) > 1 else None
    if not case.options:
        chosen = "+".join(case.deliver or ()) or ("nothing" if case.deliver is not None else _other(case))
        return _enter(
            work, program, point, outcome="decided", available=True, reasons=notes, inputs=inputs, case=which,
            chosen=chosen, does=case, events=case.deliver or (),
        )  # fmt: skip
    imported = work.state.imported.get(f"{program.id}/{point.rule.id}/{point.slot}")
    if imported is not None and imported[0] in case.events:
        option, probabilities, source = imported
        return _enter(
            work, program, point, outcome="randomized", available=True, reasons=notes, inputs=inputs, case=which,
            options=probabilities, chosen=option, source=source or "imported", does=case, events=case.events[option],
        )  # fmt: skip
    drawn = chance.draw(work.programs.seed(program.id), work.person, point_name(work, point), "option")
    option = case.options[chance.pick(drawn, case.cuts)]
    return _enter(
        work, program, point, outcome="randomized", available=True, reasons=notes, inputs=inputs, case=which,
        options=dict(case.probabilities), chosen=option, drawn=str(drawn), does=case, events=case.events[option],
    )  # fmt: skip


def _other(case: CompiledCase) -> str:
    if case.end:
        return f"end: {case.end}"
    return f"offer: {case.offer}" if case.offer else "evaluate"


def point_name(work: Work, point: Point) -> str:
    """The identity of a decision point: program, run, rule, slot. Unchanged by travel, wording or restart."""
    record = work.state.runs[point.run].rules.get(point.rule.id)
    return f"{point.run}/{point.rule.id}{record.mark if record is not None else ''}/{point.slot}"


def _enter(
    work: Work,
    program: CompiledProgram,
    point: Point,
    *,
    outcome: str,
    available: bool | None = None,
    reasons: tuple[str, ...] = (),
    inputs: dict[str, Value] | None = None,
    case: int | None = None,
    options: dict[str, float] | None = None,
    chosen: str = "",
    drawn: str = "",
    source: str = "",
    does: CompiledCase | None = None,
    events: tuple[str, ...] = (),
) -> Decision:
    run = work.state.runs[point.run]
    watched = point.rule.proximal
    stated = entry.Decided(
        at=work.now,
        received=work.now,
        point=point_name(work, point),
        program=program.id,
        run=point.run,
        intervention=run.intervention,
        version=program.version,
        rule=point.rule.id,
        rule_index=point.rule.index,
        slot=point.slot,
        planned=point.planned,
        outcome=outcome,
        day=point.day,
        index=point.index,
        available=available,
        reasons=reasons,
        inputs=inputs or {},
        case=case,
        options=options or {},
        chosen=chosen,
        drawn=drawn,
        source=source,
        prompt=not work.present,
        assigned=run.by.startswith("assigned"),
        synthetic=work.stimulus.synthetic or work.state.courses[program.id].synthetic,
        watch_until=work.now + watched.over + watched.late if watched is not None and outcome != "missed" else 0,
    )
    work.say(stated)
    return Decision(stated, does, events)
