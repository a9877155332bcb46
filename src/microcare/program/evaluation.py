"""Timely evaluation of the person's state (paper: component 4 of Figure 3), and what follows from it."""

from typing import Annotated, Literal

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from microcare.base.spans import parse_span
from microcare.program.decision import EveryField
from microcare.program.parts import Clocks, Expr, Identifier, Names, Part, SpanField, Text, described


class EvaluationTrigger(Part):
    """What opens an evaluation: a fixed time, a context, the person's own report, the end of an intervention."""

    every: EveryField | None = described("A fixed time: `day`, `week`, `3 months`.", default=None)
    at: Clocks = described("At which times of day; a person's field may hold the time.", default=("10:00",))
    on: str | None = described(
        "`start`, `report`, `intervention_ended`; a context: `weekend`, `weekday`, a day's name, `signals.NAME`.",
        default=None,
    )
    condition: Expr | None = described("Only if this holds.", default=None, alias="if")
    measures: Names = described("Ask these too, whatever is known.", default=())
    only: Names = described("Ask nothing but these, and of them only what is lacking.", default=())
    within: SpanField = described(
        "How long its questions may be answered. Whoever has begun to answer gets what they need when they have answered "
        "all that can change it, or after this time.",
        default_factory=lambda: parse_span("3d"),
    )

    @model_validator(mode="after")
    def _one_way(self) -> "EvaluationTrigger":
        if (self.every is None) == (self.on is None):
            raise PydanticCustomError("one_of", "needs exactly one of: {fields}", {"fields": "every, on"})
        return self


class Weights(Part):
    """What a recommendation weighs. Each part lies between 0 and 1 and is shown with the recommendation."""

    severity: float = described("How pressing the need is.", default=1.0)
    order: float = described("The author's order of interventions under the need.", default=0.6)
    history: float = described("How this person answered to it, and to its kin.", default=1.0)
    preference: float = described("What the person said about it.", default=0.8)
    effort: float = described("The effort it asks against the effort the person gives now.", default=0.5)
    novelty: float = described("That it is new to them.", default=0.2)


class Recommend(Part):
    """How the hub recommends, for each facilitator."""

    app: Literal["offer", "start"] = described(
        "When the app facilitates: offer the best one, or start it.", default="start"
    )
    list: Annotated[int, Field(ge=1, le=7)] = described("In self mode: how many to choose from.", default=3)
    weights: Weights = described("What is weighed.", default_factory=Weights)
    near: Annotated[float, Field(ge=0, le=1)] = described(
        "Those within this of the best score are drawn among with equal, stated probability. 0: always the best.",
        default=0.0,
    )
    offer_lasts: SpanField = described(
        "How long an offer waits for an answer.", default_factory=lambda: parse_span("2d")
    )
    after_decline: SpanField = described(
        "How long a declined or unanswered one is not offered again.",
        default_factory=lambda: parse_span("7d"),
    )
    proposal_lasts: SpanField = described(
        "In coach and clinician mode: how long a proposal waits.", default_factory=lambda: parse_span("3d")
    )
    unanswered: Literal["wait", "remind", "app"] = described(
        "If no facilitator answers: wait, remind them, or let the app decide.", default="remind"
    )
    at_once: Annotated[int, Field(ge=1, le=5)] = described("How many micro interventions may run at once.", default=1)
    rest: SpanField = described("Rest between micro interventions.", default_factory=lambda: parse_span("0m"))


class Contact(Part):
    """Contact kept in silence: care is long, and most days nothing happens."""

    after: SpanField = described("After so long with nothing.", default_factory=lambda: parse_span("60d"))
    at: Clocks = described(
        "At which times of day, the first that comes; a person's field may hold it.", default=("11:00",)
    )
    say: Text = described("What is said.")


class Felt(Part):
    """Something asked seldom: how it felt (attention, involvement, immersion), or ownership and commitment."""

    measure: Identifier = described("The measure.")
    every: SpanField = described("At most so often.", default_factory=lambda: parse_span("14d"))
    within: SpanField = described("How long it may be answered.", default_factory=lambda: parse_span("2d"))
