"""The log of adverse events, as it leaves the hub: without names, and entered in the audit trail."""

from collections.abc import Collection

from microcare.base.cells import as_csv
from microcare.base.moments import format_moment
from microcare.care import clock
from microcare.store import audit, notes

COLUMNS = (
    "person", "entered", "happened", "severity", "serious", "related", "expected", "outcome", "program", "by", "what",
)  # fmt: skip
"""`entered` is a moment in UTC; `happened` a date as it was given."""


def as_table(by: str, programs: Collection[str] | None = None) -> str:
    """Adverse events of these programs (None: of all) as CSV, newest first; `by`: who takes them out."""
    found = notes.adverse(programs=programs)
    audit.append(clock.now(), by, "export", "adverse events", f"{len(found)} lines")
    return as_csv(
        COLUMNS,
        [
            (x.person, format_moment(x.at), x.happened, x.severity, int(x.serious), x.related, x.expected, x.outcome,
             x.program, x.by, x.text)
            for x in found
        ],
    )  # fmt: skip
