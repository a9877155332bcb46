"""Helping: what the help page shows, and what may be said of an alert. Nothing here says more than is entered."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from microcare.care import cards, letters
from microcare.care.emergency import Emergency, emergency
from microcare.care.reading import Person
from microcare.care.spoken import listed, within
from microcare.care.telling import Voice, moment_words
from microcare.hub.alert import Alert
from microcare.hub.notices import reached, urgency_reached
from microcare.hub.rosters import there
from microcare.program.parts import Text
from microcare.program.safety import HelpNumber

PHONE = re.compile(r"\+?[0-9][0-9 ()/.\-]{3,28}")


@dataclass(frozen=True, slots=True)
class Number:
    """Somebody who can be called or written to."""

    title: str
    call: str
    text: str
    hours: str

    @property
    def call_to(self) -> str:
        """The number as a link has it."""
        return "".join(c for c in self.call if c in "+0123456789,#*")

    @property
    def text_to(self) -> str:
        """The same for text messages."""
        return "".join(c for c in self.text if c in "+0123456789")


@dataclass(frozen=True, slots=True)
class OnDuty:
    """People who answer alerts: who, when, and whether they are there now (None: their hours are words only)."""

    who: str
    hours: str
    note: str
    there: bool | None


@dataclass(frozen=True, slots=True)
class Answered:
    """An open alert, as the person reads of it."""

    alert: str
    text: str
    """What its rule says, in Markdown."""
    told: str
    """What came of telling staff."""
    urgent: str
    """The same of its urgency; empty where nothing is to be said."""
    reached: str
    question: str
    """What is asked next: danger, call, number, or nothing."""
    wants_call: bool
    can_call: bool
    """There are people who could be asked to call."""


@dataclass(frozen=True, slots=True)
class Help:
    """All that the help page shows."""

    emergency: Emergency
    numbers: tuple[Number, ...]
    text: tuple[str, ...]
    """What the programs say to everybody, in Markdown."""
    plan: tuple[letters.PlanStep, ...]
    on_duty: tuple[OnDuty, ...]
    alerts: tuple[Answered, ...]
    phone: str
    """The number on file to call the person at."""


def help_of(person: Person) -> Help:
    """The help page of a person, now."""
    state = person.state
    found = emergency(state.zone, state.country)
    # Who has left and has an open alert still sees its program's help.
    programs = dict.fromkeys([*state.courses, *(a.program for a in state.alerts.values())])
    voices = [v for p in programs if (v := person.voice(p)) is not None]
    return Help(
        emergency=found,
        numbers=tuple(dict.fromkeys(n for v in voices for n in _numbers(v, found))),
        text=tuple(dict.fromkeys(t for v in voices if (t := _general(v)))),
        plan=tuple(step for step in letters.plan(person) if step.text),
        on_duty=tuple(dict.fromkeys(d for v in voices for d in _on_duty(person, v))),
        alerts=tuple(_answered(person, name, alert) for name, alert in state.alerts.items()),
        phone=person.texts.get(state.phone, ""),
    )


def help_of_nobody(country: str) -> Help:
    """The help page of somebody who is not signed in here."""
    return Help(emergency("", country), (), (), (), (), (), "")


def _numbers(voice: Voice, where: Emergency) -> Iterator[Number]:
    """A program's numbers that work where the person is; all of them, with their countries, where that is not known."""
    authored = voice.program.program.help
    for one in authored.numbers if authored is not None else ():
        if where.country and one.where and where.country not in one.where:
            continue
        yield Number(
            _title(voice, one, where), one.call or "", one.text or "", voice.plain(one.hours) if one.hours else ""
        )


def _title(voice: Voice, one: HelpNumber, where: Emergency) -> str:
    title = voice.plain(one.title)
    return (
        title
        if where.country or not one.where
        else within("%(title)s (%(where)s)", title=title, where=", ".join(one.where))
    )


def _general(voice: Voice) -> str:
    authored = voice.program.program.help
    return "" if authored is None else _words(voice, authored.say) or _file(voice, authored.show)


def _words(voice: Voice, text: Text | None) -> str:
    """A text, also where a value that it shows is missing: somebody in need sees something."""
    return voice.say(text) or voice.plain(text)


def _file(voice: Voice, path: str | None) -> str:
    if path is None:
        return ""
    return cards.read_text(voice, path) or ""


