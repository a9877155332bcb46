"""What Today says besides what is there: what came of the person's last word, and what the day still brings.

Only what is sure is told with its time. What a draw or a condition will decide is never given away: then it is only
said that something may come.
"""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from microcare.base.moments import local_day
from microcare.care.reading import Person, wants
from microcare.care.spoken import within
from microcare.care.telling import inner, moment_words
from microcare.hub import entry as e
from microcare.hub.scheduler import Due, agenda

JUST_NOW = 10 * 60_000
"""So long after it what came of a word of theirs is said."""
MAY_COME = (
    "point",
    "postponed",
    "wait",
    "draw_moments",
    "outcome",
    "evaluation",
    "retry",
    "target",
    "contact",
    "snooze",
)
"""What time brings that may reach the person."""
SHOWN = 3


def came_of_it(person: Person, with_them: Collection[str]) -> tuple[str, ...]:
    """What came of the last thing they said or chose, in sentences; nothing where that is long ago.

    `with_them`: the runs of which something is on the page.
    """
    last = _last(person)
    if last is None or person.now - last.at > JUST_NOW:
        return ()
    if isinstance(last, e.Reported):
        return tuple(_of_report(person, last))
    voice = person.voice(last.program, last.version)
    began = within(_("“%(title)s” has begun."), title=voice.title(last.intervention) if voice is not None else "")
    if last.run in with_them:
        return (began,)
    comes = next((line for line in _sure(person) if line[0] == last.run), None)
    if comes is None:
        return (began, _("The first small thing comes by itself."))
    return (began, _("The first small thing is planned: %(when)s.") % {"when": inner(comes[2])})


def _last(person: Person) -> e.Reported | e.Started | None:
    """The last thing they said, or that began since; None where they have done something else after it."""
    for found in reversed(person.entries):
        if isinstance(found, e.Answered) or (isinstance(found, e.Acted) and found.by in ("person", "form")):
            return None
        if isinstance(found, e.Reported) or (isinstance(found, e.Started) and found.by == "person"):
            return found
    return None


def _of_report(person: Person, last: e.Reported) -> Iterator[str]:
    """What the program made of a need that was said."""
    words = next((text for name, text in wants(person) if name == last.name), "")
    yield within(_("You said: “%(text)s”."), text=inner(words)) if words else _("You said that you need something.")
    state = person.state
    came = [d.decided for d in state.deliveries.values() if not d.done] + [a.opened for a in state.assessments.values()]
    waits = any(offer.action == "proposed" for offer in person.state.offers.values())
    if any(moment >= last.at for moment in came):
        yield _("Something has come for it: it stands on this page.")
    elif person.state.paused_until > person.now:
        yield _("It is entered. The program rests; end the pause in the settings if you want it to look now.")
    elif waits:
        yield _("It is entered, and a suggestion waits for somebody who accompanies you to look at it.")
    else:
        yield _("It is entered. The program has nothing to suggest for it right now.")


def today_brings(person: Person) -> tuple[tuple[str, ...], bool]:
    """What is planned for the rest of the person's day, in sentences; and whether anything more may come."""
    today = local_day(person.state.zone, person.now)
    due = [d for d in agenda(person.programs, person.state) if d.kind in MAY_COME and d.moment > person.now]
    due = [d for d in due if local_day(person.state.zone, d.moment) == today]
    sure = [line for line in _sure(person) if local_day(person.state.zone, line[1]) == today]
    said = tuple(
        within(_("Planned for today: “%(title)s”, %(when)s."), title=title, when=inner(when))
        for (_run, _moment, when), title in ((line, _title(person, line[0])) for line in sure[:SHOWN])
    )
    return said, len(due) > len(said)


def _title(person: Person, run: str) -> str:
    found = person.state.runs[run]
    voice = person.voice(found.program, found.version)
    return voice.title(found.intervention) if voice is not None else found.intervention


def _sure(person: Person) -> list[tuple[str, int, str]]:
    """What will come without chance and condition: its run, its moment, and that in words; the soonest first."""
    ahead = sorted(d for d in agenda(person.programs, person.state) if d.kind == "point" and d.moment > person.now)
    return [
        (d.name, d.moment, moment_words(person.state.zone, d.moment, person.now)) for d in ahead if _is_sure(person, d)
    ]


def _is_sure(person: Person, due: Due) -> bool:
    """Whether a decision point delivers whatever happens: it neither draws nor asks, and its time is no secret."""
    run = person.state.runs.get(due.name)
    if run is None or not person.programs.known(run.program, run.version):
        return False
    intervention = person.programs.of(run.program, run.version).interventions.get(run.intervention)
    rule = intervention.by_id.get(due.part) if intervention is not None else None
    if rule is None or rule.random or rule.condition is not None or rule.available or rule.until is not None:
        return False
    return len(rule.cases) == 1 and rule.cases[0].condition is None and bool(rule.cases[0].deliver)
