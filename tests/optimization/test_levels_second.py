"""Level 2: which micro intervention after which, and for whom; against numbers by hand, and what is planted in virtual people."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from microcare.cli import app
from microcare.optimization.levels.effects import Effects
from microcare.optimization.levels.findings import OPEN, SETTLED, findings
from microcare.optimization.levels.material import Material
from microcare.optimization.levels.second import ANY, FIRST, Sequences, sequences

EXAMPLE = Path(__file__).parents[2] / "examples/sequences"
NAMES = ("breathing", "walking", "writing")


def runs(people: int = 120, each: int = 8, seed: int = 1, planted: float = 0.35, drawn: bool = True) -> pd.DataFrame:
    """Runs in which walking right after breathing succeeds more often, for those who live alone only."""
    draw = np.random.Generator(np.random.Philox(seed))
    rows = []
    for person in range(people):
        before, alone = None, person % 2 == 0
        for order in range(each):
            name = str(draw.choice(NAMES))
            chance = 0.4 + planted * (name == "walking" and before == "breathing" and alone)
            rows.append(
                {
                    "person": f"p{person}", "intervention": name, "previous": before, "order": order,
                    "success": float(draw.random() < chance), "probability": 1 / 3 if drawn else None,
                    "person_lives": "alone" if alone else "others", **{f"c_{n}": 1 / 3 if drawn else None for n in NAMES},
                }
            )  # fmt: skip
            before = name
    return pd.DataFrame(rows)


def told(rows: pd.DataFrame) -> Sequences:
    return sequences(Material("test", {"interventions": rows}, criteria=dict.fromkeys(NAMES, "calmer.score >= 3")))


def test_counts_shares_and_effects_are_those_by_hand() -> None:
    rows = runs()
    found = {(t.before, t.after): t for t in told(rows).transitions}
    assert set(found) == {(before, after) for before in (ANY, FIRST, *NAMES) for after in NAMES}
    for (before, after), one in found.items():
        own = rows if before == ANY else rows[rows["previous"].fillna(FIRST) == before]
        part, other = own[own["intervention"] == after], own[own["intervention"] != after]
        assert (one.n, one.persons, one.drawn) == (len(part), part["person"].nunique(), True)
        assert one.share_of_next == pytest.approx(len(part) / len(own))
        assert one.success.value == pytest.approx(part["success"].mean())
        # With one and the same chance everywhere the effect is the difference of the means.
        assert one.effect.value == pytest.approx(part["success"].mean() - other["success"].mean())
        assert one.effect.n == len(own)


def test_what_is_planted_is_found_and_for_whom() -> None:
    found = told(runs(400))
    clear = {(t.before, t.after) for t in found.transitions if t.p_adjusted is not None and t.p_adjusted < 0.05}
    assert ("breathing", "walking") in clear
    whom = next(w for w in found.for_whom if (w.before, w.after) == ("breathing", "walking"))
    assert whom.characteristic == "lives" and whom.p_adjusted is not None and whom.p_adjusted < 0.01
    for (level, effect), (name, truth) in zip(whom.levels, (("alone", 0.35), ("others", 0.0)), strict=True):
        assert level == name and effect.lower is not None and effect.upper is not None
        assert effect.lower < truth < effect.upper
    said = findings(Material("test", {}), Effects(), [], found)
    assert any(f.sure == SETTLED and f.change.startswith("Recommend “walking” after “breathing” where") for f in said)


def test_what_was_not_drawn_is_modeled_and_says_so() -> None:
    found = told(runs(drawn=False))
    known = [t for t in found.transitions if t.effect.known]
    assert known and not any(t.drawn for t in known) and all("modeled" in t.assumption for t in known)
    assert found.for_whom == ()
    said = findings(Material("test", {}), Effects(), [], found)
    assert any("draw among near-equals" in f.change for f in said if f.sure == OPEN)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        (runs(1), "too few"),
        (runs(7), "too few"),
        (runs(20, 1), "nobody had a second"),
        (runs().assign(success=np.nan), "too few"),
        (runs().assign(previous=None), "nobody had a second"),
        (runs().iloc[:0], "nobody had a second"),
    ],
)
def test_what_cannot_be_told_is_said(rows: pd.DataFrame, words: str) -> None:
    found = told(rows)
    assert not any(t.effect.known for t in found.transitions)
    assert found.untold and all(words in why for _, why in found.untold)


@pytest.mark.slow
def test_chance_alone_recommends_hardly_any_sequence() -> None:
    """Twenty sequence trials of nothing: by Holm one in twenty may show something."""
    wrong = 0
    for seed in range(20):
        found = told(runs(40, 8, seed, planted=0.0))
        wrong += any(t.p_adjusted is not None and t.p_adjusted < 0.05 for t in found.transitions)
    assert wrong <= 4


@pytest.mark.slow
def test_the_example_s_best_sequence_is_recovered(tmp_path: Path) -> None:
    """200 virtual people, 90 days, as examples/sequences says; the planted differences are in its response.yaml."""
    journal, out = tmp_path / "journal.jsonl", tmp_path / "report.html"
    command = ["simulate", str(EXAMPLE / "evenings.yaml"), "--response", str(EXAMPLE / "response.yaml")]
    made = CliRunner().invoke(app, [*command, "--people", "200", "--days", "90", "--out", str(journal)])
    assert made.exit_code == 0, made.output
    shown = CliRunner().invoke(
        app, ["analyze", str(EXAMPLE / "evenings.yaml"), "--data", str(journal), "--out", str(out), "--synthetic"]
    )
    assert shown.exit_code == 0, shown.output
    for words in (
        "Recommend “Once around” after “Longer out than in”.",
        "Recommend “Put it down” after “Once around” where “lives with” is “alone”",
    ):
        assert words in shown.output
    numbers = json.loads(out.with_suffix(".json").read_text())
    assert numbers["people"] == 200
    pairs = {(r["before"], r["after"]): r for r in numbers["sequences"]}
    # After breathing: walking 0.70, writing 0.40, and breathing itself rests; after writing: breathing 0.45, walking 0.35.
    for pair, truth in ((("breathing", "walking"), 0.30), (("writing", "breathing"), 0.10)):
        assert pairs[pair]["effect_lower"] < truth < pairs[pair]["effect_upper"], pair
        assert pairs[pair]["drawn"] and pairs[pair]["effect_persons"] > 150
    whom = {r["level"]: r for r in numbers["sequences_for_whom"] if (r["before"], r["after"]) == ("walking", "writing")}
    # After walking: breathing 0.45, writing 0.40, and 0.70 for those who live alone.
    for level, truth in (("alone", 0.25), ("others", -0.05)):
        assert whom[level]["effect_lower"] < truth < whom[level]["effect_upper"], level
