"""Printing for people and for machines: colors and progress only where a terminal is, JSON on request."""

import json
import os
import sys
from collections.abc import Iterable, Iterator
from importlib.util import find_spec
from pathlib import Path
from shlex import quote
from typing import Any, TypeVar

from typer import Exit
from typer.core import TyperGroup

from microcare.store.place import WrongPlaceError

T = TypeVar("T")
CODES = {"red": 31, "yellow": 33, "green": 32, "blue": 34, "dim": 2, "bold": 1}
OK, PROBLEMS, USAGE = 0, 1, 2
"""Exit statuses: all is well; the program or the data have errors; the command was not used right."""


def paint(text: str, *styles: str) -> str:
    """The text in colors, if standard output is a terminal and NO_COLOR is not set."""
    if not sys.stdout.isatty() or os.environ.get("NO_COLOR"):
        return text
    return "".join(f"\033[{CODES[s]}m" for s in styles) + text + "\033[0m"


def say(text: str = "") -> None:
    """A line for people."""
    sys.stdout.write(text + "\n")


def complain(text: str) -> None:
    """A line about what went wrong."""
    sys.stderr.write(text + "\n")


def no_moment(option: str, text: str) -> str:
    """What to say of an option's text that is no moment; empty where it is one."""
    from microcare.base.moments import is_zone, parse_moment

    if parse_moment(text) is not None:
        return ""
    near = next(
        (t for t in (f"{text.strip().replace(' ', 'T')}{end}" for end in ENDS) if parse_moment(t) is not None), None
    )
    if is_zone(text):
        return f"`{option}`: `{text}` is a time zone, and not a moment like 2026-03-02T08:00:00Z."
    lacking = "lacks its time of day or its offset: write " if near else "is no moment: write one like "
    return f"`{option}`: `{text}` {lacking}{near or '2026-03-02T08:00:00Z'}."


ENDS = ("Z", ":00Z", ":00:00Z", "T08:00:00Z")
"""What may be missing of a moment at its end."""


def say_json(value: object) -> None:
    """A value for machines."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")


def progress(items: Iterable[T], total: int, label: str) -> Iterator[T]:
    """The same items, with a progress bar on a terminal's standard error."""
    if not sys.stderr.isatty():
        yield from items
        return
    from rich.console import Console
    from rich.progress import track

    yield from track(items, total=total, description=label, console=Console(stderr=True), transient=True)


EXTRAS = {
    **dict.fromkeys(("numpy", "scipy", "pandas", "formulaic", "duckdb", "matplotlib"), "science"),
    "gunicorn": "gunicorn",
}
"""Packages that a microcare may do without, and with what they are added."""


class Door(TyperGroup):
    """All commands. One that needs a package that is not installed says so, and how it is added; one in a folder that is
    not its hub's does nothing and says why.
    """

    def invoke(self, ctx: Any) -> object:
        """Run the command that was asked for."""
        try:
            return super().invoke(ctx)
        except ModuleNotFoundError as error:
            name = (error.name or "").partition(".")[0]
            if name not in EXTRAS:
                raise
            complain(f"This needs {name}, which is not installed here. To add it: {how_to_add(EXTRAS[name])}")
            raise Exit(PROBLEMS) from None
        except WrongPlaceError as error:
            complain(str(error))
            raise Exit(PROBLEMS) from None


def how_to_add(extra: str) -> str:
    """How what is missing is installed, in the way in which this microcare was."""
    here = Path(__file__).resolve().parents[3]
    made = Path(sys.prefix) == here / ".venv" and (here / "Makefile").is_file()
    if made and not (here / ".venv" / ".installed").exists():
        return f"make -C {quote(str(here))} install"
    tool = (
        f"{quote(sys.executable)} -m pip install"
        if find_spec("pip")
        else f"uv pip install --python {quote(sys.executable)}"
    )
    if (here / "pyproject.toml").is_file():
        return f"{tool} -e {quote(f'{here}[{extra}]')}"
    return f"{tool} {quote(f'microcare[{extra}]')}"
