"""Stops by staff, and who answers alerts here."""

from collections.abc import Sequence
from dataclasses import dataclass

from microcare.store import desk_queries
from microcare.store.database import row, rows, run, run_many, writing


@dataclass(frozen=True, slots=True)
class StopRow:
    """A stop of a program, or (`*`) of all. Moments in ms; `until` 0: it lasts."""

    serial: int
    program: str
    since: int
    until: int
    by: str
    lifted_by: str
    why: str


def stop(program: str, by: str, why: str, now: int) -> None:
    """Stop a program (`*`: all). It takes effect with the next thing that any process does."""
    with writing():
        run(desk_queries.ADD_STOP, [program, now, by, why])


def lift(serial: int, by: str, now: int) -> bool:
    """Let it go on; whether it was still stopped."""
    return run(desk_queries.LIFT_STOP, [now, by, serial]) == 1


def stops() -> list[StopRow]:
    """All stops, newest first."""
    return [StopRow(*r) for r in rows(desk_queries.STOPS)]


def stamp() -> tuple[int, int]:
    """Changes with every stop and every end of one."""
    found = row(desk_queries.STOP_STAMP)
    assert found is not None
    return int(found[0]), int(found[1])


def responders() -> dict[tuple[str, str], tuple[str, ...]]:
    """Who answers a program's roster here, in place of those it names."""
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for program, roster, address in rows(desk_queries.RESPONDERS):
        found[program, roster] = (*found.get((program, roster), ()), address)
    return found


def set_responders(program: str, roster: str, addresses: Sequence[str]) -> None:
    """Set the whole list of a roster; without addresses the program's own counts again."""
    with writing():
        run(desk_queries.REMOVE_RESPONDERS, [program, roster])
        run_many(desk_queries.ADD_RESPONDER, [(program, roster, address) for address in addresses])
