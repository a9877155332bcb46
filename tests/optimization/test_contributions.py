"""What each event contributes: against the analyses of its decision points by themselves, and the truth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest
from statsmodels.stats.multitest import multipletests

from microcare.optimization.contributions import contributions, holm
from microcare.optimization.distal import distal_effect
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.mediation import mediated_effect
from microcare.optimization.refusal import Refusal

ASKED: dict[str, Any] = {
    "proximal": "near", "overall": "end", "treatment": "a", "probability": "p", "person": "person", "event": "event",
    "availability": "available", "controls": "~ x",
}  # fmt: skip
EFFECTS = {"walk": 0.6, "breathe": 0.0, "write": 0.3}


def course(persons: int = 80, points: int = 12, seed: int = 1) -> pd.DataFrame:
    """Each event moves its proximal outcome by EFFECTS, of which half arrives at the end; writing gives 0.2 there besides."""
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), points)
    n = len(who)
    f = pd.DataFrame({"person": who, "x": draw.normal(size=n), "available": (draw.random(n) < 0.9).astype(int)})
    f["event"] = draw.choice(list(EFFECTS), n)
    f["p"] = np.where(f.x > 0, 0.6, 0.4)
    f["a"] = (draw.random(n) < f.p) * f.available
    f["near"] = f.a * f.event.map(EFFECTS) + 0.3 * f.x + draw.normal(size=n)
    part = 0.5 * f.near + 0.2 * f.a * (f.event == "write")
    f["end"] = part.groupby(f.person).transform("sum") + draw.normal(size=persons)[who]
    return f


def test_each_event_is_its_decision_points_by_themselves() -> None:
    f = course()
    found = contributions(f, **ASKED)
    assert [row.event for row in found.rows] == ["breathe", "walk", "write"]
    for row in found.rows:
        own = f[(f.event == row.event) & (f.available == 1)]
        asked: dict[str, Any] = {"treatment": "a", "probability": "p", "person": "person", "controls": "~ x"}
        near = excursion_effect(own, outcome="near", **asked).effects()[0]
        far = distal_effect(own, outcome="end", **asked, over="available").effects()[0]
        part = mediated_effect(own, outcome="end", mediator="near", **asked, over="available")
        assert row.proximal is not None and row.overall is not None and row.through is not None
        for mine, theirs in ((row.proximal, near), (row.overall, far), (row.through, part.indirect()[0])):
            assert (mine.estimate, mine.se) == pytest.approx((theirs.estimate, theirs.se), rel=1e-9)
        assert row.given == pytest.approx(own.a.sum() / own.person.nunique())


def test_the_truth_is_found() -> None:
    found = {row.event: row for row in contributions(course(persons=1500, points=20), **ASKED).rows}
    for event, near in EFFECTS.items():
        row = found[event]
        assert row.proximal is not None and row.overall is not None and row.through is not None
        assert abs(row.proximal.estimate - near) < 3.5 * row.proximal.se
        assert abs(row.overall.estimate - (0.5 * near + 0.2 * (event == "write"))) < 3.5 * row.overall.se
        assert abs(row.through.estimate - 0.5 * near) < 3.5 * row.through.se
    assert "more than chance would make" in found["walk"].sentence()
    assert "not more than chance" in found["breathe"].sentence()


def test_arms_that_are_events_agree_with_the_analysis_of_all_arms() -> None:
    """With the average alone among the controls, each arm's effect is a difference of weighted means either way."""
    f = course().assign(q1=lambda r: np.where(r.x > 0, 0.2, 0.5), q2=lambda r: np.where(r.x > 0, 0.4, 0.2))
    draw = np.random.default_rng(2).random(len(f))
    f["arm"] = np.where(draw < f.q1, "walk", np.where(draw < f.q1 + f.q2, "write", "none"))
    f["near"] += 0.8 * (f.arm == "walk")
    arms = ["none", "walk", "write"]
    asked = ASKED | {"event": None, "treatment": "arm", "arms": arms, "probability": ["q1", "q2"], "controls": "~ 1"}
    found = contributions(f, **asked)
    together = excursion_effect(
        f,
        outcome="near",
        treatment="arm",
        arms=arms,
        probability=["q1", "q2"],
        person="person",
        availability="available",
    )
    for row, whole in zip(found.rows, together.effects(), strict=True):
        assert row.proximal is not None and whole.term.startswith(row.event)
        assert row.proximal.estimate == pytest.approx(whole.estimate, abs=1e-9)
        assert row.proximal.se == pytest.approx(whole.se, rel=0.05)


