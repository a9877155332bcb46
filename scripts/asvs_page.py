"""What was decided about each requirement of OWASP ASVS 5.0, levels 1 and 2, as a page, from docs/safety/asvs.yaml."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import yaml

SOURCE = Path(__file__).resolve().parents[1] / "docs" / "safety" / "asvs.yaml"
CHAPTERS = (
    "Encoding", "Validation and business logic", "Browser", "Interface", "Files", "Signing in", "Sessions", "Rights",
    "Self-contained tokens", "OAuth and OpenID Connect", "Cryptography", "TLS", "Configuration", "Data", "Code and parts",
    "Logs and errors", "WebRTC",
)  # fmt: skip
"""Our words for the standard's chapters."""
STATES = {"pass": "pass", "not_applicable": "not applicable", "fail": "**fail**"}


def rows() -> list[dict[str, Any]]:
    """All of them, in their order."""
    found: list[dict[str, Any]] = yaml.safe_load(SOURCE.read_text(encoding="utf-8"))
    return found


def chapter_of(row: dict[str, Any]) -> int:
    """The chapter's number."""
    return int(row["id"][1:].partition(".")[0])


def asvs_page() -> Iterator[str]:
    """The page, line by line."""
    every = rows()
    count = Counter(one["state"] for one in every)
    yield "# OWASP ASVS 5.0, levels 1 and 2"
    yield ""
    yield (
        f"Made from [asvs.yaml](asvs.yaml) by `make docs`. Of {len(every)} requirements **{count['pass']} pass**, "
        f"**{count['fail']} fail** and {count['not_applicable']} do not apply. The subjects are our own short words; read "
        "the [standard](https://github.com/OWASP/ASVS) for what each asks. A pass names its evidence, which a test finds; "
        "a fail says when it was looked at and what is missing. We decided this ourselves; nobody else has reviewed it."
    )
    yield ""
    yield "| chapter | pass | fail | does not apply |"
    yield "|---|---|---|---|"
    for number, name in enumerate(CHAPTERS, 1):
        part = Counter(one["state"] for one in every if chapter_of(one) == number)
        yield f"| [V{number} {name}](#v{number}) | {part['pass']} | {part['fail']} | {part['not_applicable']} |"
    yield ""
    yield "## What fails"
    yield ""
    yield "| | level | what is missing | looked at |"
    yield "|---|---|---|---|"
    for one in every:
        if one["state"] == "fail":
            yield f"| {one['id']} {one['subject']} | {one['level']} | {one['missing']} | {one['date']} |"
    for number, name in enumerate(CHAPTERS, 1):
        yield ""
        yield f"## V{number}"
        yield ""
        yield f"{name}."
        yield ""
        yield "| | level | subject | | |"
        yield "|---|---|---|---|---|"
        for one in every:
            if chapter_of(one) == number:
                yield f"| {one['id']} | {one['level']} | {one['subject']} | {STATES[one['state']]} | {_why(one)} |"


def _why(one: dict[str, Any]) -> str:
    if one["state"] == "pass":
        return ", ".join(f"`{evidence}`" for evidence in one["evidence"])
    return str(one["reason"] if one["state"] == "not_applicable" else f"{one['missing']} ({one['date']})")
