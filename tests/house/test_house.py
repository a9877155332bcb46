"""The rules of the house hold."""

import subprocess
import sys
from pathlib import Path

from tests.house import rules

ROOT = Path(__file__).parents[2]
MODULES = rules.modules()
TEXTS = {n: p.read_text(encoding="utf-8") for n, p in MODULES.items()}
PATHS = {p.relative_to(rules.SOURCE).as_posix(): TEXTS[n] for n, p in MODULES.items()}
PURE = {path: text for path, text in PATHS.items() if path.split("/")[0] in rules.PURE}


def test_every_module_has_a_floor() -> None:
    assert rules.unknown_floors(list(MODULES)) == []


def test_imports_point_down() -> None:
    assert [b for n, t in TEXTS.items() for b in rules.floor_breaches(n, t)] == []


def test_imports_are_absolute() -> None:
    assert [b for n, t in TEXTS.items() for b in rules.relative_imports(n, t)] == []


def test_the_wings_touch_only_at_their_doors() -> None:
    assert [b for n, t in TEXTS.items() for b in rules.wing_breaches(n, t)] == []


def test_there_are_no_circles() -> None:
    assert rules.circles(rules.import_graph(TEXTS)) == []


def test_no_clock_no_chance_no_io_below_care() -> None:
    assert [b for path, text in PURE.items() for b in rules.banned_calls(path, text)] == []


def test_exceptions_are_still_needed() -> None:
    used = {(path, name) for path, text in PURE.items() for _, name, _ in rules.banned_uses(text)}
    assert set(rules.ALLOWED) - used == set(), "these exceptions of `ALLOWED` can go"


def test_no_test_knows_what_hour_it_is() -> None:
    tests = {p.relative_to(ROOT / "tests").as_posix(): p for p in sorted((ROOT / "tests").rglob("*.py"))}
    read = {path: rules.wall_readings(path, file.read_text(encoding="utf-8")) for path, file in tests.items()}
    assert [one for path, found in read.items() if path not in rules.WALL_READERS for one in found] == []
    assert [path for path in rules.WALL_READERS if not read[path]] == [], "these exceptions of `WALL_READERS` can go"


def test_functions_are_short() -> None:
    assert [b for path, text in PATHS.items() for b in rules.long_functions(path, text)] == []


def test_files_are_short() -> None:
    long = {path for path, text in PATHS.items() if rules.is_long(text)}
    assert sorted(long - set(rules.LONG_FILES)) == [], f"more than {rules.LONGEST_FILE} lines"
    assert sorted(set(rules.LONG_FILES) - long) == [], "these exceptions of `LONG_FILES` can go"


def test_public_things_say_what_they_are() -> None:
    assert [b for path, text in PATHS.items() for b in rules.missing_docstrings(path, text)] == []


def test_zero_is_a_value() -> None:
    assert [b for path, text in PATHS.items() for b in rules.falsy_numbers(path, text)] == []


def _own_files() -> list[Path]:
    """Every file of the repository, also one not yet committed; without git, every file outside hidden folders."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    if (ROOT / ".git").exists():
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode == 0:
            return [ROOT / name for name in done.stdout.split("\0") if name]
    top = [p for p in ROOT.iterdir() if not p.name.startswith(".") and p.name not in ("build", "dist", "demo", "data")]
    return [f for p in top for f in (p.rglob("*") if p.is_dir() else [p])]


def test_the_project_speaks_of_itself_alone() -> None:
    found, read = [], 0
    for path in _own_files():
        try:
            text = path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError, IsADirectoryError):
            continue  # a picture, or a file that was just deleted
        read += 1
        found += rules.foreign_words(path.relative_to(ROOT).as_posix(), text)
    assert read > len(MODULES)
    assert found == []


def test_a_command_starts_without_what_it_does_not_need() -> None:
    heavy = ("django", "pydantic", "rich", "msgspec", "whenever", "yaml", "markdown_it")
    code = f"import sys, microcare.cli; print([m for m in {heavy} if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
