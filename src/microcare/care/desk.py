"""The facilitators' desk: one person with the reasons for everything. Nothing is changed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.utils import formats
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as lazy

from microcare.base.moments import format_local, local_day
from microcare.care import reaching
from microcare.care.alerts import stories
from microcare.care.labels import label
from microcare.care.reading import Person
from microcare.care.safeguards import responders
from microcare.care.spoken import joined_by, within
from microcare.care.telling import Story, Voice, story
from microcare.care.wordings import About
from microcare.hub import entry as e
from microcare.hub.attention import in_danger
from microcare.hub.scheduler import Due, agenda
from microcare.hub.step import step
from microcare.hub.stimulus import Decide
from microcare.store import journals, notes


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
    urgent: bool
    triage: tuple[tuple[str, str], ...]
    """What the person said on the help page."""
    told: tuple[str, ...]
    """Who is to be told now."""
    reached: str
    """What came of telling staff, in words."""
    nobody: bool
    """It is known that nobody was reached."""
    call: bool
    """The person wants to be called."""
    phone: str
    """At this number; empty: they gave none."""
    phone_when: str
    by: str
    """Who has taken it on, and when; empty: nobody has."""
    since: str


@dataclass(frozen=True, slots=True)
class Candidate:
    """A micro intervention that the hub proposes, with its place and why it stands there."""

    name: str
    title: str
    aim: str
    score: str
    parts: str


@dataclass(frozen=True, slots=True)
class OfferLine:
    """A proposal that waits for a facilitator, with what else could be chosen, and a drafted narrative."""

    id: str
    action: str
    proposed: tuple[Candidate, ...]
    others: tuple[tuple[str, str], ...]
    left_out: tuple[tuple[str, str], ...]
    """What was left out, and why."""
    why: str
    expires: str
    draft: tuple[tuple[str, str, str], ...]
    """The narrative's parts: name, question, text as the program would tell it."""


@dataclass(frozen=True, slots=True)
class Coming:
    """Something that time will bring."""

    when: str
    what: str


@dataclass(frozen=True, slots=True)
class Said:
    """A message, or a note."""

    by: str
    when: str
    text: str
    own: bool
    """The person wrote it."""


@dataclass(frozen=True, slots=True)
class CheckInLine:
    """An agreed check-in."""

    id: str
    when: str
    how: str
    by: str
    past: bool


@dataclass(frozen=True, slots=True)
class WithThem:
    """Something that is with the person now."""

    id: str
    title: str
    when: str
    stage: str
    human: str
    """What a human is to do, where one is."""


def needs_of(person: Person) -> tuple[NeedLine, ...]:
    """Need states, present ones first, with the evidence they rest on."""
    found = []
    evidence = _last_evidence(person)
    for name, need in person.state.needs.items():
        program, _, short = name.partition("/")
        voice = person.voice(program)
        level = voice.program.program.needs.get(short) if voice is not None else None
        goal = voice.plain(level[0].needs[short].goal or level[0].goal) if voice is not None and level else ""
        since = format_local(person.state.zone, need.since)[:16]
        found.append(NeedLine(short.replace("_", " "), goal, need.state, since, evidence.get(name, ""), need.severity))
    order = {"present": 0, "unknown": 1, "absent": 2}
    return tuple(sorted(found, key=lambda n: order[n.state]))


def _last_evidence(person: Person) -> Mapping[str, str]:
    found: dict[str, str] = {}
    about = About(person.id, person.state)
    for _number, x in journals.newest(person.id, ("need_changed",)):
        if isinstance(x, e.NeedChanged):
            seen = about.inputs(x.program, x.evidence)
            found.setdefault(f"{x.program}/{x.need}", seen)
        if found.keys() >= person.state.needs.keys():
            break
    return found


