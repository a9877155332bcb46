"""`microcare coverage`: the paper's planner."""

from dataclasses import asdict
from pathlib import Path

from microcare.commands.loading import load, read
from microcare.commands.terminal import OK, PROBLEMS, paint, say, say_json
from microcare.program.planner import coverage


def run(path: Path, as_json: bool) -> int:
    """Print what answers each need state, what nothing answers, and what to build next."""
    reading = read(path)
    if load(path) is None or reading.program is None:
        return PROBLEMS
    found = coverage(reading.program)
    if as_json:
        say_json(asdict(found))
        return OK
    for row in found.rows():
        say(paint(row, "bold") if row and not row.startswith(" ") else row)
    return OK
