"""`step`: how care proceeds, as one pure function.

step(programs, person, state, stimulus) -> (state, entries, effects, due). No clock, no I/O, no hidden randomness: the
stimulus carries its times, draws come from a keyed generator, and the new state is the fold of the entries.

The order inside a step is fixed: safety -> what the stimulus changes -> running interventions' rules -> assessments that
are complete or overdue -> evaluation -> need states -> recommendation; each delivery with its narrative. What one doer
brings about is looked at by the others until nothing is left, within a budget of counts.

An answer is saved in a step of its own: the answer, its safety check and its alert. What else follows from it is done by
the next step, which the state's due instant calls for at once, so that nothing that fails later can undo them.
"""

from collections.abc import Iterator

import msgspec

from microcare.hub import arrivals, effect, entry, evaluator, looks, recommender, scheduler, sequencer, timekeeper
from microcare.hub.programs import Programs, UnknownVersionError
from microcare.hub.state import State
from microcare.hub.stimulus import Any, Time
from microcare.hub.work import BudgetExceededError, Work

ROUNDS = 200
"""How often the doers are asked again for one program within one step."""


class Step(msgspec.Struct, frozen=True):
    """What one stimulus brought about; one commit."""

    stimulus: Any
    state: State
    entries: tuple[entry.Any, ...]
    effects: tuple[effect.Any, ...]
    due: int | None


def step(programs: Programs, person: str, state: State, stimulus: Any) -> Step:
    """Take one stimulus. The given state is not touched.

    A program that exceeds its budget, or fails, is stopped for this person, loudly, and everything else goes on without
    it. What arrives is taken, or refused with a reason; nothing is raised because of a program.
    """
    stopped: dict[str, str] = {}
    while True:
        work = Work(programs, person, state.copy(), stimulus, max(stimulus.arrived, stimulus.at), stop=stopped)
        for program, reason in stopped.items():
            if program in state.courses:
                work.say(entry.Stopped(at=work.now, received=work.now, program=program, reason=reason))
        try:
            due = _proceed(work)
            looks.say_what_waits(work)
        except UnknownVersionError:
            raise
        except BudgetExceededError as error:
            _blame(work, error.program, str(error))
            continue
        except Exception as error:
            if not work.at:
                # Nothing of a program was at work yet: a fault in the engine, which stopping programs would only hide.
                raise
            _blame(work, work.at, f"it failed ({type(error).__name__})")
            continue
        effects = tuple(_still_wanted(work)) if work.effects else ()
        return Step(stimulus, work.state, tuple(work.entries), effects, due)


def _blame(work: Work, program: str, reason: str) -> None:
    """Note whom to do the step without. Where it goes wrong without them too, all others are stopped as well."""
    if program in work.stop:
        others = [name for name, course in work.state.courses.items() if name not in work.stop and not course.stopped]
        if not others:
            raise RuntimeError(f"{program} is stopped, and yet: {reason}")
        work.stop.update(dict.fromkeys(others, reason))
    else:
        work.stop[program] = reason


def _still_wanted(work: Work) -> Iterator[effect.Any]:
    """The step's effects, without prompts for what the same step has taken away again."""
    for one in work.effects:
        if not isinstance(one, effect.Prompt) or one.delivery in work.state.deliveries:
            yield one


def _proceed(work: Work) -> int | None:
    """Take the stimulus; returns when time will matter next."""
    if isinstance(work.stimulus, Time):
        return timekeeper.tick(work, work.stimulus.at, _settle)
    arrivals.TABLE[type(work.stimulus)](work, work.stimulus)
    _settle(work)
    if work.state.followups:
        # Saving an answer asks nothing of the rest of the engine: what follows from it is due at once.
        return work.state.followups[0].received
    return scheduler.due(work.programs, work.state)


def _settle(work: Work) -> None:
    """Ask the doers until nothing is left to look at."""
    while True:
        while work.happenings:
            what = work.happenings.popleft()
            work.at = what.program
            sequencer.happened(work, what)
            if not what.run:
                evaluate_on(work, what.program, what.kind, what.name)
        for name, run in list(work.state.runs.items()):
            if not run.ended and work.course(run.program) is not None:
                work.at = run.program
                sequencer.finish_if_over(work, name)
        if work.happenings or _look(work):
            continue
        looks.look_again(work)
        if not work.again:
            return


def _look(work: Work) -> bool:
    """Let one program look at needs, or at what answers them; False: nothing is left to look at."""
    for table in (work.settle, work.recommend, work.again):
        if not table:
            continue
        program, why = table.popitem() if table is work.recommend else (next(iter(table)), "")
        table.pop(program, None)
        compiled = work.course(program)
        if compiled is None:
            return True
        work.at = program
        work.spend(program, "rounds", ROUNDS)
        if table is work.settle:
            evaluator.settle(work, compiled)
        else:
            recommender.recommend(work, compiled, why or recommender.FACT)
        return True
    return False


def evaluate_on(work: Work, program: str, kind: str, name: str) -> None:
    """Open the evaluations that wait for this: a report, a context, the end of an intervention, the start."""
    compiled = work.course(program)
    if compiled is None:
        return
    for evaluation in compiled.evaluations:
        context = evaluation.context
        if (
            (context == kind and kind in ("report", "intervention_ended"))
            or (context == f"report.{name}" and kind == "report")
            or (context == "enrolled" and kind == "enrolled")
            or (context == "start" and kind == "enrolled")
            or (context == f"signals.{name}" and kind == "signal")
        ):
            why = f"{kind.replace('_', ' ')} {name}".strip()
            evaluator.open_evaluation(work, compiled, why, evaluation)
