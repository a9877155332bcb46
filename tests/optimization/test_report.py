"""The report's files: one page by itself, the same numbers as JSON and CSV, nothing of the data is markup."""

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner, Result

from microcare.cli import app
from microcare.commands.loading import load
from microcare.optimization.levels.analysis import Analysis, analyze
from microcare.optimization.levels.material import Material
from microcare.optimization.report.files import write
from microcare.optimization.report.pictures import bars, curve, flow, ticks
from microcare.optimization.report.pieces import number
from microcare.simulation.population import Population, life
from microcare.simulation.response import read_response

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "examples/trial-data/decisions.csv"
HOSTILE = "<img src=x onerror=alert(1)>\"'&\u202e"
TOP = ["source", "synthetic", "people", "decision_points", "from", "to"]
KEYS = {
    "findings": ["change", "why", "sure", "sure_means", "about"],
    "effects": [
        "intervention", "rule", "option", "against", "measured", "is_share", "value", "lower", "upper", "persons", "n", "p",
        "caution", "p_adjusted", "standardized_value", "standardized_lower", "standardized_upper", "standardized_persons",
        "standardized_n", "standardized_p", "standardized_caution", "usual_value", "usual_lower", "usual_upper",
        "usual_persons", "usual_n", "usual_p", "usual_caution", "lower_is_better", "assumption", "cautions",
    ],
    "effects_by_characteristic": [
        "intervention", "rule", "option", "characteristic", "level", "value", "lower", "upper", "persons", "n", "p", "caution",
        "p_differs", "p_differs_held", "p_differs_adjusted", "lower_is_better",
    ],
    "effects_over_time": [
        "intervention", "rule", "option", "along", "at", "value", "band_lower", "band_upper", "persons", "n", "slope_value",
        "slope_lower", "slope_upper", "slope_persons", "slope_n", "slope_p", "slope_caution", "slope_p_adjusted",
        "lower_is_better",
    ],
    "burden": [
        "week", "people", "prompts_value", "prompts_lower", "prompts_upper", "prompts_persons", "prompts_n", "prompts_p",
        "prompts_caution", "opened_value", "opened_lower", "opened_upper", "opened_persons", "opened_n", "opened_p",
        "opened_caution",
    ],
}  # fmt: skip


class Page(HTMLParser):
    """What is in a page: its tags with their attributes, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self._style = False
        self.feed(path.read_text(encoding="utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self._style = tag == "style"

    def handle_endtag(self, tag: str) -> None:
        self._style = False

    def handle_data(self, data: str) -> None:
        self.text += "" if self._style else data


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The journal of 24 virtual people with planted effects."""
    program = load(ROOT / "programs/activity")
    assert program is not None
    planted = {"signals": {"steps": {"usual": 220, "within": 0.5, "effects": {"walk": {"adds": 150}}}}}
    population = Population(24, 22, 1_772_434_800_000, "Europe/Berlin", 5, read_response(planted))
    path = tmp_path_factory.mktemp("virtual") / "journal.jsonl"
    with path.open("wb") as file:
        for one in range(population.people):
            head = f'{{"person":"{population.name(one)}","sequence":'.encode()
            file.writelines(
                b'%s%d,"entry":%s}\n' % (head, n, x) for n, x in enumerate(life(program, population, one), 1)
            )
    return path


def reported(*words: str | Path) -> Result:
    return CliRunner().invoke(app, ["analyze", *map(str, words)])


@pytest.fixture(scope="module")
def report(journal: Path) -> Path:
    """The page of that journal, read with its program."""
    out = journal.with_name("report.html")
    made = reported(ROOT / "programs/activity", "--data", journal, "--out", out, "--synthetic")
    assert made.exit_code == 0, made.output
    return out


def read(path: Path) -> Any:
    return json.loads(path.with_suffix(".json").read_text(encoding="utf-8"))


def test_the_names_in_the_numbers_are_kept(report: Path) -> None:
    found = read(report)
    assert list(found)[: len(TOP)] == TOP and list(found)[-1] == "could_not_be_told"
    for name, keys in KEYS.items():
        assert list(found[name][0]) == keys, name
    for name in ("interventions", "events"):
        assert {"people", "receptivity_value", "completion_lower", "felt_n", "success_caution"} <= set(found[name][0])


def test_json_and_csv_and_page_have_the_same_numbers(report: Path) -> None:
    found, page = read(report), Page(report)
    sheets = {p.name.split(".")[1]: p for p in report.parent.glob("report.*.csv")}
    assert set(sheets) == {
        name for name, value in found.items() if isinstance(value, list) and name != "could_not_be_told"
    }
    for name, path in sheets.items():
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
        assert len(rows) == len(found[name])
        for row, other in zip(rows, found[name], strict=True):
            assert row == {k: "" if v is None else str(v) for k, v in other.items()}
    shown = page.text
    for row in found["effects"]:
        assert f"{number(row['value'])} ({number(row['lower'])} to {number(row['upper'])})" in shown
        assert f"{row['persons']} people, n {row['n']}" in shown
    for row in [*found["interventions"], *found["events"]]:
        if row["receptivity_value"] is not None:
            expected = (
                f"{row['receptivity_value']:.0%} ({row['receptivity_lower']:.0%} to {row['receptivity_upper']:.0%})"
            )
            assert f"{expected}n {row['receptivity_n']}" in shown
    for row in found["findings"]:
        assert row["change"] in shown and row["why"] in shown and row["sure_means"] in shown
    assert f"{found['people']} people" in shown


