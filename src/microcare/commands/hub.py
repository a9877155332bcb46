"""Commands about a running hub's database: publish, invite, facilitator."""

from pathlib import Path

from microcare.commands.loading import line
from microcare.commands.terminal import OK, PROBLEMS, complain, say


def publish(program: Path, data: Path) -> int:
    """Publish a program into a hub; one with errors is refused."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care.publish import publish as deed

    published = deed(program)
    for issue in published.issues:
        say(line(issue))
    if not published.version:
        complain("Not published: the program has errors.")
        return PROBLEMS
    say(f"Published {published.program}, version {published.version[:12]}")
    return OK


def invite(program: str, data: Path, count: int) -> int:
    """Print invitation codes, one a line."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care.enroll import invite as deed

    for _ in range(count):
        code = deed(program)
        if not code:
            complain(f"There is no published program `{program}`.")
            return PROBLEMS
        say(code)
    return OK


def facilitator(name: str, data: Path) -> int:
    """Make a facilitator's account; its password is printed once."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care.accounts import make_facilitator

    password = make_facilitator(name)
    if not password:
        complain(f"There is a user `{name}` already.")
        return PROBLEMS
    say(f"{name}: {password}")
    return OK
