"""The syntax tree, and the limits of what is read."""

from dataclasses import dataclass

from microcare.expressions.types import Problem, Value

MAX_LENGTH = 2000
MAX_NESTING = 40
MAX_NODES = 400


@dataclass(frozen=True, slots=True)
class Part:
    """One piece of syntax. kind: number, text, boolean, path, call, method, not, negate, product, sum,
    compare, and, or, choose, list or error. word: the path, function or comparison. start and end:
    characters in the source."""

    kind: str
    start: int
    end: int
    parts: tuple["Part", ...] = ()
    word: str = ""
    value: Value = None
    operators: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Parsed:
    """broken: the grammar failed somewhere, so types after that place mean nothing."""

    root: Part
    problems: tuple[Problem, ...]
    broken: bool
