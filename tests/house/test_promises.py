"""The promises are whole: each names tests that are there."""

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.named import is_there

FILES = sorted((Path(__file__).parents[1] / "promises").glob("*.yaml"))
ALL: list[tuple[str, dict[str, Any]]] = [
    (path.stem, one) for path in FILES for one in yaml.safe_load(path.read_text(encoding="utf-8"))
]


@pytest.mark.parametrize(("file", "one"), ALL, ids=lambda one: one if isinstance(one, str) else one["promise"][:60])
def test_a_promise_names_the_tests_that_show_it(file: str, one: dict[str, Any]) -> None:
    assert set(one) == {"promise", "shown by"}
    assert one["promise"].endswith(".")
    assert one["shown by"], "no test shows it"
    for test in one["shown by"]:
        assert is_there(test), f"{file}: {test}"
