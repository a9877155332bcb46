"""What a person has just said they need comes first: help, what relieves at once, the questions about safety.

Which report that is, what of all that waits answers it, and what can be shown before the hub has heard of it (without a
connection). Whatever else waits steps back until it is seen to. Nothing here changes anything.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from microcare.base.moments import HOUR
from microcare.care.cards import EventCard, Item, block
from microcare.care.reading import Person
from microcare.care.telling import Voice, span_words
from microcare.hub import entry as e
from microcare.hub.state import Assessment
from microcare.hub.view import View
from microcare.hub.work import holds
from microcare.program.compiled import CompiledIntervention, CompiledNeed, CompiledProgram
from microcare.program.event import Event, Goal

RELIEF, QUESTIONS, MORE = 1, 2, 3
"""In which order things answer a report: what relieves, the questions about safety, then whatever follows."""


@dataclass(frozen=True, slots=True)
class Said:
    """A report that a person has made. `acute`: the program has something for it that relieves at once."""

    name: str
    text: str
    at: int
    acute: bool
    needs: frozenset[tuple[str, str]]
    """The need states that hear it, each with its program."""


@dataclass(frozen=True, slots=True)
class First:
    """A report that can be made, and what to show at once when it is made without a connection."""

    said: Said
    relief: Item | None


def said(person: Person) -> list[Said]:
    """What the person has said and what still counts: what is acute first, then the newest."""
    found: list[Said] = []
    for name, at in person.state.reports.items():
        lasts = [
            voice.program.reports[name]
            for program in person.state.courses
            if (voice := person.voice(program)) is not None and name in voice.program.program.reports
        ]
        if name and lasts and at <= person.now < at + max(lasts):
            found.append(_said(person, name, at))
    return sorted(found, key=lambda one: (not one.acute, -one.at))


def _said(person: Person, name: str, at: int) -> Said:
    text, acute, needs = "", False, set()
    for program in person.state.courses:
        voice = person.voice(program)
        if voice is None or name not in voice.program.program.reports:
            continue
        text = text or voice.say(voice.program.program.reports[name].text) or ""
        for need in hearing(voice.program, name):
            needs.add((program, need.id))
            acute = acute or any(True for _ in _relieving(voice.program, need))
    return Said(name, text, at, acute, frozenset(needs))


def hearing(program: CompiledProgram, report: str) -> list[CompiledNeed]:
    """The need states that a report makes present."""
    wanted = ("reported", report)
    return [n for n in program.needs if any(tuple(r.origin[:2]) == wanted for r in n.present.inputs.readers)]


def _relieving(program: CompiledProgram, need: CompiledNeed) -> Iterator[tuple[CompiledIntervention, str, Event]]:
    """The events that relieve at once, of the micro interventions that answer a need, in the author's order."""
    for name in need.need.interventions:
        intervention = program.interventions.get(name)
        for event, authored in intervention.intervention.events.items() if intervention is not None else ():
            if authored.goal is Goal.SYMPTOM_RELIEF and intervention is not None:
                yield intervention, event, authored


# -- What answers it --------------------------------------------------------------------------------------------------


def rank(person: Person, one: Said, item: Item) -> int | None:
    """How soon something answers what was said (the smaller the sooner); None where it is about something else."""
    state = person.state
    if item.event is not None:
        run, delivery = state.runs.get(item.event.run), state.deliveries.get(item.id)
        if run is None or delivery is None or (run.program, run.need) not in one.needs:
            return None
        if not one.acute and not one.at <= delivery.decided < one.at + HOUR:
            return None
        # After the first thing that relieves the questions come, then the rest.
        begun = any(record.done for record in run.events.values())
        return MORE if item.event.human or begun else RELIEF
    if item.questions is not None:
        return _asks(
            person, one, state.assessments[item.id], [q.item for q in item.questions.questions if not q.answered]
        )
    offer = state.offers.get(item.id) if item.offer is not None else None
    return RELIEF if offer is not None and (offer.program, offer.need) in one.needs else None


