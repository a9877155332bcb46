"""Texts with places for values: "Hello {child_name}, this is {last.title}".

`{name|fallback}` stands for the fallback where the value is missing; `{{` and `}}` are the braces themselves.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

_piece = re.compile(r"\{\{|\}\}|\{[^{}]*\}|[{}]|[^{}]+")
_name = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Slot:
    """A place for a value in a text. `fallback` stands in where the value is missing; None: there is none."""

    name: str
    fallback: str | None = None
    offset: int = 0
    """Where the place begins in the source, in characters."""


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """What is wrong with a text. `offset` counts characters from its beginning."""

    offset: int
    message: str
    cure: str


@dataclass(frozen=True)
class Template:
    """A text in parts: plain pieces, and places for values."""

    source: str
    parts: tuple[str | Slot, ...]

    @property
    def slots(self) -> tuple[Slot, ...]:
        """The places for values, in order."""
        return tuple(part for part in self.parts if isinstance(part, Slot))

    @property
    def names(self) -> tuple[str, ...]:
        """The values it shows, each once, in order."""
        return tuple(dict.fromkeys(slot.name for slot in self.slots))

    @property
    def needed(self) -> tuple[str, ...]:
        """The values without which it cannot be shown: those with a place that has no fallback."""
        return tuple(dict.fromkeys(slot.name for slot in self.slots if slot.fallback is None))


@lru_cache(maxsize=4096)
def parse_template(text: str) -> Template | tuple[TemplateProblem, ...]:
    """The text in parts, or all that is wrong with it."""
    parts: list[str | Slot] = []
    plain: list[str] = []
    problems: list[TemplateProblem] = []
    for match in _piece.finditer(text):
        piece = match.group()
        if piece in ("{{", "}}"):
            plain.append(piece[0])
        elif piece in ("{", "}"):
            problems.append(_lone(piece, match.start()))
        elif piece[0] != "{":
            plain.append(piece)
        else:
            found = _slot(piece, match.start())
            if isinstance(found, TemplateProblem):
                problems.append(found)
                continue
            if plain:
                parts.append("".join(plain))
                plain = []
            parts.append(found)
    if problems:
        return tuple(problems)
    if plain:
        parts.append("".join(plain))
    return Template(text, tuple(parts))


def _lone(brace: str, offset: int) -> TemplateProblem:
    if brace == "{":
        cure = "Close it with }, or write {{ for the brace itself."
        return TemplateProblem(offset, "This { is not closed.", cure)
    return TemplateProblem(offset, "This } closes nothing.", "Write }} for the brace itself.")


def _slot(piece: str, offset: int) -> Slot | TemplateProblem:
    name, bar, fallback = piece[1:-1].partition("|")
    name = name.strip()
    if not name:
        cure = "Name a value, as in {child_name}, or write {{ and }} for the braces themselves."
        return TemplateProblem(offset, f"{piece} names no value.", cure)
    if _name.fullmatch(name) is None:
        cure = "Names have lower-case letters, digits and underscores, with points between: {child_name}, {last.title}."
        return TemplateProblem(offset, f"`{name[:80]}` cannot be the name of a value.", cure)
    return Slot(name, fallback.strip() if bar else None, offset)


def render(
    template: Template, lookup: Callable[[str], str | None], join: Callable[[Sequence[str]], str] = "".join
) -> str | None:
    """The text with its values; None where one is missing that has no fallback. `join`: makes one text of its pieces.

    A value of blanks only counts as missing: it would leave a hole in the sentence.
    """
    found: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            found.append(part)
            continue
        value = lookup(part.name)
        if value is None or not value.strip():
            value = part.fallback
        if value is None:
            return None
        found.append(value)
    return join(found)


def plain_number(x: float) -> str:
    """A number as people write it: 3, 0.25; at most 12 significant digits after rounding, never an exponent."""
    if isinstance(x, int):
        return str(int(x))
    text = format(Decimal(f"{x:.12g}"), "f")
    return "0" if text == "-0" else text


def human_list(words: Sequence[str], last: str = "and") -> str:
    """The words as in a sentence: "a", "a and b", "a, b and c"."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"


def counted(number: int, word: str, several: str = "") -> str:
    """A number with its noun: "1 item", "2 items", "0 entries" (several: the plural where it is not the word and s)."""
    return f"{number} {word}" if abs(number) == 1 else f"{number} {several or word + 's'}"
