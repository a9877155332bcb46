"""Events: the smallest in-the-moment attempts for change (paper: "Events", Table 2)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import BeforeValidator, WithJsonSchema, model_validator
from pydantic_core import PydanticCustomError

from microcare.base.spans import parse_span
from microcare.program.content import Block, Human, Read, Say
from microcare.program.outcome import Proximal
from microcare.program.parts import Expr, Part, SpanField, Text, described


class Goal(StrEnum):
    """The eight goals of events, Table 2."""

    EDUCATIONAL = "educational"
    FEEDBACK = "feedback"
    CHANGE_OF_PERSPECTIVE = "change_of_perspective"
    TRIGGER_DESIRED_ACTION = "trigger_desired_action"
    SKILL_ACQUISITION = "skill_acquisition"
    LOAD_REDUCTION = "load_reduction"
    SYMPTOM_RELIEF = "symptom_relief"
    SUPPORT = "support"


ALIASES = {
    "education": Goal.EDUCATIONAL,
    "reframing": Goal.CHANGE_OF_PERSPECTIVE,
    "desired_action": Goal.TRIGGER_DESIRED_ACTION,
    "trigger_action": Goal.TRIGGER_DESIRED_ACTION,
    "action": Goal.TRIGGER_DESIRED_ACTION,
    "skill": Goal.SKILL_ACQUISITION,
    "relief": Goal.SYMPTOM_RELIEF,
    "social_support": Goal.SUPPORT,
    "emotional_support": Goal.SUPPORT,
    "social_emotional_support": Goal.SUPPORT,
    "load_reduction_of_therapeutic_related_activity": Goal.LOAD_REDUCTION,
}

NATURE = {
    Goal.EDUCATIONAL: "informational",
    Goal.FEEDBACK: "informational",
    Goal.CHANGE_OF_PERSPECTIVE: "interventional",
    Goal.TRIGGER_DESIRED_ACTION: "interventional",
    Goal.SKILL_ACQUISITION: "interventional",
    Goal.LOAD_REDUCTION: "interventional",
    Goal.SYMPTOM_RELIEF: "interventional",
    Goal.SUPPORT: "supportive",
}
"""Whether events of a goal inform, intervene or support, unless the event says otherwise."""


def _goal(value: object) -> object:
    if isinstance(value, str):
        word = value.strip().lower().replace(" ", "_").replace("-", "_").replace("/", "_")
        return ALIASES.get(word, word)
    return value


GoalField = Annotated[Goal, BeforeValidator(_goal), WithJsonSchema({"enum": [*Goal, *ALIASES]})]


def _content(value: object) -> object:
    """A path alone is a Markdown file; one block alone is a list of one."""
    if isinstance(value, str):
        return [{"read": value}]
    if isinstance(value, dict):
        return [value]
    if isinstance(value, list):
        return [{"read": v} if isinstance(v, str) else v for v in value]
    return value


class Event(Part):
    """An in-the-moment attempt for change or impact toward the micro intervention's aim."""

    goal: GoalField = described("One of the eight goals of Table 2.")
    title: Text | None = described("What the person sees first.", default=None)
    nature: Literal["informational", "interventional", "supportive"] | None = described(
        "Whether it informs, intervenes or supports; otherwise derived from the goal.", default=None
    )
    say: Text | None = described("A short text: the whole event, or what comes before its content.", default=None)
    content: Annotated[tuple[Block, ...], BeforeValidator(_content)] = described(
        "What it shows or does: a Markdown file's path, or pieces of content.", default=()
    )
    why: Text | None = described("Why this, now: one sentence to the person.", default=None)
    effort: SpanField | None = described("How long it takes the person, like 2m.", default=None)
    expires: SpanField = described(
        "How long it makes sense after it was decided.", default_factory=lambda: parse_span("1d")
    )
    proximal: Proximal | None = described("The assessment of its proximal outcome.", default=None)
    contraindicated: Expr | None = described("When it must not reach the person.", default=None)
    urgent: bool = described("May say so on the lock screen.", default=False)

    @model_validator(mode="after")
    def _something(self) -> "Event":
        if self.say is None and not self.content:
            raise PydanticCustomError("empty_event", "an event needs `say` or `content`", {})
        return self

    @property
    def blocks(self) -> tuple[Part, ...]:
        """All content in order, the short text first."""
        return ((Say(say=self.say),) if self.say is not None else ()) + self.content

    @property
    def kind(self) -> str:
        """Informational, interventional or supportive."""
        return self.nature or NATURE[self.goal]

    @property
    def by_human(self) -> bool:
        """Whether a human delivers it, so that a facilitator is the one to do it and to report it."""
        return any(isinstance(b, Human) for b in self.content)

    @property
    def files(self) -> tuple[str, ...]:
        """Paths of the program's files that it uses."""
        fields = ("read", "image", "audio", "video", "captions")
        found = [getattr(b, f, None) for b in self.content for f in fields]
        return tuple(f for f in found if isinstance(f, str))


__all__ = ["ALIASES", "NATURE", "Event", "Goal", "Read"]
