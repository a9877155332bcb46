"""The therapeutic narrative: the linking bridge between interventions (paper: component 5 of Figure 3)."""

from typing import Annotated

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from microcare.program.evaluation import Felt
from microcare.program.parts import Expr, Identifier, Names, Part, Text, described

PARTS = ("rationale", "relation", "past", "future")
"""The four parts, in the order told: why this, how it belongs to the process, what came of the last one, what next."""


class Wording(Part):
    """One of several wordings of a variant, told with a known probability."""

    p: Annotated[float, Field(ge=0, le=1)] = described("Its probability.")
    say: Text = described("The text.")


class Variant(Part):
    """A way to tell a part; the first whose condition holds, and whose values are known, is told."""

    for_: Names = described("Only for these micro interventions.", default=(), alias="for")
    condition: Expr | None = described("Only if this holds.", default=None, alias="if")
    say: Text | None = described("The text.", default=None)
    vary: dict[Identifier, Wording] = described(
        "Or several wordings with probabilities, so that the narrative's effect can be learned.",
        default_factory=dict,
    )

    @model_validator(mode="after")
    def _one_way(self) -> "Variant":
        if (self.say is None) == (not self.vary):
            raise PydanticCustomError("one_of", "needs exactly one of: {fields}", {"fields": "say, vary"})
        return self


class Narrative(Part):
    """What links one micro intervention to the next, from the person's own history."""

    rationale: tuple[Variant, ...] = described("Why this micro intervention.", default=())
    relation: tuple[Variant, ...] = described("How it belongs to the process as a whole.", default=())
    past: tuple[Variant, ...] = described("What came of the last one.", default=())
    future: tuple[Variant, ...] = described("What comes next, and why.", default=())
    ownership: Felt | None = described("Ownership and commitment toward the process, asked now and then.", default=None)
