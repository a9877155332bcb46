"""Every trigger can come: it is well formed and names something that happens."""

from collections.abc import Iterable, Iterator

from microcare.base.issues import Issue, nearest
from microcare.base.schedules import parse_days
from microcare.base.spans import Span
from microcare.base.wording import human_list
from microcare.expressions.advice import part_meant
from microcare.program.checks.common import Checked, Path
from microcare.program.triggers import STAGES, Trigger, parse_trigger

EVALUATIONS = ("start", "report", "intervention_ended", "weekend", "weekday")


def check(c: Checked) -> Iterator[Issue]:
    """Triggers of rules and evaluations that mean nothing or name nothing."""
    for name, path, rule in c.rules():
        trigger = parse_trigger(rule.on)
        if trigger is None:
            yield _malformed(c, (*path, "on"), rule.on, name)
        else:
            yield from _named(c, (*path, "on"), trigger, name)
        yield from _unsaid(c, (*path, "at"), rule.at)
    for index, evaluation in enumerate(c.program.evaluate):
        yield from _unsaid(c, ("evaluate", index, "at"), evaluation.at)
        if isinstance(evaluation.every, Span):
            yield c.error(("evaluate", index, "every"), "evaluation_span", "an evaluation comes on days, not after hours or minutes",
                          "Write `every: day` with several times in `at`.")  # fmt: skip
        if evaluation.on is not None:
            yield from _evaluation(c, ("evaluate", index, "on"), evaluation.on)


def _unsaid(c: Checked, path: Path, times: Iterable[str]) -> Iterator[Issue]:
    """Times of day that the person may not have said."""
    for place, clock in enumerate(times):
        field = c.program.person.get(clock.removeprefix("person.")) if clock.startswith("person.") else None
        if field is not None and field.default is None:
            yield c.note((*path, place), "unknown_time", f"`{clock}` has no default: until they say it, nothing is planned for it",
                         "Give the field a `default`, if there is a time that suits most.")  # fmt: skip


def _malformed(c: Checked, path: Path, text: str, intervention: str) -> Issue:
    events = c.program.interventions[intervention].events
    words = ["start", "report", "quiet for 3d", *(f"{e}.{s}" for e in events for s in STAGES)]
    words += [f"signals.{s}" for s in c.program.signals] + [f"{m}.completed" for m in c.program.measures]
    head, dot, tail = text.strip().partition(".")
    stages = STAGES if head in events else ("completed",) if head in c.program.measures else ()
    meant = part_meant(tail, stages) if dot else None
    near = f"{head}.{meant}" if meant else None if stages else nearest(text.strip(), words)
    if near:
        cure = f"Did you mean `{near}`?"
    elif stages:
        cure = f"After `{head}.` stands one of: {', '.join(stages)}."
    elif head in c.program.interventions and events:
        cure = f"`{head}` is an intervention; a rule waits for an event: {human_list([f'{e}.completed' for e in events][:6], 'or')}."
    else:
        cure = "Write start, EVENT.completed, quiet for 3d, signals.NAME, MEASURE.completed, report or report.NAME."
    return c.error(path, "trigger", f"`{text}` is not a trigger", cure)


def _named(c: Checked, path: Path, trigger: Trigger, intervention: str) -> Iterator[Issue]:
    p = c.program
    events = p.interventions[intervention].events
    if trigger.kind == "event" and trigger.name not in events:
        if trigger.name in p.measures and trigger.stage == "completed":
            return
        yield c.unknown(path, "unknown_event", "event", trigger.name, events)
    elif trigger.kind == "signal" and trigger.name not in p.signals:
        yield c.unknown(path, "unknown_signal", "signal", trigger.name, p.signals)
    elif trigger.kind == "report" and trigger.name and trigger.name not in {*p.reports, *p.needs}:
        yield c.unknown(path, "unknown_report", "report", trigger.name, {*p.reports, *p.needs})
    elif trigger.kind == "need" and trigger.name not in p.needs:
        yield c.unknown(path, "unknown_need", "need state", trigger.name, p.needs)


def _evaluation(c: Checked, path: Path, on: str) -> Iterator[Issue]:
    head, dot, tail = on.partition(".")
    days = parse_days(on)
    if on in EVALUATIONS or (days is not None and days.weekdays):
        return
    if dot and head == "signals":
        if tail not in c.program.signals:
            yield c.unknown(path, "unknown_signal", "signal", tail, c.program.signals)
        return
    if dot and head in ("report", "reported"):
        known = {*c.program.reports, *c.program.needs}
        if tail not in known:
            yield c.unknown(path, "unknown_report", "report", tail, known)
        return
    near = nearest(on, [*EVALUATIONS, "monday", *(f"signals.{s}" for s in c.program.signals)])
    cure = (
        f"Did you mean `{near}`?"
        if near
        else "Write start, report, intervention_ended, weekend, a day, or signals.NAME."
    )
    yield c.error(path, "trigger", f"`{on}` opens no evaluation", cure)
