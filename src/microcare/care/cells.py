"""Tables as CSV that people open in spreadsheets."""

import csv
import io
from collections.abc import Iterable, Sequence

from microcare.base.cells import safe

MARK = "\ufeff"
"""At the beginning, so that spreadsheets read the letters right."""


def as_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """The table as text."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(name) for name in columns])
    writer.writerows([[safe(cell) for cell in row] for row in rows])
    return text.getvalue()
