"""The converter of the HeartSteps files, run on the files themselves and on small ones that are wrong."""

import csv
import importlib.util
import json
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType
from zoneinfo import ZoneInfo

import pytest

from tests.reference import ROOT, reference

Json = dict[str, object]
SLOTS = ["08:30", "12:30", "15:30", "18:30", "20:30"]
PEOPLE, ROWS, AVAILABLE, MOVED = 37, 7886, 6333, 12
"""Counted in the files."""


def load() -> ModuleType:
    spec = importlib.util.spec_from_file_location("convert", ROOT / "examples" / "heartsteps" / "convert.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def converted(folder: Path, draws: str) -> list[Json]:
    out = folder / f"{draws}.jsonl"
    files = [str(reference(f"heartsteps/{name}.csv")) for name in ("decisions", "users")]
    assert load().main([*files, "--out", str(out), "--draws", draws]) == 0
    return [json.loads(line) for line in out.read_text().splitlines()]


def at(stimulus: Json) -> datetime:
    return datetime.strptime(str(stimulus["at"]), "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


@pytest.fixture(name="stimuli", scope="module")
def read_stimuli(tmp_path_factory: pytest.TempPathFactory) -> list[Json]:
    return converted(tmp_path_factory.mktemp("heartsteps"), "imported")


@pytest.fixture(name="rows", scope="module")
def read_rows() -> dict[str, list[dict[str, str]]]:
    rows: dict[str, list[dict[str, str]]] = defaultdict(list)
    with reference("heartsteps/decisions.csv").open() as file:
        for row in csv.DictReader(file):
            rows[row["id"]].append(row)
    return rows


def test_every_row_has_its_stimuli_and_nothing_else_is_there(stimuli: list[Json]) -> None:
    kinds = Counter(str(stimulus.get("name", stimulus["kind"])) for stimulus in stimuli)
    assert kinds == {
        "enroll": PEOPLE,
        "withdraw": PEOPLE,
        "zone": MOVED,
        "draw": AVAILABLE,
        "home_or_work": ROWS,
        "log_steps_before": ROWS,
        "free": ROWS,
        "steps": ROWS,
    }


def test_the_values_are_those_of_the_files(stimuli: list[Json], rows: dict[str, list[dict[str, str]]]) -> None:
    by_key = {(stimulus["person"], stimulus["key"]): stimulus for stimulus in stimuli}
    for person, own in rows.items():
        for row in own:

            def value(name: str, person: str = person, t: str = row["t"]) -> object:
                return by_key[person, f"signal:{name}:{t}"]["value"]

            assert value("home_or_work") is (row["homework"] == "1")
            assert value("log_steps_before") == float(row["logpre"])
            assert value("free") is (row["avail"] == "1")
            assert value("steps") == int(row["steps_window"])
            draw = by_key.get((person, f"draw:suggest:{row['t']}"))
            assert (draw is not None) == (row["avail"] == "1")
            if draw is not None:
                assert draw["option"] == ("suggestion" if row["a"] == "1" else "nothing")
                assert draw["probabilities"] == {"suggestion": float(row["p"]), "nothing": 0.4}


def test_keys_are_unique_for_each_person_and_lines_are_in_the_order_of_time(stimuli: list[Json]) -> None:
    keys = [(stimulus["person"], stimulus["key"]) for stimulus in stimuli]
    assert len(set(keys)) == len(keys)
    times = [at(stimulus) for stimulus in stimuli]
    assert times == sorted(times)
    assert all(stimulus["synthetic"] is True for stimulus in stimuli)


def test_there_are_as_many_slots_between_joining_and_leaving_as_rows(
    stimuli: list[Json], rows: dict[str, list[dict[str, str]]]
) -> None:
    own: dict[str, list[Json]] = defaultdict(list)
    for stimulus in stimuli:
        own[str(stimulus["person"])].append(stimulus)
    assert own.keys() == rows.keys()
    for person, mine in own.items():
        assert (mine[0]["kind"], mine[-1]["kind"]) == ("enroll", "withdraw")
        # The slots are counted by looking at the wall clock each half hour, as an engine would meet them.
        zone, now, slots = ZoneInfo(str(mine[0]["zone"])), at(mine[0]) + timedelta(minutes=25), []
        changes = {at(each): ZoneInfo(str(each["zone"])) for each in mine if each["kind"] == "zone"}
        while now < at(mine[-1]):
            zone = changes.get(now, zone)
            clock = now.astimezone(zone)
            if f"{clock:%H:%M}" in SLOTS:
                slots.append((now, f"{clock:%Y-%m-%d}/{SLOTS.index(f'{clock:%H:%M}')}"))
            now += timedelta(minutes=30)
        assert len(slots) == len(rows[person])
        check_around_slots(mine, slots)


def check_around_slots(mine: list[Json], slots: list[tuple[datetime, str]]) -> None:
    """What was known stands before its slot, the outcome up to 30 minutes after; the draw names it."""
    for stimulus in mine:
        if stimulus["kind"] not in ("signal", "draw"):
            continue
        slot, name = slots[int(str(stimulus["key"]).rsplit(":", 1)[1])]
        if stimulus.get("name") == "steps":
            assert slot < at(stimulus) <= slot + timedelta(minutes=30)
        else:
            assert slot - timedelta(minutes=5) <= at(stimulus) < slot
        assert stimulus.get("slot", name) == name


def test_only_the_draws_are_missing_when_the_program_draws_itself(tmp_path: Path, stimuli: list[Json]) -> None:
    assert converted(tmp_path, "own") == [stimulus for stimulus in stimuli if stimulus["kind"] != "draw"]


def test_two_runs_write_the_same(tmp_path: Path, stimuli: list[Json]) -> None:
    assert converted(tmp_path, "imported") == stimuli


USERS = "user.index,intake.survey.tz,exit.survey.tz,first.notif.utime,travel.start\n"
ANN = "1,Etc/GMT+4,Etc/GMT+4,2015-07-22 16:31:53,\n"
DECISIONS = "id,t,avail,a,p,logpre,homework,steps_window\n"
ROW = "1,0,1,1,0.6,1.5,0,17\n"


def small(folder: Path, decisions: str, users: str = USERS + ANN) -> tuple[int, list[Json]]:
    (folder / "d.csv").write_text(decisions)
    (folder / "u.csv").write_text(users)
    out = folder / "out.jsonl"
    code: int = load().main([str(folder / "d.csv"), str(folder / "u.csv"), "--out", str(out)])
    return code, [json.loads(line) for line in out.read_text().splitlines()] if out.exists() else []


def test_an_empty_cell_is_unknown_and_not_zero(tmp_path: Path) -> None:
    code, stimuli = small(tmp_path, DECISIONS + "1,0,1,1,0.6,,,\n")
    values = {stimulus["name"]: stimulus["value"] for stimulus in stimuli if stimulus["kind"] == "signal"}
    assert code == 0
    assert values == {"home_or_work": None, "log_steps_before": None, "free": True, "steps": None}


@pytest.mark.parametrize(
    ("decisions", "users", "said"),
    [
        (
            DECISIONS + ROW.replace("1,0,1,1", "1,1,1,1"),
            USERS + ANN,
            "d.csv:2: decision point 1 follows 0 rows",
        ),
        (DECISIONS + ROW.replace("1,0,1,1", "1,0,0,1"), USERS + ANN, "d.csv:2: a suggestion was delivered"),
        (DECISIONS + ROW.replace("1,0,1,1", "1,0,2,1"), USERS + ANN, 'd.csv:2: expected 0 or 1, found "2"'),
        (DECISIONS + ROW.replace("0.6", "1"), USERS + ANN, "d.csv:2: a probability of 1.0 is no chance"),
        (DECISIONS + ROW.replace("0.6", "nan"), USERS + ANN, "d.csv:2: a probability of nan is no chance"),
        (DECISIONS + ROW.replace("1.5", "inf"), USERS + ANN, "d.csv:2: logpre is not finite"),
        (DECISIONS.replace("avail", "free") + ROW, USERS + ANN, "d.csv:2: there is no column 'avail'"),
        (DECISIONS + ROW.replace("1,0", "2,0", 1), USERS + ANN, "people who are not in the file of users: 2"),
        (
            DECISIONS + ROW,
            USERS + ANN.replace("4,2015", "9,2015"),
            "nobody knows when Etc/GMT+4 became Etc/GMT+9",
        ),
    ],
)
def test_files_that_do_not_fit_are_refused_with_their_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], decisions: str, users: str, said: str
) -> None:
    code, stimuli = small(tmp_path, decisions, users)
    assert (code, stimuli) == (1, [])
    assert said in capsys.readouterr().err
