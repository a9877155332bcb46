"""Nothing is left out silently: real runs of pytest with the project's own hooks."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
BROWSER = """
import pytest

@pytest.fixture
def browser():
    pytest.skip("it did not start")

def test_a_page(browser):
    pass
"""
REFERENCE = """
from tests.reference import reference

def test_real_data():
    reference("absent.csv")
"""
WHOLE_FILE = "import pytest\npytest.skip('reference data not found: absent.csv', allow_module_level=True)"
PLAIN = "import pytest\n\ndef test_windows():\n    pytest.skip('only on Windows')"


def run(folder: Path, source: str, *options: str, ci: bool, data: bool) -> tuple[int, str]:
    """Run one test file beside a passing test, with or without reference data; the exit status and the output."""
    (folder / "test_left_out_sample.py").write_text(source + "\n\ndef test_passes():\n    pass\n", encoding="utf-8")
    (folder / "pytest.ini").write_text("[pytest]\nmarkers =\n    browser: b\n    reference: r\n", encoding="utf-8")
    if data:
        (folder / "data").mkdir()
    environment = {n: v for n, v in os.environ.items() if n != "CI" and not n.startswith("PYTEST_")}
    environment |= {
        "PYTHONPATH": str(ROOT),
        "MICROCARE_REFERENCE": str(folder / "data"),
        "CHROMIUM": sys.executable,
    }
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-p",
        "tests.conftest",
        "-p",
        "no:cacheprovider",
        "-q",
        *options,
    ]
    done = subprocess.run(
        command,
        cwd=folder,
        env=environment | ({"CI": "true"} if ci else {}),
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("source", "ci", "data", "status"),
    [
        (BROWSER, True, False, 1),
        (BROWSER, False, False, 0),
        (REFERENCE, True, True, 1),
        (REFERENCE, True, False, 0),
        (REFERENCE, False, True, 0),
        (PLAIN, True, True, 0),
    ],
)
def test_left_out(tmp_path: Path, source: str, ci: bool, data: bool, status: int) -> None:
    got, said = run(tmp_path, source, ci=ci, data=data)
    assert got == status, said
    assert "1 passed, 1 skipped" in said
    assert ("left out" in said) is (source != PLAIN)
    assert ("This run fails" in said) is (status == 1)


def test_two_workers_leave_nothing_out_either(tmp_path: Path) -> None:
    got, said = run(tmp_path, BROWSER, "-n", "1", ci=True, data=False)
    assert got == 1, said
    assert "it did not start" in said


def test_what_opens_a_browser_is_marked(tmp_path: Path) -> None:
    got, said = run(tmp_path, BROWSER, "-m", "not browser", ci=True, data=False)
    assert got == 0, said
    assert "1 passed, 1 deselected" in said


def test_a_file_that_skips_itself_is_named(tmp_path: Path) -> None:
    (tmp_path / "test_other.py").write_text("def test_passes():\n    pass\n", encoding="utf-8")
    got, said = run(tmp_path, WHOLE_FILE, ci=True, data=True)
    assert got == 1, said
    assert "test_left_out_sample.py: reference data not found" in said
