"""`microcare repair`: what cannot be read in a hub's database, and what is done about it."""

from pathlib import Path
from typing import Annotated

import typer

from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json
from microcare.commands.words import Data, Json


def command(
    data: Data = Path("data"),
    rebuild: Annotated[str, typer.Option(help="Tell this person's snapshot anew, from the journal.")] = "",
    release: Annotated[str, typer.Option(help="Let this row of the outbox go out, if it can be read by now.")] = "",
    drop: Annotated[str, typer.Option(help="Give up this row of the outbox, or this webhook.")] = "",
    json: Json = False,
) -> None:
    """List what cannot be read in a hub's database, with its cure; rebuild, release or drop it."""
    raise typer.Exit(run(data, rebuild, release, drop, json))


def run(data: Path, rebuild: str = "", release: str = "", drop: str = "", as_json: bool = False) -> int:
    """List what cannot be read, or repair one thing of it. Exit status 1 where something is left."""
    from microcare.main import set_up

    set_up(data)
    from microcare.care import repair

    wanted = [(what, name) for what, name in (("rebuild", rebuild), ("release", release), ("drop", drop)) if name]
    for what, name in wanted:
        wrong = repair.do(what, name, "command line")
        if wrong:
            complain(wrong)
            return PROBLEMS
        say(f"{what} {name}: done.")
    if wanted:
        return OK
    found = repair.listed()
    if as_json:
        say_json(
            [
                {"table": x.table, "name": x.name, "person": x.person, "why": x.why, "cure": repair.cure(x)}
                for x in found
            ]
        )
        return PROBLEMS if found else OK
    for one in found:
        say(f"{one.table:<10} {one.name}: {one.why}. Cure: {repair.cure(one)}")
    say(f"{len(found)} rows cannot be read; everything else goes on." if found else "Everything can be read.")
    return PROBLEMS if found else OK
