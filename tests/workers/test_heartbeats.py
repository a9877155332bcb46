"""Loops that stand still or only fail are known, named, and started again; wrong settings are said before anything starts."""

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from microcare.care import readiness
from microcare.store import heartbeats, outbox
from microcare.store.heartbeats import Beat
from microcare.workers import checking, deliver, loop, wake
from microcare.workers.watching import Watch
from tests.live import Hub, moment
from tests.workers.test_up import _children, _read_until, free_port

NINE = moment("2026-03-02T08:00:00Z")


def _until(true: Callable[[], object], seconds: float = 40) -> bool:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.05)
    return False


def _beat(loop: str, ticked: float, *, well: float | None = None, pid: int = 0, error: str = "") -> Beat:
    well = ticked if well is None else well
    return Beat("worker 1", pid or os.getpid(), loop, ticked, 1_000_000, well, 2_000_000, error)


def _all(but: Beat) -> list[Beat]:
    return [_beat(name, 1000.0) for name in heartbeats.LOOPS if name != but.loop] + [but]


@pytest.mark.parametrize(
    ("beat", "said"),
    [
        (_beat("mail", 1000.0), ""),
        (_beat("mail", 911.0), ""),
        (_beat("mail", 909.0), "mail (worker 1) stands still since 1970-01-01T00:16:40Z"),
        (_beat("mail", 5000.0), "mail (worker 1) stands still since 1970-01-01T00:16:40Z"),
        (_beat("mail", 999.0, well=950.0, error="OperationalError"), ""),
        (
            _beat("mail", 999.0, well=900.0, error="OperationalError"),
            "mail (worker 1) has failed since 1970-01-01T00:33:20Z (OperationalError)",
        ),
        (_beat("mail", 909.0, pid=2**22 + 7), "mail (worker 1) stands still since 1970-01-01T00:16:40Z"),
        (_beat("other", 1000.0), "mail: no worker does this"),
    ],
)
def test_what_counts_as_standing_still(beat: Beat, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    beats = _all(beat) if beat.loop != "other" else [b for b in _all(beat) if b.loop != "mail"]
    found = [readiness._said(one) for one in heartbeats.still(beats, 90, 1000.0)]
    assert found == ([said] if said else [])


def test_a_dead_process_is_not_missed_where_another_does_the_same() -> None:
    dead = _beat("mail", 500.0, pid=2**22 + 7)
    assert heartbeats.still([*_all(_beat("mail", 1000.0)), dead], 90, 1000.0) == []


def test_a_broken_heartbeat_is_none(hub: Hub) -> None:
    pulse = heartbeats.Pulse("worker 1", "wake")
    pulse.beat()
    assert [b.loop for b in heartbeats.read(heartbeats.folder())] == ["wake"]
    (heartbeats.folder() / "torn.json").write_bytes(b'{"process": "wor')
    assert [b.loop for b in heartbeats.read(heartbeats.folder())] == ["wake"]
    pulse.end()
    assert heartbeats.read(heartbeats.folder()) == []


def test_every_loop_beats_and_says_what_its_rounds_end_with(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "AFTER_ERROR", 0.02)
    stop = threading.Event()

    def fails(now: int) -> int:
        raise OSError("the disk is full")

    thread = threading.Thread(target=loop.run, args=("wake", fails, lambda now: None, stop, "worker 1"))
    thread.start()
    try:
        assert _until(lambda: [b.error for b in heartbeats.read(heartbeats.folder())] == ["OSError"])
    finally:
        stop.set()
        thread.join()
    assert heartbeats.read(heartbeats.folder()) == []


def test_what_a_loop_needs_to_begin_is_tried_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    """A database that is locked when the worker starts: today's delivery thread ended, and nobody was told."""
    monkeypatch.setattr(loop, "AFTER_ERROR", 0.02)
    tries: list[int] = []
    real = deliver.channels

    def locked(lane: str = "") -> object:
        tries.append(1)
        if len(tries) < 12:
            raise sqlite3.OperationalError("database is locked")
        return real(lane)

    monkeypatch.setattr(deliver, "channels", locked)
    person, stop = hub.join(), threading.Event()
    threads = [threading.Thread(target=wake.work, args=(stop,))]
    threads += [threading.Thread(target=work) for work in deliver.works(stop).values()]
    for thread in threads:
        thread.start()
    try:
        hub.show(NINE - 500)
        assert _until(lambda: any(o.told for o in outbox.of(person)))
        assert len(tries) >= 12
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def test_a_worker_whose_loop_ended_by_itself_ends_as_a_whole() -> None:
    stop, waited = threading.Event(), []
    works = {"wake": lambda: waited.append(stop.wait(20)), "mail": lambda: None}
    assert loop.together(works, stop) is False
    assert waited == [True], "the other loop was told to stop"


def test_a_stuck_worker_and_silent_pages_are_told_apart_from_slow_ones(tmp_path: Path) -> None:
    now = [1000.0]
    watch = Watch(tmp_path, 30, "http://127.0.0.1:9/health", lambda: now[0])

    def beat(pid: int, *, but: str = "") -> None:
        for name in heartbeats.LOOPS:
            if name != but:
                (tmp_path / f"{pid}.{name}.json").write_bytes(
                    json.dumps({"process": "w", "pid": pid, "loop": name, "ticked": now[0], "ticked_at": 1, "well": now[0], "well_at": 1}).encode()
                )  # fmt: skip

    assert watch._pages(13, 5000.0) == "", "where they cannot be asked at all, nobody is ended for it"
    watch._ever = True
    found: dict[str, str] = {}
    for _ in range(50):
        now[0] += 2
        beat(11)
        beat(12, but="mail")
        found |= watch.stuck({"worker 1": 11, "worker 2": 12, "web": 13})
        if now[0] < 1031:
            assert not found, "everybody gets the time to begin"
    assert set(found) == {"worker 2", "web"}
    assert "mail" in found["worker 2"]
    now[0] += 500
    assert watch.stuck({"worker 1": 11}) == {}, "the machine slept: nobody is blamed at once"


GOOD = {
    "MICROCARE_SMTP": "smtp+starttls://care:pa%40ss@mail.clinic.test:587", "MICROCARE_MAIL_FROM": "care@clinic.test",
    "MICROCARE_URL": "https://care.clinic.test", "MICROCARE_ZONE": "Europe/Berlin", "MICROCARE_IDLE_MINUTES": "15",
    "MICROCARE_STUCK_AFTER": "90", "MICROCARE_LOG": "INFO", "MICROCARE_PUSH_LOCAL": "0", "MICROCARE_BEHIND_PROXY": "1",
    "MICROCARE_MASTER_KEY": "A" * 43 + "=", "MICROCARE_EXAMPLES": "40", "PATH": "/bin",
}  # fmt: skip


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("MICROCARE_SMTP", "mail.clinic.test:25", "smtp://HOST:PORT"),
        ("MICROCARE_SMTP", "smpt://mail.clinic.test", "smtp://HOST:PORT"),
        ("MICROCARE_SMTP", "smtp://mail.clinic.test:2a5", "%40"),
        ("MICROCARE_SMTP", "smtps://care:p/secret@mail.clinic.test", "%2F"),
        ("MICROCARE_SMTP", "smtp://mail.clinic.test:25/inbox", "smtp://HOST:PORT"),
        ("MICROCARE_SMTP", "smtp://care:secret@mail.clinic.test", "only over smtps"),
        ("MICROCARE_SMTP", "smtp://[::1", "smtp+starttls://"),
        ("MICROCARE_MAIL_FROM", "Care <care@clinic.test>", "without a name"),
        ("MICROCARE_URL", "care.clinic.test", "https://care.clinic.example"),
        ("MICROCARE_URL", "https://care.clinic.test/hub", "more than scheme"),
        ("MICROCARE_URL", "https://care.clinic.test:http", "no address"),
        ("MICROCARE_ZONE", "Berlin", "Europe/Berlin"),
        ("MICROCARE_IDLE_MINUTES", "a quarter", "whole number"),
        ("MICROCARE_IDLE_MINUTES", "-1", "whole number"),
        ("MICROCARE_IDLE_MINUTES", "1", "at least 2"),
        ("MICROCARE_STUCK_AFTER", "0", "at least 5"),
        ("MICROCARE_SERVER", "apache", "Choose of waitress, gunicorn"),
        ("MICROCARE_DAILY_ACTS", "3", "at least 50"),
        ("MICROCARE_DAILY_MB", "1.5", "at least 5"),
        ("MICROCARE_AUDIT_LOG", "/there/is/none/audit.jsonl", "a folder that there is"),
        ("MICROCARE_AUDIT_LOG", "/tmp", "no file"),
        ("MICROCARE_AUDIT_LOG", "syslog://", "no address of a syslog"),
        ("MICROCARE_AUDIT_LOG", "syslog://log.clinic.test:x", "no address of a syslog"),
        ("MICROCARE_LOG", "verbose", "WARNING"),
        ("MICROCARE_PUSH_LOCAL", "yes", "1 (on)"),
        ("MICROCARE_BEHIND_PROXY", "true", "1 (on)"),
        ("MICROCARE_MASTER_KEY", "secret", "32 bytes"),
        ("MICROCARE_LOCALE", "/nowhere/at/all", "no such folder"),
        ("MICROCARE_DATA", __file__, "it is a file"),
        ("MICROCARE_SMPT", "smtp://mail.clinic.test", "Did you mean MICROCARE_SMTP?"),
        ("MICROCARE_MAILFROM", "care@clinic.test", "Did you mean MICROCARE_MAIL_FROM?"),
    ],
)
def test_a_wrong_setting_is_said_with_its_cure(name: str, value: str, said: str) -> None:
    assert checking.problems(GOOD) == []
    assert checking.problems({}) == []
    [line] = checking.problems(GOOD | {name: value})
    assert line.startswith(f"{name}: ")
    assert said in line
    assert "secret" not in line.removeprefix(name), "a password is not repeated"


