"""What is not answered with a number, and why."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd
import pytest

from microcare.optimization.excursion import excursion_effect
from microcare.optimization.refusal import Refusal
from tests.optimization.trials import ASKED, trial

Change = Callable[[pd.DataFrame], pd.DataFrame]


def same(table: pd.DataFrame) -> pd.DataFrame:
    return table


def at(column: str, value: Any, where: Callable[[pd.DataFrame], Any] = lambda f: f.available == 1) -> Change:
    def change(table: pd.DataFrame) -> pd.DataFrame:
        rows = np.flatnonzero(where(table))[:1]
        if not isinstance(value, int | float):
            table[column] = table[column].astype(object)
        table.loc[table.index[rows], column] = value
        return table

    return change


def received(table: pd.DataFrame) -> pd.DataFrame:
    return table.assign(p=np.where(table.a == 1, table.p, 1 - table.p))


REFUSED: dict[str, tuple[Change, dict[str, Any], str]] = {
    "missing column": (same, {"outcome": "z"}, "no column z"),
    "missing columns, all at once": (same, {"outcome": "z", "controls": "~ s + q"}, "no column q"),
    "text for a number": (at("y", "much"), {}, "no number: 'much'"),
    "infinite": (at("y", float("inf")), {}, "infinite"),
    "one person": (lambda f: f[f.person == "p0"], {}, "one person"),
    "no rows": (lambda f: f.iloc[:0], {}, "no rows"),
    "fewer persons than coefficients": (lambda f: f[f.person.isin(["p0", "p1", "p2", "p3", "p4"])], {}, "5 persons cannot carry 5"),
    "no variation of the outcome": (lambda f: f.assign(y=1.0), {}, "nothing to explain"),
    "one arm": (lambda f: f.assign(a=0), {}, "no available decision point has 1"),
    "probability 0": (at("p", 0.0), {}, "only draws with a probability between 0 and 1"),
    "probability 1": (at("p", 1.0), {}, "only draws with a probability between 0 and 1"),
    "probability unknown": (at("p", np.nan), {}, "probability of 1 is nan"),
    "probability of the arm received": (received, {"controls": "~ s"}, "allow probability"),
    "collinear controls": (lambda f: f.assign(x2=f.x * 2), {"controls": "~ s + x + x2"}, "x2 follows from"),
    "a control that is 0": (lambda f: f.assign(x2=0.0), {"controls": "~ s + x2"}, "x2 is 0 in every row"),
    "controls miss a moderator": (same, {"controls": "~ x"}, "allow controls"),
    "numerator by more than the moderators": (lambda f: f.assign(n=np.where(f.x > 0, 0.4, 0.6)), {"numerator": "n"}, "depends on more than"),
    "moderator after the treatment": (lambda f: f.assign(m=f.a + f.x), {"moderators": "~ m", "controls": "~ m"}, "allow after-treatment"),
    "the outcome as a control": (same, {"controls": "~ s + y"}, "the outcome or the treatment itself"),
    "an arm that is not one": (at("a", 7), {"arms": [0, 1]}, "7 is not one of the arms"),
    "no arm where available": (at("a", np.nan), {}, "was available and has no arm"),
    "unknown availability": (at("available", np.nan), {}, "never unknown"),
    "unknown outcome": (at("y", np.nan), {}, "say what to do"),
    "unknown moderator": (lambda f: at("s", np.nan)(f.astype({"s": float})), {}, "s is unknown in 1"),
    "two rows at one time": (lambda f: f.assign(t=f.t.where(f.t != 3, 2)), {"time": "t"}, "two decision points at the time"),
    "nobody's row": (at("person", None), {}, "names nobody"),
    "risk ratio of a number": (same, {"family": "log"}, "outcome of 0 and 1"),
    "negative count": (same, {"family": "count"}, "never below 0"),
    "unknown family": (same, {"family": "probit"}, "no family probit"),
    "estimator of another family": (same, {"estimator": "emee"}, "emee is for the family log"),
    "code in a formula": (same, {"controls": "~ s + {print(1)}"}, "a formula has column names"),
    "a call of Python in a formula": (same, {"controls": "~ __import__('os')"}, "a formula has column names"),
    "broken formula": (same, {"controls": "~ s + + )"}, "cannot be read"),
    "only one varies in it": (lambda f: f.assign(only=(f.person == "p3") * f.x), {"controls": "~ s + only"}, "person p3 alone"),
    "level": (same, {"level": 95.0}, "between 0 and 1"),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_refusal_says_why(name: str) -> None:
    change, more, said = REFUSED[name]
    with pytest.raises(Refusal) as refused:
        excursion_effect(change(trial()), **(ASKED | more)).effects(more.get("level", 0.95))
    assert said in str(refused.value)


def test_all_reasons_are_said_at_once() -> None:
    with pytest.raises(Refusal) as refused:
        excursion_effect(trial(), **(ASKED | {"outcome": "z", "person": "who"}))
    assert len(refused.value.issues) == 2


@pytest.mark.parametrize(
    ("name", "more"), [("controls", {"controls": "~ x"}), ("after-treatment", {"moderators": "~ m", "controls": "~ m"})]
)
def test_what_is_allowed_by_name_is_said(name: str, more: dict[str, Any]) -> None:
    table = trial().assign(m=lambda f: f.a + f.x)
    effect = excursion_effect(table, **(ASKED | more), allow=[name])
    assert any(f"allowed: {name}" in w for w in effect.warnings)


def test_treatment_while_unavailable_is_said_and_carries_no_weight() -> None:
    table = trial()
    one = excursion_effect(table, **ASKED)
    away = np.flatnonzero(table.available == 0)[:3]
    table.loc[table.index[away], "a"] = 1
    other = excursion_effect(table, **ASKED)
    assert any("treated while unavailable: 3" in w for w in other.warnings)
    np.testing.assert_array_equal(one.theta, other.theta)


def test_an_unfair_draw_is_said() -> None:
    table = trial(persons=60)
    effect = excursion_effect(table, **(ASKED | {"probability": 0.3}))
    assert any("does not look as stated" in w for w in effect.warnings)


def test_probabilities_of_the_arm_received_can_be_read_as_such() -> None:
    table = trial()
    one = excursion_effect(table, **ASKED)
    other = excursion_effect(received(table), **ASKED, probability_of="received")
    np.testing.assert_allclose(one.vcov, other.vcov, rtol=1e-12)


def test_a_missing_file_and_a_strange_one(tmp_path: Any) -> None:
    strange = tmp_path / "a.docx"
    strange.write_text("x")
    empty = tmp_path / "a.csv"
    empty.write_text("")
    for path, said in ((tmp_path / "b.csv", "no such file"), (strange, "as .csv or .parquet"), (empty, "empty")):
        with pytest.raises(Refusal, match=said):
            excursion_effect(path, **ASKED)


def test_csv_and_parquet_read_the_same(tmp_path: Any) -> None:
    import duckdb

    table = trial()
    table.to_csv(tmp_path / "a.csv", index=False)
    duckdb.from_df(table).write_parquet(str(tmp_path / "a.parquet"))
    found = [excursion_effect(t, **ASKED) for t in (table, tmp_path / "a.csv", tmp_path / "a.parquet")]
    for one in found[1:]:
        np.testing.assert_allclose(one.vcov, found[0].vcov, rtol=1e-12)
