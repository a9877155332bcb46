"""`microcare simulate`: many virtual people live with a program, and their journal is written."""

import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path

import yaml

from microcare.base.issues import nearest
from microcare.base.moments import is_zone, parse_moment
from microcare.commands.loading import load
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, progress, say, say_json
from microcare.program.compiled import CompiledProgram
from microcare.simulation.population import Population, life
from microcare.simulation.response import Response, read_response
from microcare.simulation.virtual import PERSONAS

AT_ONCE = 8
"""People that a process plays before it hands their journals over."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What to simulate."""

    people: int
    days: int
    seed: int
    zone: str
    start: str
    response: Path | None
    workers: int


def run(path: Path, wish: Wish, out: Path, as_json: bool) -> int:
    """Play the people and write one journal, person after person."""
    start = parse_moment(wish.start)
    if start is None or not is_zone(wish.zone):
        complain("`--start` needs a moment like 2026-03-02T08:00:00Z, `--zone` a name like Europe/Berlin.")
        return USAGE
    program = load(path)
    response = _response(wish.response)
    if program is None or response is None:
        return PROBLEMS
    population = Population(wish.people, wish.days, start, wish.zone, wish.seed, response)
    temporary, entries = out.with_name(out.name + ".part"), 0
    try:
        with temporary.open("wb") as file:
            lives = _lives(path, population, wish.workers or os.cpu_count() or 1)
            for person, bodies in progress(lives, population.people, "simulating"):
                head = f'{{"person":"{person}","sequence":'.encode()
                file.writelines(b'%s%d,"entry":%s}\n' % (head, n, body) for n, body in enumerate(bodies, 1))
                entries += len(bodies)
        temporary.replace(out)
    except OSError as error:
        complain(f"{out}: {error}")
        return PROBLEMS
    if as_json:
        say_json({"journal": str(out), "people": wish.people, "days": wish.days, "entries": entries, "synthetic": True})
    else:
        say(f"{wish.people} virtual people, {wish.days} days each, {entries} entries in {out}")
    return OK


def _response(path: Path | None) -> Response | None:
    """What is planted: the file that is given, else nothing."""
    if path is None:
        return Response()
    try:
        found = read_response(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
    except (OSError, ValueError, yaml.YAMLError) as error:
        complain(f"{path}: {error}")
        return None
    strange = [name for name in found.people if name not in PERSONAS]
    if strange or (found.people and not sum(found.people.values()) > 0):
        near = nearest(strange[0], PERSONAS) if strange else None
        complain(
            f"{path}: `people` gives shares to {', '.join(PERSONAS)}" + (f"; did you mean `{near}`?" if near else "")
        )
        return None
    return found


def _lives(path: Path, population: Population, workers: int) -> Iterator[tuple[str, list[bytes]]]:
    if workers < 2 or population.people <= AT_ONCE:
        yield from (_one(path, population, number) for number in range(population.people))
        return
    with ProcessPoolExecutor(min(workers, population.people)) as pool:
        yield from pool.map(partial(_one, path, population), range(population.people), chunksize=AT_ONCE)


def _one(path: Path, population: Population, number: int) -> tuple[str, list[bytes]]:
    return population.name(number), list(life(_loaded(path), population, number))


@lru_cache(maxsize=1)
def _loaded(path: Path) -> CompiledProgram:
    """The program, read once a process: a compiled one holds functions, which cannot travel."""
    program = load(path)
    assert program is not None, "it was read before"
    return program
