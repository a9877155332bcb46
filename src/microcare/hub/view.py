"""What an expression sees: names looked up in the person's state, as of one moment. Nothing is changed here.

Each kind of name has one function in `LOOKUPS`, which makes a getter once; the getter is then called for each decision.
"""

from collections.abc import Callable
from datetime import date

from microcare.base.moments import DAY, format_clock, local_clock, local_day, local_midnight, weekday
from microcare.expressions.functions import history
from microcare.hub.state import PastRun, Run, Scores, Series, State
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram, Inputs, Reader
from microcare.program.scope import SEALED, WEEKDAYS, scored

NO_SCORES = Scores(0, False)


class View:
    """The person, as of one moment, as a program's expressions see them. Implements the clock of window functions."""

    __slots__ = ("fresh_from", "given", "now", "program", "run", "state")

    def __init__(
        self,
        program: CompiledProgram,
        state: State,
        now: int,
        run: Run | None = None,
        given: Value = None,
        fresh_from: int = 0,
    ) -> None:
        self.program = program
        self.state = state
        self.now = now
        self.run = run
        self.given = given
        self.fresh_from = fresh_from
        """Evidence older than this moment is stale, and therefore unknown."""

    def midnight(self, days_ago: int) -> int:
        """The moment at which the local day so many days ago began."""
        zone = self.state.zone
        return local_midnight(zone, local_day(zone, self.now) - days_ago)


Getter = Callable[[View], Value]


def read(inputs: Inputs, view: View) -> list[Value]:
    """The values of all inputs, in order; None is unknown."""
    bound = inputs.bound
    if bound is None:
        bound = inputs.bound = tuple(bind(reader, view.program) for reader in inputs.readers)
    return [get(view) for get in bound]


def bind(reader: Reader, program: CompiledProgram) -> Getter:
    """A getter for one leaf."""
    if reader.leaf.function is not None:
        return _window(reader, program)
    kind, *keys = reader.origin
    return LOOKUPS[kind](program, *keys)


def series_of(program: CompiledProgram, origin: tuple[str, ...]) -> Callable[[View], Series]:
    """The history of a signal or a score."""
    if origin[0] == "signal":
        name = origin[1]
        return lambda view: view.state.signals.get(name, ())
    measure, score = f"{program.id}/{origin[1]}", origin[2]
    return lambda view: view.state.measures.get(measure, NO_SCORES).history.get(score, ())


def _window(reader: Reader, program: CompiledProgram) -> Getter:
    series = series_of(program, reader.origin)
    function, arguments = reader.leaf.function or "", reader.leaf.arguments
    return lambda view: history(function, arguments, series(view), view)


def _person(program: CompiledProgram, field: str, type_: str) -> Getter:
    part = program.program.person.get(field)
    default = part.default if part is not None else None
    if type_ == "text":
        return lambda view: True if view.state.fields.get(field, default) is not None else None
    return lambda view: view.state.fields.get(field, default)


def _signal(program: CompiledProgram, name: str) -> Getter:
    keep = program.fresh[name]

    def get(view: View) -> Value:
        series = view.state.signals.get(name)
        if not series:
            return None
        at, value = series[-1]
        return value if at + keep > view.now else None

    return get


def _score(program: CompiledProgram, measure: str, score: str) -> Getter:
    name = f"{program.id}/{measure}"

    def get(view: View) -> Value:
        found = view.state.measures.get(name)
        if found is None or found.at < view.fresh_from:
            return None
        return found.scores.get(score)

    return get


def number_of(item: Item, value: Value) -> Value:
    """An answer as expressions see it: the score of a choice whose answers all have one, else the answer itself.

    Of a text or a photo they see that there is one: what it says is sealed, in the preview as in the live hub.
    """
    if item.kind in SEALED:
        return None if value is None else True
    if item.choices and isinstance(value, str):
        choice = item.choices.get(value)
        if scored(item):
            return choice.score if choice is not None else None
    return value


def _item(program: CompiledProgram, measure: str, item: str) -> Getter:
    name = f"{program.id}/{measure}"
    part = program.measures[measure].items[item]

    def get(view: View) -> Value:
        found = view.state.measures.get(name)
        answer = found.values.get(item) if found is not None else None
        if answer is None or answer[0] < view.fresh_from:
            return None
        return number_of(part, answer[1])

    return get


def _age(program: CompiledProgram, measure: str) -> Getter:
    name = f"{program.id}/{measure}"

    def get(view: View) -> Value:
        found = view.state.measures.get(name)
        return (view.now - found.at) / DAY if found is not None and found.at else None

    return get


def _scored_at(program: CompiledProgram, measure: str) -> Getter:
    name = f"{program.id}/{measure}"
    return lambda view: view.state.measures.get(name, NO_SCORES).at or None


def _need(program: CompiledProgram, need: str) -> Getter:
    name = f"{program.id}/{need}"

    def get(view: View) -> Value:
        found = view.state.needs.get(name)
        return None if found is None or found.state == "unknown" else found.state == "present"

    return get


def _reported(program: CompiledProgram, name: str) -> Getter:
    keep = program.reports[name]

    def get(view: View) -> Value:
        at = view.state.reports.get(name)
        return at is not None and at <= view.now < at + keep

    return get


def _past(program: CompiledProgram, intervention: str, part: str) -> Getter:
    name = f"{program.id}/{intervention}"

    def get(view: View) -> Value:
        found = view.state.past.get(name)
        if part == "result":
            return found.result or None if found is not None else None
        return int(getattr(found, part)) if found is not None else 0

    return get


