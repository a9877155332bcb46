"""Measures: assessments with items, scoring and completeness (paper: "Assessments")."""

import re
from typing import Annotated, Literal

from pydantic import BeforeValidator, PlainValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from microcare.program.parts import Expr, Identifier, Part, Text, described


def _scale(value: object) -> tuple[int, int]:
    if isinstance(value, tuple):
        return value
    found = re.fullmatch(r"\s*(-?\d+)\s*\.\.\s*(-?\d+)\s*", value) if isinstance(value, str) else None
    if found is None or int(found[1]) >= int(found[2]) or int(found[2]) - int(found[1]) > 100:
        raise PydanticCustomError("scale", "{value} is not a scale", {"value": repr(value)})
    return int(found[1]), int(found[2])


def _labels(value: object) -> object:
    return {str(k): v for k, v in value.items()} if isinstance(value, dict) else value


class Choice(Part):
    """One answer that can be chosen."""

    label: Text = described("What the person reads.")
    score: float | None = described("Its number in scores; without one it has none.", default=None)


def _choice(value: object) -> object:
    """A choice as it is, or its label alone."""
    whole = isinstance(value, Choice) or (isinstance(value, dict) and "label" in value)
    return value if whole else {"label": value}


def _choices(value: object) -> object:
    """`[yes, no]`, `{yes: "Yes"}` and `{yes: {label: "Yes", score: 1}}` all name choices."""
    if isinstance(value, list):
        return {str(v): {"label": str(v)} for v in value}
    if isinstance(value, dict):
        return {str(k): _choice(v) for k, v in value.items()}
    return value


def _is_choice(value: object) -> bool:
    return isinstance(value, Choice) or (isinstance(value, dict) and "label" in value)


class Answerable(Part):
    """How one question is answered: by exactly one of a scale, choices, or a type."""

    scale: Annotated[
        tuple[int, int] | None,
        PlainValidator(lambda v: None if v is None else _scale(v)),
        WithJsonSchema({"type": ["string", "null"], "examples": ["0..4", "1..7"]}),
    ] = described("Whole numbers from one end to the other, like 0..4.", default=None)
    labels: Annotated[dict[str, Text], BeforeValidator(_labels)] = described(
        "Words for points of the scale: `{0: not at all, 4: completely}`.", default_factory=dict
    )
    choices: Annotated[dict[str, Choice], BeforeValidator(_choices)] = described(
        "Answers to choose one from, by value.", default_factory=dict
    )
    type: Literal["number", "boolean", "text", "time", "photo"] | None = described(
        "Another kind of answer: number, boolean (yes or no), text, time, photo.", default=None
    )
    min: float | None = described("Smallest number allowed.", default=None)
    max: float | None = described("Largest number allowed.", default=None)
    unit: str | None = described("Unit of a number.", default=None)

    @model_validator(mode="after")
    def _one_kind(self) -> "Answerable":
        kinds = [self.scale is not None, bool(self.choices), self.type is not None]
        if sum(kinds) > 1:
            raise PydanticCustomError("answer_kind", "give only one of scale, choices and type", {})
        return self

    @property
    def kind(self) -> str:
        """One of scale, choice, number, boolean, text, time, photo. Without any word it is a yes-or-no question."""
        if self.scale is not None:
            return "scale"
        if self.choices:
            return "choice"
        return self.type or "boolean"


class Item(Answerable):
    """One question of a measure."""

    text: Text = described("The question.")
    optional: bool = described("May be left out without making the measure incomplete.", default=False)


class Measure(Part):
    """An assessment: items with their answers, how they make scores, and when it is complete.

    Used as proximal, overall, evaluation or target assessment, as the form of an event, to ask how it felt.
    """

    title: Text | None = described("What it is called.", default=None)
    intro: Text | None = described("A sentence before the first question.", default=None)
    items: dict[Identifier, Item] = described("The questions, in the order asked.", default_factory=dict)
    file: str | None = described("A FHIR Questionnaire (JSON) to read the items and scores from.", default=None)
    score: Expr | None = described(
        "The score, over the measure's own items. Unknown while any item it uses is unanswered. "
        "Without it: the sum of all items that have a number.",
        default=None,
    )
    scores: dict[Identifier, Expr] = described("Further scores (subscales), by name.", default_factory=dict)
    complete: int | Literal["all"] = described(
        "How many of its required items must be answered before it counts as complete.", default="all"
    )
    whole: bool = described(
        "Asked whole or not at all: where an evaluation lacks one of its items, it asks all of them anew. For a validated "
        "scale, whose score means something only if its items were answered together. A `file` is always whole.",
        default=False,
    )
    prorate: bool = described(
        "When complete with some items unanswered, the automatic sum is scaled up by items asked over answered. "
        "Only ever done where it is said.",
        default=False,
    )
