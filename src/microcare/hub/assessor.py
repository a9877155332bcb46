"""The assessor: saved answers become scores, scores become proximal and overall outcomes.

An unanswered item is unknown, never zero; a score is unknown while anything it uses is unknown, unless the measure says
that it is prorated.
"""

from collections.abc import Callable

from microcare.expressions.types import Value
from microcare.hub import delivery, entry
from microcare.hub.state import Assessment, Delivery
from microcare.hub.view import View, number_of
from microcare.hub.work import Work, frozen
from microcare.program.compiled import CompiledEvent, CompiledMeasure, CompiledProgram, CompiledProximal, Condition


def answered(work: Work, name: str, at: int) -> None:
    """An answer given at that moment was saved in an assessment: close it when everything asked is answered."""
    asked = work.state.assessments.get(name)
    late = False
    if asked is None:
        found = work.state.closed.get(name)
        if not isinstance(found, Assessment):
            return
        asked, late = found, True
    if all(item in asked.answers for item in asked.items):
        close(work, name, asked, late, at)


def overdue(work: Work, name: str) -> None:
    """An assessment's time is over: it closes with what there is."""
    asked = work.state.assessments[name]
    for key in [k for k, d in work.state.deliveries.items() if d.what == "assessment" and d.name == name]:
        delivery.close(work, key, "expired")
    close(work, name, asked, late=False)


def close(work: Work, name: str, asked: Assessment, late: bool, at: int = 0) -> None:
    """Score an assessment and let its purpose be served. `at`: when it was answered; otherwise it is overdue now."""
    program = _program(work, asked)
    if program is None:
        if not late:
            _forsaken(work, name, asked)
        return
    measure = program.measures[asked.measure]
    values = _values(work, program, asked)
    # An evaluation may have asked only some of the items: then these are what completeness is about.
    wanted = min(measure.required, sum(1 for i in asked.items if i in measure.items and not measure.items[i].optional))
    complete = sum(1 for item in asked.items if values.get(item) is not None) >= wanted
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
        )
    )
    if complete:
        work.happen(program.id, "measure", asked.measure, "completed")
    if asked.purpose == "proximal" and (not late or complete):
        _proximal(work, program, asked)
    elif asked.purpose == "form" and complete:
        _form(work, asked)
    elif asked.purpose == "overall" and asked.run in work.state.runs:
        overall(work, asked.run)
    elif asked.purpose == "target" and complete:
        target(work, program)
    elif asked.purpose == "evaluation" or complete:
        work.settle[program.id] = None


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


def _program(work: Work, asked: Assessment) -> CompiledProgram | None:
    """The version that asked: the run's, or the course's."""
    if asked.run in work.state.runs:
        brought = work.state.deliveries.get(asked.delivery)
        program = delivery.brought_by(work, brought) if brought is not None else work.run_program(asked.run)
        return program if asked.measure in program.measures else None
    course = work.state.courses.get(asked.program)
    found = work.programs.of(asked.program, course.version) if course is not None else None
    return found if found is not None and asked.measure in found.measures else None


def _values(work: Work, program: CompiledProgram, asked: Assessment) -> dict[str, Value]:
    """The answers of an assessment, with those given elsewhere where it reuses them; silence renews nothing."""
    measure = program.measures[asked.measure]
    values: dict[str, Value] = {}
    if asked.reuse_from and asked.answers:
        known = work.state.measures.get(f"{program.id}/{asked.measure}")
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
    counted = [i for i, item in measure.items.items() if item.kind in ("scale", "number") or item.choices]
    known = [values[i] for i in counted if isinstance(values.get(i), int | float)]
    asked = [i for i in counted if not measure.items[i].optional or values.get(i) is not None]
    total = sum(float(v) for v in known if isinstance(v, int | float))
    if not known:
        return None
    if len(known) >= len(asked):
        return total
    return total * len(asked) / len(known) if measure.measure.prorate else None


def _proximal(work: Work, program: CompiledProgram, asked: Assessment) -> None:
    event = _event(work, program, asked)
    if event is None or event.proximal is None:
        return
    measured = program.measures[asked.measure]
    value = asked.answers.get("answer") if event.proximal.proximal.ask is not None else None
    if "answer" in measured.items:
        value = number_of(measured.items["answer"], value)
    given = value
    if event.proximal.proximal.ask is None:
        scores = work.state.measures.get(f"{program.id}/{asked.measure}")
        value = scores.scores.get("score") if scores is not None and scores.at >= asked.opened else None
    state_proximal(work, program, asked.run, asked.event, asked.delivery, event.proximal, value, given, asked.opened)


def _event(work: Work, program: CompiledProgram, asked: Assessment) -> CompiledEvent | None:
    """The event that a question is about, in the version that asked: a later one may have renamed or dropped it."""
    run = work.state.runs.get(asked.run)
    name = run.intervention if run is not None else asked.run.removeprefix(f"{asked.program}.").rpartition(".")[0]
    intervention = program.interventions.get(name)
    return intervention.events.get(asked.event) if intervention is not None else None


