"""Tables as CSV that people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

MARK = "\ufeff"
"""At the beginning, so that spreadsheets read the letters right."""


def safe(cell: object) -> object:
    """A text that a spreadsheet would take for a formula stays a text."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in ("=", "+", "-", "@", "\t", "\r") else cell


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(columns)
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    return text.getvalue()
