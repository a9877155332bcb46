"""The facilitators' desk: who needs somebody now, and one person with the reasons for everything. Nothing is changed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from microcare.base.moments import DAY, format_local, local_day
from microcare.base.spans import format_duration
from microcare.base.wording import counted
from microcare.care.programs import programs
from microcare.care.reading import Person
from microcare.hub import entry as e
from microcare.hub.explainer import inputs_of, shown, title_of, to_auditor, to_facilitator
from microcare.hub.state import State
from microcare.program.compiled import CompiledProgram
from microcare.store import journals, people

PAGE = 50
QUIET = (
    "followed",
    "began",
    "closed",
    "staged",
    "evaluation_closed",
    "moments_drawn",
    "completed",
    "retried",
)
"""Entries that the journal shows only on request."""
FILTERS = {
    "": "What matters",
    "decided": "Decision points",
    "recommended": "Recommendations",
    "delivered": "Deliveries",
    "answered": "Answers",
    "need_changed": "Need states",
    "alerted": "Alerts",
    "all": "Everything",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One person in the list, with why they need somebody, in words."""

    id: str
    name: str
    program: str
    words: tuple[str, ...]
    urgent: bool
    seen: str


@dataclass(frozen=True, slots=True)
class NeedLine:
    """A need state with its evidence."""

    name: str
    goal: str
    state: str
    since: str
    evidence: str
    severity: float | None


@dataclass(frozen=True, slots=True)
class AlertLine:
    """An open alert."""

    id: str
    what: str
    when: str
    stage: str
    level: int


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A proposal that waits for a facilitator, with what else could be chosen."""

    id: str
    action: str
    proposed: tuple[tuple[str, str], ...]
    others: tuple[tuple[str, str], ...]
    why: str
    expires: str


@dataclass(frozen=True, slots=True)
class WithThem:
    """Something that is with the person now."""

    id: str
    title: str
    when: str
    stage: str
    human: str
    """What a human is to do, where one is."""


@dataclass(frozen=True, slots=True)
class EntryLine:
    """An entry of the journal in one sentence, with its explanation."""

    number: int
    kind: str
    when: str
    sentence: str
    facts: tuple[tuple[str, str], ...]
    whole: str


def lines(search: str = "", page: int = 0, programs: Collection[str] | None = None) -> tuple[Line, ...]:
    """People (of these programs), those who need somebody first; `PAGE` a page."""
    found = [_line(row) for row in people.people(PAGE, page * PAGE, search, programs)]
    return tuple(sorted(found, key=lambda x: not x.urgent))


def _line(row: people.PersonRow) -> Line:
    state = journals.load(row.id).state
    words: list[str] = []
    if row.open_alerts:
        words.append(counted(row.open_alerts, "open alert"))
    if row.failed:
        words.append("something failed for this person")
    if row.waiting:
        words.append(f"{counted(row.waiting, 'proposal')} to answer")
    words += _in_words(state)
    seen = "never" if not state.active else format_local(state.zone, state.active)[:16]
    return Line(
        row.id,
        row.name or row.id[:8],
        row.program or "invited",
        tuple(words),
        bool(row.open_alerts or row.failed),
        seen,
    )


def _in_words(state: State) -> Iterator[str]:
    """How somebody is doing, in a few words."""
    if not state.courses:
        return
    present = [name.split("/")[1].replace("_", " ") for name, need in state.needs.items() if need.state == "present"]
    if present:
        yield f"needs: {', '.join(present[:3])}" + (" and more" if len(present) > 3 else "")
    for run in state.runs.values():
        compiled = _compiled(run.program, run.version)
        yield f"in {title_of(compiled, run.intervention)}"
        if run.unanswered_since and not run.ended:
            silent = state.last - run.unanswered_since
            if silent > 2 * DAY:
                yield f"quiet for {format_duration(silent)}"
    if state.paused_until > state.last:
        yield "paused"


def _compiled(program: str, version: str) -> CompiledProgram | None:
    known = programs()
    return known.of(program, version) if known.known(program, version) else known.current(program)


def needs_of(person: Person) -> tuple[NeedLine, ...]:
    """Need states, present ones first, with the evidence they rest on."""
    found = []
    evidence = _last_evidence(person.id)
    for name, need in person.state.needs.items():
        program, _, short = name.partition("/")
        voice = person.voice(program)
        level = voice.program.program.needs.get(short) if voice is not None else None
        goal = voice.plain(level[0].needs[short].goal or level[0].goal) if voice is not None and level else ""
        since = format_local(person.state.zone, need.since)[:16]
        found.append(NeedLine(short.replace("_", " "), goal, need.state, since, evidence.get(name, ""), need.severity))
    order = {"present": 0, "unknown": 1, "absent": 2}
    return tuple(sorted(found, key=lambda n: order[n.state]))


def _last_evidence(person: str) -> Mapping[str, str]:
    entries = journals.entries_of_kinds(person, ("need_changed",))
    return {f"{x.program}/{x.need}": inputs_of(x.evidence) for _, x in entries if isinstance(x, e.NeedChanged)}


def alerts_of(person: Person) -> tuple[AlertLine, ...]:
    """Open alerts, oldest first."""
    zone = person.state.zone
    return tuple(
        AlertLine(name, f"{a.measure}.{a.item}", format_local(zone, a.raised)[:16], a.stage, a.level)
        for name, a in person.state.alerts.items()
    )


def offers_of(person: Person) -> tuple[OfferLine, ...]:
    """Proposals and offers that wait."""
    found = []
    recommended = {
        x.recommendation: x
        for _, x in journals.entries_of_kinds(person.id, ("recommended",))
        if isinstance(x, e.Recommended)
    }
    for name, offer in person.state.offers.items():
        voice = person.voice(offer.program)
        if voice is None:
            continue
        titles = [(i, voice.title(i)) for i in offer.interventions]
        others = [(i, voice.title(i)) for i in voice.program.interventions if i not in offer.interventions]
        why = to_facilitator(recommended[name], voice.program) if name in recommended else ""
        until = format_local(person.state.zone, offer.expires)[:16]
        found.append(OfferLine(name, offer.action, tuple(titles), tuple(others), why, until))
    return tuple(found)


def with_them(person: Person) -> tuple[WithThem, ...]:
    """What is with the person now, and what a human is to do for them."""
    found = []
    for name, delivery in person.state.deliveries.items():
        run = person.state.runs.get(delivery.run)
        voice = person.voice(delivery.program, run.version if run is not None else "")
        human = ""
        title = {"assessment": "Questions", "offer": "An offer", "contact": "A word to keep in contact"}.get(
            delivery.what, ""
        )
        if run is not None and voice is not None:
            title = title_of(voice.program, run.intervention, delivery.name, voice.language)
            event = voice.program.interventions[run.intervention].events.get(delivery.name)
            texts = [b.human for b in event.event.content if hasattr(b, "human")] if event is not None else []
            human = " ".join(voice.plain(t) for t in texts)
        when = format_local(person.state.zone, delivery.decided)[:16]
        found.append(WithThem(name, title, when, delivery.stage.replace("_", " "), human))
    return tuple(found)


def assignable(person: Person) -> tuple[tuple[str, str, str], ...]:
    """What a facilitator may assign: (program, intervention, title)."""
    found = []
    for program in person.state.courses:
        voice = person.voice(program)
        running = {r.intervention for r in person.state.runs.values() if r.program == program}
        for name in voice.program.interventions if voice is not None else ():
            if name not in running and voice is not None:
                found.append((program, name, voice.title(name)))
    return tuple(found)


def journal(person: Person, wanted: str = "", before: int = 0) -> tuple[EntryLine, ...]:
    """A page of the journal, newest first; `before` an entry's number, for the next page."""
    found: list[EntryLine] = []
    entries = journals.entries(person.id, newest_first=True, limit=2000)
    for number, stated in entries:
        kind = stated.__struct_config__.tag
        if (before and number >= before) or not _wanted(kind, wanted):
            continue
        found.append(_entry(person, number, str(kind), stated))
        if len(found) == PAGE:
            break
    return tuple(found)


