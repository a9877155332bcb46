"""What a program may know of a person: characteristics and preferences, and signals of their context."""

from typing import Annotated, Literal

from pydantic import BeforeValidator, Field

from microcare.base.spans import parse_span
from microcare.program.parts import Identifier, Part, SpanField, Text, described


def _options(value: object) -> object:
    return {str(v): str(v) for v in value} if isinstance(value, list) else value


class PersonField(Part):
    """A characteristic or preference of the person that rules and texts may use.

    A field of type `text` is personal: texts may show it, rules can only ask whether it is known.
    """

    type: Literal["number", "integer", "boolean", "text", "choice", "time", "date"] = described("What kind of value.")
    ask: Text | None = described("The question that fills it in, asked when the person joins.", default=None)
    min: float | None = described("Smallest allowed number.", default=None)
    max: float | None = described("Largest allowed number.", default=None)
    unit: str | None = described("Unit of a number, shown beside it.", default=None)
    options: Annotated[dict[str, Text], BeforeValidator(_options)] = described(
        "For a choice: the values it can take, each with its label (or a plain list).", default_factory=dict
    )
    default: bool | float | str | None = described("Value until the person says otherwise.", default=None)


class Signal(Part):
    """Context that the person's devices or other systems send."""

    type: Literal["number", "boolean", "text"] = described("What kind of value.")
    unit: str | None = described("Unit of a number.", default=None)
    keep: SpanField = described(
        'How far back its history reaches. `usual(x, "28d")` needs 29 days, `change(x, "7d")` needs 14.',
        default_factory=lambda: parse_span("7d"),
    )
    fresh: SpanField | None = described(
        "Shelf life of its latest value: an older one is unknown (otherwise `keep`).", default=None
    )
    options: tuple[str, ...] = described("For a text: the values it can take.", default=())
    source: str | None = described(
        "Open mHealth schema that feeds it: step-count, heart-rate, physical-activity or sleep-duration.",
        default=None,
        alias="from",
    )


class Report(Part):
    """Something a person can say they need, at any moment: it opens an evaluation at once."""

    text: Text = described("What the person reads and taps.")
    keep: SpanField = described("How long the report counts as present.", default_factory=lambda: parse_span("3d"))


PersonFields = dict[Identifier, PersonField]
Signals = Annotated[dict[Identifier, Signal], Field(default_factory=dict)]
