"""What the documentation shows, works: its programs check, its generated parts are current, its links lead somewhere."""

import re
from pathlib import Path

import pytest

from microcare.base.issues import Severity
from microcare.program.checks import check_program
from microcare.program.reader import read_bundle
from scripts.docs import generated

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "programs").rglob("README.md")])


def fenced(path: Path) -> list[str]:
    return re.findall(r"```yaml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)


@pytest.mark.parametrize("path", [p for p in PAGES if fenced(p)], ids=lambda p: p.name)
def test_programs_in_the_documentation_check(path: Path) -> None:
    for text in fenced(path):
        if not text.startswith("program:"):
            continue
        reading = read_bundle({"program.yaml": text.encode()})
        issues = [*reading.issues, *check_program(reading)]
        assert [i for i in issues if i.severity is Severity.ERROR] == [], text[:200]


@pytest.mark.parametrize("path", list(generated()), ids=lambda p: p.name)
def test_generated_documentation_is_current(path: Path) -> None:
    assert path.read_text(encoding="utf-8") == generated()[path], f"run `make docs`: {path.name} is not current"


def test_links_lead_somewhere() -> None:
    broken = []
    for page in PAGES:
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8")):
            if "://" not in target and not target.startswith("mailto:") and not (page.parent / target).exists():
                broken.append(f"{page.relative_to(ROOT)}: {target}")
    assert broken == []
