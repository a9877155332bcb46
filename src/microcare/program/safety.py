"""Safety rules: before every other rule, on every saved answer, never randomized, never silenced."""

from pydantic import Field, field_validator
from pydantic_core import PydanticCustomError

from microcare.base.spans import parse_span
from microcare.program.parts import Expr, Part, SpanField, Text, described


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

    on: str = described("The answer or score it looks at: `MEASURE.ITEM`; its value is `value`.")
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
    hours: str = described("When they are there, in plain words; shown to participants.", default="")
    note: Text | None = Field(default=None, description="What is said where nobody watches around the clock.")
