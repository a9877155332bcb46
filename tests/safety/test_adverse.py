"""The log of adverse events leaves the hub whole, without names, and not unseen."""

import csv
import io
from pathlib import Path

from typer.testing import CliRunner

from microcare.cli import app
from microcare.store import audit, notes
from microcare.store.notes import Adverse
from tests.live import START, Hub, moment

T = moment(START)


def test_the_log_leaves_by_command_without_names_and_that_is_written_down(hub: Hub, tmp_path: Path) -> None:
    person = hub.join()
    for program, text in (("tea", "=fell on the way"), ("other", "slept badly")):
        notes.add_adverse(
            Adverse(person, T, "2026-03-01", "severe", True, "unlikely", "no", "recovered", program, "carla", text)
        )
    out = tmp_path / "adverse.csv"
    done = CliRunner().invoke(
        app, ["export", "adverse-events", "--data", str(hub.folder), "--program", "tea", "--out", str(out)]
    )
    assert done.exit_code == 0, done.output
    [line] = csv.DictReader(io.StringIO(out.read_text(encoding="utf-8")))
    assert (line["person"], line["severity"], line["serious"], line["what"]) == (
        person,
        "severe",
        "1",
        "'=fell on the way",
    )
    assert "Ada" not in out.read_text(encoding="utf-8")
    assert ("command", "export") in {(one.who, one.deed) for one in audit.trail(limit=5)}
