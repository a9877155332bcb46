"""`microcare preview`: an author's time travel."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from microcare.base.issues import nearest
from microcare.base.moments import format_local, is_zone, parse_moment
from microcare.base.wording import counted, human_list
from microcare.base.zones import zone_names
from microcare.commands.loading import load
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, no_moment, paint, progress, say, say_json
from microcare.hub import codec
from microcare.hub import entry as e
from microcare.hub.fits import answer_problem
from microcare.hub.programs import Programs
from microcare.hub.sentences import to_facilitator
from microcare.hub.step import Step
from microcare.hub.stimulus import Value
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
    answers: tuple[str, ...] = ()
    """MEASURE.ITEM=VALUE: what is answered each time."""
    out: Path | None = None


def run(path: Path, wish: Wish, as_json: bool) -> int:
    """Play a virtual person and print the timeline."""
    start = parse_moment(wish.start)
    wrong = [w for w in (_no_persona(wish.persona), no_moment("--start", wish.start), _no_zone(wish.zone)) if w]
    if wrong or start is None:
        for words in wrong:
            complain(words)
        return USAGE
    compiled = load(path)
    if compiled is None:
        return PROBLEMS
    seed = wish.seed.to_bytes(8, "big", signed=True)
    programs = Programs([compiled], {compiled.id: seed})
    answers = {place: value for place, value in (_forced(compiled, text) for text in wish.answers) if place != ("", "")}
    if len(answers) < len(wish.answers):
        return USAGE
    virtual = VirtualPerson("virtual", PERSONAS[wish.persona], compiled, seed, answers)
    steps = live(programs, virtual, wish.zone, start, wish.days)
    if wish.out is not None:
        return _journal(steps, wish)
    if as_json:
        entries = [x for taken in steps for x in taken.entries]
        say_json([_plain(x, wish.zone) for x in entries if wish.detail or not isinstance(x, QUIET)])
        return OK
    _timeline(compiled, list(progress(steps, wish.days * 10, "playing")), wish)
    return OK


def _forced(compiled: CompiledProgram, text: str) -> tuple[tuple[str, str], Value]:
    """A forced answer; its place is empty where it is none, and why is said."""
    place, _, written = text.partition("=")
    name, _, item = place.strip().partition(".")
    measure = compiled.measures.get(name)
    if measure is None or item not in measure.items:
        known = [f"{m}.{i}" for m, found in compiled.measures.items() for i in found.items]
        near = nearest(place.strip(), known)
        meant = f"Did you mean `{near}`?" if near else f"There are: {human_list(known[:12])}."
        complain(f"`--answer {text}`: there is no question `{place}`. {meant}")
        return ("", ""), None
    value = {"true": True, "yes": True, "false": False, "no": False}.get(written.strip().lower(), _number(written))
    problem = answer_problem(measure.items[item], value)
    if problem and answer_problem(measure.items[item], written.strip()) == "":
        value, problem = written.strip(), ""
    if problem:
        complain(f"`--answer {text}`: {problem}")
        return ("", ""), None
    return (name, item), value


def _number(text: str) -> Value:
    try:
        number = float(text)
    except ValueError:
        return text.strip()
    return int(number) if number.is_integer() else number


def _journal(steps: Iterator[Step], wish: Wish) -> int:
    """Write the journal, as `replay` does: `export` reads it."""
    assert wish.out is not None
    temporary, sequence = wish.out.with_name(wish.out.name + ".part"), 0
    with temporary.open("w", encoding="utf-8") as file:
        for taken in progress(steps, wish.days * 10, "playing"):
            for stated in taken.entries:
                sequence += 1
                file.write(f'{{"person":"virtual","sequence":{sequence},"entry":{codec.encode(stated).decode()}}}\n')
    temporary.replace(wish.out)
    say(f"{counted(sequence, 'entry', 'entries')} in {wish.out}")
    return OK


def _no_persona(persona: str) -> str:
    """What to say of a persona that there is not; empty where there is."""
    if persona in PERSONAS:
        return ""
    near = nearest(persona, PERSONAS)
    meant = f" Did you mean `{near}`?" if near else ""
    return f"`--persona`: there is no persona `{persona}`.{meant} There are: {human_list(list(PERSONAS))}."


def _no_zone(zone: str) -> str:
    """What to say of a time zone that there is not; empty where there is."""
    if is_zone(zone):
        return ""
    names = sorted(zone_names())
    city = zone.strip().replace(" ", "_").rpartition("/")[2].lower()
    near = next((n for n in names if n.lower().rpartition("/")[2] == city), None) or nearest(zone, names)
    if re.search(r"[+-]\d", zone):
        # An offset fits a place for half of a year only, and the names of fixed offsets have their signs turned round.
        near = None
    if parse_moment(zone) is not None:
        return f"`--zone`: `{zone}` is a moment; give it with `--start`. A zone has a name like Europe/Berlin."
    meant = f"Did you mean `{near}`?" if near else "Write a name like Europe/Berlin."
    return f"`--zone`: there is no time zone `{zone}`. {meant}"


def _plain(stated: e.Any, zone: str) -> dict[str, Any]:
    return {"local": format_local(zone, stated.at), **msgspec.to_builtins(stated)}


def _timeline(compiled: CompiledProgram, steps: list[Any], wish: Wish) -> None:
    say(paint(f"{compiled.id}: {counted(wish.days, 'day')} with the {wish.persona} persona, in {wish.zone}", "bold"))
    day, counts = "", Counter[str]()
    for taken in steps:
        for stated in taken.entries:
            counts[type(stated).__name__] += not getattr(stated, "corrects", False)
            if isinstance(stated, QUIET) and not wish.detail:
                continue
            local = format_local(wish.zone, stated.at)
            if local[:10] != day:
                day = local[:10]
                say(paint(f"\n{day}", "bold"))
            color = COLORS.get(type(stated))
            sentence = to_facilitator(stated, compiled, wish.zone)
            say(f"  {paint(local[11:16], 'dim')}  {paint(sentence, color) if color else sentence}")
    say()
    say(
        f"{counted(counts['Delivered'], 'delivery', 'deliveries')}, {counted(counts['Decided'], 'decision point')}, "
        f"{counted(counts['Answered'], 'answer')}, {counted(counts['Started'], 'micro intervention')} begun, "
        f"{counts['OverallOutcome']} over."
    )
