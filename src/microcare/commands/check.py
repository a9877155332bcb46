"""`microcare check`."""

from pathlib import Path

from microcare.base.issues import Issue, Severity
from microcare.base.wording import counted
from microcare.commands.loading import issues_of, line, read
from microcare.commands.terminal import OK, PROBLEMS, paint, say, say_json


def run(path: Path, as_json: bool) -> int:
    """Print every issue of a program; status 1 if one is an error."""
    reading = read(path)
    issues = issues_of(reading)
    errors = sum(1 for i in issues if i.severity is Severity.ERROR)
    if as_json:
        say_json({"errors": errors, "issues": [_plain(i) for i in issues]})
    else:
        for issue in issues:
            say(line(issue))
        _summary(issues, errors, reading.program.program if reading.program else str(path))
    return PROBLEMS if errors or reading.program is None else OK


def _plain(issue: Issue) -> dict[str, object]:
    return {
        "code": issue.code,
        "severity": issue.severity.value,
        "file": issue.place.file,
        "line": issue.place.line,
        "column": issue.place.column,
        "message": issue.message,
        "cure": issue.cure,
    }


def _summary(issues: tuple[Issue, ...], errors: int, name: str) -> None:
    warnings = sum(1 for i in issues if i.severity is Severity.WARNING)
    notes = len(issues) - errors - warnings
    words = ", ".join(counted(n, w) for n, w in ((warnings, "warning"), (notes, "note")) if n)
    if errors:
        say(paint(f"{name}: {counted(errors, 'error')}", "red") + (f", {words}" if words else ""))
    else:
        say(paint(f"{name}: no errors", "green") + (f", {words}" if words else ""))
