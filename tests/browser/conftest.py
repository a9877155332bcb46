"""A real hub in processes of its own, and a real Chromium that looks at it."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, ViewportSize, expect, sync_playwright

from tests.chromium import FLAGS, chromium

PHONE = ViewportSize(width=390, height=844)
DESKTOP = ViewportSize(width=1280, height=800)
MONDAY, ZONE = "2026-03-02T08:00", "Europe/Berlin"
"""When and where every demo and every browser here begins, whatever the machine's own clock and zone."""
HERE = ("http://127.0.0.1:", "http://localhost:")

# A state is waited for as long as a loaded machine may need; a test that waits for it loses nothing by that.
expect.set_options(timeout=20_000)


@dataclass(frozen=True)
class Demo:
    """A demo hub that is up."""

    url: str
    join: str
    user: str
    password: str
    data: Path


def free_port() -> int:
    """A port nobody listens on."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def start(program: str, data: Path, at: str = MONDAY) -> tuple[Demo, subprocess.Popen[str]]:
    """Start a demo with a program and wait until its pages answer."""
    port = free_port()
    log = data.parent / f"{data.name}.log"
    command = [
        sys.executable,
        "-m",
        "microcare",
        "demo",
        "--program",
        program,
        "--port",
        str(port),
        "--data",
        str(data),
        "--at",
        at,
    ]
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(
            command, stdout=file, stderr=subprocess.STDOUT, text=True, env=os.environ | {"TZ": ZONE}
        )
    for _ in range(300):
        said = log.read_text(encoding="utf-8")
        join, password = (
            re.search(r"(http\S+)/join#(\S+)", said),
            re.search(r"user: (\S+)\s+password: (\S+)", said),
        )
        if join and password and _answers(join[1]):
            return Demo(join[1], f"{join[1]}/join#{join[2]}", password[1], password[2], data), process
        assert process.poll() is None, said
        time.sleep(0.1)
    raise AssertionError(f"the demo did not come up: {log.read_text(encoding='utf-8')}")


def _answers(url: str) -> bool:
    try:
        with urlopen(f"{url}/health", timeout=1) as found:
            return bool(found.status == 200)
    except (URLError, OSError):
        return False


@pytest.fixture
def demo(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Demo]:
    """A demo hub of its own for a test; `@pytest.mark.parametrize("demo", ["mood"], indirect=True)` chooses the program."""
    program = getattr(request, "param", "parenting")
    found, process = start(program, tmp_path / "demo")
    try:
        yield found
    finally:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()


def _environment() -> dict[str, str | float | bool]:
    """What a browser here starts with: its zone; and its own clock, also where a test run has a shifted one."""
    return {**{name: value for name, value in os.environ.items() if name != "LD_PRELOAD"}, "TZ": ZONE}


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for these tests; closed after them, because its event loop would be in the way of the others."""
    path = chromium()
    if path is None:
        pytest.skip("no Chromium was found (set CHROMIUM to its path)")
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=path, args=FLAGS, env=_environment())
        yield started
        started.close()


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    yield from _page(context)


@pytest.fixture
def desktop(browser: Browser) -> Iterator[Page]:
    """A desktop."""
    yield from _page(browser.new_context(viewport=DESKTOP))


def _page(context: BrowserContext) -> Iterator[Page]:
    """A page that fails its test on a script's error, or a request that leaves the hub."""
    troubles: list[str] = []
    page = context.new_page()
    page.set_default_timeout(20_000)
    page.on("pageerror", lambda error: troubles.append(str(error)))
    context.on(
        "request", lambda r: troubles.append(f"left the hub: {r.url}") if not r.url.startswith(HERE) and r.url.startswith("http") else None
    )  # fmt: skip
    yield page
    context.close()
    assert troubles == []
