"""Tables as CSV: the one place that writes them, so that no cell of them begins a formula in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import Protocol

BEGINS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""What begins a formula; some spreadsheets take the wide signs too."""


def safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula stays a text, also behind spaces; numbers are left alone."""
    if not isinstance(cell, str):
        return cell
    return f"'{cell}" if cell[:1] in BEGINS or cell.strip()[:1] in BEGINS else cell


class Writes(Protocol):
    """What is written to."""

    def write(self, text: str, /) -> object:
        """Take some text."""


def write_rows(file: Writes, rows: Iterable[Iterable[object]]) -> None:
    """Write rows (the columns' names are one) for whoever opens them, in a spreadsheet or by a program."""
    csv.writer(file).writerows([safe(cell) for cell in row] for row in rows)


def write_plain(file: Writes, rows: Iterable[Iterable[object]]) -> None:
    """Write rows as they are: for ourselves, on the way to another format, or of cells that are safe already."""
    csv.writer(file).writerows(rows)


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table as text."""
    text = io.StringIO()
    write_rows(text, [columns, *rows])
    return text.getvalue()
