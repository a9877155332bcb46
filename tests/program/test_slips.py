"""What authors get wrong, slip by slip: one change to a sound program, and all that is said of it. `--update` rewrites that."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from microcare.base.issues import Issue
from microcare.program.checks import check_program
from microcare.program.reader import read_bundle

FOLDER = Path(__file__).parent / "slips"
SOUND = (FOLDER / "program.yaml").read_text(encoding="utf-8")
FILES = sorted(p for p in FOLDER.glob("*.yaml") if p.name != "program.yaml")
CASES = [(path, case) for path in FILES for case in yaml.safe_load(path.read_text(encoding="utf-8"))]
SLIPS = [(path, case) for path, case in CASES if path.stem != "no_slips"]


def changed(case: dict[str, Any]) -> str:
    """The sound program with the case's `old` text replaced by its `new` one."""
    assert SOUND.count(case["old"]) >= 1, f"`{case['old']}` is not in the sound program"
    return SOUND.replace(case["old"], case["new"], 1)


def said(text: str) -> list[str]:
    reading = read_bundle({"program.yaml": text.encode()})
    issues = sorted({*reading.issues, *check_program(reading)}, key=lambda i: (i.place, i.code, i.message))
    return [shown(i) for i in issues]


def shown(issue: Issue) -> str:
    level = "" if issue.severity == "error" else f"{issue.severity}: "
    return f"{issue.place.line}:{issue.place.column} {level}{issue.message} [{issue.cure}]"


def test_the_sound_program_is_sound() -> None:
    assert said(SOUND) == []


@pytest.mark.parametrize(("path", "case"), CASES, ids=lambda v: v["new"][:40] if isinstance(v, dict) else v.stem)
def test_slip(path: Path, case: dict[str, Any], request: pytest.FixtureRequest) -> None:
    found = said(changed(case))
    if request.config.getoption("--update"):
        cases = [c | {"issues": said(changed(c))} for c in yaml.safe_load(path.read_text(encoding="utf-8"))]
        text = "\n".join(yaml.safe_dump([c], allow_unicode=False, sort_keys=False, width=1000) for c in cases)
        path.write_text(text, encoding="utf-8")
        return
    assert found == case["issues"]


@pytest.mark.parametrize(("path", "case"), SLIPS, ids=lambda v: v["new"][:40] if isinstance(v, dict) else v.stem)
def test_every_slip_is_told_where_it_is_and_with_a_cure(path: Path, case: dict[str, Any]) -> None:
    begin = SOUND.index(case["old"])
    first = SOUND.count("\n", 0, begin) + 1
    last = first + max(case["old"].count("\n"), case["new"].count("\n"))
    issues = case["issues"]
    assert issues
    here = any(first <= int(i.split(":")[0]) <= last for i in issues)
    assert here is not case.get("elsewhere", False), "told somewhere else"
    assert not any(i.endswith("[]") for i in issues), "no cure"
