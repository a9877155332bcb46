"""Children that die in the middle of something, by SIGKILL, as a machine would let them."""

import os
import signal
import traceback
from collections.abc import Callable
from dataclasses import dataclass

from microcare.store import commit

Say = Callable[[str], None]


def die() -> None:
    """Gone at once: nothing is flushed, closed or rolled back."""
    os.kill(os.getpid(), signal.SIGKILL)


def at(point: str, number: int) -> Callable[[str], None]:
    """Dies when the named point of a commit is reached for the n-th time (from 1)."""
    seen = 0

    def reached(name: str) -> None:
        nonlocal seen
        seen += name == point
        if name == point and seen == number:
            die()

    return reached


@dataclass(frozen=True, slots=True)
class Child:
    """A child at work."""

    process: int
    pipe: int

    def wait(self) -> tuple[list[str], bool]:
        """What it said by its end, and whether it was killed."""
        said = b""
        while part := os.read(self.pipe, 65536):
            said += part
        os.close(self.pipe)
        _, status = os.waitpid(self.process, 0)
        died = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
        assert died or os.waitstatus_to_exitcode(status) == 0, "the child failed of itself"
        return said.decode().splitlines(), died


def start(work: Callable[[Say], object], point: str = "", number: int = 1) -> Child:
    """Run in a child; it dies when the named point of a commit is reached for the n-th time."""
    from django.db import connections

    connections.close_all()
    reading, writing = os.pipe()
    child = os.fork()
    if child:
        os.close(writing)
        return Child(child, reading)
    os.close(reading)
    try:
        if point:
            commit.reached = at(point, number)

        def say(text: str) -> None:
            os.write(writing, f"{text}\n".encode())

        work(say)
        connections.close_all()
    except BaseException:
        traceback.print_exc()
        os._exit(3)
    os._exit(0)


def in_child(work: Callable[[Say], object], point: str = "", number: int = 1) -> tuple[list[str], bool]:
    """Run in a child and wait for its end. Returns what it said, and whether it was killed."""
    return start(work, point, number).wait()
