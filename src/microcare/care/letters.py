"""Letters: what passes between the person and a human: messages, check-ins, and their own safety plan."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from microcare.base.moments import local_clock, local_day
from microcare.care.reading import Person
from microcare.care.telling import clock_words, day_words
from microcare.hub import entry as e
from microcare.store import journals

SECTIONS = ("signs", "alone", "places", "people", "professionals", "safe")
"""The steps of a safety plan (Stanley, Brown: Cogn Behav Pract 2012;19:256): each tried before the next."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message in either direction."""

    id: str
    by: str
    own: bool
    when: str
    text: str
    program: str


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One step of the person's own safety plan."""

    name: str
    question: str
    text: str


def letters(person: Person) -> tuple[Letter, ...]:
    """All messages, oldest first."""
    return tuple(
        Letter(x.message, x.by, x.by == "person", _when(person, x.at), person.texts.get(x.reference, ""), x.program)
        for _number, x in journals.entries_of_kinds(person.id, ("messaged",))
        if isinstance(x, e.Messaged) and x.reference
    )


def _when(person: Person, moment: int) -> str:
    zone = person.state.zone
    day = day_words(local_day(zone, moment), local_day(zone, person.now))
    return _("%(day)s, %(time)s") % {"day": day, "time": clock_words(local_clock(zone, moment))}


def waiting(person: Person) -> tuple[tuple[str, Letter], ...]:
    """Messages the person has not seen: each with its delivery."""
    known = {x.id: x for x in letters(person)}
    return tuple(
        (key, known[d.name])
        for key, d in person.state.deliveries.items()
        if d.what == "message" and not d.done and d.name in known
    )


def reminders(person: Person) -> tuple[tuple[str, str], ...]:
    """Check-ins that come up: each delivery with what it is, in words."""
    found = []
    how = {"call": _("a call"), "visit": _("a visit"), "video": _("a video call"), "message": _("a message")}
    for key, d in person.state.deliveries.items():
        one = person.state.check_ins.get(d.name)
        if d.what == "check_in" and one is not None and not d.done:
            words = {"how": how.get(one.how, one.how), "by": one.by, "when": _when(person, one.when)}
            found.append((key, _("You have agreed on %(how)s with %(by)s: %(when)s.") % words))
    return tuple(found)


def agreed(person: Person) -> tuple[str, ...]:
    """The check-ins agreed on, next one first, in words."""
    ordered = sorted(person.state.check_ins.values(), key=lambda c: c.when)
    return tuple(_("Agreed with %(by)s: %(when)s") % {"by": c.by, "when": _when(person, c.when)} for c in ordered)


def writes_to(person: Person) -> str:
    """The program whose facilitators the person can write to; empty where nobody accompanies them."""
    state = person.state
    for program, course in state.courses.items():
        if (state.mode or course.facilitator) in ("coach", "clinician") or state.counts.get("message"):
            return program
    return ""


def plan(person: Person) -> tuple[PlanStep, ...]:
    """The steps of the person's own safety plan, empty where nothing is written."""
    questions = {
        "signs": _("How do I notice that it is getting bad?"),
        "alone": _("What can I do by myself that has helped before?"),
        "places": _("Which places or people take my mind off it?"),
        "people": _("Whom can I ask for help? (name and number)"),
        "professionals": _("Which professionals can I reach? (name and number)"),
        "safe": _("How do I make my surroundings safe?"),
    }
    kept: Mapping[str, str] = person.state.plan
    return tuple(PlanStep(name, questions[name], person.texts.get(kept.get(name, ""), "")) for name in SECTIONS)
