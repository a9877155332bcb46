"""An author's mistakes are data: what is wrong, where, and the likely cure. All are collected, none is raised."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum

LONGEST = 80
"""Words longer than this are not compared: the comparison takes time that grows with their length."""


class Severity(StrEnum):
    """What follows from an issue: the program cannot be used, may not do what is meant, or is only worth a look."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in an author's file; line and column count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One mistake. `code` is a short stable name for it, `message` says what is wrong, `cure` what would mend it."""

    code: str
    severity: Severity
    place: Place
    message: str
    cure: str = ""

    def __str__(self) -> str:
        cure = f" {self.cure}" if self.cure else ""
        return f"{self.place}: {self.severity}: {self.message}{cure}"


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word most like this one, for "did you mean"; None if none is near. Its case does not matter."""
    if not word or len(word) > LONGEST:
        return None
    spellings: dict[str, str] = {}
    # Sorted, so that the answer does not depend on the order of a set.
    for name in sorted(known):
        spellings.setdefault(name.lower(), name)
    found = get_close_matches(word.lower(), spellings, n=1, cutoff=0.6)
    return spellings[found[0]] if found else None
