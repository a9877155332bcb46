"""Tables in: CSV or Parquet by DuckDB, only the columns that are needed, and what a column must be."""

import re
import warnings
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from pathlib import Path
from typing import Any, TypeAlias

import duckdb
import numpy as np
import pandas as pd

from microcare.optimization import memory
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.refusal import Refusal

Table: TypeAlias = pd.DataFrame | str | Path
"""A data frame, or the path of a CSV or Parquet file."""
Number: TypeAlias = str | float
"""A column's name, or a constant."""
KINDS = {
    ".csv": "read_csv",
    ".tsv": "read_csv",
    ".txt": "read_csv",
    ".gz": "read_csv",
    ".parquet": "read_parquet",
    ".jsonl": "read_json",
}
WHOLE = re.compile(r"-?\d+(?:\.0+)?")
LOST = re.compile(r"-?\d(?:\.\d+)?[eE]\+\d+|-?\d{16,}\.0+")
"""How a number is written that was kept with about sixteen digits."""
ISO = re.compile(r"\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?")
ZONED = re.compile(r":\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:?\d{2})$")
LARGEST = 1e100
"""Nothing that is measured is larger; its square would be no number any more."""
ABSENT = ["", "NA", "NaN", "nan", "None", "null", "."]
"""How files write that a value is unknown."""


def read(
    table: Table,
    columns: Iterable[str] | None = None,
    known: Sequence[str] | None = None,
    ids: Iterable[str | None] = (),
) -> pd.DataFrame:
    """Read a table, or only some of its columns; `known` are the `names` it has, for a CSV is read through to tell them.

    The columns `ids` are read as the text that stands there: a number of twenty digits would lose some of them, and 007
    would become 7.

    Raises:
        Refusal: there is no such file, it is no table, or a column is missing (all of them at once).
    """
    if isinstance(table, pd.DataFrame):
        return _chosen(table, list(table.columns), columns)
    path = Path(table)
    source, parameters = _source(path)
    with duckdb.connect() as connection:
        try:
            found = _names(connection, source, parameters) if known is None else known
            wanted = _wanted(found, columns, str(path))
            _once(connection, path, wanted, found)
            memory.fits(path, len(wanted), len(found))
            named = {name for name in ids if name in wanted}
            source, parameters, cast = _as_text(connection, source, parameters, named)
            listed = _listed(wanted, cast)
            with warnings.catch_warnings():
                # DuckDB makes moments with a zone by way of what pandas deprecates.
                warnings.filterwarnings("ignore", "The inplace keyword")
                return connection.execute(f"SELECT {listed} FROM {source}", parameters).df()  # noqa: S608 - quoted above
        except duckdb.Error as error:
            raise _unreadable(path, error) from None


class Source:
    """An open file, read in parts."""

    def __init__(self, connection: duckdb.DuckDBPyConnection, path: Path, ids: Iterable[str | None] = ()) -> None:
        self.path = path
        self._connection = connection
        source, parameters = _source(path)
        with self._said():
            known = _names(connection, source, parameters)
            named = {name for name in ids if name in known}
            self._text, self._parameters, self._cast = _as_text(connection, source, parameters, named)
            found = connection.execute(f"DESCRIBE SELECT * FROM {self._text}", self._parameters).fetchall()  # noqa: S608
        self._kinds = {str(row[0]): str(row[1]) for row in found}

    @property
    def names(self) -> list[str]:
        """The columns."""
        return list(self._kinds)

    def select(self, columns: Iterable[str]) -> str:
        """The columns as a list of the query language; refused where one is missing, or there twice."""
        wanted = _wanted(self.names, columns, str(self.path))
        _once(self._connection, self.path, wanted, self.names)
        return _listed(wanted, self._cast)

    def numeric(self, name: str) -> bool:
        """Whether a column holds numbers (or true and false)."""
        return not self._kinds[name].startswith(("VARCHAR", "ENUM", "DATE", "TIME", "UUID"))

    def distinct(self, name: str, most: int, where: Mapping[str, str] | None = None) -> list[Any]:
        """The values of a column, sorted, without the unknown, of the rows where other columns have a value (or any, *).

        Raises:
            Refusal: there are more than `most`.
        """
        kept = "".join(
            f" AND {_quoted(c)} IS NOT NULL" if value == "*" else f" AND CAST({_quoted(c)} AS DOUBLE) = {float(value)}"
            for c, value in (where or {}).items()
        )
        query = f"SELECT DISTINCT {_quoted(name)} AS v FROM {self._text} WHERE v IS NOT NULL{kept} ORDER BY v LIMIT {most + 1}"  # noqa: S608
        with self._said():
            found = [row[0] for row in self._connection.execute(query, self._parameters).fetchall()]
        if len(found) > most:
            raise Refusal(f"{self.path}: {name} has more than {most} different values; is it a category?")
        return found

    def frames(self, columns: Iterable[str], vectors: int, order: str | None = None) -> Iterator[pd.DataFrame]:
        """The rows in parts of so many vectors; with `order` the rows with equal values of that column stand together."""
        query = f"SELECT {self.select(columns)} FROM {self._text}" + (f" ORDER BY {_quoted(order)}" if order else "")  # noqa: S608
        with self._said():
            result = self._connection.execute(query, self._parameters)
            while len(frame := _chunk(result, vectors)):
                yield frame

    @contextmanager
    def _said(self) -> Iterator[None]:
        try:
            yield
        except duckdb.Error as error:
            raise _unreadable(self.path, error) from None


