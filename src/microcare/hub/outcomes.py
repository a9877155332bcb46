"""Outcomes: of a delivered event, of a decision point, of a micro intervention, and of care as a whole.

What was given in time counts, however late it arrives; what has been stated without it is stated anew.
"""

from collections.abc import Callable

from msgspec.structs import replace

from microcare.expressions.types import Value
from microcare.hub import delivery, entry
from microcare.hub.state import Assessment, State
from microcare.hub.view import View
from microcare.hub.work import Work, frozen
from microcare.program.compiled import CompiledProgram, CompiledProximal, Condition


def own(state: State, asked: Assessment, scores: dict[str, float | None]) -> State:
    """The state as a questionnaire tells it: another that was answered later may have arrived before."""
    name = f"{asked.program}/{asked.measure}"
    known = state.measures.get(name)
    if known is None or known.at <= asked.given:
        return state
    found = state.copy()
    values = known.values | {item: (asked.times.get(item, asked.given), v) for item, v in asked.answers.items()}
    found.measures[name] = replace(known, at=asked.given, scores=scores, values=values)
    return found


def state_proximal(
    work: Work,
    program: CompiledProgram,
    run: str,
    event: str,
    name: str,
    proximal: CompiledProximal,
    value: Value,
    view: View,
) -> None:
    """Enter the proximal outcome of an event, and complete it."""
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
    program = delivery.brought_by(work, found)
    view = View(program, work.state, work.now, work.state.runs.get(found.run), value)
    state_proximal(work, program, found.run, found.name, name, event.proximal, value, view)


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
        result, inputs = _judge(
            compiled.success, View(program, work.state, work.now, found, None, found.ended or found.started)
        )
    state_outcome(work, run, result, inputs)


def _judge(condition: Condition, view: View) -> tuple[str, dict[str, Value]]:
    success, inputs = frozen(condition, view)
    return "success" if success is True else "failure" if success is False else "unknown", inputs


def known_better(work: Work, program: CompiledProgram, asked: Assessment, scores: dict[str, float | None]) -> None:
    """An answer given in time arrives when its run's outcome has been stated without it: state it anew, as of then.

    What was begun meanwhile was begun on what was known; no rule hears of the end a second time.
    """
    before = next((p for p in work.state.history if p.run == asked.run), None)
    compiled = program.interventions.get(before.intervention) if before is not None else None
    if before is None or compiled is None or compiled.success is None:
        return
    view = View(program, own(work.state, asked, scores), asked.given, None, None, before.ended)
    result, inputs = _judge(compiled.success, view)
    if result in (before.result, "unknown"):
        return
    work.say(
        entry.OverallOutcome(
            at=work.now,
            received=work.now,
            run=asked.run,
            program=asked.program,
            intervention=before.intervention,
            result=result,
            reason=before.reason,
            need=before.need,
            inputs=inputs,
            corrects=True,
        )
    )
    work.settle[asked.program] = None


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
    if program.target is None or program.id not in work.state.courses:
        return
    found, inputs = frozen(program.target, work.view(program))
    reached = found if isinstance(found, bool) else None
    work.say(
        entry.TargetChecked(at=work.now, received=work.now, program=program.id, reached=reached, inputs=inputs)
    )  # fmt: skip
