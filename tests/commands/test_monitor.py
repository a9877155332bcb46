"""`microcare monitor` and `microcare export cremas`, on a real hub."""

import csv
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from microcare.cli import app
from tests.care.test_monitor import live
from tests.live import Hub, running_hub


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


def run(*words: object) -> str:
    result = CliRunner().invoke(app, [str(w) for w in words])
    assert result.exit_code == 0, result.output
    return result.output


def test_the_monitor_in_the_terminal(hub: Hub) -> None:
    live(hub)
    shown = run("monitor", "--data", hub.folder)
    assert "Planned" in shown and "missed: dismissed" in shown
    told = json.loads(run("monitor", "--data", hub.folder, "--program", "tea", "--json"))
    assert told["study"]["steps"][0]["count"] >= 3


def test_the_checklist_is_filled_and_the_rest_is_named(hub: Hub, tmp_path: Path) -> None:
    from microcare.store import audit

    live(hub)
    items = json.loads(run("export", "cremas", "--data", hub.folder, "--json"))
    assert {item["number"] for item in items} == set(range(1, 17))
    text = {item["item"]: item["text"] for item in items if item["source"] != "write"}
    assert text["Monitoring period"].startswith("2026-03-02 to 2026-03-04; 1 participant")
    assert text["Compliance rate"].startswith("1 of 2 (50.0%)")
    assert "email after 2 hours" in text["Technology"]
    assert "quiet hours 22:00-07:00" in text["Prompt frequency"]
    assert audit.trail("", limit=1)[0].detail == "cremas"
    assert "TO WRITE" in run("export", "cremas", "--data", hub.folder)


@pytest.mark.parametrize("program", ["tea", "nobody"])
def test_the_checklist_as_a_file(hub: Hub, tmp_path: Path, program: str) -> None:
    live(hub)
    out = tmp_path / "cremas.csv"
    run("export", "cremas", "--data", hub.folder, "--program", program, "--out", out)
    with out.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["source"] for row in rows} == {"program", "data", "write"}
    attrition = next(row["text"] for row in rows if row["item"] == "Attrition")
    assert attrition.startswith("1 participant" if program == "tea" else "0 participants")


def test_without_a_hub_it_says_so(tmp_path: Path) -> None:
    for words in (["monitor"], ["export", "cremas"]):
        result = CliRunner().invoke(app, [*words, "--data", str(tmp_path / "none")])
        assert result.exit_code == 1 and "There is no hub" in result.output
