"""The engine, case by case: documents that domain people can read. `pytest --update` rewrites what is expected."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.cast import tell

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    text = path.read_text(encoding="utf-8")
    case: dict[str, Any] = yaml.safe_load(text)
    told = tell(case).lines()
    if request.config.getoption("--update"):
        head = text.split("\njournal:")[0].rstrip()
        path.write_text(head + "\njournal:\n" + "".join(f"  - {yaml_text(x)}\n" for x in told), encoding="utf-8")
        return
    assert told == case.get("journal", []), f"{path.name}: {case['about']}"


def yaml_text(line: str) -> str:
    """A line of the journal as a quoted YAML text."""
    return "'" + line.replace("'", "''") + "'"


def test_every_case_says_what_it_is_about() -> None:
    assert CASES
    for path in CASES:
        case = yaml.safe_load(path.read_text(encoding="utf-8"))
        assert case["about"].endswith("."), path.name
