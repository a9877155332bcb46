"""Telling: the texts of a program as one person reads them, in their language, with their own values.

What a text showed when it was told is frozen in its entry; a personal value (a child's name) is only referred to there
and looked up here. A text whose value is missing is left out, never shown with a hole.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time

from django.utils import dates, formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from microcare.base.moments import DAY, HOUR, MINUTE, local_clock, local_day
from microcare.base.wording import Template, parse_template, plain_number, render
from microcare.care.spoken import Spoken, pieces_of, written
from microcare.hub import entry as e
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.program.compiled import CompiledProgram
from microcare.program.narrative import PARTS
from microcare.program.parts import Text
from microcare.program.texts import TextValue, text_value, wording

HOLE = "…"
"""What stands for a value that is missing in a text that cannot be left out."""
YES_NO = {
    "en": ("yes", "no"),
    "de": ("ja", "nein"),
    "fr": ("oui", "non"),
    "es": ("sí", "no"),
    "it": ("sì", "no"),
}


@dataclass(frozen=True)
class Voice:
    """How a program speaks to one person: the version told, the person's state and texts, and their language."""

    program: CompiledProgram
    state: State
    texts: Mapping[str, str]
    """Free texts of the person, by reference."""
    language: str

    def say(self, text: Text | None, values: Mapping[str, Value] | None = None) -> str | None:
        """A text with its values; None where there is no text, or a value it needs is missing."""
        if text is None:
            return None
        there = self.written(text)
        template = parse_template(str(there))
        if not isinstance(template, Template):
            return there
        return render(template, lambda name: self._value(name, values or {}), _joined(there.tongue))

    def written(self, text: Text | None) -> Spoken:
        """A text as it is written, in the language in which it is shown to the person."""
        return written(text, self.language, self.program.program.language)

    def plain(self, text: Text | None) -> str:
        """A text that has to stand in any case, such as a title: its values are those of now."""
        return self.filled(self.written(text))

    def filled(self, there: str, deep: bool = True) -> str:
        """What is written, with the values of now in its places; … where one is missing.

        `deep`: words of the program may stand in it, which are filled in their turn; once, for they may name each other.
        """
        template = parse_template(str(there))
        if not isinstance(template, Template):
            return there
        holes = dict.fromkeys(template.needed, HOLE)

        def value(name: str) -> str | None:
            found = self._value(name, {}, deep)
            return found if found and found.strip() else holes.get(name)

        join = _joined(there.tongue) if isinstance(there, Spoken) else "".join
        return render(template, value, join) or ""

    def title(self, intervention: str) -> str:
        """What people call a micro intervention."""
        found = self.authored_title(intervention)
        return self.plain(found) if found is not None else intervention

    def authored_title(self, intervention: str) -> Text | None:
        """The title of a micro intervention as it was written; None where the program has it no more."""
        found = self.program.program.interventions.get(intervention)
        return found.title if found is not None else None

    def event_title(self, intervention: str, event: str) -> str:
        """What people call one of its events; its name where it has no title."""
        found = self.program.program.interventions.get(intervention)
        part = found.events.get(event) if found is not None else None
        return self.plain(part.title) if part is not None and part.title is not None else event

    def _value(self, name: str, values: Mapping[str, Value], deep: bool = True) -> str | None:
        origin = text_value(self.program.program, name)
        if origin is None:
            return None
        if origin.kind == "person":
            return self._personal(origin, values.get(name))
        if origin.kind == "word":
            return self._word(origin, name, values) if deep else None
        value = values.get(name)
        return None if value is None else self.shown(value)

    def _personal(self, origin: TextValue, frozen: Value) -> str | None:
        """A personal value: a text as it is kept now, anything else as it was when it was told."""
        part = self.program.program.person[origin.name]
        value = self.state.fields.get(origin.name, part.default)
        if part.type == "text":
            if isinstance(value, str) and value in self.texts:
                return self.texts[value]
            return str(part.default) if part.default is not None else None
        value = frozen if frozen is not None else value
        if value is None:
            return None
        if part.type == "choice" and str(value) in part.options:
            return self.plain(part.options[str(value)])
        return self.shown(value)

    def _word(self, origin: TextValue, name: str, values: Mapping[str, Value]) -> str | None:
        about = values.get(name)
        if about is None and origin.name not in ("program", "target"):
            return None
        text = wording(self.program.program, origin.name, origin.part, str(about), str(about))
        return self.filled(self.written(text), deep=False) or None

    def shown(self, value: Value) -> str:
        """A value as people write it; measured numbers without false precision."""
        if isinstance(value, bool):
            yes, no = YES_NO.get(self.language.split("-")[0], YES_NO["en"])
            return yes if value else no
        if isinstance(value, int | float):
            return plain_number(round(value) if abs(value) >= 10 else round(float(value), 1))
        return "" if value is None else value