@contextmanager
def opened(path: str | Path, most: float = float("inf"), ids: Iterable[str | None] = ()) -> Iterator[Source]:
    """A file that is read in parts, by so many bytes of memory; the columns `ids` as text."""
    with duckdb.connect() as connection:
        if most < float("inf"):
            connection.execute("SET memory_limit = ?", [f"{max(int(most / 1e6), memory.LEAST)}MB"])
            connection.execute("SET threads = ?", [1 if most < 1e9 else 2])
        yield Source(connection, Path(path), ids)


def _chunk(result: duckdb.DuckDBPyConnection, vectors: int) -> pd.DataFrame:
    with warnings.catch_warnings():
        # As in `read`.
        warnings.filterwarnings("ignore", "The inplace keyword")
        return result.fetch_df_chunk(vectors)


def _as_text(
    connection: duckdb.DuckDBPyConnection, source: str, parameters: list[Any], named: set[str]
) -> tuple[str, list[Any], set[str]]:
    """The source with these columns taken as they are written, before anything is made of them; which are still to cast."""
    if not named:
        return source, parameters, set()
    if source.startswith("read_csv"):
        return f"{source.removesuffix(')')}, types=?)", [*parameters, dict.fromkeys(sorted(named), "VARCHAR")], set()
    found = connection.execute(f"DESCRIBE SELECT * FROM {source}", parameters).fetchall()  # noqa: S608 - ours
    kinds = {str(row[0]): str(row[1]) for row in found}
    if source.startswith("read_parquet"):
        return source, parameters, {name for name in named if "INT" in kinds[name] or "DECIMAL" in kinds[name]}
    return f"{source.removesuffix(')')}, columns=?)", [*parameters, kinds | dict.fromkeys(named, "VARCHAR")], set()


def _listed(wanted: Sequence[str], named: set[str]) -> str:
    """Columns as a list of the query language, these ones as text."""
    return ", ".join(
        f"CAST({_quoted(name)} AS VARCHAR) AS {_quoted(name)}" if name in named else _quoted(name) for name in wanted
    )


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def names(table: Table) -> list[str]:
    """The names of a table's columns."""
    if isinstance(table, pd.DataFrame):
        return [str(name) for name in table.columns]
    source, parameters = _source(Path(table))
    with duckdb.connect() as connection:
        try:
            return _names(connection, source, parameters)
        except duckdb.Error as error:
            raise _unreadable(Path(table), error) from None


def _names(connection: duckdb.DuckDBPyConnection, source: str, parameters: list[Any]) -> list[str]:
    found = connection.execute(f"DESCRIBE SELECT * FROM {source}", parameters)  # noqa: S608 - a constant of ours
    return [str(row[0]) for row in found.fetchall()]


