"""A page calls settled only what was drawn, in the direction that is better, at one stated rate of false alarms."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from bench import null_pages
from microcare.cli import app
from microcare.commands.analyze import _direction
from microcare.optimization.levels.analysis import analyze
from microcare.optimization.levels.findings import OPEN, SETTLED
from microcare.optimization.levels.material import Material
from microcare.optimization.multiplicity import adjusted, weighted
from microcare.optimization.refusal import Refusal
from tests.optimization.test_levels import table
from tests.optimization.test_levels_second import NAMES, runs


def test_equal_shares_are_holm_s() -> None:
    p = [0.03, 0.001, 0.2, 0.012, 0.012]
    assert weighted(p, [0.2] * 5) == pytest.approx(adjusted(p, "holm"))


def test_shares_are_bonferroni_s_first_and_are_handed_on() -> None:
    # By hand: 0.004 / 0.5 = 0.008 is the smallest; then 0.03 has 0.25 of what is left, 0.5.
    assert weighted([0.004, 0.03, 0.04], [0.5, 0.25, 0.25]).tolist() == pytest.approx([0.008, 0.06, 0.06])


@pytest.mark.parametrize("wrong", [([0.5], [0.0]), ([1.5], [1.0]), ([0.1, 0.1], [0.6, 0.6])])
def test_shares_sum_to_one_at_most(wrong: tuple[list[float], list[float]]) -> None:
    with pytest.raises(Refusal):
        weighted(*wrong)


def test_the_rate_holds_for_any_shares() -> None:
    draw = np.random.Generator(np.random.Philox(4))
    share = np.array([0.5, 0.1, 0.1, 0.1, 0.1, 0.1])
    wrong = np.mean([weighted(draw.random(6).tolist(), share.tolist()).min() < 0.05 for _ in range(4000)])
    assert 0.035 < wrong < 0.061


@pytest.mark.slow
def test_pages_of_nothing_seldom_say_something() -> None:
    """One page in twenty may; with 40 pages, seven or more would have a chance below 0.3 %."""
    assert sum(bool(null_pages.false(seed)) for seed in range(1000, 1040)) < 7


def test_all_kinds_are_on_the_pages_that_are_counted() -> None:
    assert all(n > 0 for n in null_pages.kinds(null_pages.material(1)).values())


def test_the_counting_would_see_a_page_that_says_something() -> None:
    made = null_pages.material(1, 60)
    frame = made.table("decisions")
    planted = frame.assign(proximal=frame["proximal"] + 2 * (frame["chosen"] == "a"))
    found = analyze(Material("x", {**made.tables, "decisions": planted})).findings
    assert any(f.sure == SETTLED and f.change == "Keep “a” in “moves”." for f in found)


def said(material: Material) -> list[tuple[str, str]]:
    return [(f.sure, f.change) for f in analyze(material).findings]


def test_what_was_not_drawn_is_never_settled() -> None:
    same = dict.fromkeys(NAMES, "calmer.score >= 3")
    drawn = said(Material("x", {"interventions": runs(400, planted=0.5)}, criteria=same))
    assert any(sure == SETTLED and "Recommend" in change for sure, change in drawn)
    modeled = said(Material("x", {"interventions": runs(400, planted=0.5, drawn=False)}, criteria=same))
    assert [sure for sure, _ in modeled] == [OPEN] * len(modeled)
    assert not any("Recommend" in change for _, change in modeled)


@pytest.mark.parametrize(
    "criteria",
    [{}, {n: f"{n}.score >= 3" for n in NAMES}, {"walking": "a >= 1", "breathing": "a >= 1"}],
    ids=["unknown", "own", "one unknown"],
)
def test_each_by_its_own_criterion_is_no_comparison(criteria: dict[str, str]) -> None:
    page = analyze(Material("x", {"interventions": runs(400, planted=0.5)}, criteria=criteria))
    assert [f.sure for f in page.findings] == [OPEN] * len(page.findings)
    assert any("one measure and one limit" in f.change for f in page.findings)
    assert all(t.p_adjusted is None and "own criterion" in t.assumption for t in page.sequences.transitions)


def test_a_characteristic_that_goes_with_the_day_is_not_what_makes_a_difference() -> None:
    """The effect fades; a season that changes in the middle of the study looks like a moderator."""
    frame = table(60, 30, fades=0.15).assign(x_season=lambda f: np.where(f.day < 15, "winter", "spring"))
    page = analyze(Material("x", {"decisions": frame}))
    season = next(m for m in page.effects.moderations if (m.option, m.characteristic) == ("a", "season"))
    assert season.p < 1e-4 and (season.p_adjusted is None or season.p_adjusted > 0.05)
    assert not any("season" in f.change for f in page.findings)
    assert any(f.sure == SETTLED and "fades" in f.change for f in page.findings)
    assert any(f.sure == SETTLED and "where place is home" in f.change for f in page.findings)


def test_how_much_somebody_had_before_is_described_only() -> None:
    frame = table(60, 30)
    dose = np.tile(np.arange(30) % 8, 60)
    frame = frame.assign(dose_7d=dose, proximal=frame.proximal - 0.8 * dose * (frame.chosen == "a"))
    page = analyze(Material("x", {"decisions": frame}))
    line = next(c for c in page.effects.curves if (c.option, c.along) == ("a", "dose_7d"))
    assert line.slope.p is not None and line.slope.p < 1e-4 and line.p_adjusted is None and "described" in line.word
    assert any(m.characteristic == "dose_7d" and m.p < 1e-3 and m.p_adjusted is None for m in page.effects.moderations)
    assert not any("deliver" in f.change or "dose" in f.change for f in page.findings)


@pytest.mark.parametrize(
    ("values", "why"),
    [
        (lambda f: "same", "one value only"),
        (lambda f: np.nan, "never known"),
        (lambda f: [f"v{k % 9}" for k in range(len(f))], "9 different values"),
        (lambda f: ["rare" if k < 5 else "often" for k in range(len(f))], "'rare' was seen"),
        (lambda f: np.where(f.chosen == "a", "yes", "no"), "moves with the treatment"),
    ],
)
def test_a_refused_moderator_is_listed(values: object, why: str) -> None:
    assert callable(values)
    frame = table()
    page = analyze(Material("x", {"decisions": frame.assign(x_more=values(frame))}))
    assert any("a, by more" in what and why in reason for what, reason in page.untold())


def test_less_is_better_turns_every_finding() -> None:
    frame = table(60, 30, fades=0.15)
    up, down = (
        said(Material("x", {"decisions": frame})),
        said(Material("x", {"decisions": frame}, lower=frozenset({"*"}))),
    )
    assert (SETTLED, "Keep “a”.") in up and (
        SETTLED,
        "Stop or change “a”: it raises what it is meant to lower.",
    ) in down
    assert (SETTLED, "Give “a” where place is out, and less where place is home.") in down
    mirrored = said(Material("x", {"decisions": frame.assign(proximal=-frame.proximal)}, lower=frozenset({"*"})))
    assert sorted(mirrored) == sorted(up)


def test_a_success_stays_better_whatever_the_command_says() -> None:
    frame = table().assign(proximal_success=lambda f: (f.proximal > 10).astype(int)).drop(columns="proximal")
    given = [said(Material("x", {"decisions": frame}, lower=lower)) for lower in (frozenset(), frozenset({"*"}))]
    assert given[0] == given[1]


@pytest.mark.parametrize(
    ("success", "which"),
    [
        ("answer <= 3", "lower"),
        ("value < 5.5", "lower"),
        ("stress.score >= 2", "higher"),
        ('answer == "yes"', ""),
        ("value < 5 && value > 1", ""),
    ],
)
def test_a_program_says_which_way_is_better(success: str, which: str) -> None:
    assert _direction(success) == which


def test_the_command_says_it_too(tmp_path: Path) -> None:
    table(60).to_csv(tmp_path / "decisions.csv", index=False)
    asked = ["analyze", str(tmp_path / "decisions.csv"), "--out", str(tmp_path / "r.html"), "--lower-is-better"]
    result = CliRunner().invoke(app, asked)
    assert "Stop or change “a”" in result.output and "Less of it is better." in result.output
    assert pd.read_csv(tmp_path / "r.effects.csv")["lower_is_better"].all()


COMMANDS = {
    "distal": ["--outcome", "end"],
    "mediation": ["--outcome", "end", "--mediator", "near"],
    "contributions": ["--proximal", "near", "--overall", "end", "--event", "event"],
    "narrative": ["--outcome", "near", "--narrative", "story", "--narrative-probability", "0.5"],
}


@pytest.mark.parametrize("name", COMMANDS)
def test_every_analysis_takes_the_direction(name: str, tmp_path: Path) -> None:
    draw = np.random.default_rng(4)
    who = np.repeat(np.arange(60), 8)
    f = pd.DataFrame({"person": who, "a": draw.integers(0, 2, len(who)), "event": "walk"})
    f["story"] = np.where(draw.random(len(who)) < 0.5, "bare", "journey")
    f["near"] = -0.5 * f.a + draw.normal(size=len(who))
    f["end"] = f.near.groupby(f.person).transform("sum")
    f.to_csv(tmp_path / "t.csv", index=False)
    asked = [
        "analyze",
        name,
        str(tmp_path / "t.csv"),
        *COMMANDS[name],
        "--treatment",
        "a",
        "--probability",
        "0.5",
        "--person",
        "person",
    ]
    ways = (
        ["--proximal-lower-is-better", "--overall-lower-is-better"]
        if name == "contributions"
        else ["--lower-is-better"]
    )
    plain, told = (CliRunner().invoke(app, [*asked, *more]) for more in ([], ways))
    assert plain.exit_code == told.exit_code == 0, told.output
    assert "is better" not in plain.output
    assert "ess of " in told.output and "is better" in " ".join(told.output.split())
