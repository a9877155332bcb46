"""The commands about a hub of one's own: start it, fill it, see who did what. Nothing is imported before it is needed."""

from pathlib import Path
from typing import Annotated

import typer

from microcare.commands import repair
from microcare.commands.words import Data, InProgram, Json, ProgramPath

app = typer.Typer()
app.command("repair")(repair.command)


@app.command()
def up(
    data: Annotated[Path, typer.Option(help="Folder of the database and its secrets.")] = Path("data"),
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="Worker processes that wake people.")] = 1,
    new: Annotated[bool, typer.Option("--new", help="Make a new, empty hub in the folder first.")] = False,
) -> None:
    """Start the hub: its pages and its workers."""
    from microcare.main import up as start

    raise typer.Exit(start(data, host, port, workers, new=new))


@app.command()
def demo(
    program: Annotated[list[str] | None, typer.Option(help="parenting, activity, mood, ...; may be repeated.")] = None,
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 8000,
    data: Annotated[Path | None, typer.Option(help="Keep the demo in this folder.")] = None,
    at: Annotated[
        str,
        typer.Option(
            help="What the demo's clock shows when it begins, like 2026-03-02T08:00 (else now; in quiet hours, the next morning)."
        ),
    ] = "",
) -> None:
    """Start a hub with an example program, a participant, a facilitator, and a clock that can be moved."""
    from microcare.main import demo as start

    raise typer.Exit(start(program or ["parenting"], port, data, at=at))


@app.command()
def publish(
    program: ProgramPath,
    data: Data = Path("data"),
) -> None:
    """Publish a program (or its new version) into a hub."""
    from microcare.commands.hub import publish as run

    raise typer.Exit(run(program, data))


@app.command()
def invite(
    program: Annotated[str, typer.Argument(help="The name of a published program.")],
    data: Data = Path("data"),
    count: Annotated[int, typer.Option(min=1, max=10_000, help="How many.")] = 1,
) -> None:
    """Make invitation codes for a program and print them."""
    from microcare.commands.hub import invite as run

    raise typer.Exit(run(program, data, count))


@app.command()
def facilitator(
    name: Annotated[str, typer.Argument(help="User name.")],
    data: Data = Path("data"),
    role: Annotated[
        list[str] | None,
        typer.Option(help="designer, coach, clinician, analyst, safety_officer, administrator; may be repeated."),
    ] = None,
    program: InProgram = "*",
    reset: Annotated[
        bool, typer.Option("--reset", help="For an account that is there: nothing it signed in with is good any more.")
    ] = False,
) -> None:
    """Make an account on the staff and print the one-time link where they set it up."""
    from microcare.commands.hub import facilitator as run

    raise typer.Exit(run(name, data, role or ["clinician"], program, reset))


@app.command()
def role(
    name: Annotated[str, typer.Argument(help="User name.")],
    role: Annotated[str, typer.Argument(help="The role.")],
    data: Data = Path("data"),
    program: InProgram = "*",
    revoke: Annotated[bool, typer.Option("--revoke", help="Take it away.")] = False,
) -> None:
    """Give somebody on the staff a role, or take it away."""
    from microcare.commands.hub import role as run

    raise typer.Exit(run(name, role, data, program, revoke))


@app.command()
def audit(
    data: Data = Path("data"),
    about: Annotated[str, typer.Option(help="Only about this person or program.")] = "",
    verify: Annotated[bool, typer.Option("--verify", help="Say whether the trail is as it was written.")] = False,
    against: Annotated[
        Path | None,
        typer.Option(help="With --verify: a file with its lines kept elsewhere, if not MICROCARE_AUDIT_LOG."),
    ] = None,
) -> None:
    """Print who read, changed or exported what, and what was refused."""
    from microcare.commands.hub import audit as run

    raise typer.Exit(run(data, about, verify, against))


@app.command()
def monitor(
    data: Data = Path("data"),
    program: Annotated[str, typer.Option(help="Only this program.")] = "",
    json: Json = False,
) -> None:
    """What became of what was planned in the last days, why it came no further, and who is stuck."""
    from microcare.commands.monitor import run

    raise typer.Exit(run(data, program, json))


@app.command("clock")
def clock_command(
    data: Data = Path("data"),
    confirm: Annotated[bool, typer.Option("--confirm", help="Say that this machine's clock is right.")] = False,
) -> None:
    """Whether the hub believes this machine's clock. Exit status 1 while it does not: then nothing is decided by time."""
    from microcare.commands.hub import clock as run

    raise typer.Exit(run(data, confirm))


@app.command()
def backup(
    to: Annotated[Path, typer.Option(help="A folder (the file is named after the moment), or a new file.")],
    data: Data = Path("data"),
    keep: Annotated[
        int, typer.Option(min=0, help="Remove the folder's oldest backups but for so many; 0: keep all.")
    ] = 0,
) -> None:
    """Make an encrypted backup while the hub works, and see that it can be restored."""
    from microcare.commands.backup import backup as run

    raise typer.Exit(run(data, to, keep))


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="The backup.")],
    data: Data = Path("data"),
    master_key: Annotated[
        Path | None, typer.Option(help="The master key's file, if it is not in the folder or the environment.")
    ] = None,
    erasures: Annotated[
        Path | None, typer.Option(help="The newest erasures.list, if it is not beside the backup.")
    ] = None,
    no_erasures: Annotated[bool, typer.Option("--no-erasures", help="Nobody was erased since the backup.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Only see whether it can be restored.")] = False,
    anyway: Annotated[bool, typer.Option("--anyway", help="Although some people's data are not whole.")] = False,
) -> None:
    """Restore a backup into an empty folder. What may have been sent since is not sent again."""
    from microcare.commands.backup import restore as run

    raise typer.Exit(run(file, data, master_key, erasures, no_erasures, check, anyway))
