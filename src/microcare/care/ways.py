"""The way so far: each micro intervention a step, the narrative the line between, and a hint of how it goes on."""

from dataclasses import dataclass, field

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from microcare.base.moments import local_day
from microcare.care.reading import Person, read_person, wants
from microcare.care.spoken import within
from microcare.care.telling import Story, Voice, day_words, inner, story
from microcare.hub import entry as e
from microcare.store import journals, texts

PHOTO = "photo "
"""A receipt's detail that begins so names the photo that was taken for an event."""
RESULTS = {
    "success": gettext_lazy("It changed something."),
    "failure": gettext_lazy("It has not changed much. Now you know."),
    "disengaged": gettext_lazy("It did not fit your days."),
    "ended": gettext_lazy("It is behind you."),
    "unknown": gettext_lazy("It is behind you."),
}


@dataclass(slots=True)
class _Tale:
    """What the journal says of one run, while it is read."""

    started: e.Started
    told: e.Narrated | None = None
    ended: int = 0
    result: str = ""
    delivered: list[str] = field(default_factory=list)
    done: list[str] = field(default_factory=list)
    photos: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """One event within a step."""

    title: str
    done: bool
    photo: str = ""
    """The reference of the photo that was taken for it."""


@dataclass(frozen=True, slots=True)
class Step:
    """One micro intervention on the way."""

    run: str
    title: str
    aim: str
    goal: str
    level: int
    when: str
    state: str
    """present (running), asking (its events are over), or past."""
    result: str
    words: str
    story: Story
    moments: tuple[Moment, ...]
    by: str = ""
    """Who chose it, where it was not the app."""

    @property
    def done_count(self) -> int:
        """How many of its moments were done."""
        return sum(1 for m in self.moments if m.done)


@dataclass(frozen=True, slots=True)
class Mark:
    """Something on the way that is no step: the beginning, a word of one's own, the goal reached."""

    kind: str
    text: str
    when: str


@dataclass(frozen=True, slots=True)
class Journey:
    """The way, oldest first; `future` and `goal` lie ahead."""

    title: str
    parts: tuple[Step | Mark, ...]
    future: tuple[str, ...]
    goal: str
    reached: bool | None
    cut: bool = False
    """There is more behind: only the later part of the way is told."""

    @property
    def steps(self) -> tuple[Step, ...]:
        """The steps alone."""
        return tuple(p for p in self.parts if isinstance(p, Step))


def journey(person: str, now: int, whole: bool = False) -> Journey:
    """A person's journey."""
    return journey_of(read_person(person, now, whole))


def journey_of(person: Person) -> Journey:
    """The same, of a person who has been read."""
    tales: dict[str, _Tale] = {}
    runs: dict[str, str] = {}
    photos = _photos(person)
    order: list[str | Mark] = []
    for x in person.entries:
        if isinstance(x, e.Started):
            tales[x.run] = _Tale(x)
            order.append(x.run)
        elif isinstance(x, e.Delivered) and x.run in tales and x.what == "event":
            runs[x.delivery] = x.run
            tales[x.run].delivered.append(x.delivery + " " + x.name)
            tales[x.run].photos[x.delivery] = photos.get(x.delivery, "")
        elif isinstance(x, e.Acted) and x.act == "done" and x.delivery in runs:
            tales[runs[x.delivery]].done.append(x.delivery)
        elif isinstance(x, e.Narrated) and x.run in tales and x.moment == "begin":
            tales[x.run].told = x
        elif isinstance(x, e.Ended) and x.run in tales:
            tales[x.run].ended = x.at
        elif isinstance(x, e.OverallOutcome) and x.run in tales:
            tales[x.run].result = x.result
            tales[x.run].ended = tales[x.run].ended or x.at
        else:
            order += _mark(person, x)
    parts = [p for o in order if (p := o if isinstance(o, Mark) else _step(person, o, tales[o])) is not None]
    goal, reached, title = _goal(person)
    steps = [p for p in parts if isinstance(p, Step)]
    return Journey(title, tuple(parts), _future(steps), goal, reached, person.cut)