def _asks(person: Person, one: Said, asked: Assessment, open_items: list[str]) -> int | None:
    run = person.state.runs.get(asked.run)
    if run is not None:
        # How it is after what relieves.
        return 0 if (run.program, run.need) in one.needs and asked.opened >= one.at else None
    look = person.state.evaluations.get(asked.evaluation)
    if look is not None and look.why == f"report {one.name}" and asked.opened >= one.at:
        return QUESTIONS
    voice = person.voice(asked.program)
    risky = voice is not None and any((asked.measure, item) in voice.program.safety for item in open_items)
    return QUESTIONS if one.acute and risky else None


def unheard(person: Person, one: Said) -> bool:
    """Whether it was said in this hour and the person has done nothing since: help is shown though nothing else answers."""
    done = (x for x in reversed(person.entries) if isinstance(x, e.Answered | e.Acted))
    return one.acute and person.now - one.at < HOUR and not any(x.at > one.at for x in done)


def put_first(person: Person, ordered: list[Item]) -> tuple[Said | None, int]:
    """Put first what answers what the person has said they need; what was said, and how many things answer it."""
    for one in said(person):
        ranks = {i.id: found for i in ordered if (found := rank(person, one, i)) is not None}
        if not ranks and not unheard(person, one):
            continue
        for item in ordered:
            # A human who writes after it writes about it.
            delivery = person.state.deliveries.get(item.id)
            if item.kind == "message" and delivery is not None and delivery.decided >= one.at:
                ranks[item.id] = -1
        ordered.sort(key=lambda i: ranks.get(i.id, MORE + 1))
        return one, len(ranks)
    return None, 0


# -- What can be shown at once ----------------------------------------------------------------------------------------


def firsts(person: Person) -> tuple[First, ...]:
    """The acute reports that the person can make, each with what relieves: kept on the phone, for a time without a line."""
    names = dict.fromkeys(
        name for p in person.state.courses if (v := person.voice(p)) is not None for name in v.program.program.reports
    )
    all_of_them = (_said(person, name, person.now) for name in names)
    return tuple(First(one, relief(person, one)) for one in all_of_them if one.acute)


def relief(person: Person, one: Said) -> Item | None:
    """What relieves at once, to be read and done: the first that nothing speaks against. It is no delivery.

    What chance decides is left out: it would be seen by those who were drawn to do without it.
    """
    for program, need in sorted(one.needs):
        voice = person.voice(program)
        if voice is None:
            continue
        for intervention, name, event in _relieving(voice.program, voice.program.by_need[need]):
            if _allowed(person, voice, intervention, name) and not _drawn(intervention, name):
                return _shown(voice, intervention, name, event)
    return None


def _allowed(person: Person, voice: Voice, intervention: CompiledIntervention, event: str) -> bool:
    """Whether contraindications of the micro intervention and of the event are ruled out; an unknown one counts."""
    view = View(voice.program, person.state, person.now)
    against = (intervention.contraindicated, intervention.events[event].contraindicated)
    disliked = person.state.likes.get(intervention.id, 0) < 0
    return not disliked and all(one is None or holds(one, view) is False for one in against)


def _drawn(intervention: CompiledIntervention, event: str) -> bool:
    return any(case.options for rule in intervention.rules for case in rule.cases if event in rule.delivers)


def _shown(voice: Voice, intervention: CompiledIntervention, name: str, event: Event) -> Item:
    blocks = tuple(found for part in event.blocks if (found := block(voice, part, {})) is not None)
    title = voice.plain(event.title) or voice.title(intervention.id)
    card = EventCard(
        delivery="",
        name=name,
        run="",
        program=voice.program.id,
        version=voice.program.version,
        title=title,
        intervention=intervention.id,
        goal=event.goal.value,
        nature=event.kind,
        why=voice.say(event.why) or "",
        effort=span_words(event.effort.exact) if event.effort is not None else "",
        blocks=tuple(b for b in blocks if b.kind != "photo"),
        expires=0,
    )
    return Item("", "event", title, event=card, about=voice.title(intervention.id))
