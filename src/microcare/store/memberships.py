"""Who on the staff has which role in which program."""

from microcare.store import staff_queries as queries
from microcare.store.database import rows, run

EVERY = "*"
"""All programs, also those to come."""


def grant(user: str, program: str, role: str, now: int) -> None:
    """Give somebody a role in a program, or in `EVERY`."""
    run(queries.ADD_MEMBERSHIP, [user, program, role, now])


def revoke(user: str, program: str, role: str) -> bool:
    """Take it away; whether they had it."""
    return run(queries.REMOVE_MEMBERSHIP, [user, program, role]) == 1


def roles(user: str) -> tuple[tuple[str, str], ...]:
    """Somebody's roles, as (program, role)."""
    return tuple((str(program), str(role)) for program, role in rows(queries.MEMBERSHIPS_OF, [user]))


def everybody() -> tuple[tuple[str, str, str], ...]:
    """Everybody's roles, as (user, program, role)."""
    return tuple((str(user), str(program), str(role)) for user, program, role in rows(queries.MEMBERSHIPS))
