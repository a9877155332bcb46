"""Level 1 against pandas and least squares by hand: shares, means, each option's effect, who it is for, how it changes."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy import stats

from microcare.optimization.levels import first
from microcare.optimization.levels.analysis import Analysis, analyze
from microcare.optimization.levels.effects import ANY, OTHERS, effects
from microcare.optimization.levels.estimates import against, mean, share, thin
from microcare.optimization.levels.findings import LIKELY, OPEN, SETTLED
from microcare.optimization.levels.material import Material, Roles, trials
from microcare.optimization.refusal import Refusal

SHIPPED = Path(__file__).parents[2] / "examples/trial-data/decisions.csv"


def table(persons: int = 40, points: int = 30, seed: int = 1, adds: float = 1.0, fades: float = 0.0) -> pd.DataFrame:
    """A trial with two options and nothing: `a` adds so much to an outcome of spread 2, twice as much at home."""
    draw = np.random.Generator(np.random.Philox(seed))
    n = persons * points
    chosen = draw.choice(["nothing", "a", "b"], n, p=[0.5, 0.3, 0.2])
    home, day = draw.random(n) < 0.5, np.tile(np.arange(points), persons)
    effect = (chosen == "a") * (adds * (1 + np.where(home, 1, -1)) - fades * (day - day.mean()))
    level = np.repeat(draw.normal(size=persons), points)
    return pd.DataFrame(
        {
            "person": np.repeat([f"p{k:02}" for k in range(persons)], points), "day": day, "chosen": chosen,
            "p_nothing": 0.5, "p_a": 0.3, "p_b": 0.2, "x_place": np.where(home, "home", "out"),
            "proximal": 10 + level + draw.normal(size=n) * np.sqrt(3) + effect,
        }
    )  # fmt: skip


def analyzed(frame: pd.DataFrame, roles: Roles | None = None) -> Analysis:
    return analyze(Material("test", {"decisions": frame}, roles=roles))


def deliveries(seed: int = 2) -> pd.DataFrame:
    draw = np.random.Generator(np.random.Philox(seed))
    sizes = draw.integers(1, 30, 25)
    person = np.repeat(np.arange(25), sizes)
    known = draw.random(len(person)) < 0.9
    opened = (draw.random(len(person)) < 0.2 + 0.5 * draw.random(25)[person]).astype(float)
    return pd.DataFrame(
        {"person": person, "opened": np.where(known, opened, np.nan), "felt": draw.normal(size=len(person))}
    )


@pytest.mark.parametrize("column", ["opened", "felt"])
def test_intervals_are_those_of_leaving_out_one_person_after_the_other(column: str) -> None:
    rows = deliveries()
    known = rows[rows[column].notna()]
    value = known[column].mean()
    without = [known.loc[known["person"] != p, column].mean() for p in known["person"].unique()]
    error = np.sqrt(((value - np.array(without)) ** 2).sum())
    half = stats.t.ppf(0.975, len(without) - 1) * error
    found = share(rows, "opened") if column == "opened" else mean(rows, "felt")
    assert found.value == pytest.approx(value)
    assert (found.persons, found.n) == (len(without), len(known))
    if column == "felt":
        expected = [value - half, value + half]
    else:
        logit = np.log(value / (1 - value)) + np.array([-1, 1]) * half / (value * (1 - value))
        expected = list(1 / (1 + np.exp(-logit)))
    assert [found.lower, found.upper] == pytest.approx(expected)


def test_a_share_of_all_or_nobody_is_as_sure_as_that_many_people() -> None:
    rows = pd.DataFrame({"person": range(20), "all": 1, "none": 0})
    # Clopper and Pearson's interval for 0 of 20.
    assert share(rows, "none").upper == pytest.approx(stats.beta.ppf(0.975, 1, 20))
    assert share(rows, "all").lower == pytest.approx(stats.beta.ppf(0.025, 20, 1))
    assert against(share(rows, "none"), 0.5) == pytest.approx(2 * 0.5**20)


def test_a_share_is_held_against_a_limit_by_the_interval_s_own_chance() -> None:
    found = share(deliveries(), "opened")
    assert found.upper is not None and found.lower is not None
    assert against(found, found.upper) == pytest.approx(0.05)
    assert against(found, found.lower) == pytest.approx(0.05)


@pytest.mark.parametrize(
    ("persons", "n", "words"), [(1, 90, "1 person"), (9, 90, "9 people"), (12, 29, "29 times"), (10, 30, "")]
)
def test_thin_data_are_said_to_be_thin(persons: int, n: int, words: str) -> None:
    assert thin(persons, n).removeprefix("thin: only ") == words


def test_equal_values_of_few_people_are_no_certainty() -> None:
    rows = pd.DataFrame({"person": [1, 2, 3], "felt": 6.0})
    assert mean(rows, "felt").value is None and "thin" in mean(rows, "felt").caution


def by_hand(rows: pd.DataFrame, option: str, terms: list[np.ndarray]) -> float:
    """The weighted and centered least squares estimate of an option against nothing, written out."""
    could = rows[rows["chosen"].isin(["nothing", option]) & rows["proximal"].notna() & (rows[f"p_{option}"] > 0)]
    both = could["p_nothing"] + could[f"p_{option}"]
    p, a = could[f"p_{option}"] / both, (could["chosen"] == option).astype(float)
    weight = np.sqrt(np.where(a == 1, 0.5 / p, 0.5 / (1 - p)) / both)
    matrix = np.column_stack([*(t[rows.index.get_indexer(could.index)] for t in terms), a - 0.5])
    return float(np.linalg.lstsq(matrix * weight.to_numpy()[:, None], could["proximal"] * weight, rcond=None)[0][-1])


@pytest.mark.parametrize("frame", [table(), pd.read_csv(SHIPPED)], ids=["made", "shipped"])
def test_effects_are_those_of_least_squares_by_hand(frame: pd.DataFrame) -> None:
    drawn = frame[frame["available"] == 1].reset_index(drop=True) if "available" in frame else frame
    told = effects(trials(Material("test", {"decisions": frame})))
    named = {o.option: o for o in told.options}
    for option in (o for o in named if o != ANY):
        expected = by_hand(drawn, option, [np.ones(len(drawn)), drawn["day"].to_numpy(dtype=float)])
        assert named[option].effect.value == pytest.approx(expected)
        spread = drawn.loc[drawn["chosen"].isin(["nothing", option]) & (drawn[f"p_{option}"] > 0), "proximal"].std()
        assert named[option].standardized.value == pytest.approx(expected / spread)
        nothing = drawn.loc[(drawn["chosen"] == "nothing") & (drawn[f"p_{option}"] > 0), "proximal"]
        assert named[option].usual.value == pytest.approx(nothing.mean())
    p = sorted(o.effect.p or 0.0 for o in told.options)
    holm = [min(1.0, max(p[j] * (len(p) - j) for j in range(k + 1))) for k in range(len(p))]
    assert sorted(o.p_adjusted or 0.0 for o in told.options) == pytest.approx(holm)


def test_what_is_planted_is_found_with_what_it_is_good_for() -> None:
    found = analyzed(table())
    options = {o.option: o for o in found.effects.options}
    low, high = options["a"].effect.lower, options["a"].effect.upper
    assert low is not None and high is not None and low < 1 < high and low > 0
    place = next(m for m in found.effects.moderations if (m.option, m.characteristic) == ("a", "place"))
    inside = [(level.effect.lower, level.effect.upper) for level in place.levels]
    assert [level.level for level in place.levels] == ["home", "out"]
    for truth, (lower, upper) in zip((2.0, 0.0), inside, strict=True):
        assert lower is not None and upper is not None and lower < truth < upper
    said = [(f.sure, f.change) for f in found.findings]
    assert (SETTLED, "Keep “a”.") in said
    assert (SETTLED, "Give “a” where place is home, and less where place is out.") in said
    assert not any("“b”" in change and sure != OPEN and "Keep" in change for sure, change in said)


def test_a_fading_effect_is_seen_to_fade() -> None:
    found = analyzed(table(60, fades=0.15))
    line = next(c for c in found.effects.curves if (c.option, c.along) == ("a", "day"))
    assert line.word == "it fades" and line.slope.lower is not None and line.slope.upper is not None
    assert line.slope.lower < -0.15 < line.slope.upper
    assert all(low < value < high for low, value, high in zip(line.lower, line.value, line.upper, strict=True))
    assert any("fades with time" in f.change for f in found.findings)


def test_the_shipped_trial_says_what_was_planted_in_it() -> None:
    frame = pd.read_csv(SHIPPED)
    found = analyzed(frame)
    options = {o.option: o.effect for o in found.effects.options}
    # response.yaml: a walk adds 110, two fewer each day; a stretch adds 12.
    day = frame.loc[frame["available"] == 1, "day"].mean()
    for option, truth in (("walk", 110 - 2 * day), ("stretch", 12.0)):
        low, high = options[option].lower, options[option].upper
        assert low is not None and high is not None and low < truth < high
    assert next((f.sure, f.change) for f in found.findings) == (SETTLED, "Keep “walk”.")


@pytest.mark.slow
def test_chance_alone_makes_hardly_any_finding() -> None:
    """Twenty trials of nothing: with all comparisons of a kind counted, few of them show something."""
    shown = [
        [f for f in analyzed(table(15, 20, seed, 0.0)).findings if f.sure in (SETTLED, LIKELY)] for seed in range(20)
    ]
    shown = [[f for f in some if "too little" not in f.change] for some in shown]
    assert sum(bool(some) for some in shown) <= 5


def test_options_are_compared_with_each_other_where_nothing_is_never_asked() -> None:
    frame = table()
    frame.loc[frame["chosen"] == "nothing", "proximal"] = np.nan
    found = analyzed(frame)
    assert [(o.option, o.against) for o in found.effects.options] == [("b", "a")]
    # Where something is given, `a` adds 1 and `b` adds 0.
    effect = found.effects.options[0].effect
    assert effect.lower is not None and effect.upper is not None and effect.lower < -1 < effect.upper < 0
    assert next(f.change for f in found.findings) == "Prefer “a” to “b”."
    assert any("find out how it goes also when nothing is sent" in f.change for f in found.findings)


def test_of_three_options_each_is_compared_with_the_others() -> None:
    frame = table(60)
    split = (frame["chosen"] == "a") & (frame.index % 2 == 0)
    frame = frame.assign(chosen=frame["chosen"].where(~split, "c"), p_a=0.15, p_c=0.15)
    frame.loc[frame["chosen"] == "nothing", "proximal"] = np.nan
    told = analyzed(frame).effects
    assert [(o.option, o.against) for o in told.options] == [("a", OTHERS), ("b", OTHERS), ("c", OTHERS)]
    given = frame[frame["chosen"] != "nothing"]
    expected = (
        given.loc[given["chosen"] == "b", "proximal"].mean() - given.loc[given["chosen"] != "b", "proximal"].mean()
    )
    assert told.options[1].effect.value == pytest.approx(expected, abs=0.1)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda f: f[f["person"] == "p00"], "1 person"),
        (lambda f: f[f["person"] < "p05"], "5 persons"),
        (lambda f: f.assign(proximal=np.nan), "no outcome is known"),
        (lambda f: f.assign(proximal=5.0), "nothing to explain"),
        (lambda f: f.assign(proximal="much"), "no outcome is known"),
        (lambda f: f.assign(p_a=1.0, p_b=0.0, p_nothing=0.0, chosen="a"), "always or never given"),
        (lambda f: f.assign(randomized=0), "nothing was drawn by chance"),
    ],
)
def test_what_cannot_be_told_is_said_and_not_guessed(change: object, words: str) -> None:
    assert callable(change)
    found = analyzed(change(table(20)))
    assert found.effects.options == ()
    assert any(words in why for _, why in found.untold())
    assert [f.sure for f in found.findings] == [OPEN]


def test_another_table_is_read_by_its_columns() -> None:
    frame = table()
    pair = frame[frame["chosen"] != "b"]
    own = pd.DataFrame(
        {
            "id": pair["person"], "y": pair["proximal"], "sent": (pair["chosen"] == "a").astype(int), "free": 1,
            "place": pair["x_place"], "t": pair["day"],
        }
    )  # fmt: skip
    own.loc[own.index[:4], ["free", "sent"]] = [0, 1]
    found = analyzed(own, roles=Roles("id", "y", "sent", "0.375", "free", "t", ("place",)))
    assert (found.people, found.points) == (40, len(own))
    one = found.effects.options[0]
    assert (one.option, one.measured, one.effect.n) == ("sent", "y", len(own) - 4)
    assert any("4 decision points have a treatment though the person was unavailable" in c for c in one.cautions)
    assert {m.characteristic for m in found.effects.moderations} == {"place"}
    with pytest.raises(Refusal, match="no column nowhere"):
        analyzed(own, roles=Roles("id", "nowhere", "sent", "0.375"))


def test_weeks_count_who_was_there() -> None:
    days = [(p, d) for p, until in (("a", 20), ("b", 20), ("c", 8)) for d in range(until + 1) for _ in range(2)]
    at = [f"2026-03-{2 + d:02}T12:00:00Z" for _, d in days]
    events = pd.DataFrame({"person": [p for p, _ in days], "prompt": 1, "decided_utc": at, "opened": 1})
    runs = pd.DataFrame({"person": ["a", "b", "c"], "started_utc": "2026-03-02T08:00:00Z", "day": 0})
    weeks = first.burden(Material("test", {"events": events, "interventions": runs}))
    assert [(w.week, w.people, w.prompts.n) for w in weeks] == [(1, 3, 3), (2, 2, 2), (3, 2, 2)]
