"""Keep a few processes up: start them, start one that is dead or stuck again with growing pauses, and stop all together."""

import errno
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import FrameType

from microcare.workers.watching import Watch, answers

LONGEST_PAUSE = 30.0
AGAIN = 5.0
"""After so many seconds it is tried again to say that all is up."""
STEADY = 60.0
"""A process that lived so long, in seconds, is started again at once."""
PATIENCE = 15.0
"""How long a process may take to stop, in seconds."""


def port_problem(host: str, port: int) -> str:
    """Why nothing can listen there, in plain words; empty where it can."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen(1)
        except OverflowError:
            return f"{port} is no port: choose one from 1024 to 65535 with --port."
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                return f"Port {port} is in use: stop what listens there, or choose another with --port."
            if error.errno == errno.EACCES:
                return f"Port {port} needs more rights: choose one above 1023 with --port."
            return f"Cannot listen on {host}:{port}: {error.strerror or error}"
    return ""


@dataclass(slots=True)
class _Child:
    name: str
    command: list[str]
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    deaths: int = 0
    start_at: float = 0.0


class Supervisor:
    """Processes by name, each a command. `watch`: who tells which of them are stuck."""

    def __init__(self, commands: Mapping[str, list[str]], watch: Watch | None = None) -> None:
        self._watch = watch
        self._children = [_Child(name, list(command)) for name, command in commands.items()]
        self._stop = False

    def run(self, ready: Callable[[], None], host: str, port: int) -> int:
        """Keep them up until SIGTERM or SIGINT. `ready` is called once, when the pages answer."""
        before = {n: signal.signal(n, self._on_signal) for n in (signal.SIGTERM, signal.SIGINT)}
        try:
            return self._keep_up(ready, host, port)
        finally:
            self._end()
            for number, handler in before.items():
                signal.signal(number, handler)

    def _keep_up(self, ready: Callable[[], None], host: str, port: int) -> int:
        said = False
        while not self._stop:
            for child in self._children:
                self._look_after(child)
            self._end_stuck()
            if not said and answers(f"http://{host}:{port}/health", 1):
                said = True
                if self._watch is not None:
                    self._watch.pages_answered()
                # Aside, so that whatever keeps it waiting (a locked database) keeps nobody from being looked after.
                threading.Thread(target=self._say, args=(ready,), name="ready", daemon=True).start()
            time.sleep(0.1)
        return 0

    def _say(self, ready: Callable[[], None]) -> None:
        while not self._stop:
            try:
                return ready()
            except Exception as error:
                print(f"The hub is up; what to say of it is not known yet: {error}", file=sys.stderr, flush=True)
                time.sleep(AGAIN)

    def _on_signal(self, number: int, frame: FrameType | None) -> None:
        self._stop = True

    def _look_after(self, child: _Child) -> None:
        now = time.monotonic()
        if child.process is None:
            if now >= child.start_at:
                # A session of its own: Ctrl-C reaches the supervisor alone, which stops the others in order.
                child.process = subprocess.Popen(child.command, start_new_session=True)  # noqa: S603 - our own
                child.started = now
            return
        status = child.process.poll()
        if status is None:
            return
        child.process = None
        child.deaths = 1 if now - child.started > STEADY else child.deaths + 1
        pause = min(2.0 ** (child.deaths - 1) - 1, LONGEST_PAUSE)
        child.start_at = now + pause
        print(
            f"{child.name} ended with status {status}; it starts again in {pause:.0f} s",
            file=sys.stderr,
            flush=True,
        )

    def _end_stuck(self) -> None:
        """Whoever lives and does not move is ended at once: nothing that was acknowledged hangs on how a process ends."""
        running = {c.name: c.process.pid for c in self._children if c.process is not None}
        for name, why in self._watch.stuck(running).items() if self._watch is not None else ():
            process = next(c.process for c in self._children if c.name == name)
            print(f"{name} is stuck: {why}; it is ended and started again", file=sys.stderr, flush=True)
            if process is not None:
                process.kill()

    def _end(self) -> None:
        """Workers and pages get time to finish what they are at."""
        running = [c.process for c in self._children if c.process is not None and c.process.poll() is None]
        for process in running:
            process.terminate()
        until = time.monotonic() + PATIENCE
        for process in running:
            try:
                process.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
