"""Tables of the data set, as files."""

from enum import StrEnum
from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpResponse

from microcare.care.export import agreed, people_entries
from microcare.optimization.dataset.tables import TABLES
from microcare.optimization.dataset.writing import write_people

Name = StrEnum("Name", {name.upper(): name for name in TABLES})  # type: ignore[misc]
"""The tables."""
KINDS = {"csv": "text/csv", "jsonl": "application/jsonl"}


def write(table: str, form: str, program: str) -> HttpResponse:
    """One table of everybody (of a program) who agreed to research; a header says how many did not."""
    chosen, left_out = agreed(program)
    with TemporaryDirectory() as folder:
        file = Path(folder) / f"{table}.{form}"
        write_people(people_entries(chosen), {table: file})
        body = file.read_bytes()
    headers = {"Content-Disposition": f'attachment; filename="{table}.{form}"', "X-Left-Out": str(left_out)}
    return HttpResponse(body, content_type=KINDS[form], headers=headers)
