"""Safety: rules before every other rule, on every saved answer; who answers alerts; what the help page shows."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, ConfigDict, Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from microcare.base.moments import is_zone, parse_window
from microcare.base.spans import parse_span
from microcare.base.word_lists import LONGEST, MOST, empty
from microcare.program.parts import Expr, Part, SpanField, Text, described

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


NUMBER = re.compile(r"\+?[0-9][0-9 ()/.,#*\-]{1,30}")
COUNTRY = re.compile(r"[A-Z]{2}")


class HelpNumber(Part):
    """Somebody who can be called, or written to, at once."""

    title: Text = described("Whom one reaches.")
    call: str | None = described("The number to call.", default=None)
    text: str | None = described("The number to send a text message to.", default=None)
    where: tuple[str, ...] = described(
        "The countries in which it works, like `[US, CA]` (ISO 3166); everywhere if not given.", default=()
    )
    hours: Text | None = described("When somebody answers, in plain words.", default=None)

    @field_validator("call", "text")
    @classmethod
    def _number(cls, value: str | None) -> str | None:
        if value is not None and NUMBER.fullmatch(value) is None:
            raise PydanticCustomError("phone_number", "{value} is not a phone number", {"value": repr(value)})
        return value

    @field_validator("where")
    @classmethod
    def _countries(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        wrong = [code for code in value if COUNTRY.fullmatch(code) is None]
        if wrong:
            raise PydanticCustomError(
                "country", "{value} is not a country in two capital letters", {"value": repr(wrong[0])}
            )
        return value

    @model_validator(mode="after")
    def _something(self) -> "HelpNumber":
        if self.call is None and self.text is None:
            raise PydanticCustomError("help_number", "a number to `call` or to `text` is missing", {})
        return self


class HelpPage(Part):
    """What "Help now" shows everybody, whatever they have answered."""

    numbers: tuple[HelpNumber, ...] = described("Whom one can call at once; they stand first.", default=())
    show: str | None = described("What else it says: a Markdown file.", default=None)
    say: Text | None = described("Or its text.", default=None)


class Alert(Part):
    """Who is told, and how soon a person must have taken it on."""

    roster: str = described("Who is told first.")
    acknowledge_within: SpanField = described(
        "After so long without a person taking it on, it goes further.",
        default_factory=lambda: parse_span("15m"),
    )
    then: str | None = described("Who is told then.", default=None)


def _lists(value: object) -> object:
    """One word alone is a list of one."""
    return {k: [v] if isinstance(v, str) else v for k, v in value.items()} if isinstance(value, dict) else value


WordLists = Annotated[dict[str, tuple[str, ...]], BeforeValidator(_lists)]
"""Words and phrases, a list for each language."""


class SafetyRule(Part):
    """One check on one answer or score. It cannot be randomized, limited or switched off by any other rule.

    A text is sealed before the rules see it. For a text, `words` lists what is looked for, for each language; all lists
    are looked for, whatever language the person uses. A phrase is found as whole words side by side, whatever their
    case, accents and signs; `*` at its end stands for any ending (`suicid*`). Only that something was found
    reaches the rules, never the words. A list finds what it lists: it misses hints, other words, slips of the pen, and
    it does not know "not" (see [words](../safety/words.md)). Ask the question itself, too.
    """

    model_config = ConfigDict(json_schema_extra={"oneOf": [{"required": ["if"]}, {"required": ["words"]}]})

    on: str = described(
        "The answer it looks at, `MEASURE.ITEM`, or a total, `MEASURE.score` (or another score); its value is `value`. "
        "A total is heard as soon as all that it needs is answered, whatever is answered last."
    )
    condition: Expr | None = described("When it is a risk. For every answer but a text.", alias="if", default=None)
    words: WordLists | None = described(
        "For an answer in the person's own words: words and phrases, a list for each language, any of which is a risk.",
        default=None,
    )
    show: str | None = described("The help page shown at once: a Markdown file.", default=None)
    say: Text | None = described("Or its text.", default=None)
    alert: Alert | None = described("The alert to staff.", default=None)
    hold: bool = described("Hold back every prompt of every program until a facilitator resolves it.", default=True)

    @field_validator("on")
    @classmethod
    def _dotted(cls, value: str) -> str:
        if value.count(".") != 1:
            raise PydanticCustomError("safety_on", "{value} is not MEASURE.ITEM", {"value": repr(value)})
        return value

    @field_validator("words")
    @classmethod
    def _plain(cls, value: dict[str, tuple[str, ...]] | None) -> dict[str, tuple[str, ...]] | None:
        for phrases in (value or {}).values():
            wrong = next((p for p in phrases if empty(p) or len(p) > LONGEST or "*" in p.rstrip("*")), None)
            if wrong is not None:
                raise PydanticCustomError(
                    "safety_words", "{value} is no word or phrase", {"value": repr(wrong[:LONGEST])}
                )
            if not phrases or len(phrases) > MOST:
                raise PydanticCustomError("safety_words", "a list holds 1 to {most} words", {"most": MOST})
        return value

    @model_validator(mode="after")
    def _one(self) -> "SafetyRule":
        if (self.condition is None) == (not self.words):
            raise PydanticCustomError("one_of", "needs exactly one of: {fields}", {"fields": "if, words"})
        return self


class Roster(Part):
    """The people who answer alerts, and when."""

    title: Text | None = described("What participants call them, like `the nurses on duty`.", default=None)
    people: tuple[str, ...] = described("Addresses of those who are told.", default=())
    hours: str = described(
        "When they are there, in plain words (in all languages at once); shown to participants. A safety rule needs it.",
        default="",
    )
    days: tuple[Weekday, ...] = described("The days on which they are there; every day if not given.", default=())
    between: str | None = described("From when to when, like 09:00-17:00; the whole day if not given.", default=None)
    zone: str | None = described("The time zone of `between`; the person's if not given.", default=None)
    otherwise: str | None = described("The roster that is told, too, when nobody of this one is there.", default=None)
    note: Text | None = Field(default=None, description="What is said where nobody watches around the clock.")

    @field_validator("between")
    @classmethod
    def _window(cls, value: str | None) -> str | None:
        if value is not None and parse_window(value) is None:
            raise PydanticCustomError(
                "roster_window", "{value} is not a part of the day like 09:00-17:00", {"value": repr(value)}
            )
        return value

    @field_validator("zone")
    @classmethod
    def _zone(cls, value: str | None) -> str | None:
        if value is not None and not is_zone(value):
            raise PydanticCustomError("roster_zone", "there is no time zone {value}", {"value": value})
        return value
