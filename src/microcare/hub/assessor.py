"""The assessor: saved answers become scores, scores become proximal and overall outcomes.

An unanswered item is unknown, never zero; a score is unknown while anything it uses is unknown, unless the measure says
that it is prorated.
"""

from collections.abc import Mapping, Sequence

from microcare.expressions.types import Value
from microcare.hub import delivery, entry, outcomes, safety
from microcare.hub.asked import program_of, recall
from microcare.hub.state import Assessment, Delivery, Followup, State
from microcare.hub.view import View, number_of
from microcare.hub.work import Work
from microcare.program.compiled import CompiledEvent, CompiledMeasure, CompiledProgram, Condition
from microcare.program.scope import counts


def answered(work: Work, name: str, given: Sequence[Followup]) -> None:
    """Answers were saved in an assessment: close it when everything asked is answered, or correct it."""
    asked = recall(work.state, name)
    if asked is None:
        return
    if asked.completed:
        # An answer that was given before the one that stands corrects nothing.
        changed = any(asked.times.get(one.item) == one.at for one in given)
    else:
        changed = all(item in asked.answers for item in asked.items)
    if changed:
        close(work, name, asked, asked.closed, max(one.at for one in given))


def overdue(work: Work, name: str) -> None:
    """An assessment's time is over: it closes with what there is."""
    asked = work.state.assessments[name]
    for key in [k for k, d in work.state.deliveries.items() if d.what == "assessment" and d.name == name]:
        delivery.close(work, key, "expired")
    close(work, name, asked, late=False)


def close(work: Work, name: str, asked: Assessment, late: bool, at: int = 0) -> None:
    """Score an assessment and let its purpose be served, once. `at`: when it was answered; otherwise it is overdue now."""
    program = program_of(work.programs, work.state, asked)
    if program is None:
        if not late:
            _forsaken(work, name, asked)
        return
    measure = program.measures[asked.measure]
    values = _values(work.state, program, asked)
    complete = _complete(measure, asked, values)
    if asked.completed and not complete:
        # Too long ago for its other answers to be known: its score stands.
        return
    scores = {s: _score(measure, s, c, values, complete) for s, c in measure.scores.items()}
    for key in [k for k, d in work.state.deliveries.items() if d.what == "assessment" and d.name == name]:
        if all(item in asked.answers for item in asked.items):
            work.say(entry.Acted(at=work.now, received=work.now, delivery=key, act="done", by="answers"))
            work.say(entry.Undelivered(at=work.now, received=work.now, delivery=key, reason="answered"))
    work.say(
        entry.Assessed(
            at=at or work.now,
            received=work.now,
            assessment=name,
            program=program.id,
            measure=asked.measure,
            purpose=asked.purpose,
            complete=complete,
            scores=scores,
            values=dict(asked.answers),
            late=late,
            corrects=asked.completed,
        )
    )
    if not late:
        _hear(work, asked, scores)
    if asked.completed:
        # A correction mends the score and what is known by it; nothing else comes of it a second time.
        if asked.purpose == "target":
            outcomes.target(work, program)
        work.settle[program.id] = None
        return
    _serve(work, program, name, asked, complete, late, scores)


def _complete(measure: CompiledMeasure, asked: Assessment, values: Mapping[str, Value]) -> bool:
    """Whether enough is answered. An evaluation may have asked only some items: then these are what it is about."""
    wanted = min(measure.required, sum(1 for i in asked.items if i in measure.items and not measure.items[i].optional))
    return sum(1 for item in asked.items if values.get(item) is not None) >= wanted


def _serve(
    work: Work,
    program: CompiledProgram,
    name: str,
    asked: Assessment,
    complete: bool,
    late: bool,
    scores: dict[str, float | None],
) -> None:
    """What comes of a questionnaire: given in time it counts, however late that is known; given later, it is no outcome."""
    in_time = not late or asked.given <= asked.expires
    if complete:
        work.happen(program.id, "measure", asked.measure, "completed")
        # Whatever it was asked for: what it tells about needs is looked at.
        work.settle[program.id] = None
    if asked.purpose == "proximal":
        if in_time and (not late or complete):
            _proximal(work, program, asked, outcomes.own(work.state, asked, scores) if complete else work.state)
    elif asked.purpose == "form":
        if complete and in_time:
            _form(work, asked)
    elif asked.purpose == "overall":
        if in_time and asked.run in work.state.runs:
            outcomes.overall(work, asked.run)
        elif in_time and complete:
            outcomes.known_better(work, program, asked, scores)
    elif asked.purpose == "target" and complete:
        outcomes.target(work, program)
    elif asked.purpose == "evaluation" or complete:
        work.settle[program.id] = None


def totals(work: Work, state: State, asked: Assessment) -> dict[str, Value]:
    """The scores of a questionnaire that are certain now: those of which everything that they need has been answered."""
    program = program_of(work.programs, state, asked)
    if program is None:
        return {}
    measure = program.measures[asked.measure]
    values = _values(state, program, asked)
    complete = _complete(measure, asked, values)
    over = all(item in asked.answers for item in asked.items)
    return {
        name: _score(measure, name, condition, values, complete)
        for name, condition in measure.scores.items()
        if over or _certain(measure, condition, values)
    }


