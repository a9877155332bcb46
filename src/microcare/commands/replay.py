"""`microcare replay`: recorded stimuli through a program, into a journal."""

import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_args

import msgspec

from microcare.base.issues import nearest
from microcare.base.moments import parse_moment
from microcare.base.wording import counted, human_list
from microcare.commands.loading import load
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, no_moment, progress, say, say_json
from microcare.exchange.open_mhealth import Refusal
from microcare.exchange.wearables import signals_of
from microcare.hub import codec, stimulus
from microcare.hub.advance import advance, wake
from microcare.hub.listening import apart
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.program.compiled import CompiledProgram

LONGEST = 100_000
"""Characters of one line at most."""
KINDS = sorted([*(str(one.__struct_config__.tag) for one in get_args(stimulus.Any)), "data_point"])
"""The kinds of stimuli that a line may hold."""


class StimulusError(Exception):
    """A line that is no stimulus."""


def run(path: Path, stimuli: Path, out: Path, seed: str, until: str, as_json: bool) -> int:
    """Run stimuli and write the journal; nothing is written where a line cannot be read."""
    compiled = load(path)
    if compiled is None:
        return PROBLEMS
    end = parse_moment(until) if until else None
    if until and end is None:
        complain(no_moment("--until", until))
        return USAGE
    try:
        lines = list(_read(stimuli, compiled))
    except (OSError, UnicodeDecodeError) as error:
        complain(f"{stimuli}: {error}")
        return PROBLEMS
    except StimulusError as error:
        complain(str(error))
        return PROBLEMS
    programs = Programs([compiled], {compiled.id: seed.encode()})
    temporary = out.with_name(out.name + ".part")
    counts: Counter[str] = Counter()
    with temporary.open("w", encoding="utf-8") as file:
        for person, sequence, stated in progress(_play(programs, lines, end), len(lines) * 2, "replaying"):
            counts[stated.__struct_config__.tag] += 1
            body = codec.encode(stated).decode()
            file.write(f'{{"person":{json.dumps(person)},"sequence":{sequence},"entry":{body}}}\n')
    temporary.replace(out)
    people = len({person for person, _ in lines})
    if as_json:
        say_json({"journal": str(out), "people": people, "stimuli": len(lines), "entries": dict(counts)})
    else:
        said = [counted(people, "person", "people"), counted(len(lines), "stimulus", "stimuli")]
        say(f"{', '.join(said)}, {counted(sum(counts.values()), 'entry', 'entries')} in {out}")
        if counts["refused"]:
            were = "was not taken; its entry says" if counts["refused"] == 1 else "were not taken; their entries say"
            say(f"{counted(counts['refused'], 'stimulus', 'stimuli')} {were} why.")
    return OK


def _data_point(found: dict[str, Any], program: CompiledProgram, place: str) -> tuple[stimulus.Signal, ...]:
    received = found.get("received") or found["at"]
    signals = signals_of(program, found["point"], found["key"], received)
    if isinstance(signals, Refusal):
        raise StimulusError(f"{place}: {signals}")
    return signals


def _read(path: Path, program: CompiledProgram) -> Iterator[tuple[str, stimulus.Any]]:
    with path.open(encoding="utf-8") as file:
        for number, line in enumerate(file, 1):
            if line.strip():
                yield from read_line(line, f"{path}:{number}", program)


def read_line(line: str, place: str, program: CompiledProgram) -> Iterator[tuple[str, stimulus.Any]]:
    """One line: (person, stimulus). Moments may be ISO 8601 or milliseconds. Raises StimulusError with the place.

    A line of kind `data_point` holds an Open mHealth data point, and gives the signals that it feeds.
    """
    if len(line) > LONGEST:
        raise StimulusError(f"{place}: the line is too long for a stimulus")
    try:
        found: dict[str, Any] = json.loads(line)
        person = found.pop("person")
        for name in ("at", "received", "since"):
            if isinstance(found.get(name), str):
                moment = parse_moment(found[name])
                if moment is None:
                    raise StimulusError(f"{place}: `{found[name]}` is not a moment; write it like 2026-03-02T08:00:00Z")
                found[name] = moment
        if not isinstance(person, str):
            raise StimulusError(f"{place}: `person` must be a text")
        kind = found.get("kind")
        if kind not in KINDS:
            raise StimulusError(f"{place}: {_no_kind(kind)}")
        if kind == "data_point":
            yield from ((person, one) for one in _data_point(found, program, place))
        else:
            yield person, msgspec.convert(found, stimulus.Any)
    except KeyError:
        raise StimulusError(f"{place}: it does not say which person") from None
    except RecursionError:
        raise StimulusError(f"{place}: it is nested too deeply") from None
    except (json.JSONDecodeError, msgspec.ValidationError, AttributeError, TypeError) as error:
        raise StimulusError(f"{place}: {error}") from None


def _no_kind(kind: object) -> str:
    """What to say of a kind that there is not, or is missing."""
    near = nearest(kind, KINDS) if isinstance(kind, str) else None
    meant = f" Did you mean `{near}`?" if near else ""
    said = f"there is no kind `{str(kind)[:40]}`.{meant}" if kind is not None else "it does not say its kind."
    return f"{said} There are: {human_list(KINDS)}."


def _play(programs: Programs, lines: list[tuple[str, stimulus.Any]], end: int | None) -> Iterator[tuple[str, int, Any]]:
    people: dict[str, tuple[State, int | None, int]] = {}
    keys: set[tuple[str, str]] = set()
    for person, one in sorted(lines, key=lambda pair: max(pair[1].arrived, pair[1].at)):
        if (person, one.key) in keys:
            continue
        keys.add((person, one.key))
        state, due, sequence = people.get(person, (State(), None, 0))
        one = apart(programs, state, one) if isinstance(one, stimulus.Answer) else one
        steps = advance(programs, person, state, due, one, punctual=True)
        yield from _take(people, person, sequence, steps)
    last = end if end is not None else max((max(s.arrived, s.at) for _, s in lines), default=0)
    for person, (state, due, sequence) in list(people.items()):
        yield from _take(people, person, sequence, wake(programs, person, state, due, last, punctual=True))


def _take(
    people: dict[str, tuple[State, int | None, int]], person: str, sequence: int, steps: Iterator[Step]
) -> Iterator[tuple[str, int, Any]]:
    for taken in steps:
        for stated in taken.entries:
            sequence += 1
            yield person, sequence, stated
        people[person] = (taken.state, taken.due, sequence)
