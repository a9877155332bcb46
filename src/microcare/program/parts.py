"""The small kinds of value that program files are made of, and the base of every part."""

import re
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)
from pydantic_core import PydanticCustomError

from microcare.base.ids import is_identifier
from microcare.base.moments import format_clock, parse_clock, parse_window
from microcare.base.spans import Span, format_span, parse_span


class Part(BaseModel):
    """A part of a program: immutable, and a word it does not know is an error."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, allow_inf_nan=False)


def _expression(value: object) -> object:
    """YAML reads `if: true` and `success: 1` as values; an author means the expression."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return repr(value)
    return value


def _span(value: object) -> Span:
    if isinstance(value, Span):
        return value
    span = parse_span(value) if isinstance(value, str) else None
    if span is None:
        raise PydanticCustomError("span", "{value} is not a length of time", {"value": repr(value)})
    return span


def _window(value: object) -> tuple[int, int]:
    if isinstance(value, tuple):
        return value
    window = parse_window(value) if isinstance(value, str) else None
    if window is None:
        raise PydanticCustomError("window", "{value} is not a part of the day", {"value": repr(value)})
    return window


def _clock(value: object) -> str:
    """A clock time in one spelling, or the name of a person's field that holds one."""
    if not isinstance(value, str):
        raise PydanticCustomError("clock", "{value} is not a time of day", {"value": repr(value)})
    seconds = parse_clock(value)
    if seconds is not None:
        return format_clock(seconds)
    if re.fullmatch(r"person\.[a-z][a-z0-9_]*", value):
        return value
    raise PydanticCustomError("clock", "{value} is not a time of day", {"value": repr(value)})


def _identifier(value: object) -> str:
    if isinstance(value, str) and is_identifier(value):
        return value
    raise PydanticCustomError("identifier", "{value} is not a usable name", {"value": repr(value)})


def _one_or_many(value: object) -> object:
    return [value] if isinstance(value, str) else value


Expr = Annotated[
    str,
    BeforeValidator(_expression),
    WithJsonSchema({"type": ["string", "boolean", "number"], "format": "expression"}),
]
"""An expression of the language (see the reference): total, typed, and unknown where its data are unknown."""

SpanField = Annotated[
    Span,
    PlainValidator(_span),
    PlainSerializer(format_span, return_type=str),
    WithJsonSchema({"type": "string", "examples": ["30m", "2h", "3d", "2 weeks", "3 months"]}),
]
"""A length of time. Days, weeks and months are counted on the wall calendar; hours, minutes, seconds exactly."""

WindowField = Annotated[
    tuple[int, int], PlainValidator(_window), WithJsonSchema({"type": "string", "examples": ["21:30-07:00"]})
]
"""A part of the day in the person's wall time, `from-to`; it may cross midnight. Held as seconds after midnight."""

ClockField = Annotated[
    str,
    PlainValidator(_clock),
    WithJsonSchema({"type": "string", "examples": ["18:30", "person.dinner_time"]}),
]
"""A time of day, or the person's field that holds one."""

Identifier = Annotated[
    str, PlainValidator(_identifier), WithJsonSchema({"type": "string", "pattern": "^[a-z][a-z0-9_]{0,63}$"})
]
"""A name: lower-case letters, digits and underscores, beginning with a letter."""

Text = str | dict[str, str]
"""A text people read, with places for values like `{child_name}`; or one text per language: `{en: ..., de: ...}`."""

Names = Annotated[tuple[Identifier, ...], BeforeValidator(_one_or_many)]
Clocks = Annotated[tuple[ClockField, ...], BeforeValidator(_one_or_many)]

NOTHING: Literal["nothing"] = "nothing"
"""The option of a decision rule that sends nothing."""


def written_in(text: Text, own: str) -> tuple[str, ...]:
    """The languages in which something is written; an empty translation is none."""
    if isinstance(text, str):
        return (own,)
    return tuple(language for language, words in text.items() if words.strip())


def tongue_of(text: Text, language: str, own: str = "") -> str:
    """The language a text is shown in: exact, else its base language, else the program's own, else the first written."""
    there = written_in(text, own)
    for candidate in (language, language.split("-")[0], own):
        if candidate in there:
            return candidate
    return there[0] if there else own


def text_in(text: Text, language: str, fallback: str = "") -> str:
    """The text in a language, or in the one it is shown in instead."""
    return text if isinstance(text, str) else text.get(tongue_of(text, language, fallback), "")


def described(text: str, **more: Any) -> Any:
    """A field with its sentence for the language reference."""
    return Field(description=text, **more)