def test_several_dmis_each_with_its_own_overall_outcome() -> None:
    one, other = course(seed=1).assign(dmi="sleep"), course(seed=2).assign(dmi="mood")
    found = contributions(pd.concat([one, other]), **ASKED, dmi="dmi")
    assert [(r.dmi, r.event) for r in found.rows] == [
        (d, e) for d in ("mood", "sleep") for e in ("breathe", "walk", "write")
    ]
    alone = contributions(one, **ASKED).rows[1]
    assert found.rows[4].overall == alone.overall


def test_an_event_that_cannot_be_told_says_so_beside_the_others() -> None:
    f = course()
    f.loc[f.event == "write", "a"] = f.loc[f.event == "write", "available"]
    rare = f.index[f.event == "breathe"][:3]
    f = f[(f.event != "breathe") | f.index.isin(rare)]
    f.loc[rare, ["available", "a"]] = [[1, 1], [1, 0], [1, 1]]
    rows = {row.event: row for row in contributions(f, **ASKED).rows}
    assert rows["write"].overall is None and "always given" in rows["write"].sentence()
    assert rows["breathe"].proximal is None and rows["breathe"].refused
    assert rows["walk"].proximal is not None
    table = contributions(f, **ASKED).table()
    assert table.set_index("event").loc["write", "refused"] and table.overall_estimate.notna().sum() == 1


@pytest.mark.parametrize("p", [[0.01, 0.04, 0.03], [0.2], [0.5, 0.001, 0.001, 0.9]])
def test_adjusted_as_another_package_does(p: list[float]) -> None:
    np.testing.assert_allclose(np.array(holm(p), dtype=float), multipletests(p, method="holm")[1])
    assert holm([None, *p])[0] is None


@pytest.mark.parametrize(
    ("change", "more", "said"),
    [
        (lambda f: f.assign(event=f.event.where(f.x > 0)), {}, "event is unknown|unknown where"),
        (lambda f: f.assign(p=1.0), {}, "between 0 and 1"),
        (None, {"overall": "ends"}, "did you mean end"),
        (None, {"event": "events"}, "no column events"),
    ],
)
def test_refused(change: Any, more: dict[str, Any], said: str) -> None:
    with pytest.raises(Refusal, match=said):
        contributions(course() if change is None else change(course()), **ASKED | more)


def test_the_sentences_say_which_way_is_better() -> None:
    f = course(persons=150)
    walk = contributions(f, **ASKED, proximal_lower_is_better=True, overall_lower_is_better=True).rows[1]
    assert walk.event == "walk"
    assert "(less of its proximal outcome is better, so it does harm)" in walk.sentence()
    assert "(less of the overall outcome is better" in walk.sentence()
    one = contributions(f, **ASKED, proximal_lower_is_better=True)
    assert "less of the overall outcome" not in one.rows[1].sentence()
    assert one.table()["proximal_lower_is_better"].all() and not one.table()["overall_lower_is_better"].any()
    assert "is better" not in contributions(f, **ASKED).rows[1].sentence()


def test_a_ratio_is_said_as_one() -> None:
    f = course().assign(near=lambda r: (r.near > 0.5).astype(int))
    row = contributions(f, **ASKED, family="log").rows[1]
    assert row.proximal is not None
    assert f"multiplies its proximal outcome by {np.exp(row.proximal.estimate):.3g}" in row.sentence()