def _once(connection: duckdb.DuckDBPyConnection, path: Path, wanted: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a CSV file's column that is there twice, which the reader renames to name_1."""
    doubtful = [name for name in wanted if f"{name}_1" in known]
    if not doubtful or KINDS[path.suffix.lower()] != "read_csv":
        return
    first = connection.execute(
        "SELECT * FROM read_csv(?, header=false, all_varchar=true) LIMIT 1", [str(path)]
    ).fetchone()
    twice = [name for name in doubtful if list(first or ()).count(name) > 1]
    if twice:
        raise Refusal([_twice(str(path), name) for name in twice])


def _unreadable(path: Path, error: duckdb.Error) -> Refusal:
    """What a file that is no table says, in words."""
    said = str(error).strip()
    line = re.search(r"on Line: (\d+)", said)
    where = f"{path}: line {line[1]}" if line else str(path)
    if isinstance(error, duckdb.OutOfMemoryException):
        return Refusal(
            f"{path}: reading it takes more memory than is free: use a part of the persons, write the table as Parquet, or use "
            "a larger machine"
        )
    if re.search("unicode|not utf-8|byte sequence", said, re.IGNORECASE):
        return Refusal(f"{where} has letters in another encoding: save the file as UTF-8")
    if "sniffing" in said or re.search("unterminated quote|quoted value", said, re.IGNORECASE):
        return Refusal(
            f"{where} cannot be read as a table of lines and columns; is it one, and is a quotation mark left open?"
        )
    return Refusal(f"{where} cannot be read as a table ({said.splitlines()[0]})")


def _source(path: Path) -> tuple[str, list[Any]]:
    if path.is_dir():
        raise Refusal(f"{path}: this is a folder; name the table in it")
    if not path.is_file():
        raise Refusal(f"{path}: there is no such file")
    memory.enough()
    if path.stat().st_size == 0:
        raise Refusal(f"{path}: the file is empty")
    reader = KINDS.get(path.suffix.lower())
    if reader is None:
        raise Refusal(
            f"{path}: write the table as .csv or .parquet, not as {path.suffix or 'a file without an ending'}"
        )
    if reader == "read_csv":
        return "read_csv(?, header=true, nullstr=?, sample_size=-1, quote='\"')", [str(path), ABSENT]
    return f"{reader}(?)", [str(path)]


def _chosen(frame: pd.DataFrame, known: Sequence[str], columns: Iterable[str] | None) -> pd.DataFrame:
    if columns is None:
        return frame
    wanted = _wanted(known, columns, "the table")
    twice = [name for name in wanted if list(frame.columns).count(name) > 1]
    if twice:
        raise Refusal([_twice("the table", name) for name in twice])
    return frame[wanted]


def _twice(where: str, name: str) -> str:
    return f"{where} has two columns {name}: which one is meant cannot be told; take one out or rename it"


def _wanted(known: Sequence[str], columns: Iterable[str] | None, where: str) -> list[str]:
    if columns is None:
        return list(known)
    wanted = list(dict.fromkeys(columns))
    missing = [name for name in wanted if name not in known]
    if missing and len(known) == 1 and re.search("[,;\t]", known[0]):
        raise Refusal(
            f"{where}: its lines cannot be split into columns like its first one; does a line have more or fewer values than "
            "the first, or text with commas that is not in quotation marks?"
        )
    if missing:
        raise Refusal([_missing(name, known, where) for name in missing])
    return wanted


def _missing(name: str, known: Sequence[str], where: str) -> str:
    near = get_close_matches(name, [str(k) for k in known], 1, 0.6)
    cure = f"; did you mean {near[0]}?" if near else f"; its columns are {', '.join(str(k) for k in list(known)[:30])}"
    return f"{where} has no column {name}{cure}"


def filled(frame: pd.DataFrame) -> pd.DataFrame:
    """The same table; refused where it has no rows."""
    if not len(frame):
        raise Refusal("the table has no rows")
    return frame


def equals(column: pd.Series, value: Any) -> Marks:
    """Where a column has this value, (rows,); an unknown one has not."""
    found: Marks = (column == value).to_numpy(dtype=bool, na_value=False)
    return found


def numbers(frame: pd.DataFrame, name: str, role: str) -> Floats:
    """A column as float64, shape (rows,); what is unknown is NaN.

    Raises:
        Refusal: a value is no number.
    """
    column = frame[name]
    if column.dtype == object or isinstance(column.dtype, pd.StringDtype):
        made = pd.to_numeric(column, errors="coerce")
        bad = column[made.isna() & column.notna()]
        if len(bad):
            text = str(bad.iloc[0])[:40]
            cure = "; write decimals with a point" if re.fullmatch(r"\s*[-+]?\d+,\d+\s*", text) else ""
            raise Refusal(f"{role} {name}: row {frame.index.get_loc(bad.index[0]) + 1} is no number: {text!r}{cure}")
        column = made
    if not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column)):
        raise Refusal(f"{role} {name}: it must be a number, not {column.dtype}")
    found: Floats = column.to_numpy(dtype=np.float64, na_value=np.nan)
    if np.isinf(found).any():
        raise Refusal(f"{role} {name}: row {int(np.flatnonzero(np.isinf(found))[0]) + 1} is infinite")
    if (np.abs(found) > LARGEST).any():
        row = int(np.flatnonzero(np.abs(found) > LARGEST)[0])
        raise Refusal(
            f"{role} {name}: row {row + 1} is {found[row]:g}, too large to reckon with; is it a code for unknown?"
        )
    return found


