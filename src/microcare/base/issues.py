"""An author's mistake is data: a code, a place, a sentence, a cure. All are collected; none is raised."""

from collections.abc import Collection
from dataclasses import dataclass
from difflib import get_close_matches
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is: an error keeps a program from running, a warning and a note do not."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A place in an author's file; lines and columns count from 1."""

    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


@dataclass(frozen=True, slots=True)
class Issue:
    """One thing an author should know, in plain words, with its likely cure."""

    code: str
    severity: Severity
    place: Place
    message: str
    cure: str = ""


def nearest(word: str, known: Collection[str]) -> str | None:
    """The known word an author most likely meant; None where none is near."""
    if len(word) > 200:
        return None
    found = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return found[0] if found else None