def test_a_sender_that_no_address_can_name_is_asked_for() -> None:
    [line] = checking.problems({"MICROCARE_URL": "http://[::1]:8000"})
    assert line.startswith("MICROCARE_MAIL_FROM: ")


def test_every_setting_that_is_read_is_checked() -> None:
    source = Path(checking.__file__).parents[1]
    read = {n for f in source.rglob("*.py") for n in re.findall(r"MICROCARE_[A-Z_]+", f.read_text(encoding="utf-8"))}
    assert read - {"MICROCARE_"} == set(checking.CHECKS)


# -- Real processes ---------------------------------------------------------------------------------------------------


def _hub(folder: Path, port: int, **settings: str) -> subprocess.Popen[str]:
    env = {k: v for k, v in os.environ.items() if not k.startswith("MICROCARE")} | settings
    code = f"import sys; from pathlib import Path; from microcare.main import up; sys.exit(up(Path('data'), port={port}, new=True))"
    with (folder / "said").open("w") as said:
        return subprocess.Popen(
            [sys.executable, "-c", code], cwd=folder, env=env, text=True, stdout=subprocess.PIPE, stderr=said,
            start_new_session=True,
        )  # fmt: skip


def _ready(port: int) -> tuple[int, list[str]]:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://127.0.0.1:{port}/ready", timeout=5) as response:
            return response.status, json.load(response)["problems"]
    except urllib.error.HTTPError as error:
        return error.code, json.load(error)["problems"]
    except OSError:
        return 0, []