def test_the_numbers_of_level_1_are_those_of_the_tables(report: Path, journal: Path) -> None:
    folder = journal.with_name("tables")
    assert CliRunner().invoke(app, ["export", "tables", str(journal), "--out", str(folder)]).exit_code == 0
    runs, events, found = pd.read_csv(folder / "interventions.csv"), pd.read_csv(folder / "events.csv"), read(report)
    events = events[(events["what"] == "event") & events["intervention"].notna()]
    for row in found["interventions"]:
        own = runs[runs["intervention"] == row["intervention"]]
        assert (row["people"], row["runs"]) == (own["person"].nunique(), len(own))
        assert row["reach_value"] == pytest.approx(own["person"].nunique() / 24)
        assert row["dose_value"] == pytest.approx(own["dose"].mean())
        delivered = events[events["intervention"] == row["intervention"]]
        assert row["completion_value"] == pytest.approx(delivered["completed"].mean())
        assert row["success_value"] == pytest.approx(own["success"].mean()) or row["success_value"] is None
    for row in found["events"]:
        own = events[(events["intervention"] == row["intervention"]) & (events["event"] == row["event"])]
        assert (row["deliveries"], row["people"]) == (len(own), own["person"].nunique())
        if row["receptivity_value"] is not None:
            assert row["receptivity_value"] == pytest.approx(own["opened"].mean())


def test_a_folder_of_tables_says_what_its_journal_says(journal: Path, tmp_path: Path) -> None:
    assert CliRunner().invoke(app, ["export", "tables", str(journal), "--out", str(tmp_path / "tables")]).exit_code == 0
    numbers = []
    for name, source in (("one", journal), ("two", tmp_path / "tables")):
        made = reported(source, "--out", tmp_path / f"{name}.html")
        assert made.exit_code == 0, made.output
        numbers.append(read(tmp_path / f"{name}.html"))
    assert {k: v for k, v in numbers[0].items() if k != "source"} == {
        k: v for k, v in numbers[1].items() if k != "source"
    }


def test_the_page_stands_alone_and_begins_with_what_to_change(report: Path) -> None:
    page, text = Page(report), report.read_text(encoding="utf-8")
    assert text.startswith('<!doctype html><html lang="en">')
    assert not [t for t, _ in page.tags if t in ("script", "img", "link", "iframe", "object")]
    assert not [a for _, a in page.tags for name in a if name.startswith("on") or name == "src"]
    links = [a["href"] or "" for t, a in page.tags if t == "a"]
    assert all(link.startswith("#") or (report.parent / link).is_file() for link in links)
    sections = [a["id"] for t, a in page.tags if t == "section"]
    assert sections[0] == "next" and {"interventions", "effects", "whom", "burden", "limits"} <= set(sections)
    assert page.text.index("Keep “Ten minutes on foot”") < page.text.index("Each micro intervention", 400)
    assert "Virtual people" in page.text and "It assumes:" in page.text
    assert "steps in the 30 minutes after" in page.text


def test_every_figure_has_its_n(report: Path) -> None:
    import re

    figures = re.findall(r"<figure>.*?</figure>", report.read_text(encoding="utf-8"), re.DOTALL)
    after = report.read_text(encoding="utf-8").rpartition("</figure>")[2]
    assert len(figures) >= 6
    for figure in figures:
        # The bars of the weeks say theirs once, below both.
        assert re.search(r"\bn \d+|people", figure + (after if "bar" in figure else "")), figure[:200]


def hostile() -> Analysis:
    frame = pd.read_csv(SHIPPED)
    names = {"walk": HOSTILE, "p_walk": f"p_{HOSTILE}", "x_signals.place": f"x_{HOSTILE}"}
    frame = frame.rename(columns=names)
    frame["chosen"] = frame["chosen"].replace({"walk": HOSTILE})
    frame["intervention"], frame["rule"], frame["person"] = HOSTILE, HOSTILE, frame["person"] + HOSTILE
    frame[f"x_{HOSTILE}"] += HOSTILE
    runs = pd.DataFrame(
        {
            "person": frame["person"].unique(), "intervention": HOSTILE, "previous": HOSTILE, "order": 1, "success": 1.0,
            "outcome": "success", "started_utc": "2026-03-02T08:00:00Z", "day": 0, "dose": 3, "ownership": 2.0, "days": 4.0,
        }
    )  # fmt: skip
    events = pd.DataFrame(
        {
            "person": runs["person"], "intervention": HOSTILE, "event": HOSTILE, "what": "event", "opened": 1, "completed": 1,
            "felt": np.arange(len(runs), dtype=float), "proximal": HOSTILE, "proximal_success": 1, "prompt": 1,
            "decided_utc": "2026-03-02T09:00:00Z",
        }
    )  # fmt: skip
    return analyze(Material(HOSTILE, {"decisions": frame, "interventions": runs, "events": events}, {HOSTILE: HOSTILE}))


