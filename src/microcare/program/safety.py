"""Safety rules: before every other rule, on every saved answer, never randomized, never silenced."""

from typing import Literal

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from microcare.base.moments import is_zone, parse_window
from microcare.base.spans import parse_span
from microcare.program.parts import Expr, Part, SpanField, Text, described

Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


class Alert(Part):
    """Who is told, and how soon a person must have taken it on."""

    roster: str = described("Who is told first.")
    acknowledge_within: SpanField = described(
        "After so long without a person taking it on, it goes further.",
        default_factory=lambda: parse_span("15m"),
    )
    then: str | None = described("Who is told then.", default=None)


class SafetyRule(Part):
    """One check on one answer or score. It cannot be randomized, limited or switched off by any other rule."""

    on: str = described(
        "The answer it looks at, `MEASURE.ITEM`, or a total, `MEASURE.score` (or another score); its value is `value`. "
        "A total is heard as soon as all that it needs is answered, whatever is answered last."
    )
    condition: Expr = described("When it is a risk.", alias="if")
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


class Roster(Part):
    """The people who answer alerts, and when."""

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
