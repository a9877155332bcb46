"""`microcare system`: keys for other systems."""

from pathlib import Path

from microcare.base.moments import format_moment, parse_moment
from microcare.commands.terminal import OK, PROBLEMS, USAGE, complain, say, say_json


def add(name: str, data: Path, roles: list[str], program: str, expires: str, as_json: bool) -> int:
    """Make a key for a system; it is printed once, and not kept."""
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
