"""Journals of JSON lines, read in pieces that hold whole people, so that no journal is too large.

A line is {"person": ..., "sequence": ..., "entry": {...}}. Where the lines of a person stand together, the file is cut
between people; where people are mixed (a replay writes them by time), it is first sorted into smaller files by person.
"""

import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, get_args

import msgspec

from microcare.hub import entry as e

PIECE = 32 * 1024 * 1024
"""Bytes of a journal that are read at once."""
KIND, END = b'"entry":{"kind":"', b"}}\n"
KINDS = frozenset(kind.__struct_config__.tag for kind in get_args(e.Any))


class Line(msgspec.Struct):
    """One line of a journal."""

    person: str
    sequence: int
    entry: e.Any


class _Who(msgspec.Struct):
    person: str


_line = msgspec.json.Decoder(Line)
_who = msgspec.json.Decoder(_Who)


class JournalError(ValueError):
    """A line that is no entry of a journal."""


def pieces(path: Path, size: int = PIECE) -> list[tuple[int, int]]:
    """Byte ranges (from, to) of a journal that begin where another person's lines begin."""
    whole = path.stat().st_size
    cuts = [0]
    with path.open("rb") as file:
        for wanted in range(size, whole, size):
            if wanted > cuts[-1]:
                cut = _next_person(file, wanted)
                if cut < whole:
                    cuts.append(cut)
    return list(zip(cuts, [*cuts[1:], whole], strict=True))


def _next_person(file: BinaryIO, wanted: int) -> int:
    """Where, after a place in the file, the lines of another person begin."""
    file.seek(wanted)
    file.readline()
    before = None
    while True:
        place, line = file.tell(), file.readline()
        if not line:
            return place
        try:
            person = _who.decode(line).person
        except msgspec.DecodeError:
            return place  # The piece that begins here says which line it is.
        if before is not None and person != before:
            return place
        before = person


def read_piece(path: Path, piece: tuple[int, int], wanted: frozenset[str]) -> Iterator[tuple[str, list[e.Any]]]:
    """The people of a piece in order of appearance, each with their entries of the wanted kinds in order.

    Raises:
        JournalError: a line is no entry, with its number.
    """
    found: dict[str, list[tuple[int, e.Any]]] = {}
    names = {kind.encode() for kind in KINDS - wanted}
    with path.open("rb") as file:
        file.seek(piece[0])
        place = piece[0]
        for line in file:
            if place >= piece[1]:
                break
            # Most lines are of no interest: their kind is read off before anything is decoded.
            start = line.find(KIND) + len(KIND)
            if line[start : line.find(b'"', start)] in names and line.endswith(END):
                place += len(line)
                continue
            try:
                read = _line.decode(line)
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                if line.strip():
                    raise _wrong(path, place, error) from None
            else:
                kept = found.get(read.person)
                if kept is None:
                    kept = found[read.person] = []
                kept.append((read.sequence, read.entry))
            place += len(line)
    for person, kept in found.items():
        kept.sort(key=_by_sequence)
        yield person, [stated for _, stated in kept]


def _by_sequence(pair: tuple[int, e.Any]) -> int:
    return pair[0]


def _wrong(path: Path, place: int, error: Exception) -> JournalError:
    number = 1
    with path.open("rb") as file:
        while place > 0:
            block = file.read(min(place, 1 << 20))
            number += block.count(b"\n")
            place -= len(block)
    return JournalError(f"line {number} is no entry of a journal ({error})")


def separate(path: Path, folder: Path, size: int = PIECE) -> list[Path]:
    """Copy a journal in which people are mixed into files that hold whole people, in order of their lines."""
    count = min(200, path.stat().st_size // size + 1)
    parts = [folder / f"people-{n:03}.jsonl" for n in range(count)]
    files = [part.open("wb") for part in parts]
    try:
        with path.open("rb") as file:
            for line in file:
                if line.strip():
                    files[zlib.crc32(_who.decode(line).person.encode()) % count].write(line)
    finally:
        for one in files:
            one.close()
    return parts
