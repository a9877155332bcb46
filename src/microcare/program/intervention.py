"""A digital micro intervention: events, decision rules and assessments toward one narrow aim."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from microcare.base.spans import parse_span
from microcare.program.decision import Rule
from microcare.program.event import Event
from microcare.program.outcome import OverallOutcome
from microcare.program.parts import Expr, Identifier, Names, Part, SpanField, Text, described


def _codes(value: object) -> object:
    return [str(v) for v in value] if isinstance(value, list) else value


class Intervention(Part):
    """A digital micro intervention (DMI): a highly focused objective, reached by in-the-moment events."""

    title: Text = described("What the person reads.")
    aim: Text = described("The narrow objective: what it changes, not the clinical goal.")
    about: Text | None = described("One or two sentences for whoever chooses it.", default=None)
    bct: Annotated[tuple[str, ...], BeforeValidator(_codes)] = described(
        "Codes of the behavior change techniques it uses (BCT Taxonomy v1, like 13.2).", default=()
    )
    effort: SpanField = described(
        "What it asks of the person on a day it is active.", default_factory=lambda: parse_span("5m")
    )
    kin: Names = described("Groups it belongs to: how the person answered to its kin counts for it.", default=())
    contraindicated: Expr | None = described("For whom it must never be started.", default=None)
    requires: Expr | None = described("What must hold before it can help (prerequisite).", default=None)
    resource: Expr | None = described("What must be at hand: a device, a person, a place.", default=None)
    rest: SpanField = described(
        "How long it rests after it ended before it is recommended again.",
        default_factory=lambda: parse_span("14d"),
    )
    at_most: Annotated[int, Field(ge=1)] | None = described("How often one person may have it.", default=None)
    lasts: SpanField = described("Its longest duration; then it ends.", default_factory=lambda: parse_span("90d"))
    disengaged_after: SpanField = described(
        "After so long without any engagement while something was offered, the person has disengaged from it.",
        default_factory=lambda: parse_span("10d"),
    )
    outcome: OverallOutcome | None = described("Its overall outcome.", default=None)
    events: dict[Identifier, Event] = described("Its events.")
    rules: tuple[Rule, ...] = described("Its decision rules, in the order they are asked.")
