"""Ids are text wherever they come from; times are never sorted by their letters; no ratio is infinite."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest

from microcare.base.cells import as_csv, safe
from microcare.optimization import tables
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.factorial import factorial_effects
from microcare.optimization.pooling import statistics
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.streaming import streamed
from tests.optimization.trials import ASKED, trial

LONG = 12345678901234567000
"""Ids of twenty digits that differ in the last two, as a study's register gives them."""


def renamed(name: Callable[[int], str]) -> pd.DataFrame:
    table = trial()
    return table.assign(person=table.person.str.removeprefix("p").astype(int).map(name))


def _csv(table: pd.DataFrame, folder: Path) -> Path:
    table.to_csv(folder / "t.csv", index=False)
    return folder / "t.csv"


def _jsonl(table: pd.DataFrame, folder: Path) -> Path:
    """Ids as numbers, as JSON of other systems has them."""
    text = table.to_json(orient="records", lines=True)
    for one in table.person.unique():
        text = text.replace(f'"person":"{one}"', f'"person":{one}')
    (folder / "t.jsonl").write_text(text, encoding="utf-8")
    return folder / "t.jsonl"


def _parquet(table: pd.DataFrame, folder: Path) -> Path:
    with duckdb.connect() as connection:
        connection.register("made", table)
        connection.execute(f"COPY made TO '{folder / 't.parquet'}' (FORMAT parquet)")
    return folder / "t.parquet"


@pytest.mark.parametrize("write", [_csv, _jsonl, _parquet])
def test_twenty_digits_are_twenty_people(write: Callable[[pd.DataFrame, Path], Path], tmp_path: Path) -> None:
    table = renamed(lambda k: str(LONG + k))
    path = write(table, tmp_path)
    expected = excursion_effect(trial(), **ASKED)
    for found in (
        excursion_effect(path, **ASKED),
        streamed(path, Question(**ASKED)),
        statistics(path, Question(**ASKED)).effect(),
    ):
        assert found.persons == tuple(str(LONG + k) for k in range(20))
        np.testing.assert_allclose(found.vcov, expected.vcov, rtol=1e-9)


def test_leading_zeros_make_people(tmp_path: Path) -> None:
    path = _csv(renamed(lambda k: str(k) if k < 10 else f"00{k - 10}"), tmp_path)
    assert excursion_effect(path, **ASKED).n_persons == 20


def test_integers_of_parquet_keep_their_digits(tmp_path: Path) -> None:
    table = renamed(str).assign(person=lambda f: f.person.astype(np.int64) + 9007199254740992)
    assert excursion_effect(_parquet(table, tmp_path), **ASKED).n_persons == 20