def alerts_of(person: Person) -> tuple[AlertLine, ...]:
    """Open alerts, urgent ones first, then the oldest."""
    zone, found = person.state.zone, []
    told_of = {s.alert: s for s in stories(person.id, person.state)} if person.state.alerts else {}
    for name, a in person.state.alerts.items():
        roster = a.then if a.level and a.then else a.roster
        told = responders(person.state, a.program, roster, person.now) if a.stage != "acknowledged" else ()
        triage = tuple(
            (gettext("a call") if q == "call" else label(q), label(answer)) for q, answer in a.triage.items()
        )
        when = format_local(zone, a.raised)[:16].replace("T", " ")
        found.append(
            AlertLine(
                name, told_of[name].what, when, a.stage, a.level, in_danger(a), triage, told, *reaching.reached_words(person, name, a),
                a.triage.get("call") == "yes", *reaching.phone(person), told_of[name].taken_by, told_of[name].taken_at,
            )
        )  # fmt: skip
    return tuple(sorted(found, key=lambda a: not (a.urgent or a.call)))


def offers_of(person: Person) -> tuple[OfferLine, ...]:
    """Proposals and offers that wait."""
    found = []
    recommended: dict[str, e.Recommended] = {}
    for _number, x in journals.newest(person.id, ("recommended",)) if person.state.offers else ():
        if isinstance(x, e.Recommended):
            recommended[x.recommendation] = x
        if recommended.keys() >= person.state.offers.keys():
            break
    for name, offer in person.state.offers.items():
        voice, why = person.voice(offer.program), recommended.get(name)
        if voice is None:
            continue
        others = [(i, voice.title(i)) for i in voice.program.interventions if i not in offer.interventions]
        found.append(
            OfferLine(
                name, offer.action, tuple(_candidates(voice, offer.interventions, why)), tuple(others),
                tuple((voice.title(i), reason) for i, reason in why.left_out.items()) if why is not None else (),
                About(person.id, person.state, person.texts).sentence(why, voice.program) if why is not None else "",
                format_local(person.state.zone, offer.expires)[:16].replace("T", " "),
                _draft(person, name, offer.interventions[0]) if offer.action == "proposed" and offer.interventions else (),
            )
        )  # fmt: skip
    return tuple(found)


def _candidates(voice: Voice, chosen: tuple[str, ...], why: e.Recommended | None) -> Iterator[Candidate]:
    """What is proposed, in the hub's order, each with its score and what it is made of; then what came close."""
    known = {c.intervention: c for c in why.candidates} if why is not None else {}
    for name in (*chosen, *(n for n in known if n not in chosen)):
        authored = voice.program.program.interventions.get(name)
        c = known.get(name)
        parts = ", ".join(f"{k} {v:.2f}" for k, v in c.parts.items()) if c is not None else ""
        aim = voice.plain(authored.aim) if authored is not None else ""
        yield Candidate(name, voice.title(name), aim, f"{c.score:.2f}" if c is not None else "", parts)


def draft(person: Person, proposal: str, intervention: str) -> Story | None:
    """The narrative that approving would tell, by taking the step itself on a copy; nothing is kept."""
    decided = Decide(
        key="draft", at=person.now, received=person.now, proposal=proposal, by="draft", intervention=intervention
    )
    taken = step(person.programs, person.id, person.state, decided)
    told = next((x for x in taken.entries if isinstance(x, e.Narrated) and x.moment == "begin"), None)
    if told is None:
        return None
    voice = person.voice(told.program)
    return story(voice, told) if voice is not None else None


QUESTIONS = {
    "past": lazy("What came of what was before"),
    "rationale": lazy("Why this"),
    "relation": lazy("How it belongs to the way"),
    "future": lazy("What comes next"),
}


def _draft(person: Person, proposal: str, intervention: str) -> tuple[tuple[str, str, str], ...]:
    found = draft(person, proposal, intervention)
    return tuple(
        (part, str(words), getattr(found, part) if found is not None else "") for part, words in QUESTIONS.items()
    )