def _wanted(kind: object, wanted: str) -> bool:
    if wanted == "all":
        return True
    return kind == wanted if wanted else kind not in (*QUIET, "signaled")


def _entry(person: Person, number: int, kind: str, stated: e.Any) -> EntryLine:
    program = getattr(stated, "program", "")
    compiled = _compiled(program, getattr(stated, "version", "")) if program else None
    when = format_local(person.state.zone, stated.at)[:16]
    sentence = to_facilitator(stated, compiled, person.state.zone)
    facts = tuple(_facts(stated, compiled)) if isinstance(stated, e.Decided) else ()
    return EntryLine(number, kind.replace("_", " "), when, sentence, facts, to_auditor(stated))


def _facts(x: e.Decided, compiled: CompiledProgram | None) -> Iterator[tuple[str, str]]:
    """A decision point opened to its explanation."""
    rule = (
        compiled.interventions[x.intervention].by_id.get(x.rule)
        if compiled and x.intervention in compiled.interventions
        else None
    )
    yield "Rule", f"{x.rule} of {x.intervention}" + (f" (on: {rule.rule.on})" if rule is not None else "")
    yield (
        "Available",
        {True: "yes", False: "no", None: "not known"}[x.available] + (f": {', '.join(x.reasons)}" if x.reasons else ""),
    )
    if rule is not None and rule.condition is not None:
        yield "Condition", rule.condition.expression.source
    for name, value in x.inputs.items():
        yield name, shown(value)
    if x.options:
        yield "Probabilities", ", ".join(f"{o} {p:g}" for o, p in x.options.items())
    yield "Chosen", x.chosen or "nothing followed"
    if x.source:
        yield "Drawn elsewhere", x.source
    yield "Program version", x.version


def today_words(person: Person) -> str:
    """What day it is where the person is."""
    return date.fromordinal(local_day(person.state.zone, person.now)).strftime("%A, %d %B")
