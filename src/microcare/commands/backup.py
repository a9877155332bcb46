"""Commands that make a backup of a hub, and restore one."""

from pathlib import Path

from microcare.commands.terminal import OK, PROBLEMS, complain, say


def backup(data: Path, to: Path, keep: int) -> int:
    """Make a backup of a hub that may be running, see that it can be restored, and say where it is."""
    from microcare.main import set_up

    # As it is: an upgrade may follow, and this is what there is to go back to.
    set_up(data, migrate=False)
    from microcare.care.backing_up import NotMadeError, make

    try:
        made = make(to.absolute(), "command", keep)
    except NotMadeError as error:
        complain(str(error))
        return PROBLEMS
    say(f"{made.file}: {made.size / 1e6:.1f} MB; it was restored into a scratch place, and every journal is whole.")
    for name in made.removed:
        say(f"removed {name}")
    say("It is sealed under the hub's master key, which is not in it: keep that apart. Keep erasures.list beside it.")
    return OK


def restore(
    file: Path, data: Path, key: Path | None, erasures: Path | None, without: bool, check: bool, anyway: bool
) -> int:
    """Restore a backup into an empty folder, or only see whether that can be done."""
    from microcare.base.moments import format_moment
    from microcare.care import restoring
    from microcare.main import set_up
    from microcare.store import place
    from microcare.store.sealed_file import BadFileError

    try:
        secret = restoring.master_key(data, key)
        if check:
            say(
                f"{file} can be restored: {restoring.check(file, data, secret, set_up)} people, every journal is whole."
            )
            return OK
        listed = None if without else erasures or file.absolute().parent / place.ERASED
        done = restoring.restore(file, data, secret, listed, set_up, anyway=anyway, keep_key=key is not None)
    except (restoring.NotRestoredError, BadFileError) as error:
        complain(str(error))
        return PROBLEMS
    except OSError as error:
        complain(f"Nothing was restored: {error.strerror or error} ({error.filename or data}).")
        return PROBLEMS
    say(f"Restored {done.people} people as they were at {format_moment(done.made)}.")
    say(f"{done.unclear} prompts that waited may have been sent since: they are not sent again. Alerts are told again.")
    if listed is None:
        say("Nobody looked who was erased since (--no-erasures).")
    else:
        say(f"{done.erased} people who were erased since are erased again.")
    for note in done.notes:
        complain(note)
    say(f"Nothing has begun yet. Start it by: microcare up --data {data}")
    return OK
