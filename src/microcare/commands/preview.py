"""`microcare preview`: an author's time travel."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from microcare.base.issues import nearest
from microcare.base.moments import format_local, is_zone, parse_moment
from microcare.commands.loading import load
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, paint, progress, say, say_json
from microcare.hub import entry as e
from microcare.hub.explainer import to_facilitator
from microcare.hub.programs import Programs
from microcare.program.compiled import CompiledProgram
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

QUIET = (e.Signaled, e.Followed, e.Began, e.Closed, e.Staged, e.EvaluationClosed, e.Completed, e.MomentsDrawn)
"""Entries that only --detail shows."""
COLORS: dict[type, str] = {
    e.Started: "green",
    e.OverallOutcome: "green",
    e.Alerted: "red",
    e.Stopped: "red",
    e.Refused: "yellow",
}


@dataclass(frozen=True, slots=True)
class Wish:
    """What to play."""

    days: int
    persona: str
    seed: int
    zone: str
    start: str
    detail: bool


def run(path: Path, wish: Wish, as_json: bool) -> int:
    """Play a virtual person and print the timeline."""
    start = parse_moment(wish.start)
    if wish.persona not in PERSONAS:
        complain(
            f"There is no persona `{wish.persona}`; did you mean `{nearest(wish.persona, PERSONAS) or 'average'}`?"
        )
        return USAGE
    if start is None or not is_zone(wish.zone):
        complain("`--start` needs a moment like 2026-03-02T08:00:00Z, `--zone` a name like Europe/Berlin.")
        return USAGE
    compiled = load(path)
    if compiled is None:
        return PROBLEMS
    seed = wish.seed.to_bytes(8, "big", signed=True)
    programs = Programs([compiled], {compiled.id: seed})
    virtual = VirtualPerson("virtual", PERSONAS[wish.persona], compiled, seed)
    steps = live(programs, virtual, wish.zone, start, wish.days)
    if as_json:
        entries = [x for taken in steps for x in taken.entries]
        say_json([_plain(x, wish.zone) for x in entries if wish.detail or not isinstance(x, QUIET)])
        return OK
    _timeline(compiled, list(progress(steps, wish.days * 10, "playing")), wish)
    return OK


def _plain(stated: e.Any, zone: str) -> dict[str, Any]:
    return {"local": format_local(zone, stated.at), **msgspec.to_builtins(stated)}


def _timeline(compiled: CompiledProgram, steps: list[Any], wish: Wish) -> None:
    say(paint(f"{compiled.id}: {wish.days} days with the {wish.persona} persona, in {wish.zone}", "bold"))
    day, counts = "", Counter[str]()
    for taken in steps:
        for stated in taken.entries:
            counts[type(stated).__name__] += 1
            if isinstance(stated, QUIET) and not wish.detail:
                continue
            local = format_local(wish.zone, stated.at)
            if local[:10] != day:
                day = local[:10]
                say(paint(f"\n{day}", "bold"))
            color = COLORS.get(type(stated))
            sentence = to_facilitator(stated, compiled)
            say(f"  {paint(local[11:16], 'dim')}  {paint(sentence, color) if color else sentence}")
    say()
    say(
        f"{counts['Delivered']} deliveries, {counts['Decided']} decision points, {counts['Answered']} answers, "
        f"{counts['Started']} micro interventions begun, {counts['OverallOutcome']} over."
    )