@pytest.mark.parametrize(
    "lost",
    [
        lambda f: f.assign(person=[float(LONG + k // 12) for k in range(len(f))]),
        lambda f: f.assign(person=[f"{LONG + k // 12:.6E}" for k in range(len(f))]),
        lambda f: f.assign(person=[f"{LONG + k // 12}.0" for k in range(len(f))]),
    ],
    ids=["decimals", "a spreadsheet's", "text of decimals"],
)
def test_ids_that_have_lost_digits_are_refused(lost: Callable[[pd.DataFrame], pd.DataFrame], tmp_path: Path) -> None:
    table = lost(trial())
    for given in (table, _csv(table, tmp_path), _parquet(table, tmp_path)):
        with pytest.raises(Refusal, match="lost digits"):
            excursion_effect(given, **ASKED)


def test_seven_and_seven_point_zero_are_one_id(tmp_path: Path) -> None:
    for kind in (int, float, str):
        assert tables.ids(pd.Series([7, 8, 7], dtype=object).map(kind), "person").tolist() == ["7", "8", "7"]
    assert tables.ids(pd.Series(["1.0", "1.10", "1e5"]), "person").tolist() == ["1.0", "1.10", "1e5"]
    assert tables.ids(pd.Series([7.0, None]), "person").isna().tolist() == [False, True]


def test_clusters_are_text_too(tmp_path: Path) -> None:
    cells = np.arange(48)
    table = pd.DataFrame(
        {
            "y": np.sin(cells * 1.7),
            "f1": cells % 2,
            "f2": cells // 2 % 2,
            "clinic": [str(LONG + k // 4) for k in range(48)],
        }
    )
    found = factorial_effects(_csv(table, tmp_path), outcome="y", factors=["f1", "f2"], cluster="clinic")
    assert found.n_clusters == 12


WINDOW = ASKED | {"window": 2, "time": "t", "summary": "last"}


@pytest.mark.parametrize(
    "text",
    [
        lambda t: f"day {t}",
        lambda t: f"{t + 1}/3/2026",
        lambda t: f"{t}:30",
        lambda t: f"2026-3-{t + 1}",
        lambda t: "x",
        lambda t: f"T{t:02}",
    ],
    ids=["words", "slashes", "clock", "no zeros", "letters", "numbered"],
)
def test_times_that_sort_as_text_are_refused(text: Callable[[int], str], tmp_path: Path) -> None:
    table = trial().assign(t=lambda f: f.t.map(text))
    for given in (table, _csv(table, tmp_path)):
        with pytest.raises(Refusal, match=r"sorted by their letters|no time"):
            excursion_effect(given, **WINDOW)


@pytest.mark.parametrize(
    "kept",
    [
        lambda t: t, lambda t: str(t), lambda t: f"2026-03-{t + 1:02}", lambda t: f"2026-03-01T{t:02}:30:00Z",
        lambda t: f"2026-03-01 {t:02}:30:00", lambda t: f"2026-03-01T{t:02}:30:00+02:00", lambda t: pd.Timestamp("2026-03-01") + pd.Timedelta(days=t),
    ],
)  # fmt: skip
def test_numbers_and_moments_are_in_order(kept: Callable[[int], Any]) -> None:
    draw = np.random.Generator(np.random.Philox(3))
    table = (
        trial().assign(t=lambda f: f.t.map(kept)).sample(frac=1, random_state=np.random.RandomState(draw.integers(100)))
    )
    np.testing.assert_allclose(
        excursion_effect(table, **WINDOW).theta, excursion_effect(trial(), **WINDOW).theta, rtol=1e-9
    )


def test_moments_with_and_without_an_offset_are_refused() -> None:
    table = trial().assign(t=lambda f: [f"2026-03-01T{t:02}:30:00{'Z' if k % 2 else ''}" for k, t in enumerate(f.t)])
    with pytest.raises(Refusal, match="some have none"):
        excursion_effect(table, **WINDOW)


RATIO = ASKED | {"outcome": "yb", "family": "log"}


@pytest.mark.parametrize("family", ["log", "count", "logit"])
@pytest.mark.parametrize("arm", [0, 1])
@pytest.mark.parametrize("estimator", [None, "dr"])
def test_no_success_in_one_arm_is_no_ratio(family: str, arm: int, estimator: str | None) -> None:
    if (family, estimator) == ("logit", "dr"):
        pytest.skip("there is no such estimator")
    table = trial().assign(yb=lambda f: np.where(f.a == arm, 0, f.yb))
    asked = ASKED | {"outcome": "yb", "family": family, "estimator": estimator, "controls": "~ s"}
    for moderators in ("~ 1", "~ s"):
        with pytest.raises(Refusal, match=rf"no decision point with {arm}.*the difference instead"):
            excursion_effect(table, **asked | {"moderators": moderators})


@pytest.mark.parametrize("arm", [0, 1])
def test_no_success_in_one_arm_of_one_group_is_no_ratio(arm: int) -> None:
    table = trial().assign(yb=lambda f: np.where((f.a == arm) & (f.s == 1), 0, f.yb))
    with pytest.raises(Refusal, match=rf"no decision point with {arm} where s is 1 .*leave out the moderator"):
        excursion_effect(table, **RATIO)
    excursion_effect(table, **RATIO | {"moderators": "~ 1"})


def test_a_group_by_a_number_that_makes_the_ratio_infinite() -> None:
    """No group has an effect of its own, and still the equations run away."""
    table = trial(60).assign(x=lambda f: np.where(f.s == 1, 3.0, f.x.clip(-1, 1)))
    table = table.assign(yb=lambda f: np.where((f.a == 0) & (f.x > 0.1), 0, f.yb))
    with pytest.raises(Refusal, match="ratio"):
        excursion_effect(table, **RATIO | {"moderators": "~ x + s", "controls": "~ x + s"})


@pytest.mark.parametrize("family", ["log", "logit"])
def test_a_ratio_that_is_there_is_given(family: str) -> None:
    asked = RATIO | {"family": family, "controls": "~ s"}
    assert np.isfinite(excursion_effect(trial(60), **asked).theta).all()


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@a", "\tx", "\rx", "\n=x", "  =1", "＝1", "=cmd|' /C calc'!A0"])
def test_a_cell_that_begins_a_formula_is_a_text(text: str) -> None:
    assert safe(text) == f"'{text}"
    assert as_csv([text], [[text, -1, -0.5, None, "a=b"]]).count(f"'{text[:1]}") == 2


@pytest.mark.parametrize("cell", [-1, -0.5, None, "", "a", "1", "a=1", "é"])
def test_other_cells_stay(cell: object) -> None:
    assert safe(cell) == cell