def _photos(person: Person) -> dict[str, str]:
    """The photos that were taken for events, by delivery."""
    if not texts.photos(person.id):
        return {}
    staged = journals.entries_of_kinds(person.id, ("staged",))
    found = {x.delivery: x.detail for _number, x in staged if isinstance(x, e.Staged) and x.detail.startswith(PHOTO)}
    return {delivery: detail.removeprefix(PHOTO) for delivery, detail in found.items()}


def _when(person: Person, moment: int) -> str:
    zone = person.state.zone
    return day_words(local_day(zone, moment), local_day(zone, person.now))


def _mark(person: Person, x: e.Any) -> list[str | Mark]:
    when = _when(person, x.at)
    if isinstance(x, e.Enrolled):
        voice = person.voice(x.program, x.version)
        title = voice.plain(voice.program.program.title) if voice is not None else x.program
        return [Mark("start", within(_("You set out: %(title)s"), title=title), when)]
    if isinstance(x, e.Reported):
        text = next((t for n, t in wants(person) if n == x.name), "")
        return [
            Mark(
                "said",
                within(_("You said: %(text)s"), text=text) if text else _("You said that you need something"),
                when,
            )
        ]
    if isinstance(x, e.TargetChecked) and x.reached:
        voice = person.voice(x.program)
        target = voice.program.program.target if voice is not None else None
        words = voice.plain(target.title) if voice is not None and target is not None else ""
        reached = within(_("Where you wanted to be: %(goal)s"), goal=words) if words else _("Where you wanted to be")
        return [Mark("reached", reached, when)]
    return []


def _step(person: Person, run: str, tale: _Tale) -> Step | None:
    started = tale.started
    voice = person.voice(started.program, started.version)
    authored = voice.program.program.interventions.get(started.intervention) if voice is not None else None
    if voice is None or authored is None:
        return None
    level = voice.program.program.needs.get(started.need)
    goal = voice.plain(level[0].needs[started.need].goal or level[0].goal) if level is not None else ""
    running = person.state.runs.get(run)
    over = bool(tale.result) or running is None
    state = "past" if over else "asking" if running is not None and running.ended else "present"
    begin, end = _when(person, started.at), _when(person, tale.ended) if tale.ended else ""
    return Step(
        run=run,
        title=voice.plain(authored.title),
        aim=inner(voice.plain(authored.aim)),
        goal=goal,
        level=level[0].level if level is not None else 1,
        when=begin if not end or begin == end else _("%(begin)s to %(end)s") % {"begin": begin, "end": end},
        state=state,
        result=tale.result,
        words=str(RESULTS.get(tale.result, "")) if over else "",
        story=story(voice, tale.told) if tale.told is not None else Story(),
        moments=_moments(voice, started.intervention, tale),
        by=started.by.removeprefix("assigned by ") if started.by.startswith("assigned") else "",
    )


def _moments(voice: Voice, intervention: str, tale: _Tale) -> tuple[Moment, ...]:
    events = voice.program.program.interventions[intervention].events
    found = []
    for one in tale.delivered:
        delivery, _space, name = one.partition(" ")
        title = voice.plain(events[name].title) if name in events and events[name].title is not None else ""
        title = title or voice.title(intervention)
        found.append(Moment(title, delivery in tale.done, tale.photos.get(delivery, "")))
    return tuple(found)


def _goal(person: Person) -> tuple[str, bool | None, str]:
    for program, course in person.state.courses.items():
        voice = person.voice(program)
        if voice is None:
            continue
        target = voice.program.program.target
        title = voice.plain(voice.program.program.title)
        return (inner(voice.plain(target.title)) if target is not None else ""), course.target, title
    return "", None, ""


def _future(steps: list[Step]) -> tuple[str, ...]:
    """What was told of the future by what runs now, or by the last one."""
    now = [s.story.future for s in steps if s.state != "past" and s.story.future]
    return tuple(dict.fromkeys(now or [s.story.future for s in steps[-1:] if s.story.future]))