def test_nothing_of_the_data_is_markup(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    write(hostile(), out, HOSTILE)
    page, text = Page(out), out.read_text(encoding="utf-8")
    assert "onerror" in page.text and "\u202e" not in text
    assert not [t for t, _ in page.tags if t in ("img", "script")]
    assert not [a for _, a in page.tags for name in a if name.startswith("on")]


def test_names_with_several_lines_stay_one_row_in_csv(tmp_path: Path) -> None:
    frame = pd.read_csv(SHIPPED).rename(columns={"p_walk": 'p_a "walk",\nor so'})
    frame["chosen"] = frame["chosen"].replace({"walk": 'a "walk",\nor so'})
    write(analyze(Material("x", {"decisions": frame})), tmp_path / "report.html", "x")
    with (tmp_path / "report.effects.csv").open(encoding="utf-8", newline="") as file:
        assert {r["option"] for r in csv.DictReader(file)} == {"anything", "stretch", 'a "walk",\nor so'}


SHORT = ("person,chosen,proximal,p_nothing,p_a\n", "a,a,1,0.5,0.5\n", "a,nothing,2,0.5,0.5\n")


@pytest.mark.parametrize(
    ("name", "content", "code", "words"),
    [
        ("one.csv", "".join(SHORT), 0, "1 person carry it"),
        ("same.csv", SHORT[0] + SHORT[1] * 3, 0, "Nothing can be said yet"),
        ("head.csv", SHORT[0], 1, "no decision points"),
        ("empty.csv", "", 1, "empty"),
        ("other.csv", "a,b\n1,2\n", 1, "say which column is what"),
        ("empty.jsonl", "", 1, "nothing has happened"),
        ("wrong.jsonl", "{}\n", 1, "no entry of a journal"),
        ("plain.csv", "person,chosen,proximal\na,x,1\nb,y,2\n", 0, "let chance decide"),
    ],
)
def test_what_says_little_gets_a_limitation_or_a_refusal(
    name: str, content: str, code: int, words: str, tmp_path: Path
) -> None:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    found = reported(path, "--out", tmp_path / "report.html")
    assert found.exit_code == code and words in found.output, found.output
    if code == 0:
        assert words in Page(tmp_path / "report.html").text
        assert json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))["could_not_be_told"]


def test_what_is_missing_in_a_call_is_said(tmp_path: Path, report: Path) -> None:
    for words, answer in (
        ([ROOT / "programs/activity"], "--data says where"),
        ([tmp_path / "nowhere.csv"], "there is no such file"),
        ([SHIPPED, "--outcome", "proximal"], "needs --treatment and --probability and --person"),
        ([tmp_path], "no hub's data folder"),
        ([ROOT / "programs/mood", "--data", report.with_name("journal.jsonl")], "nothing in it is of the program mood"),
    ):
        found = reported(*words, "--out", tmp_path / "report.html")
        assert found.exit_code == 1 and answer in found.output, found.output


def test_columns_get_words_on_the_page(tmp_path: Path) -> None:
    out = tmp_path / "report.html"
    columns = [
        "--outcome",
        "proximal",
        "--treatment",
        "treated",
        "--probability",
        "probability_treated",
        "--person",
        "person",
    ]
    asked = [
        *columns,
        "--availability",
        "available",
        "--day",
        "day",
        "--call",
        "treated=A suggestion",
        "--call",
        "proximal=steps",
    ]
    found = reported(SHIPPED, *asked, "--out", out, "--json")
    assert found.exit_code == 0, found.output
    assert "“A suggestion” changes the steps by" in Page(out).text
    assert json.loads(found.stdout)["effects"][0]["measured"] == "steps"


@pytest.mark.parametrize(
    ("low", "high"), [(0.0, 1.0), (-3.2, 48.7), (0.0, 0.0), (1e-9, 2e-9), (-1e6, 1e6), (99.5, 100.5)]
)
def test_ticks_hold_the_values_and_are_few_and_round(low: float, high: float) -> None:
    found = ticks(low, high)
    assert found[0] <= low and found[-1] >= high and 2 <= len(found) <= 8
    steps = np.diff(found)
    assert np.allclose(steps, steps[0])


def test_pictures_stay_inside_their_frame() -> None:
    made = (
        curve("c", "day", (0, 1, 2), (1, 2, 3), (0, 1, 2), (2, 3, 4))
        + bars("b", "week", ["1", "2"], [3, 4], [2, 3], [4, 5])
        + flow("f", [("a", "b", 3, "good"), ("a", "c", 1, "even"), ("b", "a", 2, "poor")])
    )
    import re

    places = [float(v) for v in re.findall(r'(?:x|y|M|C|V|H)="?(-?\d+\.?\d*)', made)]
    assert places and min(places) >= 0 and max(places) <= 400
    assert made.count('role="img"') == 3 and "nan" not in made