def _certain(measure: CompiledMeasure, condition: Condition | None, values: Mapping[str, Value]) -> bool:
    """Whether a score makes do with nothing less than what it will have."""
    needed = [r.leaf.path for r in condition.inputs.readers] if condition is not None else _counted(measure)
    required = [i for i in needed if condition is not None or not measure.items[i].optional]
    return all(values.get(i) is not None for i in required)


def _hear(work: Work, asked: Assessment, scores: Mapping[str, Value]) -> None:
    """A questionnaire is over: let the safety rules hear the totals that were not certain while it was open."""
    known = totals(work, work.state, asked)
    new = {name: value for name, value in scores.items() if value is not None and value != known.get(name)}
    safety.check(work, asked, {}, work.now, new)


def _forsaken(work: Work, name: str, asked: Assessment) -> None:
    """Close what a new version of the program asks no more. Its answers stay in the journal."""
    work.say(
        entry.Assessed(
            at=work.now,
            received=work.now,
            assessment=name,
            program=asked.program,
            measure=asked.measure,
            purpose=asked.purpose,
            complete=False,
            values=dict(asked.answers),
        )
    )


def _values(state: State, program: CompiledProgram, asked: Assessment) -> dict[str, Value]:
    """The answers of an assessment, with those given elsewhere where it reuses them; silence renews nothing."""
    measure = program.measures[asked.measure]
    values: dict[str, Value] = {}
    if asked.reuse_from and asked.answers:
        known = state.measures.get(f"{program.id}/{asked.measure}")
        if known is not None:
            values = {i: v for i, (at, v) in known.values.items() if at >= asked.reuse_from and i in measure.items}
    values.update(asked.answers)
    return {i: number_of(measure.items[i], v) for i, v in values.items() if i in measure.items}


def _score(
    measure: CompiledMeasure, name: str, condition: Condition | None, values: dict[str, Value], complete: bool
) -> float | None:
    if condition is not None:
        found = condition.holds([values.get(r.leaf.path) for r in condition.inputs.readers])
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None
    if name != "score" or not complete:
        return None
    return automatic(measure, values)


def automatic(measure: CompiledMeasure, values: dict[str, Value]) -> float | None:
    """The sum of all items that have a number; unknown while one is unanswered, unless the measure prorates."""
    counted = _counted(measure)
    known = [values[i] for i in counted if isinstance(values.get(i), int | float)]
    asked = [i for i in counted if not measure.items[i].optional or values.get(i) is not None]
    total = sum(float(v) for v in known if isinstance(v, int | float))
    if not known:
        return None
    if len(known) >= len(asked):
        return total
    return total * len(asked) / len(known) if measure.measure.prorate else None


def _counted(measure: CompiledMeasure) -> list[str]:
    return [i for i, item in measure.items.items() if counts(item)]


def _proximal(work: Work, program: CompiledProgram, asked: Assessment, state: State) -> None:
    event = _event(work, program, asked)
    if event is None or event.proximal is None:
        return
    measured = program.measures[asked.measure]
    value = asked.answers.get("answer") if event.proximal.proximal.ask is not None else None
    if "answer" in measured.items:
        value = number_of(measured.items["answer"], value)
    given = value
    if event.proximal.proximal.ask is None:
        scores = state.measures.get(f"{program.id}/{asked.measure}")
        value = scores.scores.get("score") if scores is not None and scores.at >= asked.opened else None
    view = View(program, state, work.now, work.state.runs.get(asked.run), given, asked.opened)
    outcomes.state_proximal(work, program, asked.run, asked.event, asked.delivery, event.proximal, value, view)


def _event(work: Work, program: CompiledProgram, asked: Assessment) -> CompiledEvent | None:
    """The event that a question is about, in the version that asked: a later one may have renamed or dropped it."""
    run = work.state.runs.get(asked.run)
    name = run.intervention if run is not None else asked.run.removeprefix(f"{asked.program}.").rpartition(".")[0]
    intervention = program.interventions.get(name)
    return intervention.events.get(asked.event) if intervention is not None else None


def _form(work: Work, asked: Assessment) -> None:
    """A complete form is the event done."""
    found = work.state.deliveries.get(asked.delivery) or work.state.closed.get(asked.delivery)
    if not isinstance(found, Delivery) or found.done or found.run not in work.state.runs:
        return
    if not found.closed or found.closed in delivery.LATE:
        at = asked.given if found.closed else work.now
        work.say(
            entry.Acted(
                at=at,
                received=work.now,
                delivery=asked.delivery,
                act="done",
                by="form",
                late=bool(found.closed),
                watch_until=delivery.watch_until(work, asked.delivery, at),
            )
        )
        delivery.after_done(work, asked.delivery)
