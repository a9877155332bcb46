"""Tables out: written in parts, piece by piece of a journal, then joined; never all in memory.

Numbers are written so that reading them gives the same number again; what is unknown is empty. In CSV a text that would
begin a formula in a spreadsheet has an apostrophe before it; Parquet and JSON lines hold it as it is.
"""

import csv
import gc
import json
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from microcare.base.cells import write_plain, write_rows
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import Row, described, ordered
from microcare.optimization.dataset.journal import PIECE, pieces, read_piece, separate
from microcare.optimization.dataset.tables import TABLES, kinds, rows_of

FORMATS = ("csv", "parquet", "jsonl")
TOGETHER = 200
"""People of a hub whose rows are written together."""
LEAST = 4 * 1024 * 1024
"""Bytes of a journal that are worth a process's while."""
Follow = Callable[[Iterable["Part"], int], Iterable["Part"]]
"""Shows progress: the parts as they come, and how many there are (0: not known)."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one piece of a journal gave: a file for each table that has rows, with its columns and how many rows."""

    number: int
    people: frozenset[str]
    files: dict[str, tuple[Path, tuple[str, ...], int]]


@dataclass(frozen=True, slots=True)
class Written:
    """The tables that were written, with their rows; and the codebooks."""

    people: int
    rows: dict[str, int]
    files: dict[str, Path]
    columns: dict[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Choice:
    """What to write of a table: only these columns in this order, and only rows that hold these values."""

    columns: tuple[str, ...] = ()
    only: tuple[tuple[str, str], ...] = ()

    def rows(self, rows: list[Row]) -> list[Row]:
        """The rows that are wanted."""
        return [row for row in rows if all(str(row.get(c)) == value for c, value in self.only)] if self.only else rows


EVERYTHING = Choice()


class _MixedError(Exception):
    """A person's lines stand in several pieces."""


def write_journal(
    journal: Path,
    out: dict[str, Path],
    workers: int = 1,
    follow: Follow = lambda parts, total: parts,
    choice: Choice = EVERYTHING,
) -> Written:
    """Write tables from a journal of JSON lines, each into its file (.csv, .jsonl or .parquet).

    Raises:
        JournalError: a line is no entry.
        OSError: a file cannot be read or written.
    """
    names, form = tuple(out), _form(out)
    with TemporaryDirectory(prefix="microcare-") as made:
        folder = Path(made)
        # Each process gets several pieces, so that none waits long for the last one.
        size = min(PIECE, max(LEAST, journal.stat().st_size // (3 * workers)))
        cuts = pieces(journal, size) if workers > 1 else pieces(journal)
        work = [(journal, piece, n, folder, names, form, choice) for n, piece in enumerate(cuts)]
        try:
            parts = _gather(follow(_make(work, workers), len(work)))
        except _MixedError:
            files = separate(journal, folder)
            work = [(f, (0, f.stat().st_size), n, folder, names, form, choice) for n, f in enumerate(files)]
            parts = _gather(follow(_make(work, workers), len(work)))
        return _join(parts, out, choice)


def write_people(
    people: Iterable[tuple[str, Iterable[e.Any]]],
    out: dict[str, Path],
    follow: Follow = lambda parts, total: parts,
    choice: Choice = EVERYTHING,
) -> Written:
    """Write tables from the journals of people that come one after the other."""
    names, form = tuple(out), _form(out)
    with TemporaryDirectory(prefix="microcare-") as made:

        def parts() -> Iterator[Part]:
            some: list[tuple[str, Iterable[e.Any]]] = []
            number = 0
            for one in people:
                some.append(one)
                if len(some) == TOGETHER:
                    yield _part(some, number, Path(made), names, form, choice)
                    some, number = [], number + 1
            yield _part(some, number, Path(made), names, form, choice)

        return _join(_gather(follow(parts(), 0)), out, choice)


def _form(out: dict[str, Path]) -> str:
    """The one format of all the files that are written at once."""
    [form] = {path.suffix.removeprefix(".") for path in out.values()}
    return form


Work = tuple[Path, tuple[int, int], int, Path, tuple[str, ...], str, Choice]


def _make(work: Sequence[Work], workers: int) -> Iterator[Part]:
    if workers < 2 or len(work) < 2:
        yield from map(_piece, work)
        return
    with ProcessPoolExecutor(min(workers, len(work))) as pool:
        try:
            yield from pool.map(_piece, work)
        finally:
            pool.shutdown(cancel_futures=True)


def _piece(work: Work) -> Part:
    journal, piece, number, folder, names, form, choice = work
    # There are no circles among so many small things: looking for them would cost a third of the time.
    collected = gc.isenabled()
    gc.disable()
    try:
        return _part(read_piece(journal, piece, kinds(names)), number, folder, names, form, choice)
    finally:
        if collected:
            gc.enable()


def _part(
    people: Iterable[tuple[str, Iterable[e.Any]]],
    number: int,
    folder: Path,
    names: tuple[str, ...],
    form: str,
    choice: Choice,
) -> Part:
    rows: dict[str, list[Row]] = {name: [] for name in names}
    who = set()
    for person, entries in people:
        who.add(person)
        for name, some in rows_of(person, entries, names).items():
            rows[name] += choice.rows(some)
    files = {}
    for name, some in rows.items():
        table = TABLES[name]
        columns = tuple(ordered(table.columns, table.families, set().union(*some)))
        path = folder / f"{name}-{number:06}"
        with path.open("w", encoding="utf-8", newline="") as file:
            if form == "jsonl":
                file.writelines(json.dumps(row, ensure_ascii=False) + "\n" for row in some)
            else:
                # What becomes Parquet stays as it is; what is opened as CSV holds no formula.
                write = write_plain if form == "parquet" else write_rows
                write(file, (list(map(row.get, columns)) for row in some))
        files[name] = (path, columns, len(some))
    return Part(number, frozenset(who), files)


def _gather(parts: Iterable[Part]) -> list[Part]:
    found: list[Part] = []
    people: set[str] = set()
    for part in parts:
        if people & part.people:
            raise _MixedError
        people |= part.people
        found.append(part)
    return found


def _join(parts: list[Part], out: dict[str, Path], choice: Choice) -> Written:
    rows, columns = {}, {}
    for name, path in out.items():
        table = TABLES[name]
        found = [part.files[name] for part in parts]
        every = tuple(ordered(table.columns, table.families, {c for _, some, _ in found for c in some}))
        columns[name] = choice.columns or every
        missing = [c for c in choice.columns if c not in every]
        if missing:
            near = get_close_matches(missing[0], every, 1)
            raise ValueError(f"there is no column {missing[0]}" + (f"; did you mean {near[0]}?" if near else ""))
        rows[name] = sum(count for _, _, count in found)
        temporary = path.with_name(path.name + ".part")
        if path.suffix == ".jsonl":
            _join_lines(found, columns[name], temporary)
        else:
            _join_csv(found, columns[name], temporary, write_plain if path.suffix == ".parquet" else write_rows)
        if path.suffix == ".parquet":
            _to_parquet(temporary, name, columns[name])
        temporary.replace(path)
    return Written(sum(len(p.people) for p in parts), rows, dict(out), columns)


def _join_csv(
    parts: list[tuple[Path, tuple[str, ...], int]], columns: tuple[str, ...], out: Path, heads: Callable[..., None]
) -> None:
    with out.open("w", encoding="utf-8", newline="") as file:
        heads(file, [columns])
        for path, own, _ in parts:
            if own == columns:
                file.flush()
                with path.open("rb") as part:
                    shutil.copyfileobj(part, file.buffer, 1 << 20)
                continue
            places = [own.index(c) if c in own else -1 for c in columns]
            with path.open(encoding="utf-8", newline="") as part_:
                # The parts' cells are safe already.
                write_plain(file, ([row[p] if p >= 0 else "" for p in places] for row in csv.reader(part_)))


def _join_lines(parts: list[tuple[Path, tuple[str, ...], int]], columns: tuple[str, ...], out: Path) -> None:
    with out.open("w", encoding="utf-8") as file:
        for path, _, _ in parts:
            with path.open(encoding="utf-8") as part:
                for line in part:
                    row = json.loads(line)
                    file.write(json.dumps({c: row.get(c) for c in columns}, ensure_ascii=False) + "\n")


def _to_parquet(path: Path, name: str, columns: tuple[str, ...]) -> None:
    """Write a CSV file as Parquet in its place, with the codebook's types."""
    import duckdb

    types = {"number": "DOUBLE", "integer": "BIGINT", "moment": "TIMESTAMP"}
    table = TABLES[name]
    known = {c.name: types.get(c.type, "VARCHAR") for c in described(table.columns, table.families, columns)}
    open_ = [c.name for c in described(table.columns, table.families, columns) if c.type == "number or text"]
    source = "read_csv(?, header=true, all_varchar=true, nullstr='')"
    with duckdb.connect() as connection:
        if open_:
            asked = ", ".join(
                f"count(*) FILTER ({_q(c)} IS NOT NULL AND TRY_CAST({_q(c)} AS DOUBLE) IS NULL)" for c in open_
            )
            texts: Any = connection.execute(f"SELECT {asked} FROM {source}", [str(path)]).fetchone()  # noqa: S608
            known.update({c: "VARCHAR" if n else "DOUBLE" for c, n in zip(open_, texts, strict=True)})
        chosen = ", ".join(f"CAST({_q(c)} AS {known[c]}) AS {_q(c)}" for c in columns)
        made = path.with_name(path.name + ".parquet")
        connection.execute(
            f"COPY (SELECT {chosen} FROM {source}) TO '{str(made).replace(chr(39), chr(39) * 2)}' (FORMAT parquet)",  # noqa: S608
            [str(path)],
        )
    made.replace(path)


def _q(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def codebook(written: Written) -> dict[str, dict[str, object]]:
    """The codebook of all written tables."""
    return {
        name: {"about": TABLES[name].about, "rows": written.rows[name], "columns": columns_of(name, columns)}
        for name, columns in written.columns.items()
    }


def columns_of(name: str, columns: Sequence[str]) -> list[dict[str, str]]:
    """The codebook of one table: every column with its meaning, type, unit, and how it says that it is unknown."""
    table = TABLES[name]
    return [c.as_dict() for c in described(table.columns, table.families, columns)]
