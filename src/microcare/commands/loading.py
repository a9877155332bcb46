"""Reading and checking a program for a command."""

from pathlib import Path

from microcare.base.issues import Issue, Severity
from microcare.base.wording import counted
from microcare.commands.terminal import complain, paint
from microcare.exchange.questionnaires import questionnaire_measure
from microcare.program.checks import check_program
from microcare.program.compiled import CompiledProgram
from microcare.program.compiler import compile_program
from microcare.program.reader import Reading, read_program


def read(path: Path) -> Reading:
    """Read a program, FHIR questionnaires included."""
    return read_program(path, questionnaire_measure)


def issues_of(reading: Reading) -> tuple[Issue, ...]:
    """Everything the reader, the compiler and the checks have to say, in the order of the files."""
    found = (*reading.issues, *check_program(reading)) if reading.program is not None else reading.issues
    return tuple(sorted(dict.fromkeys(found), key=lambda i: (i.place, i.code, i.message)))


def load(path: Path) -> CompiledProgram | None:
    """A program ready to run; where it has errors they are printed, and there is none."""
    reading = read(path)
    errors = [i for i in issues_of(reading) if i.severity is Severity.ERROR]
    compiled = None if errors or reading.program is None else compile_program(reading.program, reading.source)[0]
    if compiled is None:
        for issue in errors:
            complain(line(issue))
        complain(f"{counted(len(errors), 'error')}; `microcare check {path}` says more.")
    return compiled


def line(issue: Issue) -> str:
    """An issue as one line, with its cure on the next."""
    color = {Severity.ERROR: "red", Severity.WARNING: "yellow", Severity.NOTE: "blue"}[issue.severity]
    head = f"{issue.place}: {paint(issue.severity.value, color)}: {issue.message}"
    return f"{head}\n    {paint(issue.cure, 'dim')}" if issue.cure else head
