"""The decision table from a journal of many records (aim: 10 million in less than half a minute).

Virtual people live through programs/activity; their journal is written again and again under other names. The reference
is the plainest way to read the same file: json.loads of every line, in one process, and nothing done with it. Interleaved
rounds, medians. `--records 10000000` measures that many; otherwise fewer, and the figure for 10 million is their time per
record times 10 million, and said to be so. CPU seconds are printed too, for on a machine that others use they say more
than the clock. Memory is the largest process's, measured in one of its own.

Run: python bench/decision_table.py [--records N]
"""

import argparse
import json
import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from microcare.commands.loading import load
from microcare.hub import codec
from microcare.hub.programs import Programs
from microcare.optimization.dataset.writing import write_journal
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

PROGRAM = Path(__file__).parents[1] / "programs" / "activity"
START, DAYS, PLAYED, ROUNDS, RECORDS, GOAL = 1_772_434_800_000, 42, 20, 3, 300_000, 10_000_000


def lives() -> list[list[bytes]]:
    """The entries of some virtual people, encoded."""
    program = load(PROGRAM)
    assert program is not None
    programs, personas = Programs([program], {program.id: b"bench"}), list(PERSONAS.values())
    found = []
    for number in range(PLAYED):
        virtual = VirtualPerson(f"v{number}", personas[number % len(personas)], program, b"bench")
        steps = live(programs, virtual, "Europe/Berlin", START, DAYS)
        found.append([codec.encode(x) for taken in steps for x in taken.entries])
    return found


def write(path: Path, records: int) -> int:
    """A journal of at least so many records; how many it has."""
    played, written, person = lives(), 0, 0
    with path.open("wb") as file:
        while written < records:
            entries = played[person % PLAYED]
            head = b'{"person":"p%d","sequence":' % person
            file.write(b"".join(b'%s%d,"entry":%s}\n' % (head, n, body) for n, body in enumerate(entries, 1)))
            written += len(entries)
            person += 1
    return written


def loads(path: Path) -> None:
    """Read the lines and decode each, and do nothing with them."""
    with path.open("rb") as file:
        for line in file:
            json.loads(line)


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the clock and of the processors, those of finished children too."""
    begun, used = perf_counter(), sum(os.times()[:4])
    work()
    return perf_counter() - begun, sum(os.times()[:4]) - used


def memory(journal: Path, out: Path, workers: int) -> int:
    """The peak of the largest process that makes the table, in MB."""
    command = [sys.executable, __file__, "--table", str(journal), str(out), str(workers)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def table(journal: Path, out: Path, workers: int) -> int:
    """Make the table; how many rows it has."""
    return write_journal(journal, {"decisions": out}, workers).rows["decisions"]


def main() -> None:
    """Measure and print."""
    asked = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    asked.add_argument("--records", type=int, default=RECORDS)
    asked.add_argument("--table", nargs=3, help=argparse.SUPPRESS)
    given = asked.parse_args()
    if given.table:
        table(Path(given.table[0]), Path(given.table[1]), int(given.table[2]))
        print(
            max(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)) // 1024
        )
        return
    with TemporaryDirectory() as folder:
        measure(Path(folder, "journal.jsonl"), Path(folder, "decisions.csv"), given.records)


def measure(journal: Path, out: Path, wanted: int) -> None:
    """Make a journal, read it in every way in turn, and print the medians."""
    records, workers = write(journal, wanted), max(os.cpu_count() or 1, 2)
    ways: dict[str, Callable[[], object]] = {
        "json.loads of every line, one process": lambda: loads(journal),
        "decision table, one process": lambda: table(journal, out, 1),
        f"decision table, {workers} processes": lambda: table(journal, out, workers),
    }
    found: dict[str, list[tuple[float, float]]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, way in ways.items():
            found[name].append(timed(way))
    with out.open("rb") as file:
        rows = sum(1 for _ in file) - 1
    print(
        f"{records:,} records ({journal.stat().st_size / 1e6:,.0f} MB), {rows:,} decision points, medians of {ROUNDS} rounds"
    )
    clock = {name: median(seconds for seconds, _ in times) for name, times in found.items()}
    reference = next(iter(clock.values()))
    for name, times in found.items():
        took, used = clock[name], median(cpu for _, cpu in times)
        print(
            f"{name}: {took:.2f} s ({used:.2f} CPU s), {records / took:,.0f} records/s, {took / reference:.2f} x json.loads"
        )
    print(f"memory of the largest process: {memory(journal, out, workers)} MB")
    if records < GOAL:
        least = min(list(clock.values())[1:])
        print(f"at this rate {GOAL:,} records take {least * GOAL / records:.0f} s (extrapolated, not measured)")


if __name__ == "__main__":
    main()