def _last(program: CompiledProgram, part: str) -> Getter:
    def get(view: View) -> Value:
        last = last_run(view.state, program.id)
        if last is None:
            return None
        if part == "days_ago":
            return (view.now - last.ended) / DAY
        if part == "times":
            return view.state.past[f"{last.program}/{last.intervention}"].times
        value = getattr(last, part)
        return str(value) if value else None

    return get


def last_run(state: State, program: str) -> PastRun | None:
    """The last micro intervention whose events are over; while its outcome is still awaited, its result is empty."""
    past = next((p for p in reversed(state.history) if p.program == program), None)
    waiting = [r for r in state.runs.values() if r.program == program and r.ended]
    latest = max(waiting, key=lambda r: r.ended, default=None)
    if latest is None or (past is not None and past.ended > latest.ended):
        return past
    return PastRun(program, latest.intervention, latest.need, latest.started, latest.ended, "", latest.reason)


def _away_days(program: CompiledProgram) -> Getter:
    def get(view: View) -> Value:
        active, (length, back) = view.state.active, view.state.away
        if not active:
            return None
        if view.now - active >= DAY:
            return (view.now - active) / DAY
        return length / DAY if length and view.now - back < DAY else 0

    return get


def _run(program: CompiledProgram, part: str) -> Getter:
    def get(view: View) -> Value:
        run = view.run
        if run is None:
            return None
        if part == "days":
            return (view.now - run.started) / DAY
        if part == "quiet_days":
            return silence(view.state, run, view.now) / DAY
        return run.points if part == "points" else run.need or None

    return get


def silence(state: State, run: Run, now: int) -> int:
    """How long the person has left unanswered what a run offered, ms; a pause and a safety hold do not count."""
    if not run.unanswered_since:
        return 0
    return (state.rest_since or now) - min(run.unanswered_since, state.rest_since or now) - run.rested


def _event(program: CompiledProgram, event: str, count: str) -> Getter:
    def get(view: View) -> Value:
        found = view.run.events.get(event) if view.run is not None else None
        return found is not None and getattr(found, count) > 0

    return get


def _event_count(program: CompiledProgram, event: str, count: str) -> Getter:
    def get(view: View) -> Value:
        found = view.run.events.get(event) if view.run is not None else None
        return int(getattr(found, count)) if found is not None else 0

    return get


def _event_value(program: CompiledProgram, event: str, part: str) -> Getter:
    def get(view: View) -> Value:
        found = view.run.events.get(event) if view.run is not None else None
        value: Value = getattr(found, part) if found is not None else None
        return value

    return get


def _event_moment(program: CompiledProgram, event: str, part: str) -> Getter:
    def get(view: View) -> Value:
        found = view.run.events.get(event) if view.run is not None else None
        return (getattr(found, part) or None) if found is not None else None

    return get


def _share(program: CompiledProgram) -> Getter:
    def get(view: View) -> Value:
        return engaged_share(view.state, program.id)

    return get


def engaged_share(state: State, program: str) -> float | None:
    """The share of delivered events that were done, over the runs now open; unknown where nothing was delivered.

    Events that a facilitator delivers do not count: whether they are done is not up to the person.
    """
    delivered = done = 0
    for run in state.runs.values():
        if run.program == program:
            for record in run.events.values():
                if not record.by_human:
                    delivered += record.delivered
                    done += record.done
    return min(done / delivered, 1.0) if delivered else None


def _local(program: CompiledProgram, part: str) -> Getter:
    def get(view: View) -> Value:
        zone, now = view.state.zone, view.now
        if part in ("weekday", "weekend", "date"):
            day = local_day(zone, now)
            if part == "date":
                return date.fromordinal(day).isoformat()
            return WEEKDAYS[weekday(day)] if part == "weekday" else weekday(day) >= 5
        clock = local_clock(zone, now)
        if part == "time":
            return format_clock(clock)
        return clock // 3600 if part == "hour" else clock // 60 % 60

    return get


def _care_days(program: CompiledProgram) -> Getter:
    def get(view: View) -> Value:
        course = view.state.courses.get(program.id)
        return (view.now - course.since) / DAY if course is not None else None

    return get


def _target(program: CompiledProgram) -> Getter:
    def get(view: View) -> Value:
        course = view.state.courses.get(program.id)
        return course.target if course is not None else None

    return get


def _history_count(program: CompiledProgram) -> Getter:
    def get(view: View) -> Value:
        waiting = sum(1 for r in view.state.runs.values() if r.program == program.id and r.ended)
        return waiting + sum(p.over for name, p in view.state.past.items() if name.startswith(f"{program.id}/"))

    return get


LOOKUPS: dict[str, Callable[..., Getter]] = {
    "person": _person,
    "signal": _signal,
    "score": _score,
    "item": _item,
    "age": _age,
    "scored_at": _scored_at,
    "need": _need,
    "reported": _reported,
    "past": _past,
    "last": _last,
    "run": _run,
    "event": _event,
    "event_count": _event_count,
    "event_value": _event_value,
    "event_moment": _event_moment,
    "share": _share,
    "local": _local,
    "care_days": _care_days,
    "away_days": _away_days,
    "target": _target,
    "history_count": _history_count,
    "given": lambda program: lambda view: view.given,
    "now": lambda program: lambda view: view.now,
}
"""One maker of getters for each kind of name."""

__all__ = ["LOOKUPS", "View", "bind", "engaged_share", "number_of", "read", "series_of"]
