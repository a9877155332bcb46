"""Journeys: what a person's pages show, read from their state and journal. Nothing here changes anything.

`today` is what is with the person now; `journey` is the way so far, and a hint of how it goes on.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from microcare.base.moments import DAY, local_clock, local_day
from microcare.care import ahead, answering, cards, letters
from microcare.care.answering import Said
from microcare.care.cards import ContactCard, EventCard, Item, OfferCard
from microcare.care.questions import questions_card
from microcare.care.reading import Person, read_person, wants
from microcare.care.reasons import reason
from microcare.care.resting import program_of, resting
from microcare.care.spoken import within
from microcare.care.telling import Story, Voice, day_words, story
from microcare.care.ways import Journey, journey
from microcare.hub import entry as e
from microcare.hub.scheduler import agenda
from microcare.hub.state import Assessment, Delivery, Run
from microcare.store import journals

AWAY = 14 * DAY
"""After so long without a word from the person, they are welcomed back."""
JUST_NOW = 10 * 60_000
ORDER = {
    "proximal": 0,
    "form": 0,
    "engagement": 2,
    "ownership": 2,
    "evaluation": 3,
    "overall": 3,
    "target": 4,
}
WAITS = 6
"""What somebody else does comes last: nothing is asked of the person."""


# -- Today ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Today:
    """What is with a person now. `items` in order: the first one is shown, the others wait."""

    version: int
    now: int
    zone: str
    language: str
    titles: tuple[str, ...]
    name: str
    items: tuple[Item, ...]
    snoozed: tuple[EventCard, ...]
    alerts: tuple[str, ...]
    """Open alerts, by name."""
    paused_until: int = 0
    left: bool = False
    """The person is in no program any more."""
    welcome_back: bool = False
    just_now: bool = False
    """The person has done something in the last minutes."""
    next: tuple[str, ...] = ()
    """What comes next, as far as it is known, in sentences."""
    greeting: str = ""
    running: tuple[str, ...] = ()
    stopped: bool = False
    """Staff have stopped all that the person is in."""
    came: tuple[str, ...] = ()
    """What came of the last thing that they said or chose, in sentences."""
    planned: tuple[str, ...] = ()
    """What the rest of their day brings for sure, in sentences."""
    may_come: bool = False
    """Something more may come today."""
    said: Said | None = None
    """What the person has just said they need, until it is seen to: whatever answers it comes first."""
    answers: int = 0
    """So many of `items`, the first ones, answer it."""
    relief: Item | None = None
    """What relieves, where nothing of it waits to be done."""


def today(person: str, now: int) -> Today:
    """What is with the person now."""
    return today_of(read_person(person, now))


def today_of(person: Person) -> Today:
    """The same, of a person who has been read."""
    state, now = person.state, person.now
    events = _events(person)
    waiting = tuple(i.event for i in events if i.event is not None and i.event.snoozed)
    there = [i for i in events if i.event is not None and not i.event.snoozed]
    items = (*_questions(person, there), *_offers(person), *_contacts(person), *_letters(person))
    still = resting(person)
    # What staff have stopped waits; what a human says comes through, and so does what another program brings.
    there = [i for i in there if program_of(state, i.id) not in still]
    waiting = tuple(w for w in waiting if w.program not in still)
    items = tuple(i for i in items if i.kind in ("message", "check_in") or program_of(state, i.id) not in still)
    # The newest first, and among those that came together the first one said first: `sorted` keeps their order.
    rank = {"questions": 0, "event": 1, "offer": 4, "contact": 5, "message": -1, "check_in": -1}
    ordered = sorted((*there, *items), key=lambda i: _rank(i, rank))
    said, answers = answering.put_first(person, ordered)
    relieves = any(i.event is not None for i in ordered[:answers])
    last = _last_word(person)
    voices = [v for p in state.courses if (v := person.voice(p)) is not None]
    planned, may_come = (
        ((), False) if not state.courses or still or state.paused_until > now else ahead.today_brings(person)
    )
    return Today(
        version=person.loaded.version,
        now=now,
        zone=state.zone,
        language=state.language,
        titles=tuple(v.plain(v.program.program.title) for v in voices),
        name=person.name,
        items=tuple(ordered),
        snoozed=waiting,
        alerts=tuple(state.alerts),
        paused_until=state.paused_until if state.paused_until > now else 0,
        left=not state.courses,
        welcome_back=bool(last) and now - last > AWAY,
        just_now=bool(last) and now - last < JUST_NOW,
        next=(*letters.agreed(person), *_next(person)),
        stopped=bool(still) and len(still) == len(state.courses),
        came=ahead.came_of_it(person, _runs(ordered)) if state.courses else (),
        planned=planned,
        may_come=may_come,
        greeting=_greeting(local_clock(state.zone, now), person.name),
        said=said,
        answers=answers,
        relief=answering.relief(person, said) if said is not None and said.acute and not relieves else None,
        running=tuple(
            v.title(r.intervention) for r in state.runs.values() if (v := person.voice(r.program, r.version))
        ),
    )


def _runs(items: Iterable[Item]) -> frozenset[str]:
    """The runs of which something is there; what belongs to none counts as something, too."""
    return frozenset(i.event.run if i.event is not None else i.kind for i in items)


def _rank(item: Item, kinds: Mapping[str, int]) -> int:
    if item.questions is not None:
        return ORDER.get(item.questions.purpose, 3)
    return WAITS if item.event is not None and item.event.human else kinds[item.kind]


def _greeting(clock: int, name: str) -> str:
    """What the time of day says, to somebody with a name or without one."""
    hour = clock // 3600
    if 5 <= hour < 12:
        said = (_("Good morning."), _("Good morning, %(name)s."))
    elif 12 <= hour < 18:
        said = (_("Good afternoon."), _("Good afternoon, %(name)s."))
    else:
        said = (_("Good evening."), _("Good evening, %(name)s."))
    return said[1] % {"name": name} if name else said[0]


def _last_word(person: Person) -> int:
    """When the person last said or did something (0: never)."""
    for found in reversed(person.entries):
        own = isinstance(found, e.Acted) and found.by in ("person", "form")
        if own or isinstance(found, e.Answered | e.Reported | e.Enrolled):
            return found.at
    return 0


def _open(person: Person, delivery: Delivery) -> bool:
    return not delivery.expires or delivery.expires > person.now


def _events(person: Person) -> list[Item]:
    """Events that wait to be done, newest first."""
    state = person.state
    open_ones = [
        (key, d) for key, d in state.deliveries.items() if d.what == "event" and not d.done and _open(person, d)
    ]
    found = [_event(person, key, d) for key, d in sorted(open_ones, key=lambda kd: -kd[1].decided)]
    return [one for one in found if one is not None]


def _event(person: Person, key: str, delivery: Delivery) -> Item | None:
    run = person.state.runs.get(delivery.run)
    if run is None:
        return None
    voice = person.voice(run.program, delivery.version or run.version)
    authored = voice.program.program.interventions.get(run.intervention) if voice is not None else None
    if voice is None or authored is None or delivery.name not in authored.events:
        return None
    told = person.latest(e.Delivered, delivery=key)
    values = told.values if isinstance(told, e.Delivered) else {}
    card = cards.event_card(voice, key, delivery, authored.events[delivery.name], values, person.now)
    if delivery.assessment:
        card = _with_form(person, voice, card, delivery.assessment)
    first = sum(r.done for r in run.events.values()) == 0
    return Item(
        key, "event", card.title, event=card, story=_story(person, delivery.run, voice), first=first,
        why=_why(person, delivery, run, voice), about=voice.title(run.intervention),
    )  # fmt: skip


def _with_form(person: Person, voice: Voice, card: EventCard, assessment: str) -> EventCard:
    asked = person.state.assessments.get(assessment)
    course = person.voice(card.program)
    if asked is None or asked.purpose != "form" or course is None:
        return card
    return replace(card, form=questions_card(voice, course, assessment, asked, person.now))


def _story(person: Person, run: str, voice: Voice) -> Story | None:
    told = person.latest(e.Narrated, run=run, moment="begin")
    return story(voice, told) if isinstance(told, e.Narrated) else None


def _why(person: Person, delivery: Delivery, run: Run, voice: Voice) -> tuple[str, ...]:
    """How it was chosen: why the micro intervention began, and why this came now."""
    found: list[str] = []
    started = person.latest(e.Started, run=delivery.run)
    if isinstance(started, e.Started):
        found.append(reason(started, voice))
    decided = (d for _number, d in journals.newest(person.id, ("decided",)) if isinstance(d, e.Decided))
    point = next((d for d in decided if d.point == delivery.point or d.at < delivery.decided), None)
    if point is not None and point.point == delivery.point and point.outcome == "randomized":
        found.append(reason(point, voice))
    return tuple(found)


def _questions(person: Person, events: list[Item]) -> list[Item]:
    """Open questionnaires. A form belongs to its event and is shown there."""
    found = []
    for key, asked in person.state.assessments.items():
        if asked.purpose == "form" or asked.expires <= person.now:
            continue
        run = person.state.runs.get(asked.run)
        voice = person.voice(asked.program, run.version if run is not None else "")
        course = person.voice(asked.program)
        card = questions_card(voice, course, key, asked, person.now) if voice and course else None
        if voice is not None and card is not None and card.questions:
            about = voice.title(run.intervention) if run is not None else ""
            story_ = _story(person, asked.run, voice) if run is not None else None
            found.append(Item(key, "questions", card.title or _title(asked), questions=card, about=about, story=story_))
    return found


def _title(asked: Assessment) -> str:
    return _("One question") if len(asked.items) == 1 else _("A few questions")


def _offers(person: Person) -> list[Item]:
    found = []
    for key, offer in person.state.offers.items():
        voice = person.voice(offer.program)
        if offer.action == "proposed" or voice is None or (offer.expires and offer.expires <= person.now):
            continue
        delivery = next((k for k, d in person.state.deliveries.items() if d.what == "offer" and d.name == key), "")
        card: OfferCard = cards.offer_card(voice, key, delivery, offer)
        if card.choices:
            title = _("What would do you good?") if card.listed else _("A suggestion for you")
            stated = person.latest(e.Recommended, recommendation=key)
            why = (reason(stated, voice),) if isinstance(stated, e.Recommended) else ()
            found.append(Item(key, "offer", title, offer=card, why=why))
    return found


def _contacts(person: Person) -> list[Item]:
    found = []
    for key, delivery in person.state.deliveries.items():
        voice = person.voice(delivery.program)
        contact = voice.program.program.contact if voice is not None else None
        if (
            delivery.what != "contact"
            or voice is None
            or contact is None
            or delivery.done
            or not _open(person, delivery)
        ):
            continue
        text = voice.say(contact.say) or voice.plain(contact.say)
        found.append(Item(key, "contact", _("A word in between"), contact=ContactCard(key, text)))
    return found


def _letters(person: Person) -> list[Item]:
    """What a human says: messages, and reminders of check-ins."""
    found = [
        Item(key, "message", _("A message for you"), contact=ContactCard(key, one.text, one.by, one.program))
        for key, one in letters.waiting(person)
    ]
    return found + [
        Item(key, "check_in", _("A check-in"), contact=ContactCard(key, words))
        for key, words in letters.reminders(person)
    ]


def _next(person: Person) -> tuple[str, ...]:
    """What comes next, as far as it can be known without giving away a draw."""
    state, now = person.state, person.now
    today_ = local_day(state.zone, now)
    said: list[str] = []
    still = resting(person)
    for run in state.runs.values():
        voice = person.voice(run.program, run.version)
        if voice is None or run.program in still:
            continue
        title = voice.title(run.intervention)
        if run.ended and run.outcome_at > now:
            when = day_words(local_day(state.zone, run.outcome_at), today_)
            said.append(
                within(
                    _("“%(title)s” is behind you. A few questions will show what it changed: %(when)s."),
                    title=title,
                    when=when,
                )
            )
        elif not run.ended:
            said.append(
                within(_("You are in the middle of “%(title)s”. The next small thing comes by itself."), title=title)
            )
    if said:
        return tuple(said)
    if still and len(still) == len(state.courses):
        return ()
    looks = [d.moment for d in agenda(person.programs, state) if d.kind in ("evaluation", "retry") and d.moment > now]
    if looks and min(looks) - now < 60 * DAY:
        when = day_words(local_day(state.zone, min(looks)), today_)
        said.append(
            _("The program looks again at what could help: %(when)s. Until then, nothing is expected of you.")
            % {"when": when}
        )
    return tuple(said)


__all__ = [
    "Journey",
    "Person",
    "Today",
    "journey",
    "read_person",
    "today",
    "today_of",
    "wants",
]
