"""Whether the narrative moderates what an intervention does: against each variant by itself, and the truth."""

from typing import Any

import numpy as np
import pandas as pd
import pytest

from microcare.optimization.excursion import excursion_effect
from microcare.optimization.narrative import narrative_effect
from microcare.optimization.refusal import Refusal

ASKED: dict[str, Any] = {
    "outcome": "ownership", "treatment": "a", "probability": "p", "person": "person", "availability": "available",
}  # fmt: skip


def course(
    persons: int = 60, points: int = 12, seed: int = 1, once: bool = False, by_state: bool = False
) -> pd.DataFrame:
    """The intervention gives 0.2, with the narrative `journey` 0.5 more, and in state s 0.6 more; with `by_state` the journey is
    told more often in that state.
    """
    draw = np.random.default_rng(seed)
    who = np.repeat(np.arange(persons), points)
    n = len(who)
    f = pd.DataFrame({"person": who, "s": draw.integers(0, 2, n), "available": (draw.random(n) < 0.85).astype(int)})
    f["q"] = np.where(f.s == 1, 0.8, 0.2) if by_state else 0.5
    told = draw.random(persons)[who] < 0.5 if once else draw.random(n) < f.q
    f["story"] = np.where(told, "journey", "bare")
    f["p"] = 0.4 + 0.2 * f.s
    f["a"] = (draw.random(n) < f.p) * f.available
    f["ownership"] = 0.3 * told + f.a * (0.2 + 0.5 * told + 0.6 * f.s) + 0.5 * f.s + draw.normal(size=persons)[who]
    f["ownership"] += draw.normal(size=n)
    f["kept"] = (draw.random(n) < np.exp(-1.3 + 0.2 * f.a + 0.4 * f.a * told)).astype(int)
    return f


@pytest.mark.parametrize(("outcome", "family"), [("ownership", "identity"), ("kept", "log")])
def test_each_variant_by_itself(outcome: str, family: str) -> None:
    f = course()
    asked = ASKED | {"outcome": outcome, "family": family}
    found = narrative_effect(f, narrative="story", narrative_probability=0.5, **asked)
    for label, row, points in zip(found.variants, found.under, found.points, strict=True):
        own = f[f.story == label]
        assert row.term == label and points == own.available.sum()
        assert row.estimate == pytest.approx(excursion_effect(own, **asked).beta[0], abs=1e-8)
    assert found.differences[0].estimate == pytest.approx(found.under[1].estimate - found.under[0].estimate)
    assert found.test.p == pytest.approx(found.differences[0].p)
    assert found.drawn == "at each decision point"


def test_three_variants_and_the_one_compared_with() -> None:
    f = course(persons=90).assign(story=lambda r: np.where(np.arange(len(r)) % 3 == 0, "map", r.story))
    found = narrative_effect(f, narrative="story", variants=["map", "bare", "journey"], **ASKED)
    for label, row in zip(found.variants, found.under, strict=True):
        assert row.estimate == pytest.approx(excursion_effect(f[f.story == label], **ASKED).beta[0], abs=1e-8)
    assert [r.term for r in found.differences] == ["bare", "journey"] and found.test.df1 == 2


def test_a_narrative_that_is_told_by_state_is_weighed_for() -> None:
    """The journey is told where the intervention works anyway; only the weights tell the two apart (0.5)."""
    f = course(persons=1500, by_state=True)
    asked = ASKED | {"controls": "~ s"}
    observed = narrative_effect(f, narrative="story", **asked).differences[0]
    drawn = narrative_effect(f, narrative="story", narrative_probability="q", **asked).differences[0]
    held = narrative_effect(f, narrative="story", adjust="~ s", **asked).differences[0]
    assert observed.estimate - 0.5 > 5 * observed.se
    assert abs(drawn.estimate - 0.5) < 3.5 * drawn.se
    assert abs(held.estimate - 0.5) < 3.5 * held.se


def test_the_effects_at_the_average_of_what_is_adjusted_for() -> None:
    f = course(persons=1500, by_state=True)
    found = narrative_effect(f, narrative="story", adjust="~ s", **ASKED | {"controls": "~ s"})
    average = f[f.available == 1].s.mean()
    for row, truth in zip(found.under, (0.2 + 0.6 * average, 0.7 + 0.6 * average), strict=True):
        assert abs(row.estimate - truth) < 3.5 * row.se
    assert "average of what is adjusted for" in " ".join(found.warnings)


def test_what_is_said_of_a_narrative_that_was_drawn_and_of_one_that_was_not() -> None:
    f = course(persons=200, once=True)
    drawn = narrative_effect(f, narrative="story", narrative_probability=0.5, **ASKED)
    observed = narrative_effect(f, narrative="story", **ASKED)
    assert drawn.drawn == "once for each person"
    assert "with journey the intervention does more for ownership than with bare" in drawn.sentence()
    assert "not drawn" not in drawn.sentence() and "was not drawn" in observed.sentence()
    assert observed.assumptions[0].startswith("The narrative was not drawn")
    assert drawn.as_dict()["differences"][0]["term"] == "journey"
    few = narrative_effect(course(persons=14, once=True), narrative="story", **ASKED)
    assert "no more than chance" in few.sentence() or few.test.p < 0.05
    assert any("rests on them" in w for w in few.warnings)


def test_a_draw_that_was_not_as_stated_is_said() -> None:
    f = course(persons=100, once=True)
    found = narrative_effect(f, narrative="story", narrative_probability=0.1, **ASKED)
    assert any("does not look drawn as stated" in w for w in found.warnings)


@pytest.mark.slow
def test_a_difference_that_is_not_there_is_found_one_time_in_twenty() -> None:
    missed = 0
    for seed in range(300):
        f = course(persons=24, seed=seed, once=True)
        f["ownership"] -= 0.5 * f.a * (f.story == "journey")
        missed += narrative_effect(f, narrative="story", narrative_probability=0.5, **ASKED).test.p < 0.05
    assert 3 <= missed <= 29


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "one variant": (lambda f: f.assign(story="bare"), {}, "two variants"),
    "unknown where available": (lambda f: f.assign(story=f.story.where(f.s == 0)), {}, "was available and has none"),
    "a variant that is not one": (None, {"variants": ["bare", "map"]}, "journey is not one of"),
    "a variant nobody was told": (None, {"variants": ["bare", "journey", "map"]}, "two variants"),
    "moderators": (None, {"moderators": "~ s"}, "goes to adjust"),
    "probability 1": (None, {"narrative_probability": 1.0}, "between 0 and 1"),
    "no column": (None, {"narrative": "stori"}, "did you mean story"),
    "no probability column": (None, {"narrative_probability": "qq"}, "no column qq"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    change, more, said = REFUSED[case]
    f = course() if change is None else change(course())
    with pytest.raises(Refusal, match=said):
        narrative_effect(f, **ASKED | {"narrative": "story"} | more)


def test_the_sentence_says_which_way_is_better() -> None:
    f = course(persons=150)
    said = narrative_effect(f, narrative="story", narrative_probability=0.5, **ASKED, lower_is_better=True).sentence()
    assert "with journey the intervention does less against ownership than with bare" in said
    assert said.endswith("Less of ownership is better")
    kept = narrative_effect(f, narrative="story", narrative_probability=0.5, **ASKED).sentence()
    assert "does more for ownership than with bare" in kept and "is better" not in kept
