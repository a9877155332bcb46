"""The explainer: the same facts in two voices: to the facilitator, and to the auditor (to the person: `care.reasons`)."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

from microcare.base.moments import SECOND, format_duration, format_local, format_moment
from microcare.base.wording import counted, human_list, plain_number
from microcare.hub import entry as e
from microcare.hub.stimulus import Value
from microcare.program.compiled import CompiledProgram
from microcare.program.parts import text_in


def shown(value: Value) -> str:
    """A value in plain words."""
    if value is None:
        return "unknown"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return plain_number(value) if isinstance(value, int | float) else value


def inputs_of(inputs: Mapping[str, Value]) -> str:
    """The values a rule saw."""
    return ", ".join(f"{name} = {shown(value)}" for name, value in inputs.items())


def title_of(program: CompiledProgram | None, intervention: str, event: str = "", language: str = "en") -> str:
    """What people call a micro intervention, or one of its events."""
    found = program.program.interventions.get(intervention) if program is not None else None
    if found is None:
        return event or intervention
    if event:
        part = found.events.get(event)
        return text_in(part.title, language) if part is not None and part.title is not None else event
    return text_in(found.title, language)


def to_auditor(stated: e.Any) -> str:
    """Everything an entry says, as JSON."""
    return msgspec.json.format(msgspec.json.encode(stated), indent=1).decode()


def to_facilitator(stated: e.Any, program: CompiledProgram | None = None, zone: str = "") -> str:
    """One sentence with the evidence."""
    make = TABLE.get(type(stated))
    said = make(stated, program) if make is not None else type(stated).__name__
    until = getattr(stated, "until", 0) or getattr(stated, "when", 0)
    if zone and until:
        # A moment to come is read on the person's wall.
        said = said.replace(format_moment(until), format_local(zone, until)[:16].replace("T", " "))
    return said


NAMED = {
    "assessment": "Questions",
    "offer": "An offer",
    "contact": "A word to keep in contact",
    "message": "A message",
    "check_in": "A reminder of a check-in",
}


def _decided(x: e.Decided, program: CompiledProgram | None) -> str:
    name = f"{title_of(program, x.intervention)}, rule {x.rule}"
    why = f" ({human_list(x.reasons)})" if x.reasons else ""
    if x.outcome == "randomized":
        chances = ", ".join(f"{option} {p:g}" for option, p in x.options.items())
        return f"{name}: {x.chosen}, drawn from {chances}"
    if x.outcome == "decided":
        return f"{name}: {x.chosen}{why}"
    words = {"not_eligible": "not eligible", "unknown": "could not be decided"}.get(x.outcome, x.outcome)
    return f"{name}: {words}{why}"


def _delivered(x: e.Delivered, program: CompiledProgram | None) -> str:
    what = NAMED.get(x.what)
    if what is None:
        intervention = x.run.split(".")[1] if "." in x.run else ""
        what = f"Delivered: {title_of(program, intervention, x.name)}"
    how = " as a prompt" if x.prompt else f", without a prompt ({human_list(x.silent)})" if x.silent else " in the app"
    return f"{what}{' to be done by a person' if x.human else how}"


def _recommended(x: e.Recommended, program: CompiledProgram | None) -> str:
    parts = []
    if x.chosen:
        names = human_list([title_of(program, c) for c in x.chosen], "or")
        word = {
            "started": "Started",
            "offered": "Offered",
            "listed": "To choose from",
            "proposed": "Proposed",
        }
        parts.append(f"{word.get(x.action, x.action)}: {names}")
        found = next((c for c in x.candidates if c.intervention == x.chosen[0]), None)
        if found is not None:
            weights = ", ".join(f"{k} {v:.2f}" for k, v in found.parts.items())
            chance = f", drawn with probability {found.probability:.2g}" if found.probability > 0 else ""
            parts.append(f"for the need {found.need}, score {found.score:.2f} ({weights}){chance}")
    else:
        parts.append("Nothing to recommend")
    if x.left_out:
        parts.append("left out: " + ", ".join(f"{n} ({r})" for n, r in x.left_out.items()))
    if x.waiting:
        parts.append("waiting: " + ", ".join(f"{n} (first: {r})" for n, r in x.waiting.items()))
    return "; ".join(parts)


def _evaluation(x: e.EvaluationOpened, program: CompiledProgram | None) -> str:
    asks = human_list([f"{len(items)} of {measure}" for measure, items in x.asks.items()])
    known = f"; known already: {human_list(x.known)}" if x.known else ""
    return f"Evaluation opened ({x.why}): " + (f"asks {asks}" if asks else "nothing to ask") + known


def _need(x: e.NeedChanged, program: CompiledProgram | None) -> str:
    severity = f", severity {x.severity:.2f}" if x.severity is not None else ""
    return f"Need {x.need}: {x.state}{severity} ({inputs_of(x.evidence) or 'no evidence'})"


def _assessed(x: e.Assessed, program: CompiledProgram | None) -> str:
    scores = ", ".join(f"{k} {shown(v)}" for k, v in x.scores.items())
    return f"{x.measure} ({x.purpose}): {'complete' if x.complete else 'incomplete'}, {scores}"


def _proximal(x: e.Proximal, program: CompiledProgram | None) -> str:
    success = {True: ", a success", False: ", no success", None: ""}[x.success]
    return f"Proximal outcome of {x.event or x.point}: {shown(x.value)}{success}"


def _outcome(x: e.OverallOutcome, program: CompiledProgram | None) -> str:
    return f"{title_of(program, x.intervention)} is over: {x.result}" + (f" ({x.reason})" if x.reason else "")


def _alerted(x: e.Alerted, program: CompiledProgram | None) -> str:
    return f"Alert: {x.measure}.{x.item} was answered {shown(x.value)}; {x.roster or 'nobody'} is told"


def _acted(x: e.Acted, program: CompiledProgram | None) -> str:
    how = f" after {format_duration(max(round(x.spent, -3), SECOND))}" if x.spent else ""
    until = f" until {format_moment(x.until)}" if x.act == "snoozed" and x.until else ""
    return f"{x.delivery}: {x.act}{how}{until} by {x.by}" + (" (arrived late)" if x.late else "")


def _narrated(x: e.Narrated, program: CompiledProgram | None) -> str:
    return "Narrative told: " + ", ".join(f"{part} ({variant})" for part, variant in x.parts.items())


TRIAGE = {"danger": "danger now", "call": "a call"}


TABLE: dict[type, Callable[[Any, CompiledProgram | None], str]] = {
    e.Enrolled: lambda x, p: f"Joined {x.program}, in {x.zone}",
    e.Withdrew: lambda x, p: f"Left {x.program or 'all programs'}",
    e.Moved: lambda x, p: f"{x.program} moved to version {x.version[:8]}",
    e.Set: lambda x, p: f"{x.name} set to {shown(x.value)}",
    e.Refused: lambda x, p: f"Not taken: {x.what} ({x.reason})",
    e.Answered: lambda x, p: f"{x.measure}.{x.item}: {'a text' if x.reference else shown(x.value)}"
    + (" (arrived late)" if x.late else ""),
    e.Followed: lambda x, p: "What follows from the answer was looked at",
    e.Alerted: _alerted,
    e.AlertMoved: lambda x, p: f"Nobody took on {x.alert} in time; {x.by} is told" if x.stage == "escalated"
    else f"{x.alert}: {x.stage} by {x.by}" + (f" ({x.code})" if x.code else ""),
    e.Triaged: lambda x, p: f"{x.alert}: asked about {TRIAGE.get(x.question, x.question)}, the person said {x.answer}"
    + ("; it is urgent" if x.urgent else ""),
    e.Messaged: lambda x, p: (f"Message from {'the person' if x.by == 'person' else x.by}" if x.reference
                              else f"{x.by} has read what the person wrote"),
    e.CheckInSet: lambda x, p: f"Check-in {x.check_in} ({x.how}): {x.stage} by {x.by}"
    + (f", {format_moment(x.when)}" if x.when else ""),
    e.Signaled: lambda x, p: f"{x.name} = {shown(x.value)}",
    e.Reported: lambda x, p: f"The person said: {x.name or 'I need something'}",
    e.Staged: lambda x, p: f"{x.delivery}: {x.stage.replace('_', ' ')} ({x.channel})",
    e.Acted: _acted,
    e.Imported: lambda x, p: f"A draw made elsewhere for {x.rule} {x.slot}: {x.option}",
    e.Started: lambda x, p: f"Began: {title_of(p, x.intervention)}" + (f", for {x.need}" if x.need else "") + f" ({x.by})",
    e.Began: lambda x, p: f"Rule {x.rule} waits for its time",
    e.Closed: lambda x, p: f"Rule {x.rule} is over ({x.reason})",
    e.MomentsDrawn: lambda x, p: f"{counted(len(x.moments), 'random moment')} drawn for {x.rule}",
    e.Postponed: lambda x, p: f"Rule {x.rule} asks again at {format_moment(x.until)} ({human_list(x.reasons)})",
    e.Decided: _decided,
    e.Delivered: _delivered,
    e.Fallback: lambda x, p: f"{x.delivery}: tried again by {x.channel}",
    e.Undelivered: lambda x, p: f"{x.delivery}: taken away ({x.reason})",
    e.Asked: lambda x, p: f"Asked: {x.measure} ({x.purpose}, {counted(len(x.items), 'item')})",
    e.Assessed: _assessed,
    e.Proximal: _proximal,
    e.Completed: lambda x, p: f"Completed: {x.event}",
    e.Ended: lambda x, p: f"The events of {x.run.split('.')[1] if '.' in x.run else x.run} are over ({x.reason})",
    e.OverallOutcome: _outcome,
    e.EvaluationOpened: _evaluation,
    e.EvaluationClosed: lambda x, p: "Evaluation done",
    e.NeedChanged: _need,
    e.Recommended: _recommended,
    e.Retried: lambda x, p: "A reason for waiting is over",
    e.OfferClosed: lambda x, p: f"Offer {x.answer}" + (f": {title_of(p, x.intervention)}" if x.intervention else ""),
    e.Narrated: _narrated,
    e.TargetChecked: lambda x, p: f"Clinical goal {'reached' if x.reached else 'unknown' if x.reached is None else 'not reached'}"
    + f" ({inputs_of(x.inputs)})",
    e.Stopped: lambda x, p: f"{x.program} was stopped for this person: {x.reason}",
}  # fmt: skip
"""One sentence maker for each kind of entry."""
