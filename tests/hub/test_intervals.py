"""Counts over stretches of time: nothing counts twice, however a device repeats itself."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.moments import HOUR
from microcare.hub import codec
from microcare.hub import entry as e
from microcare.hub.fold import fold_all
from microcare.hub.intervals import dated, problem
from microcare.hub.state import State
from tests.cases.shared import command

PROGRAM = """
program: moving
title: Moving
signals: {steps: {type: number, keep: 7d, from: step-count}}
interventions:
  walk:
    title: Walk
    aim: To walk
    events: {go: {goal: trigger_desired_action, say: Go for a walk., expires: 1h}}
    rules:
      - {on: start, every: day, at: "20:00", times: 5, if: today(signals.steps) >= 0, deliver: go}
"""


def lived(tmp_path: Path, *sent: tuple[str, str, int]) -> list[dict[str, Any]]:
    """The journal of somebody in Berlin whose device sends intervals as (since, until, steps) of their wall, in winter."""
    lines: list[dict[str, Any]] = [
        {"kind": "enroll", "key": "e", "at": "2026-03-02T06:00:00Z", "program": "moving", "zone": "Europe/Berlin"}
    ]
    for number, (since, until, steps) in enumerate(sent):
        lines.append(
            {
                "kind": "signal", "key": f"s{number}", "name": "steps", "value": steps, "at": f"{until}+01:00",
                "since": moment(since), "received": f"2026-03-0{3 + number // 100}T12:{number:02}:00Z",
            }
        )  # fmt: skip
    (tmp_path / "p.yaml").write_text(PROGRAM)
    (tmp_path / "s.jsonl").write_text("".join(json.dumps({"person": "p", **line}) + "\n" for line in lines))
    asked = [str(tmp_path / "p.yaml"), str(tmp_path / "s.jsonl"), "--out", str(tmp_path / "j.jsonl")]
    code, said = command("replay", *asked, "--until", "2026-03-04T22:00:00Z")
    assert code == 0, said
    return [json.loads(line)["entry"] for line in (tmp_path / "j.jsonl").read_text().splitlines()]


def moment(wall: str) -> int:
    from microcare.base.moments import parse_moment

    found = parse_moment(f"{wall}+01:00")
    assert found is not None
    return found


def kept(journal: list[dict[str, Any]]) -> State:
    return fold_all(State(), [codec.decode_entry(json.dumps(x).encode()) for x in journal])


def values(journal: list[dict[str, Any]]) -> list[object]:
    return [value for _, value in kept(journal).signals.get("steps", ())]


def refused(journal: list[dict[str, Any]]) -> list[str]:
    return [x["reason"] for x in journal if x["kind"] == "refused"]


D = "2026-03-03T"


def test_a_longer_interval_replaces_what_it_contains(tmp_path: Path) -> None:
    hours = [(f"{D}08:00", f"{D}09:00", 100), (f"{D}09:00", f"{D}10:00", 200), (f"{D}11:00", f"{D}12:00", 50)]
    assert values(lived(tmp_path, *hours)) == [100, 200, 50], "those that follow one another add up"
    assert values(lived(tmp_path, *hours, (f"{D}00:00", f"{D}12:30", 400))) == [400]
    assert values(lived(tmp_path, *hours, (f"{D}08:00", f"{D}10:00", 320))) == [320, 50]


def test_one_inside_a_known_one_adds_nothing(tmp_path: Path) -> None:
    journal = lived(tmp_path, (f"{D}00:00", f"{D}12:00", 400), (f"{D}08:00", f"{D}09:00", 100))
    assert values(journal) == [400]
    assert "which counts it already" in refused(journal)[0]


def test_the_same_again_is_a_correction(tmp_path: Path) -> None:
    journal = lived(tmp_path, (f"{D}08:00", f"{D}09:00", 100), (f"{D}08:00", f"{D}09:00", 130))
    assert values(journal) == [130] and refused(journal) == []


def test_an_overlap_in_part_is_refused_with_a_cure(tmp_path: Path) -> None:
    journal = lived(tmp_path, (f"{D}08:00", f"{D}09:00", 100), (f"{D}08:30", f"{D}09:30", 90))
    assert values(journal) == [100]
    [said] = refused(journal)
    assert "2026-03-03 08:00 +01:00 to 2026-03-03 09:00" in said and "send intervals that follow one another" in said


def test_a_whole_day_belongs_to_the_day_that_it_covers(tmp_path: Path) -> None:
    journal = lived(tmp_path, ("2026-03-02T00:00", "2026-03-03T00:00", 8000), (f"{D}00:00", f"{D}09:00", 70))
    assert values(journal) == [8000, 70] and refused(journal) == []
    seen = [
        x["inputs"]["today(signals.steps)"] for x in journal if x["kind"] == "decided" and x["slot"] == "2026-03-03/0"
    ]
    assert seen == [70]
    assert values(
        lived(tmp_path, ("2026-03-02T23:00", "2026-03-03T00:00", 9), ("2026-03-02T00:00", "2026-03-03T00:00", 8000))
    ) == [8000]


def test_an_interval_that_is_none_is_refused(tmp_path: Path) -> None:
    assert "ends before it begins" in refused(lived(tmp_path, (f"{D}09:00", f"{D}08:00", 1)))[0]


def signaled(since: int | None, at: int, keep: int = 100 * HOUR) -> e.Signaled:
    return e.Signaled(at=at, received=at, name="s", value=at, keep=keep, since=since)


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 30)), max_size=25))
def test_what_is_known_never_overlaps(sent: list[tuple[int, int]]) -> None:
    state = State()
    for begin, length in sent:
        since, at = begin * HOUR, (begin + length) * HOUR
        at = dated("Europe/Berlin", since, at)
        if not problem("Europe/Berlin", state.intervals.get("s", ()), since, at):
            state = fold_all(state, [signaled(since, at)])
    known = sorted(state.intervals.get("s", ()))
    assert all(one[1] <= other[0] for one, other in pairwise(known))
    assert {end for _, end in known} == {at for at, _ in state.signals.get("s", ())}


def test_no_more_is_kept_than_the_values_are() -> None:
    state = fold_all(State(), [signaled(n * HOUR, (n + 1) * HOUR, 5 * HOUR) for n in range(100)])
    assert len(state.intervals["s"]) == len(state.signals["s"]) <= 6
    state = fold_all(state, [signaled(None, 500 * HOUR, 5 * HOUR)])
    assert state.intervals["s"] == ()


@pytest.mark.parametrize("keep", [HOUR, 48 * HOUR])
def test_old_journals_read_the_same(keep: int) -> None:
    old = [signaled(None, n * HOUR, keep) for n in range(10)]
    state = fold_all(State(), old)
    assert state.intervals == {} and b"since" not in b"".join(map(codec.encode, old))
