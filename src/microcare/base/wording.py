"""Texts with places for values: `Hello {child_name|there}, {last.title} is behind you.`"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache

_NAME = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Gap:
    """A place for a value, with what stands there where the value is missing (None: nothing can)."""

    name: str
    fallback: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A text taken apart into words and gaps."""

    source: str
    parts: tuple[str | Gap, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All values it shows."""
        return tuple(dict.fromkeys(p.name for p in self.parts if isinstance(p, Gap)))

    @property
    def needed(self) -> tuple[str, ...]:
        """The values without which it cannot be shown."""
        return tuple(dict.fromkeys(p.name for p in self.parts if isinstance(p, Gap) and p.fallback is None))


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """What is wrong with a text, and where in it."""

    code: str
    message: str
    cure: str
    offset: int


@lru_cache(maxsize=8192)
def parse_template(text: str) -> Template | tuple[TemplateProblem, ...]:
    """Take a text apart. `{{` and `}}` stand for braces."""
    parts: list[str | Gap] = []
    problems: list[TemplateProblem] = []
    words: list[str] = []
    place = 0
    while place < len(text):
        letter = text[place]
        if text.startswith(("{{", "}}"), place):
            words.append(letter)
            place += 2
        elif letter == "}":
            problems.append(TemplateProblem("brace", "a `}` without its `{`", "Write `}}` for a brace.", place))
            place += 1
        elif letter != "{":
            words.append(letter)
            place += 1
        else:
            end = text.find("}", place)
            if end < 0:
                problems.append(TemplateProblem("brace", "a `{` without its `}`", "Write `{{` for a brace.", place))
                break
            name, bar, fallback = text[place + 1 : end].partition("|")
            if _NAME.fullmatch(name.strip()) is None:
                cure = "Write a name like `{child_name}`, or `{{` for a brace."
                problems.append(TemplateProblem("gap", f"`{name.strip()}` is not a name", cure, place))
            if words:
                parts.append("".join(words))
                words = []
            parts.append(Gap(name.strip(), fallback if bar else None))
            place = end + 1
    if words:
        parts.append("".join(words))
    return tuple(problems) or Template(text, tuple(parts))


def render(template: Template, lookup: Callable[[str], str | None]) -> str | None:
    """The text with its values; None where a value without a fallback is missing."""
    shown: list[str] = []
    for part in template.parts:
        if isinstance(part, str):
            shown.append(part)
            continue
        value = lookup(part.name)
        value = part.fallback if value is None else value
        if value is None:
            return None
        shown.append(value)
    return "".join(shown)


def plain_number(value: float) -> str:
    """A number as people write it: `3`, `0.25`, `1234.5`."""
    if float(value).is_integer() and abs(value) < 1e15:
        return str(int(value))
    return f"{round(value, 2):g}" if abs(value) < 1e5 else f"{value:.0f}"


def human_list(words: Sequence[str], last: str = "and") -> str:
    """`a`, `a and b`, `a, b and c`."""
    if len(words) < 2:
        return "".join(words)
    return f"{', '.join(words[:-1])} {last} {words[-1]}"
