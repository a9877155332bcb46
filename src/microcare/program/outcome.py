"""Outcomes: proximal of an event, overall of a micro intervention, target of the whole process."""

from typing import Literal

from pydantic import model_validator
from pydantic_core import PydanticCustomError

from microcare.base.spans import parse_span
from microcare.program.assessment import Answerable
from microcare.program.parts import Expr, Identifier, Part, SpanField, Text, described


def _exactly_one(part: Part, *fields: str) -> None:
    if sum(getattr(part, f) is not None for f in fields) != 1:
        raise PydanticCustomError("one_of", "needs exactly one of: {fields}", {"fields": ", ".join(fields)})


class Proximal(Answerable):
    """The proximal assessment: what one event (or one decision point) brought about, soon after it."""

    measure: Identifier | None = described("A measure asked after the event.", default=None)
    ask: Text | None = described("One question asked after the event; its answer is `answer`.", default=None)
    signal: Identifier | None = described(
        "A signal watched after it, without asking; its figure is `value`.", default=None
    )
    take: Literal["sum", "mean", "last", "count", "minimum", "maximum"] = described(
        "What to take of the signal's values.", default="sum"
    )
    over: SpanField = described("For a signal: how long it is watched.", default_factory=lambda: parse_span("30m"))
    allow_late: SpanField = described(
        "For a signal: how much later its data may still arrive.", default_factory=lambda: parse_span("0m")
    )
    within: SpanField | None = described("For a question: how long it may be answered (default: a day).", default=None)
    success: Expr | None = described("When the event counts as successful.", default=None)

    @model_validator(mode="after")
    def _one_way(self) -> "Proximal":
        _exactly_one(self, "measure", "ask", "signal")
        return self


class OverallOutcome(Part):
    """The overall outcome of a micro intervention: its own narrow aim, not the clinical goal."""

    measure: Identifier = described("The measure that assesses it.")
    after: SpanField = described("How long after the last event it is asked.", default_factory=lambda: parse_span("0m"))
    within: SpanField = described("How long it may be answered.", default_factory=lambda: parse_span("7d"))
    success: Expr = described("When the micro intervention reached its aim.")


class TargetAssessment(Part):
    """How often the clinical goal is looked at."""

    measure: Identifier = described("The measure of the clinical goal.")
    every: SpanField = described("How often.", default_factory=lambda: parse_span("3 months"))
    within: SpanField = described("How long it may be answered.", default_factory=lambda: parse_span("14d"))


class Target(Part):
    """The clinical goal of the whole process; no single micro intervention owns it."""

    title: Text | None = described("The goal in words.", default=None)
    reached: Expr = described("When the goal counts as reached.")
    assess: TargetAssessment = described("How it is assessed.")