def state_proximal(
    work: Work,
    program: CompiledProgram,
    run: str,
    event: str,
    name: str,
    proximal: CompiledProximal,
    value: Value,
    given: Value,
    fresh_from: int = 0,
) -> None:
    """Enter the proximal outcome of an event, and complete it."""
    view = View(program, work.state, work.now, work.state.runs.get(run), given, fresh_from)
    success, inputs = frozen(proximal.success, view) if proximal.success is not None else (None, {})
    work.say(
        entry.Proximal(
            at=work.now,
            received=work.now,
            program=program.id,
            run=run,
            delivery=name,
            event=event,
            value=value,
            success=success if isinstance(success, bool) else None,
            inputs=inputs,
        )
    )
    delivery.complete(work, name, success if isinstance(success, bool) else None)


def watched(work: Work, name: str) -> None:
    """The time of an event's proximal signal is over: take its figure."""
    found = work.state.deliveries[name]
    event = delivery.event_of(work, found)
    if event is None or event.proximal is None:
        # Its micro intervention is over, so nothing waits for the figure any more.
        work.say(entry.Undelivered(at=work.now, received=work.now, delivery=name, reason="the intervention ended"))
        return
    value = figure(work, event.proximal, found.done)
    state_proximal(
        work, delivery.brought_by(work, found), found.run, found.name, name, event.proximal, value, value
    )  # fmt: skip


def point_watched(work: Work, point: str) -> None:
    """The time of a decision point's proximal signal is over: take its figure, whatever the option was."""
    watch = work.state.watches[point]
    program = work.programs.of(watch.program, watch.version)
    rule = program.interventions[watch.intervention].by_id.get(watch.rule)
    proximal = rule.proximal if rule is not None else None
    value = figure(work, proximal, watch.since) if proximal is not None else None
    view = View(program, work.state, work.now, work.state.runs.get(watch.run), value)
    success: Value = None
    inputs: dict[str, Value] = {}
    if proximal is not None and proximal.success is not None:
        success, inputs = frozen(proximal.success, view)
    work.say(
        entry.Proximal(
            at=work.now,
            received=work.now,
            program=program.id,
            run=watch.run,
            point=point,
            value=value,
            success=success if isinstance(success, bool) else None,
            inputs=inputs,
        )
    )


TAKES: dict[str, Callable[[list[float]], float]] = {
    "sum": sum,
    "mean": lambda values: sum(values) / len(values),
    "last": lambda values: values[-1],
    "minimum": min,
    "maximum": max,
}


def figure(work: Work, proximal: CompiledProximal, since: int) -> Value:
    """What is taken of a signal's values in (since, since + over]; unknown where there are none."""
    series = work.state.signals.get(proximal.proximal.signal or "", ())
    inside = [v for at, v in series if since < at <= since + proximal.over and v is not None]
    values = [float(v) for v in inside if isinstance(v, int | float)]
    take = proximal.proximal.take
    if take == "count":
        return len(inside)
    if not values:
        return None
    return TAKES[take](values)


def _form(work: Work, asked: Assessment) -> None:
    """A complete form is the event done."""
    found = work.state.deliveries.get(asked.delivery)
    if isinstance(found, Delivery) and not found.done:
        until = delivery.watch_until(work, asked.delivery, work.now)
        work.say(
            entry.Acted(
                at=work.now,
                received=work.now,
                delivery=asked.delivery,
                act="done",
                by="form",
                watch_until=until,
            )
        )
        delivery.after_done(work, asked.delivery)


def ask_overall(work: Work, run: str) -> None:
    """The time has come for a micro intervention's overall outcome."""
    program = work.run_program(run)
    compiled = work.intervention(run)
    outcome = compiled.intervention.outcome
    if outcome is None:
        overall(work, run)
    else:
        until = work.in_time(max(compiled.outcome_within, 60_000))
        delivery.ask(work, program, outcome.measure, "overall", until, run=run)


def overall(work: Work, run: str) -> None:
    """What a micro intervention came to, from its overall assessment."""
    program, compiled = work.run_program(run), work.intervention(run)
    found = work.state.runs[run]
    result: str = "ended"
    inputs: dict[str, Value] = {}
    if compiled.success is not None:
        fresh = found.ended or found.started
        success, inputs = frozen(compiled.success, View(program, work.state, work.now, found, None, fresh))
        result = "success" if success is True else "failure" if success is False else "unknown"
    state_outcome(work, run, result, inputs)


def state_outcome(work: Work, run: str, result: str, inputs: dict[str, Value] | None = None) -> None:
    """Enter what a micro intervention came to; it is over then."""
    found = work.state.runs[run]
    work.say(
        entry.OverallOutcome(
            at=work.now,
            received=work.now,
            run=run,
            program=found.program,
            intervention=found.intervention,
            result=result,
            reason=found.reason,
            need=found.need,
            inputs=inputs or {},
        )
    )
    work.happen(found.program, "intervention_ended", found.intervention, result)
    work.recommend.setdefault(found.program, f"{found.intervention} is over")
    work.settle[found.program] = None


def target(work: Work, program: CompiledProgram) -> None:
    """Whether the clinical goal is reached."""
    if program.target is None:
        return
    found, inputs = frozen(program.target, work.view(program))
    reached = found if isinstance(found, bool) else None
    work.say(
        entry.TargetChecked(at=work.now, received=work.now, program=program.id, reached=reached, inputs=inputs)
    )  # fmt: skip
