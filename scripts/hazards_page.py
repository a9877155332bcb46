"""The hazard log as a page, from docs/safety/hazards.yaml."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).resolve().parents[1] / "docs" / "safety" / "hazards.yaml"
SEVERITY = ("negligible", "minor", "serious", "critical")
LIKELIHOOD = ("rare", "unlikely", "possible", "likely")


def hazards() -> list[dict[str, Any]]:
    """All of them, in their order."""
    found: list[dict[str, Any]] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def hazards_page() -> Iterator[str]:
    """The page, line by line."""
    yield "# Hazard log"
    yield ""
    yield (
        "Made from [hazards.yaml](hazards.yaml) by `make docs`. Each hazard has a harm, how severe and how likely it is before and "
        "after its control, where the control stands, and the tests that show it; a test checks that they are there."
    )
    yield ""
    yield "| | hazard | before | after |"
    yield "|---|---|---|---|"
    for one in hazards():
        yield f"| [{one['id']}](#{one['id'].lower()}) | {one['hazard']} | {', '.join(one['before'])} | {', '.join(one['after'])} |"
    for one in hazards():
        yield ""
        yield f"## {one['id']}"
        yield ""
        yield f"**{one['hazard']}.** {one['harm']}."
        yield ""
        yield f"{one['control']}. ({one['where']})"
        yield ""
        yield from (f"- `{test}`" for test in one["tests"])
        if "open" in one:
            yield ""
            yield f"*Left open:* {one['open']}."
