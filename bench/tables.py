"""The decision table from a journal of many records (aim: 10 million in less than half a minute).

Virtual people live through programs/activity; their journal is written again and again under other names. The reference
is what cannot be avoided: reading the same bytes and decoding each line with msgspec, in one process. Interleaved rounds,
medians. `python bench/tables.py 10000000` measures that many; otherwise fewer, and the figure for 10 million is their
time per record times 10 million, and said to be so.

Run: python bench/tables.py [RECORDS]
"""

import os
import sys
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

import msgspec

from microcare.commands.loading import load
from microcare.hub import codec
from microcare.hub.programs import Programs
from microcare.optimization.dataset.journal import Line
from microcare.optimization.dataset.writing import write_journal
from microcare.simulation.virtual import PERSONAS, VirtualPerson
from microcare.simulation.world import live

PROGRAM = Path(__file__).parents[1] / "programs" / "activity"
START, DAYS, PLAYED, ROUNDS, RECORDS, GOAL = 1_772_434_800_000, 42, 20, 3, 1_000_000, 10_000_000


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


def decode(path: Path) -> float:
    """Seconds to read the lines and decode each, and to do nothing with them."""
    decoder = msgspec.json.Decoder(Line)
    begun = perf_counter()
    with path.open("rb") as file:
        for line in file:
            decoder.decode(line)
    return perf_counter() - begun


def main() -> None:
    """Measure and print."""
    records, workers = int(sys.argv[1]) if len(sys.argv) > 1 else RECORDS, os.cpu_count() or 1
    with TemporaryDirectory() as folder:
        journal, out = Path(folder, "journal.jsonl"), Path(folder, "decisions.csv")
        records = write(journal, records)
        size = journal.stat().st_size
        times: dict[str, list[float]] = {"reference": [], "one": [], "all": []}
        rows = 0
        for _ in range(ROUNDS):
            times["reference"].append(decode(journal))
            for name, count in (("one", 1), ("all", workers)):
                begun = perf_counter()
                rows = write_journal(journal, {"decisions": out}, count).rows["decisions"]
                times[name].append(perf_counter() - begun)
        reference, one, every = (median(times[k]) for k in ("reference", "one", "all"))
        print(f"{records:,} records ({size / 1e6:,.0f} MB), {rows:,} decision points, medians of {ROUNDS} rounds")
        print(f"plain msgspec decoding of the same lines, one process: {reference:.2f} s")
        for name, took in (("one process", one), (f"{workers} processes", every)):
            print(
                f"decision table, {name}: {took:.2f} s, {records / took:,.0f} records/s, {took / reference:.2f} x decoding"
            )
        if records < GOAL:
            print(f"at this rate 10,000,000 records take {every * GOAL / records:.0f} s (extrapolated, not measured)")


if __name__ == "__main__":
    main()
