"""All parts wired, once: settings in, pages and workers up.

`up` supervises separate processes, one for the pages and any number of workers: one that dies is started again, with
growing pauses, and the others do not notice. The processes are this module again: `python -m microcare.main web|work`.
"""

import argparse
import os
import sys
from pathlib import Path


def set_up(data: Path, *, migrate: bool = True) -> None:
    """Make the hub's database in a folder ready for this process (and bring it up to date)."""
    os.environ["MICROCARE_DATA"] = str(data.absolute())
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "microcare.web.settings")
    _noted(data)
    os.umask(0o077)
    data.mkdir(parents=True, exist_ok=True, mode=0o700)
    import django

    django.setup()
    if migrate:
        from django.core.management import call_command

        call_command("migrate", verbosity=0, interactive=False)


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


def up(data: Path, host: str = "127.0.0.1", port: int = 8000, workers: int = 1, server: str = "waitress") -> int:
    """Start the hub in a folder and keep it up until it is told to stop. Returns the exit status."""
    from microcare.workers.supervise import Supervisor, port_problem

    problem = port_problem(host, port)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    from microcare.care.demonstration import share

    url = os.environ.setdefault("MICROCARE_URL", f"http://{_shown(host)}:{port}")
    problem = share(data, url)
    if problem:
        print(problem, file=sys.stderr)
        return 1
    _note_address(data)
    set_up(data)
    supervisor = Supervisor(_commands(data, host, port, workers, server))
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
        problem = port_problem("127.0.0.1", port)
        if problem:
            raise CannotDemonstrateError(problem)
        _note_address(folder)
        lines = prepare(folder, wanted, keep, lambda: set_up(folder), at)
    except CannotDemonstrateError as error:
        print(error, file=sys.stderr)
        return 1

    def say() -> None:
        print("\n".join(lines), flush=True)
        if open_browser:
            import webbrowser

            webbrowser.open(f"http://127.0.0.1:{port}/")

    return Supervisor(_commands(folder, "127.0.0.1", port, 1, "waitress")).run(say, "127.0.0.1", port)


def _shown(host: str) -> str:
    return {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)  # noqa: S104 - shown, not bound


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
    if server == "gunicorn":
        pages = [sys.executable, "-m", "gunicorn", "microcare.web.wsgi", "--bind", f"{host}:{port}"]
        # One process, as the sessions' cache wants it; threads share the work.
        pages += ["--workers", "1", "--threads", "16", "--log-level", "warning"]
    found = {"web": pages}
    for number in range(1, workers + 1):
        found[f"worker {number}"] = [*here, "work", "--data", str(data)]
    return found


def serve(host: str, port: int) -> None:
    """Serve the pages in this process until SIGTERM."""
    import signal
    import threading

    from waitress import create_server

    from microcare.web.wsgi import application
    from microcare.workers.loop import watch_parent

    listening = create_server(
        application, host=host, port=port, threads=8, ident="microcare", clear_untrusted_proxy_headers=True
    )
    stop = threading.Event()

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    watch_parent(stop, lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        listening.run()
    finally:
        stop.set()


def work() -> None:
    """Wake, deliver and tell other systems until SIGTERM: a loop each, so that a slow other side delays nobody's care."""
    import gc
    import threading

    from microcare.workers import deliver, wake
    from microcare.workers.loop import stop_on_signals

    # A batch keeps many small, acyclic objects alive for a moment; looking for cycles among them was a tenth of the time.
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    stop = threading.Event()
    stop_on_signals(stop)
    others = [threading.Thread(target=deed, args=(stop,), name=deed.__name__) for deed in (deliver.work, deliver.tell)]
    for thread in others:
        thread.start()
    wake.work(stop)
    for thread in others:
        thread.join(timeout=30)


def main(arguments: list[str] | None = None) -> None:
    """One process of the hub: `web` or `work`. People start it by `microcare up`."""
    parser = argparse.ArgumentParser(prog="microcare.main")
    parser.add_argument("part", choices=["web", "work"])
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    given = parser.parse_args(arguments)
    set_up(given.data, migrate=False)
    if given.part == "web":
        serve(given.host, given.port)
    else:
        work()


if __name__ == "__main__":
    main()
