"""What belongs to this deployment: secret seeds, whether it is a demo, and the demo's clock."""

import logging
import secrets

from microcare.store import queries
from microcare.store.database import row, rows, run

log = logging.getLogger(__name__)


def get(key: str) -> str | None:
    """One property."""
    found = row(queries.DEPLOYMENT, [key])
    return None if found is None else str(found[0])


def put(key: str, value: str) -> None:
    """Set a property."""
    run(queries.SET_DEPLOYMENT, [key, value])


def first(key: str, value: str) -> None:
    """Set a property, unless it is set already."""
    run(queries.FIRST_DEPLOYMENT, [key, value])


def later(key: str, before: int, now: int) -> bool:
    """Note a moment, if the one noted last is not later than `before`; of several that ask at once, one gets True."""
    first(key, "0")
    return run(queries.LATER_DEPLOYMENT, [str(now), key, before]) == 1


def make_seed(program: str) -> None:
    """Give a program its secret seed, unless it has one: a draw that anybody could compute breaks concealment."""
    first(f"seed.{program}", secrets.token_hex(32))


def seeds() -> dict[str, bytes]:
    """The secret seed of each program."""
    found = rows(queries.DEPLOYMENT_LIKE, ["seed.%"])
    seeds = {}
    for key, value in found:
        try:
            seeds[str(key)[5:]] = bytes.fromhex(str(value))
        except ValueError:
            # Never made anew: other draws than those that were concealed would be worse than none.
            log.error("the seed of program %s cannot be read: bring it back from a backup", str(key)[5:])
    return seeds


def is_demo() -> bool:
    """Whether this is a demo: only then may its clock be moved."""
    return get("demo") == "1"


CLOCK = "clock.mark"
"""The last reading of the machine's clock that was believed."""


def clock() -> tuple[int, str]:
    """How far the demo's clock is ahead, ms (always 0 outside a demo), and the clock's mark (empty: there is none)."""
    found = row(queries.CLOCK, [CLOCK])
    return (0, "") if found is None else (int(found[0] or 0), str(found[1] or ""))
