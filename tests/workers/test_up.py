"""`up` and `demo` as real processes: they listen, survive a dead worker, end in order, and say what is wrong."""

import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from microcare.workers.supervise import port_problem

pytestmark = pytest.mark.slow
ROOT = Path(__file__).parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _start(code: str, folder: Path) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("MICROCARE")}
    env["PYTHONPATH"] = str(ROOT / "src")
    command = [
        sys.executable,
        "-c",
        f"import sys\nfrom pathlib import Path\nfrom microcare.main import demo, up\nsys.exit({code})",
    ]
    return subprocess.Popen(
        command,
        cwd=folder,
        env=env,
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
    )


def _read_until(process: subprocess.Popen[str], mark: str) -> str:
    assert process.stdout is not None
    said = ""
    for line in process.stdout:
        said += line
        if mark in line:
            return said
    raise AssertionError(f"it ended: {said} {process.stderr.read() if process.stderr else ''}")


def _get(url: str) -> tuple[int, dict[str, str], str]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    with opener.open(url, timeout=5) as response:
        return response.status, dict(response.headers), response.read().decode()


def _children(process: int) -> list[tuple[int, str]]:
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            if int((folder / "stat").read_text().rpartition(")")[2].split()[1]) == process:
                found.append((int(folder.name), (folder / "cmdline").read_text().replace("\0", " ")))
        except OSError:
            continue
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], int, str]]:
    port = free_port()
    process = _start(f"demo(['parenting', 'mood'], {port}, Path('here'))", tmp_path)
    try:
        yield process, port, _read_until(process, "Stop it")
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=30)


def test_a_demo_listens_within_seconds_and_says_where(
    demo: tuple[subprocess.Popen[str], int, str], tmp_path: Path
) -> None:
    _, port, said = demo
    assert len(re.findall(rf"http://127\.0\.0\.1:{port}/join#[2-9a-z]{{20}}", said)) == 2
    assert re.search(r"user: facilitator +password: [2-9a-z-]{23}", said)
    status, headers, body = _get(f"http://127.0.0.1:{port}/health")
    assert (status, body) == (200, "ok\n")
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "same-origin"
    assert headers["Cache-Control"] == "no-store"
    for file in (tmp_path / "here").rglob("*"):
        if file.is_dir():
            assert stat.S_IMODE(file.stat().st_mode) == 0o700, file
        elif file.name != "DEMO":
            assert stat.S_IMODE(file.stat().st_mode) == 0o600, file


def test_a_second_demo_on_the_folder_says_where_the_first_is_and_touches_nothing(
    demo: tuple[subprocess.Popen[str], int, str], tmp_path: Path
) -> None:
    first, port, said = demo
    from microcare.store.entering import mark

    join = re.search(r"/join#(\w+)", said)
    assert join is not None
    for code in (f"demo(['mood'], {free_port()}, Path('here'))", f"up(Path('here'), port={free_port()})"):
        second = _start(code, tmp_path)
        _, complaint = second.communicate(timeout=60)
        assert second.returncode == 1
        assert f"running in {tmp_path / 'here'} already, at http://127.0.0.1:{port}" in complaint.replace(
            " here ", f" {tmp_path / 'here'} "
        )
    assert _get(f"http://127.0.0.1:{port}/join")[0] == 200
    with closing(sqlite3.connect(tmp_path / "here" / "microcare.sqlite3")) as database:
        assert database.execute("SELECT once FROM invitation WHERE hash = ?", [mark(join[1])]).fetchone() == (0,)
    first.kill()
    first.wait(timeout=20)
    other = free_port()
    third = _start(f"demo(['mood'], {other}, Path('here'))", tmp_path)
    try:
        assert f"http://127.0.0.1:{other}/join#" in _read_until(third, "Stop it")
    finally:
        third.send_signal(signal.SIGTERM)
        third.communicate(timeout=30)