def number_or_column(frame: pd.DataFrame, value: str | float, role: str) -> Floats:
    """A constant, or a column named by text, as float64 of shape (rows,)."""
    constant = as_number(value)
    return np.full(len(frame), constant) if constant is not None else numbers(frame, str(value), role)


def as_number(value: str | float | None) -> float | None:
    """The number that stands in an argument; None where it names a column."""
    if value is None:
        return None
    try:
        return float(value)
    except ValueError:
        return None


def persons(frame: pd.DataFrame, name: str) -> tuple[Places, tuple[Any, ...]]:
    """Who each row belongs to, as codes from 0, and the persons' ids as text, in order of first appearance.

    Raises:
        Refusal: a row has no person, or an id has lost digits.
    """
    codes, found = pd.factorize(ids(frame[name], f"person {name}"), use_na_sentinel=True)
    if (codes < 0).any():
        raise Refusal(f"person {name}: row {int(np.flatnonzero(codes < 0)[0]) + 1} names nobody")
    return codes, tuple(str(one) for one in found)


def ids(column: pd.Series, role: str) -> pd.Series:
    """Ids as text, whatever they were kept as: 7 and 7.0 are one id where the whole column is numbers; unknown stays so.

    Raises:
        Refusal: a number is so long that some of its digits are lost, so that two people may have become one.
    """
    texts = {value: _written(value) for value in pd.unique(column.dropna())}
    for value, text in texts.items():
        if LOST.fullmatch(text) or (isinstance(value, float) and abs(value) >= 2**53):
            row = int(np.flatnonzero((column == value).to_numpy(dtype=bool, na_value=False))[0]) + 1
            raise Refusal(
                f"{role}: the id in row {row} is {value}, a number that has lost digits, so that two people may have become one; "
                "keep ids as text where the table is made"
            )
    if all(WHOLE.fullmatch(text) for text in texts.values()):
        texts = {value: text.partition(".")[0] for value, text in texts.items()}
    made: pd.Series = column.map(texts, na_action="ignore").astype(object)
    return made


def _written(value: Any) -> str:
    return str(int(value)) if isinstance(value, bool | np.bool_) else str(value)


def times(column: pd.Series, role: str) -> pd.Series:
    """Times that can be put in order: numbers, moments, or texts that are either.

    Raises:
        Refusal: they are texts that would be sorted by their letters, 10 before 9 and 02/01 before 03/12 of the year before.
    """
    if not (column.dtype == object or isinstance(column.dtype, pd.StringDtype)):
        return column
    plain = pd.to_numeric(column, errors="coerce")
    if plain.notna().all():
        return plain
    texts = column.astype(str).str.strip()
    strange = texts[~texts.str.fullmatch(ISO.pattern)]
    moments = pd.to_datetime(texts, utc=True, format="ISO8601", errors="coerce")
    zones = texts.str.contains(ZONED.pattern)
    bad = strange if len(strange) else texts[moments.isna()]
    if len(bad):
        raise Refusal(
            f"{role}: {bad.iloc[0][:40]!r} in row {column.index.get_loc(bad.index[0]) + 1} is a text, and texts are sorted by their letters; "
            "write a number (the decision point's), or a moment like 2026-03-01T09:30:00Z"
        )
    if zones.any() and not zones.all():
        raise Refusal(f"{role}: some moments have an offset from UTC and some have none; give all of them one")
    return moments
