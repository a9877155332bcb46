"""What a program promises beyond its form: one promise a file. To add a check, add its file here and its cases."""

from itertools import islice

from microcare.base.issues import Issue
from microcare.program.checks import (
    chances,
    circles,
    claims,
    constants,
    endings,
    fields,
    languages,
    limits,
    links,
    looks,
    names,
    outcomes,
    reach,
    safety,
    scores,
    texts,
    triggers,
)
from microcare.program.checks.common import Checked
from microcare.program.compiler import compile_program
from microcare.program.reader import Reading

CHECKS = {
    "names": names.check,
    "triggers": triggers.check,
    "chances": chances.check,
    "reach": reach.check,
    "constants": constants.check,
    "limits": limits.check,
    "endings": endings.check,
    "texts": texts.check,
    "languages": languages.check,
    "outcomes": outcomes.check,
    "claims": claims.check,
    "safety": safety.check,
    "links": links.check,
    "looks": looks.check,
    "fields": fields.check,
    "circles": circles.check,
    "scores": scores.check,
}


MOST = 100
"""So many issues one check may have: a program with more is mended in several rounds."""


def check_program(reading: Reading) -> tuple[Issue, ...]:
    """Everything the compiler and the checks have to say of a program that could be read, sorted by place."""
    if reading.program is None:
        return ()
    compiled, found = compile_program(reading.program, reading.source)
    checked = Checked(reading.program, reading.source, compiled)
    issues = [*found, *(issue for check in CHECKS.values() for issue in islice(check(checked), MOST))]
    return tuple(sorted(dict.fromkeys(issues), key=lambda i: (i.place, i.code, i.message)))
