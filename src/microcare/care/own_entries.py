"""How each kind of entry reads to the person it is about: a row of words (and photos) for one of their tables."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from microcare.base.moments import format_local
from microcare.care.labels import label
from microcare.care.questions import answers
from microcare.care.reading import Person, wants
from microcare.care.spoken import enclosed, joined_by, opened, within
from microcare.care.telling import Voice, story
from microcare.care.ways import PHOTO
from microcare.hub import entry as e
from microcare.hub.naming import Names
from microcare.hub.sentences import to_facilitator
from microcare.store import texts


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo in a table: shown on the page, and a file of this name beside it."""

    reference: str
    file: str

    def __str__(self) -> str:
        return self.file


Cell = str | Picture
Cells = tuple[Cell, ...]


class Reading:
    """A journal while it is told: the programs' words in the person's language, and what deliveries were of.

    What is read is noted, so that whatever is kept and was told nowhere can be told at the end.
    """

    def __init__(self, person: Person) -> None:
        self.person = person
        self.texts = texts.texts(person.id)
        self.photos = {
            reference: Picture(reference, f"photos/{reference}.{media.rpartition('/')[2]}")
            for reference, media in texts.photos(person.id).items()
        }
        self.told: set[str] = set()
        self.delivered: dict[str, str] = {}
        self.wants = dict(wants(person))

    def voice(self, program: str) -> Voice | None:
        """How a program speaks; also one that they have left."""
        found = self.person.voice(program)
        if found is not None:
            return found
        last = self.person.programs.current(program)
        return None if last is None else Voice(last, self.person.state, self.texts, self.person.state.language)

    def when(self, moment: int) -> str:
        """Date and time on the person's wall."""
        return format_local(self.person.state.zone, moment)[:16].replace("T", " ")

    def kept(self, reference: str) -> Cell:
        """The text or photo under a reference; empty where it is no more."""
        self.told.add(reference)
        return self.photos.get(reference) or self.texts.get(reference, "")

    def value(self, value: Any) -> Cell:
        """A value in words: what was written, where it refers to that."""
        if isinstance(value, str) and (value in self.texts or value in self.photos):
            return self.kept(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return "" if value is None else str(value)


Reader = Callable[[Reading, Any], Cells | None]


def answer(reading: Reading, x: e.Answered) -> Cells:
    """An answer, with its question."""
    voice = reading.voice(x.program)
    measure = voice.program.measures.get(x.measure) if voice is not None else None
    if voice is None or measure is None or x.item not in measure.items:
        return "", x.item.replace("_", " "), _given(reading, str(x.value), x)
    item = measure.items[x.item]
    words = next((label for value, label in answers(voice, item) if value == x.value and label), "")
    shown = voice.shown(x.value)
    return (
        voice.plain(measure.measure.title),
        voice.plain(item.text),
        _given(
            reading,
            within("%(shown)s (%(words)s)", shown=shown, words=words)
            if words and item.kind == "scale"
            else words or shown,
            x,
        ),
    )


def _given(reading: Reading, shown: str, x: e.Answered) -> Cell:
    if x.value is None:
        return _("left out")
    return reading.kept(str(x.value)) if x.reference else shown


def delivery(reading: Reading, x: e.Delivered) -> Cells | None:
    """Something that came."""
    voice = reading.voice(x.program)
    run = x.run.split(".")[1] if x.run.count(".") >= 2 else ""
    title = voice.title(run) if voice is not None and run else ""
    authored = voice.program.program.interventions.get(run) if voice is not None else None
    event = authored.events.get(x.name) if authored is not None else None
    name = (
        voice.plain(event.title)
        if voice is not None and event is not None and event.title
        else x.name.replace("_", " ")
    )
    words = {"assessment": _("Questions"), "offer": _("A suggestion"), "contact": _("A word in between"),
             "message": _("A message"), "check_in": _("A check-in")}  # fmt: skip
    reading.delivered[x.delivery] = name if x.what == "event" else words.get(x.what, x.what)
    return title, reading.delivered[x.delivery], _("it came to you")


def act(reading: Reading, x: e.Acted) -> Cells:
    """What became of it."""
    words = {"done": _("you did it"), "dismissed": _("you put it aside"), "snoozed": _("you put it off"),
             "dropped": _("you stopped midway")}  # fmt: skip
    others = {"done": _("%(by)s did it for you") % {"by": x.by}}
    said = (words if x.by in ("person", "form") else others).get(x.act, x.act)
    return "", reading.delivered.get(x.delivery, ""), said


def stage(reading: Reading, x: e.Staged) -> Cells | None:
    """A photo that was taken for an event; how far something came stands in the technical table."""
    if not x.detail.startswith(PHOTO):
        return None
    return "", reading.delivered.get(x.delivery, ""), reading.kept(x.detail.removeprefix(PHOTO))


def report(reading: Reading, x: e.Reported) -> Cells:
    """What they said they need."""
    return _("you"), reading.wants.get(x.name, x.name.replace("_", " ")) or _("I need something")


def message(reading: Reading, x: e.Messaged) -> Cells | None:
    """A message in either direction."""
    if not x.reference:
        return None
    return _("you") if x.by == "person" else x.by, reading.kept(x.reference)


def triaged(reading: Reading, x: e.Triaged) -> Cells:
    """An answer on the help page."""
    about = _("a call") if x.question == "call" else label(x.question)
    return _("you"), _("on the help page, about %(what)s: %(answer)s") % {"what": about, "answer": label(x.answer)}


def check_in(reading: Reading, x: e.CheckInSet) -> Cells:
    """A check-in that was agreed on, and what came of it."""
    stages = {"agreed": _("agreed"), "announced": _("announced"), "kept": _("kept"), "missed": _("missed"),
              "cancelled": _("cancelled")}  # fmt: skip
    when = f", {reading.when(x.when)}" if x.when else ""
    return x.by, f"{_('A check-in')}: {stages.get(x.stage, x.stage)}{when} {label(x.how) if x.how else ''}".strip()


def alert(reading: Reading, x: e.Alerted) -> Cells:
    """An answer for which a safety rule held."""
    return _("an answer that worried"), _("help was shown, and an alert was raised") if x.roster else _(
        "help was shown"
    )


def notified(reading: Reading, x: e.Notified) -> Cells:
    """What came of telling staff of it."""
    words = {"told": _("a message went to people of the team"),
             "unclear": _("nobody can tell whether the message to the team arrived")}  # fmt: skip
    return _("an answer that worried"), words.get(x.result, _("the team could not be reached"))


def started(reading: Reading, x: e.Started) -> Cells:
    """A micro intervention began."""
    voice = reading.voice(x.program)
    return voice.title(x.intervention) if voice is not None else x.intervention, _("began")


def over(reading: Reading, x: e.OverallOutcome) -> Cells:
    """A micro intervention's outcome."""
    voice = reading.voice(x.program)
    words = {"success": _("it changed something"), "failure": _("it did not change much"),
             "disengaged": _("it did not fit your days")}  # fmt: skip
    return voice.title(x.intervention) if voice is not None else x.intervention, words.get(x.result, _("over"))


def narrated(reading: Reading, x: e.Narrated) -> Cells | None:
    """The story that was told, as a facilitator wrote it where one did."""
    voice = reading.voice(x.program)
    if voice is None:
        return None
    told = story(voice, x)
    reading.told.update(x.edited.values())
    return voice.title(x.intervention), joined_by(
        " ", (t for t in (told.past, told.rationale, told.relation, told.future) if t)
    )


def signal(reading: Reading, x: e.Signaled) -> Cells:
    """Something that was measured."""
    return x.name.replace("_", " "), reading.value(x.value)


def assessed(reading: Reading, x: e.Assessed) -> Cells | None:
    """What a questionnaire came to."""
    voice = reading.voice(x.program)
    measure = voice.program.measures.get(x.measure) if voice is not None else None
    title = voice.plain(measure.measure.title) if voice is not None and measure is not None else ""
    said = {name: "" if number is None else f"{number:g}" for name, number in x.scores.items()}
    if not said:
        return None
    return title or x.measure.replace("_", " "), ", ".join(
        f"{n.replace('_', ' ')}: {v or '–'}" for n, v in said.items()
    )


def need(reading: Reading, x: e.NeedChanged) -> Cells:
    """A need that the program saw, or did not see any more."""
    voice = reading.voice(x.program)
    level = voice.program.program.needs.get(x.need) if voice is not None else None
    goal = voice.plain(level[0].needs[x.need].goal or level[0].goal) if voice is not None and level is not None else ""
    return goal or x.need.replace("_", " "), label(x.state)


def setting(reading: Reading, x: e.Set) -> Cells:
    """What they chose, or wrote about themselves."""
    kind, _dot, name = x.name.partition(".")
    shown = reading.value(x.value)
    if x.name == "pause":
        shown = reading.when(int(x.value)) if x.value else ""
    return (name or kind).replace("_", " ").replace(".", ": "), shown


def joined(reading: Reading, x: e.Enrolled) -> Cells:
    """They joined, with what they said of themselves then."""
    voice = reading.voice(x.program)
    title = voice.plain(voice.program.program.title) if voice is not None else x.program
    said = [
        f"{name.replace('_', ' ')}: {reading.value(value)}" for name, value in x.fields.items() if value is not None
    ]
    return _("joined"), joined_by("; ", [title, *said])


def left(reading: Reading, x: e.Withdrew) -> Cells:
    """They left."""
    return _("left"), x.program or _("all programs")


def in_a_sentence(reading: Reading, x: Any) -> Cells:
    """Any other entry: the sentence in which the desk reads it, too."""
    program = getattr(x, "program", "")
    voice = reading.voice(program) if program else None
    names = Names(
        reading.person.state.language, codes=label, mark=enclosed,
        fill=lambda _program, title: str(voice.filled(title)) if voice is not None else title,
    )  # fmt: skip
    return (
        opened(to_facilitator(x, voice.program if voice is not None else None, reading.person.state.zone, _, names)),
    )
