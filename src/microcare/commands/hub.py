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


def facilitator(name: str, data: Path, roles: list[str], program: str, reset: bool = False) -> int:
    """Make an account on the staff, or reset one; prints the one-time link where they set it up."""
    from microcare.main import set_up

    set_up(data)
    from django.conf import settings
    from django.contrib.auth import get_user_model

    from microcare.care import accounts

    known = get_user_model().objects.filter(username=name).exists()
    if known is not reset:
        complain(
            f"There is a user `{name}` already; --reset makes a new link." if known else f"There is no user `{name}`."
        )
        return PROBLEMS
    try:
        token = accounts.renew_link(name) if reset else accounts.invite(name, roles, program)
    except ValueError as error:
        complain(f"{error}.")
        return PROBLEMS
    say(f"{name} sets the account up here, once, within three days: {settings.URL}/desk/setup/{token}")
    return OK


def role(name: str, given: str, data: Path, program: str, revoke: bool) -> int:
    """Give somebody on the staff a role, or take it away."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care.accounts import change_role

    problem = change_role(name, given, program, revoke)
    if problem:
        complain(problem)
        return PROBLEMS
    say(f"{name} is {'no longer ' if revoke else ''}{given} in {'all programs' if program == '*' else program}")
    return OK


def audit(data: Path, about: str, verify: bool, against: Path | None = None) -> int:
    """Print the audit trail, or say whether it is whole."""
    from microcare.main import set_up

    set_up(data)
    from microcare.base.moments import format_moment
    from microcare.care.trail import settle
    from microcare.store import audit as trail

    settle()
    if verify:
        return _verified(against)
    for one in reversed(trail.trail(about)):
        say(f"{one.serial:6} {format_moment(one.at)} {one.who} {one.deed} {one.about} {one.detail}".rstrip())
    return OK


def _verified(against: Path | None) -> int:
    """Say whether the trail is whole, and as it stands in its second home."""
    from microcare.store import audit as trail

    home = against or trail.second_home()
    wrong = trail.differences(home)
    for words in wrong:
        complain(words)
    broken = trail.broken()
    if broken:
        complain(f"The trail is broken at line {broken}: it was changed, or lines are gone.")
    if broken or wrong:
        return PROBLEMS
    last = trail.trail(limit=1)
    say(f"The trail is whole; {last[0].serial} lines, last seal {last[0].seal}" if last else "The trail is empty.")
    if home is not None:
        say(f"All that stands in {home} agrees with it.")
    return OK


def adverse(data: Path, program: str, out: Path | None) -> int:
    """Print or write the log of adverse events."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care.adverse import as_table

    text = as_table("command", [program] if program else None)
    if out is None:
        say(text.rstrip())
    else:
        out.write_text(text, encoding="utf-8")
        say(f"{text.count(chr(10)) - 1} adverse events in {out}")
    return OK


def clock(data: Path, confirm: bool) -> int:
    """Say whether this machine's clock is believed, or confirm it."""
    from microcare.main import set_up

    set_up(data)
    from microcare.base.moments import format_moment
    from microcare.care import clock as machine

    doubted = machine.doubt()
    if doubted is None:
        say(f"The clock is believed: it is {format_moment(machine.now())}.")
        return OK
    how, shows, by = doubted
    if confirm:
        machine.believe("command")
        say(f"Confirmed: it is {format_moment(shows)}. Time goes on, and what is due comes.")
        return OK
    complain(
        f"The clock is {how}: it shows {format_moment(shows)}, but the hub goes by {format_moment(by)}. Nothing is decided "
        "by time. Set the clock right, and time goes on by itself; or, if it is right: microcare clock --confirm"
    )
    return PROBLEMS
