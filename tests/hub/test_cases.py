"""The engine, case by case: documents that domain people can read. `pytest --update` rewrites what is expected."""

from pathlib import Path

import pytest

from tests.cast import read_case, tell

CASES = sorted((Path(__file__).parent / "cases").glob("*.yaml"))


@pytest.mark.parametrize("path", CASES, ids=lambda p: p.stem)
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    case = read_case(path)
    told = tell(case).lines
    if request.config.getoption("--update"):
        head = path.read_text(encoding="utf-8").split("\njournal:")[0].rstrip()
        path.write_text(head + "\njournal:\n" + "".join(f"  - {quoted(x)}\n" for x in told), encoding="utf-8")
        return
    assert told == case.get("journal", []), f"{path.name}: {case['about']}"


def quoted(line: str) -> str:
    """A line of the journal as a quoted YAML text."""
    return "'" + line.replace("'", "''") + "'"


def test_every_case_says_what_it_is_about() -> None:
    assert len(CASES) >= 40
    for path in CASES:
        assert read_case(path)["about"].endswith("."), path.name