KINDS = {
    "evaluation": lazy("a look at how they are"), "target": lazy("the question of the clinical goal"), "contact": lazy("a word to keep in contact"),
    "outcome": lazy("the overall outcome is asked for"), "run_end": lazy("its longest time is over"), "offer": lazy("the offer ends"),
    "retry": lazy("the recommendation is looked at again"), "pause": lazy("the pause ends"), "alert": lazy("the alert goes further"),
    "disengaged": lazy("it counts as left"), "quiet": lazy("a quiet spell is acted on"), "check_in": lazy("both are reminded of the check-in"),
}  # fmt: skip


def coming(person: Person, most: int = 12) -> tuple[Coming, ...]:
    """What time alone will bring next, as far as it is known now."""
    found = []
    ahead = [d for d in agenda(person.programs, person.state) if d.moment > person.now]
    for due in sorted(ahead, key=lambda d: d.moment):
        words = _coming_words(person, due)
        if words:
            when = format_local(person.state.zone, due.moment)[:16].replace("T", " ")
            found.append(Coming(when, words))
        if len(found) == most:
            break
    return tuple(found)


def _coming_words(person: Person, due: Due) -> str:
    run = person.state.runs.get(due.name)
    title = ""
    if run is not None:
        voice = person.voice(run.program, run.version)
        title = voice.title(run.intervention) if voice is not None else run.intervention
    if due.kind in ("point", "postponed", "wait"):
        return within(gettext("%(title)s: decision point of rule %(rule)s"), title=title, rule=due.part.split(" ")[0])
    words = str(KINDS.get(due.kind, ""))
    return within("%(title)s: %(words)s", title=title, words=words) if words and title else words


def said(person: Person) -> tuple[Said, ...]:
    """The messages between both sides, oldest first."""
    return tuple(
        Said(x.by, format_local(person.state.zone, x.at)[:16].replace("T", " "), person.texts.get(x.reference, ""), x.by == "person")
        for _, x in journals.entries_of_kinds(person.id, ("messaged",))
        if isinstance(x, e.Messaged) and x.reference
    )  # fmt: skip


def notes_of(person: Person) -> tuple[Said, ...]:
    """What facilitators have noted, newest first."""
    zone = person.state.zone
    return tuple(
        Said(n.by, format_local(zone, n.at)[:16].replace("T", " "), n.text, False) for n in notes.notes(person.id)
    )


def check_ins(person: Person) -> tuple[CheckInLine, ...]:
    """Agreed check-ins, the next one first."""
    zone = person.state.zone
    ordered = sorted(person.state.check_ins.items(), key=lambda kc: kc[1].when)
    return tuple(
        CheckInLine(k, format_local(zone, c.when)[:16].replace("T", " "), c.how, c.by, c.when < person.now)
        for k, c in ordered
    )


def with_them(person: Person) -> tuple[WithThem, ...]:
    """What is with the person now, and what a human is to do for them."""
    found = []
    for name, delivery in person.state.deliveries.items():
        run = person.state.runs.get(delivery.run)
        voice = person.voice(delivery.program, delivery.version or (run.version if run is not None else ""))
        human = ""
        title = label(delivery.what) if delivery.what != "event" else ""
        if run is not None and voice is not None:
            title = voice.event_title(run.intervention, delivery.name)
            event = voice.program.interventions[run.intervention].events.get(delivery.name)
            texts = [b.human for b in event.event.content if hasattr(b, "human")] if event is not None else []
            human = joined_by(" ", (voice.plain(t) for t in texts))
        when = format_local(person.state.zone, delivery.decided)[:16]
        found.append(WithThem(name, title, when, label(delivery.stage), human))
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


def today_words(person: Person) -> str:
    """What day it is where the person is."""
    day = date.fromordinal(local_day(person.state.zone, person.now))
    words = {"weekday": formats.date_format(day, "l"), "day": formats.date_format(day, "MONTH_DAY_FORMAT")}
    return gettext("%(weekday)s, %(day)s") % words
