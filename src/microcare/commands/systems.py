"""`microcare system`: keys for other systems."""

from pathlib import Path
from typing import Annotated

import typer

from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, say, say_json
from microcare.commands.words import Data, Json

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Keys for other systems that call the hub.")


@app.command("add")
def add_command(
    name: Annotated[str, typer.Argument(help="What the system is called.")],
    role: Annotated[list[str], typer.Option(help="What it may do, as roles of the staff; may be repeated.")],
    data: Data = Path("data"),
    program: Annotated[str, typer.Option(help="The program in which; * for all.")] = "*",
    expires: Annotated[str, typer.Option(help="After this moment the key opens nothing.")] = "",
    json: Json = False,
) -> None:
    """Make a key for a system and print it, once."""
    raise typer.Exit(add(name, data, role, program, expires, json))


@app.command("list")
def list_command(data: Data = Path("data"), json: Json = False) -> None:
    """The keys there are, and what they open."""
    raise typer.Exit(listed(data, json))


@app.command("remove")
def remove_command(
    key: Annotated[str, typer.Argument(help="The part of the key that `list` shows.")], data: Data = Path("data")
) -> None:
    """Take a key back."""
    raise typer.Exit(remove(key, data))


def add(name: str, data: Path, roles: list[str], program: str, expires: str, as_json: bool) -> int:
    """Make a key for a system; it is printed once, and not kept."""
    from microcare.base.moments import parse_moment

    until = parse_moment(expires) if expires else 0
    if until is None:
        complain(f"--expires {expires}: a moment is written like 2027-01-31T00:00:00Z")
        return USAGE
    from microcare.main import set_up

    set_up(data)
    from microcare.care import systems

    try:
        key = systems.add(name, roles, program, "command", until)
    except ValueError as error:
        complain(f"{error}.")
        return PROBLEMS
    if as_json:
        say_json({"system": name, "key": key})
    else:
        say(f"{name} calls with this key, which is shown only now: {key}")
    return OK


def listed(data: Path, as_json: bool) -> int:
    """The keys there are, with what their systems may do."""
    from microcare.base.moments import format_moment
    from microcare.main import set_up

    set_up(data)
    from microcare.store import memberships, systems

    found = []
    for key in systems.all_keys():
        roles = [f"{role} in {program}" for program, role in memberships.roles(f"{systems.USER}{key.system}")]
        used = format_moment(key.used) if key.used else "never"
        found.append({"key": key.id, "system": key.system, "roles": roles, "used": used})
    if as_json:
        say_json(found)
        return OK
    for one in found:
        say(f"{one['key']}  {one['system']}: {', '.join(one['roles'])}; last used {one['used']}")
    if not found:
        say("No system has a key yet: microcare system add NAME --role ROLE --program PROGRAM")
    return OK


def remove(key: str, data: Path) -> int:
    """Take a key back, by the part of it that is listed."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care import systems

    if not systems.remove(key, "command"):
        complain(f"There is no key `{key}`; microcare system list shows them.")
        return PROBLEMS
    say(f"{key} opens nothing any more")
    return OK
