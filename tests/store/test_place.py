"""A hub is made only on purpose, and goes on only with its own database and its own key."""

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from microcare.store import place
from microcare.store.place import DATABASE, MASTER, SECRET, WrongPlaceError

ROOT = Path(__file__).parents[2]
KEY = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="


def _command(folder: Path, *words: str, key: str = "") -> subprocess.CompletedProcess[str]:
    """A command as people start it, in a process of its own."""
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MICROCARE", "DJANGO"))}
    env |= {"PYTHONPATH": str(ROOT / "src")} | ({"MICROCARE_MASTER_KEY": key} if key else {})
    return subprocess.run(
        [sys.executable, "-m", "microcare", *words, "--data", str(folder)],
        env=env, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub that was made on purpose."""
    folder = tmp_path_factory.mktemp("made") / "data"
    code = f"from pathlib import Path\nfrom microcare.main import set_up\nset_up(Path({str(folder)!r}), new=True)"
    env = {k: v for k, v in os.environ.items() if not k.startswith(("MICROCARE", "DJANGO"))}
    subprocess.run([sys.executable, "-c", code], env=env | {"PYTHONPATH": str(ROOT / "src")}, check=True)
    return folder


@pytest.fixture
def folder(made: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(made, tmp_path / "data"))


def _files(folder: Path) -> dict[str, bytes]:
    return {f.name: f.read_bytes() for f in sorted(folder.rglob("*")) if f.is_file()} if folder.exists() else {}


@pytest.mark.parametrize(
    "words",
    [
        ("up",), ("publish", "programs/mood"), ("invite", "mood"), ("facilitator", "ada"), ("role", "ada", "coach"),
        ("audit",), ("monitor",), ("system", "list"), ("export", "cremas"), ("export", "adverse-events"),
    ],
    ids=" ".join,
)  # fmt: skip
def test_no_command_makes_a_hub_where_none_is(words: tuple[str, ...], tmp_path: Path) -> None:
    for folder in (tmp_path / "nothing", tmp_path):
        done = _command(folder, *words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert "There is no hub in" in done.stderr
        assert "mounted" in done.stderr
        assert "Traceback" not in done.stderr
        assert list(tmp_path.iterdir()) == []


def test_a_new_hub_is_not_made_over_one_that_is_there(folder: Path) -> None:
    before = _files(folder)
    done = _command(folder, "up", "--new", "--port", "0")
    assert done.returncode == 1
    assert "holds a hub already" in done.stderr
    assert {name: _files(folder)[name] for name in before} == before


def _lose(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


def _empty(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"")


def _another_key(folder: Path) -> None:
    (folder / MASTER).write_text(KEY)


def _no_key(folder: Path) -> None:
    (folder / MASTER).write_text("hello")


def _damaged(folder: Path) -> None:
    (folder / DATABASE).write_bytes(b"this is no database at all" * 100)


def _newer(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute(
            "INSERT INTO django_migrations (app, name, applied) VALUES ('store', '9999_tomorrow', '2030-01-01')"
        )
        database.commit()


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (_lose(DATABASE), f"{DATABASE} is missing"),
        (_empty, f"{DATABASE} is empty"),
        (_lose(MASTER), "Put the file back"),
        (_another_key, "is not the one under which"),
        (_no_key, "holds no key"),
        (_damaged, "is damaged, or no database"),
        (_newer, "newer release (9999_tomorrow)"),
    ],
)
def test_with_the_wrong_data_nothing_starts_and_nothing_changes(
    harm: Callable[[Path], object], said: str, folder: Path
) -> None:
    harm(folder)
    before = _files(folder)
    for words in (("audit",), ("up", "--port", "0")):
        done = _command(folder, *words)
        assert done.returncode == 1, done.stdout + done.stderr
        assert said in done.stderr
        assert "Traceback" not in done.stderr
    after = _files(folder)
    assert {name: after.get(name) for name in before} == before
    assert (DATABASE in after, MASTER in after) == (DATABASE in before, MASTER in before)


def test_a_key_from_the_environment_must_be_the_same(folder: Path) -> None:
    key = (folder / MASTER).read_text()
    (folder / MASTER).unlink()
    assert _command(folder, "audit", key=key).returncode == 0
    assert "is not the one under which" in _command(folder, "audit", key=KEY).stderr
    assert "holds no key" in _command(folder, "audit", key="short").stderr


def test_a_lost_secret_of_the_sessions_is_made_again_and_said(folder: Path) -> None:
    (folder / SECRET).unlink()
    done = _command(folder, "audit")
    assert done.returncode == 0
    assert "everybody signs in again" in done.stderr
    assert (folder / SECRET).stat().st_mode & 0o777 == 0o600


def test_an_older_hub_gets_its_canary_and_keeps_it(folder: Path) -> None:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        database.execute("DELETE FROM deployment WHERE key = 'key.canary'")
        database.commit()
    assert _command(folder, "audit").returncode == 0
    _another_key(folder)
    assert "is not the one under which" in _command(folder, "audit").stderr


def test_a_full_disk_or_one_that_takes_no_writing_is_said(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place.shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(1, 1, 5_000_000))  # type: ignore[attr-defined]
    with pytest.raises(WrongPlaceError, match="is full \\(5 MB are free"):
        place.prove(folder, {})
    monkeypatch.undo()
    database = folder / DATABASE
    database.chmod(0o400)
    folder.chmod(0o500)
    try:
        if os.geteuid() != 0:
            with pytest.raises(WrongPlaceError, match="cannot be written"):
                place.prove(folder, {})
        else:
            # Root may write everywhere; SQLite's own word for such a file is asked instead.
            monkeypatch.setattr(sqlite3, "connect", _read_only(sqlite3.connect))
            with pytest.raises(WrongPlaceError, match=r"cannot be written \(attempt to write a readonly database"):
                place.prove(folder, {})
    finally:
        folder.chmod(0o700)


def _read_only(connect: Callable[..., sqlite3.Connection]) -> Callable[..., sqlite3.Connection]:
    return lambda name, **more: connect(str(name).replace("mode=rw", "mode=ro"), **more)