def _joined(language: str) -> Callable[[Sequence[str]], Spoken]:
    """Pieces as one text in a language, in which those that know their own keep it."""
    return lambda found: Spoken(piece for one in found for piece in pieces_of(one, language))


@dataclass(frozen=True, slots=True)
class Story:
    """A narrative as told: its four parts, empty where nothing was told."""

    past: str = ""
    rationale: str = ""
    relation: str = ""
    future: str = ""

    def __bool__(self) -> bool:
        return bool(self.past or self.rationale or self.relation or self.future)


def story(voice: Voice, told: e.Narrated) -> Story:
    """The narrative of an entry, in the wording of the version told (the voice's)."""
    parts = {part: _part(voice, told, part) or "" for part in PARTS if part in told.parts or part in told.edited}
    return Story(**parts)


def _part(voice: Voice, told: e.Narrated, part: str) -> str | None:
    edited = told.edited.get(part)
    if edited:
        return voice.texts.get(edited)
    name = told.parts[part]
    for variant in voice.program.narrative.get(part, ()):
        if name == variant.id:
            return voice.say(variant.variant.say, told.values)
        chosen = name.removeprefix(f"{variant.id}.")
        if chosen != name and chosen in variant.variant.vary:
            return voice.say(variant.variant.vary[chosen].say, told.values)
    return None


# -- Times in words ---------------------------------------------------------------------------------------------------


def day_words(day: int, today: int) -> str:
    """A local day as people say it in the language that is spoken: today, tomorrow, Friday, March 2, March 2, 2027."""
    near = {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}.get(day - today)
    if near is not None:
        return near
    found = date.fromordinal(day)
    if 0 < day - today < 7:
        return str(dates.WEEKDAYS[found.weekday()])
    same = found.year == date.fromordinal(today).year
    return formats.date_format(found, "MONTH_DAY_FORMAT" if same else "DATE_FORMAT")


def clock_words(clock: int) -> str:
    """A time on the wall (seconds after midnight) as the language writes it: 6:30 pm, 18:30.

    Without points, so that a sentence can end with it.
    """
    minutes = clock % 86_400 // 60
    written = formats.time_format(time(minutes // 60, minutes % 60), "TIME_FORMAT")
    return re.sub(r"\b([ap])\.\s?m\.", r"\1m", written)


def inner(text: str) -> str:
    """A text that stands within a sentence, or at its end: without a full stop of its own."""
    end = len(text.rstrip().removesuffix("."))
    return text.first_part(end) if isinstance(text, Spoken) else text[:end]


def moment_words(zone: str, moment: int, now: int) -> str:
    """A moment (ms) on the wall of a zone: only the time where it is today, otherwise day and time."""
    day, today = local_day(zone, moment), local_day(zone, now)
    clock = clock_words(local_clock(zone, moment))
    return clock if day == today else _("%(day)s, %(time)s") % {"day": day_words(day, today), "time": clock}


def now_words(zone: str, now: int) -> str:
    """The weekday and the time that the wall shows now."""
    day = dates.WEEKDAYS[date.fromordinal(local_day(zone, now)).weekday()]
    return _("%(day)s, %(time)s") % {"day": day, "time": clock_words(local_clock(zone, now))}


def about_words(ms: int) -> str:
    """About how long, as it stands alone: about 5 minutes, less than a minute."""
    return _("about %(span)s") % {"span": span_words(ms)} if ms >= MINUTE else span_words(ms)


def span_words(ms: int) -> str:
    """About how long, in the largest unit that fits: 2 minutes, 3 hours, 5 days."""
    if ms >= DAY:
        count = round(ms / DAY)
        return ngettext("%(n)s day", "%(n)s days", count) % {"n": count}
    if ms >= HOUR:
        count = round(ms / HOUR)
        return ngettext("%(n)s hour", "%(n)s hours", count) % {"n": count}
    if ms >= MINUTE:
        count = round(ms / MINUTE)
        return ngettext("%(n)s minute", "%(n)s minutes", count) % {"n": count}
    return _("less than a minute")


__all__ = [
    "Story",
    "Voice",
    "about_words",
    "clock_words",
    "day_words",
    "inner",
    "moment_words",
    "now_words",
    "span_words",
    "story",
]