@pytest.fixture
def live(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[tuple[subprocess.Popen[str], int, Path]]:
    port = free_port()
    process = _hub(tmp_path, port, MICROCARE_STUCK_AFTER=getattr(request, "param", "5"))
    try:
        _read_until(process, "is up")
        yield process, port, tmp_path
    finally:
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=40)


@pytest.mark.slow
@pytest.mark.parametrize("part", ["work", "web"])
def test_a_process_that_is_stopped_is_noticed_and_started_again(
    live: tuple[subprocess.Popen[str], int, Path], part: str
) -> None:
    process, port, folder = live
    assert _until(lambda: _ready(port) == (200, []))
    stuck = next(pid for pid, command in _children(process.pid) if f" {part} " in command)
    os.kill(stuck, signal.SIGSTOP)
    if part == "work":
        assert _until(lambda: _ready(port)[0] == 503), "readiness says so"
    assert _until(lambda: stuck not in dict(_children(process.pid)))
    assert _until(lambda: len(_children(process.pid)) == 2)
    assert _until(lambda: _ready(port) == (200, []))
    assert "is stuck" in (folder / "said").read_text()


@pytest.mark.slow
@pytest.mark.parametrize("live", ["90"], indirect=True)
def test_a_database_that_is_locked_when_a_worker_starts_ends_nothing(
    live: tuple[subprocess.Popen[str], int, Path],
) -> None:
    process, port, folder = live
    assert _until(lambda: _ready(port) == (200, []))
    with closing(sqlite3.connect(folder / "data" / "microcare.sqlite3", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        worker = next(pid for pid, command in _children(process.pid) if " work " in command)
        os.kill(worker, signal.SIGKILL)
        assert _until(lambda: worker not in dict(_children(process.pid)) and len(_children(process.pid)) == 2)
        time.sleep(1)
        other.execute("ROLLBACK")
    assert _until(lambda: _ready(port) == (200, []), 60)


@pytest.mark.slow
def test_up_names_all_wrong_settings_at_once_and_makes_nothing(tmp_path: Path) -> None:
    wrong = {"MICROCARE_SMTP": "smpt://mail", "MICROCARE_ZONE": "Berlin", "MICROCARE_IDLE_MINUTES": "soon"}
    process = _hub(tmp_path, free_port(), **wrong)
    process.communicate(timeout=40)
    assert process.returncode == 1
    said = (tmp_path / "said").read_text()
    assert all(name in said for name in wrong)
    assert "Traceback" not in said
    assert not (tmp_path / "data").exists()


def test_a_hub_without_workers_is_not_ready(hub: Hub) -> None:
    from django.test import Client

    answer = Client(SERVER_NAME="127.0.0.1").get("/ready")
    assert answer.status_code == 503
    assert answer.json()["problems"] == [f"{name}: no worker does this" for name in heartbeats.LOOPS]
    assert Client(SERVER_NAME="127.0.0.1").get("/health").status_code == 200


def test_a_round_that_gets_on_is_not_stuck_however_long_it_is(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heartbeats, "SELDOM", 0.0)
    for _ in range(3):
        hub.join()
    stop, seen = threading.Event(), list[float]()
    real = heartbeats.tick

    def tick() -> None:
        real()
        seen.append(heartbeats.read(heartbeats.folder())[0].ticked)

    monkeypatch.setattr(heartbeats, "tick", tick)

    def work(now: int) -> int:
        from microcare.care.wake import wake_due

        wake_due(NINE)
        stop.set()
        return 0

    loop.run("wake", work, lambda now: None, stop, "worker 1")
    assert len(set(seen)) > 1, "it beats within one round"
    real()


def test_pages_that_answer_with_an_error_are_there(tmp_path: Path) -> None:
    from http.server import BaseHTTPRequestHandler, HTTPServer

    from microcare.workers.watching import answers

    class Refuses(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_error(400)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Refuses) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        assert answers(f"http://127.0.0.1:{server.server_port}/health", 5)
        server.shutdown()
    assert not answers("http://127.0.0.1:9/health", 1)
    assert not answers("http://no host/health", 1)
