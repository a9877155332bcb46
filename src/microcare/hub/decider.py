"""The decider: at a decision point, when available and if the tailoring variables say so, choose an option.

The order is fixed: missed? -> availability -> the tailoring condition -> alternatives -> the gate -> the draw. What the
rule itself does not want is settled before the gate is asked, so that only what is wanted waits for the gate.
Every decision point gets exactly one outcome, entered with the values the rule saw and every option's probability.
"""

from dataclasses import dataclass

import msgspec

from microcare.base import chance
from microcare.hub import entry, gate, scheduler, waiting
from microcare.hub.fold import imported_name
from microcare.hub.stimulus import Value
from microcare.hub.view import View, read
from microcare.hub.waiting import Point
from microcare.hub.work import DECISIONS, Work
from microcare.program.compiled import (
    CompiledCase,
    CompiledIntervention,
    CompiledProgram,
    CompiledRule,
    Condition,
)


@dataclass(frozen=True, slots=True)
class _Found:
    """A decision point under way: what its rule sees now."""

    work: Work
    program: CompiledProgram
    point: Point
    values: list[Value]
    inputs: dict[str, Value]


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
    over = waiting.over(work, point)
    if over:
        return miss(work, point, over)
    values = read(rule.inputs, View(program, work.state, work.now, run))
    found = _Found(work, program, point, values, dict(zip(rule.inputs.names, values, strict=True)))
    unavailable, unknown = _availability(rule, values)
    if unavailable:
        # All reasons are named; the gate's would have kept it back as well.
        refused = _ask_gate(found).reasons
        return _enter(found, outcome="unavailable", available=False, reasons=(*refused, *unavailable))
    if unknown:
        return _enter(found, outcome="unknown", reasons=unknown)
    if rule.condition is not None:
        holds = rule.condition.holds(values)
        if holds is None:
            why = _unknown(rule.condition, values, rule.inputs.names)
            return _enter(found, outcome="unknown", available=True, reasons=why)
        if holds is not True:
            why = (f"{rule.condition.expression.source} is false",)
            return _enter(found, outcome="not_eligible", available=True, reasons=why)
    return _choose(found, intervention)


def miss(work: Work, point: Point, why: str) -> Decision:
    """Enter a decision point that can no longer be asked."""
    found = _Found(work, work.run_program(point.run), point, [], {})
    return _enter(found, outcome="missed", reasons=(why,))


def _ask_gate(found: _Found) -> gate.Answer:
    """What the gate says to a rule that delivers; what delivers nothing needs no door."""
    work = found.work
    return gate.ask(work, found.program, prompt=not work.present) if found.point.rule.delivers else gate.OPEN


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


def _choose(found: _Found, intervention: CompiledIntervention) -> Decision | None:
    """The first alternative that holds and is not contraindicated; if the gate lets it through, its option."""
    unknown: list[str] = []
    against: list[str] = []
    work, point, values = found.work, found.point, found.values
    view = View(found.program, work.state, work.now, work.state.runs[point.run])
    for place, case in enumerate(point.rule.cases):
        holds = True if case.condition is None else case.condition.holds(values)
        if holds is True:
            reasons = _contraindications(case, intervention, view)
            if not reasons:
                return _admit(found, place, case, (*unknown, *against))
            against += reasons
        if holds is None and case.condition is not None:
            unknown += _unknown(case.condition, values, point.rule.inputs.names)
    if against:
        return _enter(found, outcome="unavailable", available=False, reasons=tuple(dict.fromkeys(against)))
    outcome = "unknown" if unknown else "not_eligible"
    return _enter(found, outcome=outcome, available=True, reasons=(*unknown, "no alternative holds"))


def _admit(found: _Found, place: int, case: CompiledCase, notes: tuple[str, ...]) -> Decision | None:
    """Ask the gate, before the draw: through it, moved to later (None), or unavailable for the gate's reasons."""
    answer = _ask_gate(found)
    waits = waiting.may_wait(found.work, found.point, answer)
    if answer.reasons and not waits:
        return _enter(found, outcome="unavailable", available=False, reasons=answer.reasons)
    _supersede(found.work, found.point)
    if waits:
        _postpone(found.work, found.point, answer)
        return None
    return _draw(found, place, case, notes)


def _postpone(work: Work, point: Point, answer: gate.Answer) -> None:
    work.say(
        entry.Postponed(
            at=work.now, received=work.now, run=point.run, rule=point.rule.id, slot=point.slot, planned=point.planned,
            until=answer.again, day=point.day, index=point.index, reasons=answer.reasons, about=waiting.about(work, point),
        )
    )  # fmt: skip


def _supersede(work: Work, point: Point) -> None:
    """A newer point takes the place of those of its rule that wait: each is entered, and none is asked any more."""
    for slot, planned, until in waiting.others(work, point):
        day, index = scheduler.slot_identity(slot)
        older = Point(point.run, point.rule, slot, planned, day, index, until)
        miss(work, older, "a newer decision point of the rule took its place")


def _draw(found: _Found, place: int, case: CompiledCase, notes: tuple[str, ...]) -> Decision:
    work, program, point = found.work, found.program, found.point
    which = place if len(point.rule.cases) > 1 else None
    if not case.options:
        chosen = "+".join(case.deliver or ()) or ("nothing" if case.deliver is not None else _other(case))
        return _enter(
            found, outcome="decided", available=True, reasons=notes, case=which, chosen=chosen, does=case,
            events=case.deliver or (),
        )  # fmt: skip
    names = (work.state.runs[point.run].intervention, "")
    waits = (work.state.imported.get(imported_name(program.id, name, point.rule.id, point.slot)) for name in names)
    imported = next((found for found in waits if found is not None), None)
    if imported is not None and imported[0] in case.events:
        option, probabilities, source = imported
        return _enter(
            found, outcome="randomized", available=True, reasons=notes, case=which, options=probabilities, chosen=option,
            source=source or "imported", does=case, events=case.events[option],
        )  # fmt: skip
    drawn = chance.draw(work.programs.seed(program.id), work.person, point_name(work, point), "option")
    option = case.options[chance.pick(drawn, case.cuts)]
    return _enter(
        found, outcome="randomized", available=True, reasons=notes, case=which, options=dict(case.probabilities),
        chosen=option, drawn=str(drawn), does=case, events=case.events[option],
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
    found: _Found,
    *,
    outcome: str,
    available: bool | None = None,
    reasons: tuple[str, ...] = (),
    case: int | None = None,
    options: dict[str, float] | None = None,
    chosen: str = "",
    drawn: str = "",
    source: str = "",
    does: CompiledCase | None = None,
    events: tuple[str, ...] = (),
) -> Decision:
    work, program, point = found.work, found.program, found.point
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
        inputs=found.inputs,
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
