"""Golden journeys: the shipped programs lived through by virtual people. `pytest --update` rewrites the stories."""

from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest

from microcare.base.moments import format_local, local_day, parse_moment
from microcare.commands.loading import load
from microcare.commands.preview import QUIET
from microcare.hub import codec, entry
from microcare.hub.fold import fold_all
from microcare.hub.programs import Programs
from microcare.hub.sentences import to_facilitator
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

PROGRAMS = Path(__file__).parents[2] / "programs"
STORIES = Path(__file__).parent / "stories"
ZONE = "Europe/Berlin"
START = parse_moment("2026-03-02T07:10:00Z") or 0
JOURNEYS = [
    (program, persona, days)
    for program in ("parenting", "activity", "mood", "veterans")
    for persona, days in (("engaged", 75), ("seldom", 60), ("silent", 90))
]


@lru_cache
def program_of(name: str) -> CompiledProgram:
    compiled = load(PROGRAMS / name)
    assert compiled is not None
    return compiled


@lru_cache
def journey(name: str, persona: str, days: int) -> tuple[Step, ...]:
    compiled = program_of(name)
    virtual = VirtualPerson("ada", PERSONAS[persona], compiled, b"journeys")
    return tuple(live(Programs([compiled], {name: b"journeys"}), virtual, ZONE, START, days))


def told(name: str, steps: tuple[Step, ...]) -> Iterator[str]:
    """A journey as people read it, day by day, without what only machines look at."""
    day = ""
    for stated in (x for taken in steps for x in taken.entries if not isinstance(x, QUIET)):
        local = format_local(ZONE, stated.at)
        if local[:10] != day:
            day = local[:10]
            yield f"\n{day} (day {local_day(ZONE, stated.at) - local_day(ZONE, START) + 1})"
        yield f"  {local[11:16]}  {to_facilitator(stated, program_of(name), ZONE)}"


@pytest.mark.parametrize(("name", "persona", "days"), JOURNEYS, ids=lambda x: str(x))
def test_journey(name: str, persona: str, days: int, request: pytest.FixtureRequest) -> None:
    text = f"{name}: {days} days, {persona}\n" + "\n".join(told(name, journey(name, persona, days))) + "\n"
    path = STORIES / f"{name}_{persona}.txt"
    if request.config.getoption("--update"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8"), f"{path.name}: look at the difference, then `pytest --update`"


@pytest.mark.parametrize(("name", "persona", "days"), JOURNEYS, ids=lambda x: str(x))
def test_nothing_goes_wrong_on_the_way(name: str, persona: str, days: int) -> None:
    steps = journey(name, persona, days)
    entries = [x for taken in steps for x in taken.entries]
    assert codec.encode(fold_all(State(), entries)) == codec.encode(steps[-1].state)
    assert not [x for x in entries if isinstance(x, entry.Stopped)]
    points = [x for x in entries if isinstance(x, entry.Decided)]
    assert len({x.point for x in points}) == len(points)
    assert not [x for x in points if x.outcome == "missed"], "time ran evenly, so nothing was missed"
