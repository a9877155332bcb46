"""All parts wired, once: settings in, pages and workers up.

`up` supervises separate processes, one for the pages and any number of workers: one that dies is started again, with
growing pauses, and the others do not notice. The processes are this module again: `python -m microcare.main web|work`.
"""

import argparse
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from microcare.store import place
from microcare.web.server import serving

if TYPE_CHECKING:
    from microcare.workers.watching import Watch


def set_up(data: Path, *, migrate: bool = True, new: bool = False) -> None:
    """Make the hub's database in a folder ready for this process (and bring it up to date).

    A hub that is not there is made only where a `new` one is asked for. Raises `WrongPlaceError`, before anything is
    changed, where the folder is not that of a hub that can go on.
    """
    os.environ["MICROCARE_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcare.web.settings")
    _noted(data)
    os.umask(0o077)
    if new:
        place.make(data, os.environ)
    else:
        place.prove(data, os.environ)
        if place.renew(data):
            print(f"{data / place.SECRET} was missing, and is made again: everybody signs in again.", file=sys.stderr)
    import django

    django.setup()
    if migrate:
        _bring_up_to_date()


def _bring_up_to_date() -> None:
    from django.core.management import call_command

    from microcare.store import standing

    standing.prove_schema()
    call_command("migrate", verbosity=0, interactive=False)
    standing.prove_key()


ADDRESS = "address"
"""The file in a hub's folder that says where it is."""


def _note_address(data: Path) -> None:
    """Note where the hub is, so that commands about it print that address, whatever port they would think of."""
    (data / ADDRESS).write_text(os.environ["MICROCARE_URL"] + "\n", encoding="utf-8")


def _noted(data: Path) -> None:
    """Take the address that was noted, where none is set."""
    noted = data / ADDRESS
    if "MICROCARE_URL" not in os.environ and noted.is_file():
        os.environ["MICROCARE_URL"] = noted.read_text(encoding="utf-8").strip()


def up(
    data: Path,
    host: str = "127.0.0.1",
    port: int = 8000,
    workers: int = 1,
    server: str = "",
    *,
    new: bool = False,
) -> int:
    """Start the hub in a folder (a `new` one is made first) and keep it up until told to stop. Returns the exit status."""
    from microcare.workers.supervise import Supervisor, port_problem

    problem = settings_problem() or port_problem(host, port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    from microcare.care.demonstration import share

    url = os.environ.setdefault("MICROCARE_URL", f"http://{_shown(host)}:{port}")
    try:
        if not new:
            place.prove(data, os.environ)
        problem = share(data, url)
        if not problem:
            set_up(data, new=new)
    except place.WrongPlaceError as error:
        problem = str(error)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    _note_address(data)
    supervisor = Supervisor(_commands(data, host, port, workers, server), _watch(data, host, port))
    return supervisor.run(lambda: _say(data, host, port), _shown(host), port)


def demo(
    programs: list[str] | str,
    port: int = 8000,
    data: Path | None = None,
    open_browser: bool = False,
    keep: bool = False,
    at: str = "",
) -> int:
    """Start a demo: example programs, a participant in each, a facilitator, and a clock that can be moved.

    The folder (./demo unless given) is made anew each time, unless `keep`: then an earlier demo goes on.
    Its clock begins at the moment `at`, else now, or in the morning where now is in quiet hours.
    """
    from microcare.workers.supervise import Supervisor, port_problem

    wanted = [programs] if isinstance(programs, str) else list(programs)
    folder = (data or Path("demo")).absolute()
    # A demo is where it listens, whatever address another hub of this machine has.
    url = os.environ["MICROCARE_URL"] = f"http://127.0.0.1:{port}"
    from microcare.care.demonstration import CannotDemonstrateError, prepare, take

    try:
        take(folder, url)
        problem = settings_problem() or port_problem("127.0.0.1", port)
        if problem:
            raise CannotDemonstrateError(problem)
        _note_address(folder)
        lines = prepare(folder, wanted, keep, lambda fresh: set_up(folder, new=fresh), at)
    except CannotDemonstrateError as error:
        print(error, file=sys.stderr)
        return 1

    def say() -> None:
        print("\n".join(lines), flush=True)
        if open_browser:
            import webbrowser

            webbrowser.open(f"http://127.0.0.1:{port}/")

    processes = _commands(folder, "127.0.0.1", port, 1, "")
    return Supervisor(processes, _watch(folder, "127.0.0.1", port)).run(say, "127.0.0.1", port)


def settings_problem() -> str:
    """All that is wrong with the settings, in plain words; empty where they can be used."""
    from microcare.workers.checking import problems

    found = problems()
    return "\n".join(["These settings cannot be used:", *(f"  {line}" for line in found)]) if found else ""


def _watch(data: Path, host: str, port: int) -> "Watch":
    """Who looks whether the processes still work; what earlier ones left is forgotten."""
    from microcare.store.heartbeats import clear
    from microcare.workers.checking import stuck_after
    from microcare.workers.watching import Watch

    hearts = data.absolute() / "heartbeats"
    clear(hearts)
    return Watch(hearts, stuck_after(), f"http://{_shown(host)}:{port}/health")


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 - shown, not bound


def _say(data: Path, host: str, port: int) -> None:
    print(f"microcare is up: http://{_shown(host)}:{port}/  (data in {data}; stop it with Ctrl-C)", flush=True)
    from microcare.care import accounts

    if accounts.nobody_yet():
        from django.conf import settings

        link = f"{settings.URL}/desk/setup/{accounts.first_link()}"
        print(f"Nobody runs this hub yet. Whoever opens this link within an hour becomes its administrator:\n  {link}")
        print("It is good once; start the hub again for another one.", flush=True)


def _commands(data: Path, host: str, port: int, workers: int, server: str) -> dict[str, list[str]]:
    here = [sys.executable, "-m", "microcare.main"]
    pages = [*here, "web", "--data", str(data), "--host", host, "--port", str(port)]
    if (server or serving.chosen()) == "gunicorn":
        pages = serving.gunicorn(host, port)
    found = {"web": pages}
    for number in range(1, workers + 1):
        name = f"worker {number}"
        found[name] = [*here, "work", "--data", str(data), "--name", name]
    return found


def work(name: str = "") -> int:
    """Wake, deliver and tell other systems until SIGTERM: a loop each, so that a slow other side delays nobody's care.

    Returns the exit status: 1 where a loop ended by itself.
    """
    import gc
    import threading
    from functools import partial

    from microcare.workers import backup, deliver, wake
    from microcare.workers.loop import stop_on_signals, together

    # A batch keeps many small, acyclic objects alive for a moment; looking for cycles among them was a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    stop = threading.Event()
    stop_on_signals(stop)
    works: dict[str, Callable[[], object]] = {
        "wake": partial(wake.work, stop, name),
        **deliver.works(stop, name),
        **backup.works(stop),
    }
    return 0 if together(works, stop) else 1


def main(arguments: list[str] | None = None) -> None:
    """One process of the hub: `web` or `work`. People start it by `microcare up`."""
    parser = argparse.ArgumentParser(prog="microcare.main")
    parser.add_argument("part", choices=["web", "work"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--name", default="", help="of a worker, for its heartbeats")
    given = parser.parse_args(arguments)
    problem = settings_problem()
    if problem:
        raise SystemExit(problem)
    try:
        set_up(given.data, migrate=False)
    except place.WrongPlaceError as error:
        raise SystemExit(str(error)) from None
    if given.part == "web":
        serving.serve(given.host, given.port)
    else:
        raise SystemExit(work(given.name))


if __name__ == "__main__":
    main()
