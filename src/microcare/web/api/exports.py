"""Tables of the data set, as files."""

from enum import StrEnum

from django.http import HttpResponse

from microcare.care import export

Name = StrEnum("Name", {name.upper(): name for name in export.NAMES})  # type: ignore[misc]
"""The tables."""
KINDS = {"csv": "text/csv", "jsonl": "application/jsonl"}


def write(table: str, form: str, program: str) -> HttpResponse:
    """One table of everybody (of a program) who agreed to research; a header says how many did not."""
    body, left_out = export.table(table, form, program)
    headers = {"Content-Disposition": f'attachment; filename="{table}.{form}"', "X-Left-Out": str(left_out)}
    return HttpResponse(body, content_type=KINDS[form], headers=headers)
