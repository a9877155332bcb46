"""The words shared by all parts of the expression language: types, names, leaves, problems."""

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol


class Type(StrEnum):
    """The static type of an expression. What a value of each type looks like stands in `Value`."""

    NUMBER = "number"
    BOOLEAN = "boolean"
    TEXT = "text"
    TIME = "time"
    DATE = "date"
    MOMENT = "moment"
    DURATION = "duration"
    LIST = "list"


type_words: dict[Type, str] = {
    Type.NUMBER: "a number",
    Type.BOOLEAN: "true or false",
    Type.TEXT: "a text",
    Type.TIME: "a time of day",
    Type.DATE: "a date",
    Type.MOMENT: "a moment",
    Type.DURATION: "a duration",
    Type.LIST: "a list",
}

Value = int | float | bool | str | None
"""number int|float, boolean bool, text str, time "HH:MM", date "YYYY-MM-DD", moment int (milliseconds since
the Unix epoch, UTC), duration int (milliseconds); None is unknown."""


@dataclass(frozen=True, slots=True)
class Name:
    """What a scope knows about one dotted path.

    history: a series of dated values is kept, so window functions work on it.
    options: the only texts it can be, if these are known; comparing it with another literal is then a
    mistake.
    sealed: what a person wrote or photographed is kept apart and never reaches an expression, which can only ask
    whether it is known; the text says what to write instead. Empty for everything else.
    """

    path: str
    type: Type
    history: bool = False
    options: tuple[str, ...] = ()
    sealed: str = ""


class Scope(Protocol):
    """The names an expression may use."""

    def lookup(self, path: str) -> Name | None: ...

    def paths(self) -> Collection[str]:
        """All known paths, for "did you mean"."""
        ...


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value that an expression needs from outside.

    name: canonical source text as shown in explanations, `signals.at_home` or `mean(signals.steps, "7d")`.
    function, arguments: the window function over the path's history and its further arguments (durations in
    milliseconds), or None and () for the plain value.
    type: of the resulting value.
    """

    name: str
    path: str
    function: str | None
    arguments: tuple[Value, ...]
    type: Type


@dataclass(frozen=True, slots=True)
class Problem:
    """An author's mistake: what is wrong (message), the likely cure, and where (offset in characters)."""

    code: str
    message: str
    cure: str
    offset: int