def _on_duty(person: Person, voice: Voice) -> Iterator[OnDuty]:
    rosters = voice.program.program.rosters
    named = [
        n for r in voice.program.program.safety if r.alert is not None for n in (r.alert.roster, r.alert.then) if n
    ]
    for name in dict.fromkeys(named):
        roster = rosters.get(name)
        if roster is not None and (roster.hours or roster.note):
            now = there(roster, person.state.zone, person.now) if roster.days or roster.between else None
            yield OnDuty(who(voice, (name,)), roster.hours, voice.plain(roster.note) if roster.note else "", now)


def who(voice: Voice | None, names: tuple[str, ...]) -> str:
    """What the people of these rosters are called, as participants know them."""
    rosters = voice.program.program.rosters if voice is not None else {}
    titles = [
        voice.plain(r.title) for n in names if voice is not None and (r := rosters.get(n)) is not None and r.title
    ]
    return listed(dict.fromkeys(titles), _("and")) if titles else _("the people who answer for this program")


def rule_texts(person: Person) -> tuple[tuple[str, str], ...]:
    """What each safety rule says, by the rule's name in the pages: shown at once after an answer that it looks for."""
    return tuple(
        (f"{program}.{index}", _rule_text(voice, index))
        for program in person.state.courses
        if (voice := person.voice(program)) is not None
        for index in range(len(voice.program.program.safety))
    )


def _rule_text(voice: Voice | None, index: int) -> str:
    if voice is None or index >= len(voice.program.program.safety):
        return ""
    authored = voice.program.program.safety[index]
    return _words(voice, authored.say) or _file(voice, authored.show)


def _answered(person: Person, name: str, alert: Alert) -> Answered:
    voice = person.voice(alert.program, alert.version)
    state = reached(alert, person.now)
    asked = alert.triage
    question = ""
    if "danger" not in asked:
        question = "danger"
    elif "call" not in asked and alert.roster:
        question = "call"
    elif asked.get("call") == "yes" and not person.texts.get(person.state.phone, ""):
        question = "number"
    return Answered(
        alert=name,
        text=_rule_text(voice, alert.rule),
        told=_told(person, voice, alert, state),
        urgent=_urgent(person, alert),
        reached=state,
        question=question,
        wants_call=asked.get("call") == "yes",
        can_call=bool(alert.roster),
    )


def _told(person: Person, voice: Voice | None, alert: Alert, state: str) -> str:
    """What came of telling staff, in a sentence or two."""

    def when(moment: int) -> str:
        return moment_words(person.state.zone, moment, person.now)

    if state == "taken":
        return _("Somebody of the team has seen your answer and takes care of it.")
    if alert.taken:
        # Taken on, and open again since the person said that it is urgent.
        return _("Somebody of the team has seen your answer (%(when)s).") % {"when": when(alert.taken)}
    if state == "told":
        reached_ = {"who": who(voice, tuple(alert.told)), "when": when(min(alert.told.values()))}
        return within(
            _("A message about your answer went to %(who)s (%(when)s). Nobody has taken it on yet."), **reached_
        )
    to = {
        "who": who(voice, (alert.roster,)),
        "when": when(alert.unclear or alert.failed or alert.received or alert.raised),
    }
    if state == "unclear":
        return within(
            _(
                "We tried to tell %(who)s (%(when)s). Nobody can say whether the message arrived. Please do not wait for it: call."
            ),
            **to,
        )
    if state == "nobody":
        return within(
            _(
                "We have tried to tell %(who)s (since %(when)s), and reached nobody. We keep trying. Please do not wait for it: call."
            ),
            **to,
        )
    if state == "trying":
        return within(_("We are trying to tell %(who)s. We do not know yet whether it works."), **to)
    if state == "unknown":
        return _("We do not know of anybody who has been told of your answer. Please do not wait for it: call.")
    return _("Nobody is told of this answer by this program. Please call.")


def _urgent(person: Person, alert: Alert) -> str:
    """What came of telling staff that it is urgent, or that the person wants to be called."""
    call = alert.triage.get("call") == "yes"
    state = urgency_reached(alert, person.now)
    when = {"when": moment_words(person.state.zone, alert.urgent_told, person.now)} if alert.urgent_told else {}
    if state in ("", "taken"):
        return ""
    if state == "told":
        return _("They were sent word that it is urgent (%(when)s).") % when
    if state == "trying":
        return _("We are trying to tell them that it is urgent.")
    if call:
        return _(
            "We could not tell them that you want a call. It stands on their desk. Please do not wait for it: call."
        )
    return _("We could not tell them that it is urgent. Please do not wait for it: call.")


def phone_problem(text: str) -> str:
    """Why a text is no phone number; empty where it is one."""
    digits = sum(c.isdigit() for c in text)
    good = PHONE.fullmatch(text.strip()) is not None and 5 <= digits <= 15
    return "" if good else _("this is not a phone number")