def test_a_demo_lets_no_hub_of_the_same_folder_be_made_anew(tmp_path: Path) -> None:
    hub = _start(f"up(Path('here'), port={free_port()}, new=True)", tmp_path)
    try:
        _read_until(hub, "microcare is up")
        (tmp_path / "here" / "DEMO").write_text("")
        demo = _start(f"demo(['mood'], {free_port()}, Path('here'))", tmp_path)
        _, complaint = demo.communicate(timeout=60)
        assert demo.returncode == 1
        assert "goes on untouched" in complaint
    finally:
        hub.send_signal(signal.SIGTERM)
        hub.communicate(timeout=30)


def test_a_dead_process_is_started_again_and_all_end_together(
    demo: tuple[subprocess.Popen[str], int, str],
) -> None:
    process, port, _ = demo
    before = dict(_children(process.pid))
    assert len(before) == 2
    worker = next(pid for pid, command in before.items() if " work " in command)
    os.kill(worker, signal.SIGKILL)
    until = time.monotonic() + 15
    while time.monotonic() < until:
        now = dict(_children(process.pid))
        if len(now) == 2 and worker not in now:
            break
        time.sleep(0.1)
    assert len(now) == 2
    assert worker not in now
    assert _get(f"http://127.0.0.1:{port}/health")[0] == 200
    process.send_signal(signal.SIGTERM)
    assert process.wait(timeout=30) == 0
    assert not [pid for pid in now if Path(f"/proc/{pid}").exists()]
    assert port_problem("127.0.0.1", port) == ""


def test_no_process_is_left_when_the_supervisor_is_killed(
    demo: tuple[subprocess.Popen[str], int, str],
) -> None:
    process, _, _ = demo
    children = [pid for pid, _ in _children(process.pid)]
    process.kill()
    process.wait()
    until = time.monotonic() + 10
    while time.monotonic() < until and any(Path(f"/proc/{pid}").exists() for pid in children):
        time.sleep(0.1)
    assert not [pid for pid in children if Path(f"/proc/{pid}").exists()]


def test_a_port_in_use_is_said_in_plain_words(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen(1)
        port = taken.getsockname()[1]
        assert f"Port {port} is in use" in port_problem("127.0.0.1", port)
        process = _start(f"up(Path('data'), port={port}, new=True)", tmp_path)
        said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "--port" in said[1]
    assert not (tmp_path / "data").exists(), "nothing was made"


@pytest.mark.parametrize("server", ["waitress", "gunicorn"])
def test_up_keeps_its_data(tmp_path: Path, server: str) -> None:
    secret = ""
    for first in (True, False):
        port = free_port()
        process = _start(f"up(Path('data'), port={port}, server='{server}', new={first})", tmp_path)
        _read_until(process, f"http://127.0.0.1:{port}/")
        assert _get(f"http://127.0.0.1:{port}/health")[0] == 200
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=30)
        assert process.returncode == 0
        assert secret in ("", (tmp_path / "data" / "secret.key").read_text())
        secret = (tmp_path / "data" / "secret.key").read_text()
    assert len(secret) == 44, "32 bytes"


def test_a_demo_never_takes_over_real_data(tmp_path: Path) -> None:
    port = free_port()
    process = _start(f"up(Path('data'), port={port}, new=True)", tmp_path)
    _read_until(process, "is up")
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    before = (tmp_path / "data" / "secret.key").read_text()
    refused = _start(f"demo('parenting', {port}, Path('data'))", tmp_path)
    said = refused.communicate(timeout=30)
    assert refused.returncode == 1
    assert "not a demo" in said[1]
    assert (tmp_path / "data" / "secret.key").read_text() == before


def test_a_program_that_is_not_there(tmp_path: Path) -> None:
    process = _start(f"demo('coffee', {free_port()}, Path('here'))", tmp_path)
    said = process.communicate(timeout=30)
    assert process.returncode == 1
    assert "There are: " in said[1]
    assert "parenting" in said[1]


def test_starting_loads_no_web_framework() -> None:
    code = "import sys, microcare.main; print('django' in sys.modules)"
    env = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
    done = subprocess.run([sys.executable, "-c", code], env=env, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"
