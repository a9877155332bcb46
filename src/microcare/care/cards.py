"""Cards: what the pages show of one thing that is with a person: an event, questions, an offer, a word of contact.

They are plain values made from the program's texts and the person's state; a page only has to set them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from microcare.base.moments import HOUR, MINUTE, local_clock, local_day, resolve
from microcare.care.programs import file
from microcare.care.questions import Questions
from microcare.care.spoken import Spoken
from microcare.care.telling import Story, Voice, about_words, inner
from microcare.hub.state import Delivery, Offer
from microcare.hub.stimulus import Value
from microcare.program import content
from microcare.program.event import Event
from microcare.program.parts import Part

EVENING, MORNING = 19 * 3600, 9 * 3600
SOONEST = 15 * MINUTE


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of an event's content, ready to be shown. `kind` is one of `content.KINDS`."""

    kind: str
    text: str = ""
    """The text, Markdown source, transcript, or description."""
    label: str = ""
    address: str = ""
    """An address to open."""
    path: str = ""
    """A file of the program."""
    captions: str = ""
    steps: tuple[str, ...] = ()
    milliseconds: int = 0


@dataclass(frozen=True, slots=True)
class Later:
    """A moment to which something can be put off."""

    label: str
    until: int


@dataclass(frozen=True, slots=True)
class EventCard:
    """An event that is with the person."""

    delivery: str
    name: str
    run: str
    program: str
    version: str
    title: str
    intervention: str
    goal: str
    nature: str
    why: str
    effort: str
    blocks: tuple[Block, ...]
    expires: int
    later: tuple[Later, ...] = ()
    form: Questions | None = None
    asks: bool = False
    """Whether questions follow when it is done."""
    human: bool = False
    snoozed: int = 0
    photo: str = ""
    """What to photograph, if it asks for a photo."""


@dataclass(frozen=True, slots=True)
class Choice:
    """One intervention of an offer."""

    intervention: str
    title: str
    about: str
    effort: str


@dataclass(frozen=True, slots=True)
class OfferCard:
    """An offer, or a short list to choose from."""

    offer: str
    delivery: str
    listed: bool
    goal: str
    choices: tuple[Choice, ...]
    expires: int


@dataclass(frozen=True, slots=True)
class ContactCard:
    """A word to keep in contact."""

    delivery: str
    text: str
    by: str = ""
    """Who wrote it, where a human did."""
    program: str = ""
    """Whose facilitators can be answered."""


@dataclass(frozen=True, slots=True)
class Item:
    """One thing for the person, with why it came. `kind`: event, questions, offer, contact, message or check_in."""

    id: str
    kind: str
    title: str
    event: EventCard | None = None
    questions: Questions | None = None
    offer: OfferCard | None = None
    contact: ContactCard | None = None
    story: Story | None = None
    """The narrative of its micro intervention."""
    first: bool = False
    """Whether it is the first thing of its micro intervention, so that the story is told before it."""
    why: tuple[str, ...] = ()
    """How it was chosen, in sentences."""
    about: str = ""
    """The title of its micro intervention."""

    @property
    def effort(self) -> str:
        """About how long it takes."""
        if self.event is not None:
            return self.event.effort
        if self.questions is not None:
            count = len(self.questions.questions)
            return ngettext("%(n)s question", "%(n)s questions", count) % {"n": count}
        return ""


def event_card(
    voice: Voice, key: str, delivery: Delivery, event: Event, values: Mapping[str, Value], now: int
) -> EventCard:
    """An event as it is shown to its person."""
    blocks = tuple(found for part in event.blocks if (found := block(voice, part, values)) is not None)
    intervention = delivery.run.split(".")[1] if "." in delivery.run else ""
    return EventCard(
        delivery=key,
        name=delivery.name,
        run=delivery.run,
        program=delivery.program,
        version=voice.program.version,
        title=voice.say(event.title, values) or voice.title(intervention),
        intervention=intervention,
        goal=event.goal.value,
        nature=event.kind,
        why=voice.say(event.why, values) or "",
        effort=about_words(event.effort.exact) if event.effort is not None else "",
        blocks=blocks,
        expires=delivery.expires,
        later=later(voice.state.zone, now, delivery.expires),
        asks=event.proximal is not None and event.proximal.signal is None,
        human=delivery.human,
        snoozed=delivery.snoozed if delivery.snoozed > now else 0,
        photo=next((b.text for b in blocks if b.kind == "photo"), ""),
    )


