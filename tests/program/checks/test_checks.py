"""What the checks promise, case by case: a small program, and what is said of it. `pytest --update` rewrites that."""

import ast
from pathlib import Path

import pytest
import yaml

from microcare.base.issues import Issue
from microcare.program import checks
from microcare.program.checks import CHECKS, check_program
from microcare.program.checks.common import Checked
from microcare.program.compiler import compile_program
from microcare.program.reader import read_bundle

CASES = sorted((Path(__file__).parent / "cases").glob("*/*.yaml"))
SOURCES = Path(checks.__file__).parent


def said(check: str, path: Path) -> list[str]:
    case = yaml.safe_load(path.read_text(encoding="utf-8"))
    files = {"program.yaml": case["program"], **case.get("files", {})}
    reading = read_bundle({name: text.encode() for name, text in files.items()})
    assert reading.program is not None and reading.issues == (), [str(i) for i in reading.issues]
    compiled, _ = compile_program(reading.program, reading.source)
    found = list(CHECKS[check](Checked(reading.program, reading.source, compiled)))
    assert set(found) <= set(check_program(reading)), "check_program leaves something out"
    return [shown(i) for i in sorted(found, key=lambda i: (i.place, i.code, i.message))]


def shown(issue: Issue) -> str:
    where = "" if issue.place.file == "program.yaml" else f"{issue.place.file}:"
    return (
        f"{issue.severity} {issue.code} {where}{issue.place.line}:{issue.place.column}: {issue.message} [{issue.cure}]"
    )


@pytest.mark.parametrize("path", CASES, ids=lambda p: f"{p.parent.name}-{p.stem}")
def test_case(path: Path, request: pytest.FixtureRequest) -> None:
    found = said(path.parent.name, path)
    text = path.read_text(encoding="utf-8")
    if request.config.getoption("--update"):
        head = text.split("\nissues:")[0]
        quoted = ["  - '" + line.replace("'", "''") + "'\n" for line in found]
        path.write_text(head + "\nissues:" + ("\n" + "".join(quoted) if quoted else " []\n"), encoding="utf-8")
        return
    assert found == yaml.safe_load(text)["issues"]


def test_every_check_has_cases_for_what_it_says_and_for_silence() -> None:
    by_check: dict[str, list[list[str]]] = {}
    for path in CASES:
        by_check.setdefault(path.parent.name, []).append(yaml.safe_load(path.read_text(encoding="utf-8"))["issues"])
    assert set(by_check) == set(CHECKS)
    for check, cases in by_check.items():
        assert any(cases), f"no case of {check} finds anything"
        assert not all(cases), f"no case of {check} is clean"


def test_every_check_is_run() -> None:
    files = {p.stem for p in SOURCES.glob("*.py")} - {"__init__", "common"}
    assert files == set(CHECKS)


@pytest.mark.parametrize("check", sorted(CHECKS))
def test_everything_a_check_can_say_is_said_in_a_case(check: str) -> None:
    codes = set()
    for node in ast.walk(ast.parse((SOURCES / f"{check}.py").read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = (
                node.func.attr
                if isinstance(node.func, ast.Attribute)
                else node.func.id
                if isinstance(node.func, ast.Name)
                else ""
            )
            place = {"error": 1, "warning": 1, "note": 1, "unknown": 1, "Issue": 0}.get(name)
            if place is not None and len(node.args) > place and isinstance(node.args[place], ast.Constant):
                codes.add(node.args[place].value)  # type: ignore[attr-defined]
    told = {
        line.split()[1] for p in CASES if p.parent.name == check for line in yaml.safe_load(p.read_text())["issues"]
    }
    assert codes - told == set()


def test_a_program_with_very_many_mistakes_is_told_some_of_them() -> None:
    events = ", ".join(f"e{n}: {{goal: support, say: Hi}}" for n in range(500))
    text = f"program: p\ntitle: T\ninterventions:\n  a: {{title: A, aim: B, events: {{{events}}}, rules: [{{deliver: [e1]}}]}}\n"
    found = check_program(read_bundle({"program.yaml": text.encode()}))
    assert sum(1 for i in found if i.code == "unreachable_event") == checks.MOST
