"""The few words of the database layer that the store uses: rows, one row, run, and a write that is all or nothing."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from django.db import connection, transaction

Row = tuple[Any, ...]
Value = int | str | bytes | None
"""What a column holds."""
Parameters = Sequence[Value] | Mapping[str, Value]
"""In the order of their places, or by name."""


def rows(sql: str, parameters: Parameters = ()) -> list[Row]:
    """All rows of a query."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters if isinstance(parameters, Mapping) else list(parameters))
        return list(cursor.fetchall())


def row(sql: str, parameters: Parameters = ()) -> Row | None:
    """Its first row, if there is one."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters if isinstance(parameters, Mapping) else list(parameters))
        found: Row | None = cursor.fetchone()
        return found


def run(sql: str, parameters: Parameters = ()) -> int:
    """Carry out a statement; how many rows it changed."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters if isinstance(parameters, Mapping) else list(parameters))
        return int(cursor.rowcount)


def run_many(sql: str, parameters: Sequence[Sequence[Value]]) -> None:
    """Carry out a statement for each set of parameters."""
    if parameters:
        with connection.cursor() as cursor:
            cursor.executemany(sql, parameters)


def blob(value: object) -> bytes:
    """The bytes of a column; what a damaged row holds instead is none that anything was sealed as."""
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value)
    return str(value).encode(errors="replace")


@contextmanager
def _writing() -> Iterator[None]:
    with transaction.atomic():
        yield


def writing() -> AbstractContextManager[None]:
    """One short write, all or nothing. On SQLite it takes the write lock at once."""
    return _writing()


def after_commit(call: Callable[[], object]) -> None:
    """Call it when what is being written now is on disk; at once where nothing is being written."""
    transaction.on_commit(call, robust=True)


def name() -> str:
    """Which database this is: what a process remembers of one is nothing to another."""
    return str(connection.settings_dict["NAME"])


def close() -> None:
    """Close this thread's connection."""
    connection.close()


def scrub() -> None:
    """After an erasure: leave nothing of it in the write-ahead log. (PostgreSQL has none that outlives its vacuum.)"""
    if connection.vendor == "sqlite":
        rows("PRAGMA wal_checkpoint(TRUNCATE)")
