"""Whether a test that a document names is there."""

import ast
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


@cache
def functions(path: str) -> frozenset[str]:
    """The tests of a file."""
    file = ROOT / path
    if not file.is_file():
        return frozenset()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return frozenset(node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_there(test: str) -> bool:
    """Whether a test, as pytest names it, is there; a case in brackets is a file of tests/hub/cases."""
    path, _, name = test.partition("::")
    name, _, case = name.removesuffix("]").partition("[")
    return name in functions(path) and (not case or (ROOT / "tests/hub/cases" / f"{case}.yaml").exists())