def later(zone: str, now: int, expires: int) -> tuple[Later, ...]:
    """Moments to put something off to, all before it expires."""
    today, clock = local_day(zone, now), local_clock(zone, now)
    found = [Later(_("In 1 hour"), now + HOUR)]
    if clock < EVENING - 3600:
        found.append(Later(_("This evening"), resolve(zone, today, EVENING)))
    found.append(Later(_("Tomorrow morning"), resolve(zone, today + 1, MORNING)))
    fitting = [one for one in found if not expires or one.until < expires]
    if not fitting and (not expires or now + SOONEST < expires):
        fitting = [Later(_("In 15 minutes"), now + SOONEST)]
    return tuple(fitting)


def later_at(zone: str, now: int, clock: int) -> int:
    """The next moment at which the wall clock shows this time."""
    today = local_day(zone, now)
    moment = resolve(zone, today, clock)
    return moment if moment > now else resolve(zone, today + 1, clock)


def block(voice: Voice, part: Part, values: Mapping[str, Value]) -> Block | None:
    """A piece of content; None where a value it needs is missing, or its file."""
    if isinstance(part, content.Say):
        said = voice.say(part.say, values)
        return Block("say", said) if said is not None else None
    if isinstance(part, content.Markdown):
        said = voice.say(part.markdown, values)
        return Block("markdown", said) if said is not None else None
    if isinstance(part, content.Read):
        return _read(voice, part.read)
    if isinstance(part, content.Image):
        return Block("image", voice.plain(part.alt), path=part.image)
    if isinstance(part, content.Audio):
        return Block("audio", voice.plain(part.transcript), path=part.audio)
    if isinstance(part, content.Video):
        return Block("video", voice.plain(part.transcript), path=part.video, captions=part.captions or "")
    if isinstance(part, content.Exercise):
        steps = tuple(s for t in part.steps if (s := voice.say(t, values)) is not None)
        return Block("exercise", steps=steps, milliseconds=part.exercise.exact)
    return _door(voice, part)


def _door(voice: Voice, part: Part) -> Block | None:
    """Content that leads elsewhere, or to somebody."""
    if isinstance(part, content.Link):
        return Block("link", label=voice.plain(part.label), address=part.link)
    if isinstance(part, content.ExternalApp):
        return Block("app", part.name or "", label=voice.plain(part.label), address=part.app)
    if isinstance(part, content.Peer):
        return Block("peer", label=voice.plain(part.label), address=part.peer)
    if isinstance(part, content.Human):
        return Block("human", voice.plain(part.human), label=part.by)
    if isinstance(part, content.Photo):
        return Block("photo", voice.plain(part.photo))
    return None


def _read(voice: Voice, path: str) -> Block | None:
    """A Markdown file in the person's language, with the person's values where it shows some."""
    found = read_text(voice, path)
    return Block("read", voice.say({found.tongue: str(found)}, {}) or found, path=path) if found is not None else None


def read_text(voice: Voice, path: str) -> Spoken | None:
    """A text file of a program: `why.de.md` beside `why.md` is its German text; an empty translation is a missing one."""
    program, version, language = voice.program.id, voice.program.version, voice.language
    stem, dot, ending = path.rpartition(".")
    for tongue in dict.fromkeys((language, language.split("-")[0], "")):
        name = f"{stem}.{tongue}{dot}{ending}" if tongue else path
        try:
            text = file(program, version, name).decode("utf-8", "replace")
        except KeyError:
            continue
        if text.strip() or not tongue:
            return Spoken(((text, tongue or voice.program.program.language),))
    return None


def beside(path: str, target: str) -> str:
    """The path of a file that a text of the program names: first from the text's own folder, as Markdown has it."""
    parts: list[str] = []
    for part in (*PurePosixPath(path).parent.parts, *PurePosixPath(target).parts):
        if part == ".." and parts and parts[-1] != "..":
            parts.pop()
        elif part != ".":
            parts.append(part)
    return "/".join(parts)


# -- Offers -----------------------------------------------------------------------------------------------------------


def offer_card(voice: Voice, key: str, delivery: str, offer: Offer) -> OfferCard:
    """An offer, with what each of its interventions is for."""
    program = voice.program.program
    level = program.needs.get(offer.need)
    goal = inner(voice.plain(level[0].needs[offer.need].goal or level[0].goal)) if level is not None else ""
    choices = [
        Choice(name, voice.plain(part.title), voice.plain(part.about or part.aim), about_words(part.effort.exact))
        for name in offer.interventions
        if (part := program.interventions.get(name)) is not None
    ]
    return OfferCard(key, delivery, offer.action == "listed", goal, tuple(choices), offer.expires)
