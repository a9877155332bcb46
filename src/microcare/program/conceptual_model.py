"""The conceptual model of the therapeutic process (paper: Table 3 and component 1 of Figure 3)."""

from typing import Annotated

from pydantic import Field

from microcare.base.spans import parse_span
from microcare.program.parts import Expr, Identifier, Names, Part, SpanField, Text, described


class Need(Part):
    """A need state: a condition of the person that the model says calls for something."""

    title: Text | None = described("What it is called.", default=None)
    goal: Text | None = described("What answering it is for; otherwise its level's goal.", default=None)
    present: Expr = described("When the need is present.")
    absent: Expr | None = described(
        "When a present need is over. Another condition than `present` keeps it from flapping.", default=None
    )
    severity: Expr | None = described("How pressing it is, from 0 to 1 (otherwise 0.5).", default=None)
    measures: Names = described("The measures that settle it; an evaluation asks those that are missing.", default=())
    stale_after: SpanField = described(
        "Shelf life of its evidence: when a measure is older, the need is unknown.",
        default_factory=lambda: parse_span("30d"),
    )
    behaviors: tuple[str, ...] = described("The behaviors it stands for (Table 3).", default=())
    gains: tuple[str, ...] = described("The gains that follow (Table 3).", default=())
    interventions: Names = described(
        "The micro interventions that answer it, the author's first choice first.", default=()
    )


class Level(Part):
    """A goal and its place among the priorities: more basic levels come first."""

    level: Annotated[int, Field(ge=1, le=99)] = described("Priority: 1 is the most basic.")
    goal: Text = described("The goal.")
    behaviors: tuple[str, ...] = described("Behaviors of all its needs.", default=())
    gains: tuple[str, ...] = described("Gains of all its needs.", default=())
    waits: bool = described(
        "Whether it waits while a need of a more basic level is present and something can still be done about it.",
        default=True,
    )
    needs: dict[Identifier, Need] = described("Its need states.", default_factory=dict)
