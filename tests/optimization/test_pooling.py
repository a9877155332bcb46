"""The same effect from sums: any partition, a file read in parts, and sites that share no rows."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.optimization import memory, pooling, streaming
from microcare.optimization.effect import Effect
from microcare.optimization.excursion import effect_of, excursion_effect
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from tests.optimization.trials import ASKED, trial


def question(**more: Any) -> Question:
    return Question(**(ASKED | more))


def same(one: Effect, other: Effect) -> None:
    """Everything a batch and a pooled result share, whatever the order of persons."""
    np.testing.assert_allclose(one.theta, other.theta, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(one.vcov, other.vcov, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(one.vcov_uncorrected, other.vcov_uncorrected, rtol=1e-10, atol=1e-12)
    assert (one.names, one.df, one.n_decision_points, one.n_available) == (
        other.names, other.df, other.n_decision_points, other.n_available,
    )  # fmt: skip
    assert one.spread == pytest.approx(other.spread, rel=1e-10)
    mine, theirs = (dict(zip(map(str, e.persons), e.changes, strict=True)) for e in (one, other))
    assert mine.keys() == theirs.keys()
    np.testing.assert_allclose([mine[p] for p in mine], [theirs[p] for p in mine], rtol=1e-8, atol=1e-12)


@given(st.data())
@settings(max_examples=40)
def test_any_partition_gives_the_same(data: st.DataObject) -> None:
    """Persons may be split; parts may hold one row, one arm, or nobody who was available."""
    table = trial(persons=10, points=8, seed=data.draw(st.integers(0, 50)))
    part = np.array(data.draw(st.lists(st.integers(0, 5), min_size=len(table), max_size=len(table))))
    frames = [table[part == k] for k in data.draw(st.permutations(range(6)))]
    same(pooling.effect_of_parts(frames, question()), excursion_effect(table, **ASKED))


def test_one_row_at_a_time() -> None:
    table = trial(persons=9, points=6)
    frames = [table.iloc[k : k + 1] for k in range(len(table))]
    same(pooling.effect_of_parts(frames, question()), excursion_effect(table, **ASKED))


@given(st.integers(0, 10**6), st.integers(1, 8))
@settings(max_examples=15)
def test_sites_that_share_no_rows(seed: int, count: int) -> None:
    table = trial(persons=12, points=8, seed=seed)
    site = np.random.default_rng(seed).integers(0, count, 12)[table.person.str[1:].astype(int)]
    made = [pooling.statistics(table[site == k], question(), f"site {k}") for k in sorted(set(site))]
    same(pooling.pooled(made).effect(), excursion_effect(table, **ASKED))


def test_several_arms_and_a_numerator() -> None:
    table = trial(persons=30, arms=3)
    more: dict[str, Any] = {"probability": ["p0", "p1", "p2"], "numerator": [0.3, 0.4], "arms": [0, 1, 2]}
    frames = [table[table.t % 5 == k] for k in range(5)]
    same(pooling.effect_of_parts(frames, question(**more)), excursion_effect(table, **ASKED | more))


@pytest.mark.parametrize("window", [1, 3])
@pytest.mark.parametrize("ending", [".csv", ".parquet"])
def test_a_file_in_parts(tmp_path: Path, ending: str, window: int) -> None:
    """A category has all its levels though no part does, rows stand in any order, and an outcome may lie later."""
    table = trial(persons=60, points=100).sample(frac=1, random_state=1)
    table["place"] = np.where(table.t > 3, "home", np.where(table.t == 3, "work", "away"))
    table.loc[(table.available == 0) & (table.t == 50), "place"] = "where nobody was available"
    path = tmp_path / f"trial{ending}"
    relation = duckdb.from_df(table)
    (relation.write_csv if ending == ".csv" else relation.write_parquet)(str(path))
    more: dict[str, Any] = {"controls": "~ s + x + place", "window": window, "time": "t" if window > 1 else None}
    if window > 1:
        more |= {"reference": "none"}
    same(streaming.streamed(path, question(**more), rows=2048), effect_of(table, question(**more)))


def test_a_file_larger_than_memory_is_read_in_parts_or_refused(tmp_path: Path) -> None:
    path = tmp_path / "trial.csv"
    trial().to_csv(path, index=False)
    assert streaming.instead(path, question(), memory=1e12) is None
    effect = streaming.instead(path, question(), memory=1e4)
    assert effect is not None and "read part by part" in effect.notes[-1]
    same(effect, excursion_effect(path, **ASKED))
    with pytest.raises(Refusal, match="GB are free"):
        streaming.instead(path, question(family="log", outcome="yb"), memory=1e4)
    assert memory.free_memory() > 1e6


def test_saved_and_read_again(tmp_path: Path) -> None:
    table = trial()
    made = pooling.statistics(table, question(allow=frozenset({"controls"})), "north", "n-")
    made.save(tmp_path / "a.json")
    read = pooling.load(tmp_path / "a.json")
    same(read.effect(), made.effect())
    np.testing.assert_array_equal(read.products, made.products)
    assert read.persons[0] == "n-p0" and read.site == "north" and read.settings == made.settings
    read.save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_text() == (tmp_path / "b.json").read_text()


def test_no_row_is_in_the_file(tmp_path: Path) -> None:
    table = trial(persons=20, points=12)
    pooling.statistics(table, question(), "north").without_ids().save(tmp_path / "a.json")
    text = (tmp_path / "a.json").read_text()
    assert "p0" not in json.loads(text)["persons"]
    assert not any(repr(float(y)) in text for y in table.y)


CHANGES: dict[str, tuple[dict[str, Any], str]] = {
    "other controls": ({"controls": "~ s"}, "controls"),
    "another numerator": ({"numerator": 0.4}, "numerator"),
    "another outcome": ({"outcome": "x", "controls": "~ s"}, "outcome"),
    "another window": ({"lag": 1, "time": "t"}, "lag"),
}


@pytest.mark.parametrize("case", CHANGES)
def test_other_questions_are_not_added(case: str) -> None:
    more, said = CHANGES[case]
    table = trial()
    one = pooling.statistics(table[table.person < "p3"], question(), "north")
    other = pooling.statistics(table[table.person >= "p3"], question(**more), "south")
    with pytest.raises(Refusal, match=f"different questions: .*{said}"):
        pooling.pooled([one, other])


def test_what_each_site_may_call_as_it_likes() -> None:
    table = trial()
    north, south = (
        table[table.person < "p3"],
        table[table.person >= "p3"].rename(columns={"person": "id", "p": "chance"}),
    )
    made = [
        pooling.statistics(north, question(), "north"),
        pooling.statistics(south, question(person="id", probability="chance"), "south"),
    ]
    effect = pooling.pooled(made).effect()
    same(effect, excursion_effect(table, **ASKED))
    assert "pooled from north, south" in effect.notes[-1]


def test_who_is_who_in_several_sites() -> None:
    table = trial()
    one = pooling.statistics(table[table.t < 6], question(), "north")
    other = pooling.statistics(table[table.t >= 6], question(), "south")
    with pytest.raises(Refusal, match="person p0 is in north and in south"):
        pooling.pooled([one, other])
    with pytest.raises(Refusal, match="there twice"):
        pooling.pooled([one, one])
    parts = [
        pooling.statistics(table[table.t < 6], question(), "north"),
        pooling.statistics(table[table.t >= 6], question(), "north"),
    ]
    same(pooling.pooled(parts).effect(), excursion_effect(table, **ASKED))
    with pytest.raises(Refusal, match="there twice"):
        pooling.pooled([pooling.pooled(parts), parts[0]])
    apart = [pooling.statistics(table, question(), s, f"{s} ") for s in ("north", "south")]
    assert pooling.pooled(apart).effect().n_persons == 40


BAD: dict[str, tuple[Any, str]] = {
    "no json": ("{", "damaged"),
    "another file": ({"a": 1}, "does not hold statistics"),
    "a later version": ({"kind": pooling.KIND, "version": 2}, "version 2"),
    "lacking": ({"kind": pooling.KIND, "version": 1}, "damaged"),
}


@pytest.mark.parametrize("case", BAD)
def test_files_that_are_not_read(tmp_path: Path, case: str) -> None:
    content, said = BAD[case]
    (tmp_path / "a.json").write_text(content if isinstance(content, str) else json.dumps(content))
    with pytest.raises(Refusal, match=said):
        pooling.load(tmp_path / "a.json")


REFUSED: dict[str, tuple[Any, dict[str, Any], str]] = {
    "emee": (None, {"family": "log", "outcome": "yb"}, "all rows at once"),
    "a model": (None, {"missing": "ipw"}, "as a column"),
    "one arm": (lambda f: f.assign(a=0), {}, "no available decision point has 1"),
    "one outcome": (lambda f: f.assign(y=2.0), {}, "nothing to explain"),
    "one person": (lambda f: f[f.person == "p1"], {}, "one person"),
    "nobody available": (lambda f: f.assign(available=0), {}, "no decision point is left"),
    "collinear": (lambda f: f.assign(x2=2 * f.x), {"controls": "~ s + x + x2"}, "follows from"),
    "after the treatment": (lambda f: f.assign(m=f.a + f.x), {"controls": "~ s + m"}, "allow after-treatment"),
    "too few": (lambda f: f[f.person < "p12"], {}, "cannot carry"),
    "a mean of the whole": (None, {"controls": "~ s + center(x)"}, "center"),
    "levels that differ": (lambda f: f.assign(w=np.where(f.t < 4, "early", np.where(f.t < 8, "mid", "late"))), {"controls": "~ s + w"}, "0 and 1"),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    change, more, said = REFUSED[case]
    table = trial() if change is None else change(trial())
    with pytest.raises(Refusal, match=said):
        pooling.effect_of_parts([table[table.t < 6], table[table.t >= 6]], question(**more))


@pytest.mark.parametrize(
    ("more", "said"),
    [({"controls": "~ s + center(x)"}, "center"), ({"outcome": "z"}, "no column z"), ({"lag": 1}, "needs a time")],
)
def test_a_file_that_cannot_be_read_in_parts(tmp_path: Path, more: dict[str, Any], said: str) -> None:
    trial().rename(columns={"t": "number"}).to_csv(tmp_path / "a.csv", index=False)
    with pytest.raises(Refusal, match=said):
        streaming.streamed(tmp_path / "a.csv", question(**more))


def test_too_little_memory_is_a_refusal_and_a_little_is_enough(tmp_path: Path) -> None:
    """In a process of its own that may take so many addresses and no more."""
    table = trial(persons=100, points=10)
    large = pd.concat([table.assign(person=table.person + f"-{k}") for k in range(300)])
    duckdb.from_df(large).write_csv(str(tmp_path / "a.csv"))
    code = (
        "import resource, sys\n"
        "from microcare.optimization import excursion, memory\n"
        "from microcare.optimization.refusal import Refusal\n"
        "most = int(memory.addresses()) + int(sys.argv[2]) * 10**6\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        f"asked = {ASKED!r} | {{'allow': frozenset(['after-treatment'])}}\n"
        "try:\n"
        "    for more in ({}, {'estimator': 'dr'}):\n"
        "        print(excursion.excursion_effect(sys.argv[1], **asked, **more).notes)\n"
        "except Refusal as refused:\n"
        "    print('refused', refused)\n"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", code, str(tmp_path / "a.csv"), str(m)], capture_output=True, text=True
        ).stdout
        for m in (4000, 200)
    ]
    assert "part by part" not in said[0] and "refused" not in said[0]
    assert "refused" in said[1] and ("GB are free" in said[1] or "memory" in said[1].lower())


@pytest.mark.parametrize(
    ("megabytes", "said"), [(300, "or use a larger machine"), (100, "reading any table takes at least")]
)
def test_what_reads_the_whole_table_says_beforehand_that_it_does_not_fit(
    tmp_path: Path, megabytes: int, said: str
) -> None:
    row = "p1,1,0.5,1.25,0.123456789012345\n"
    (tmp_path / "a.csv").write_text("person,a,p,y,x\n" + row * 1_300_000)
    code = (
        "import resource, sys\n"
        "from microcare.cli import app\n"
        "from microcare.optimization import distal, memory\n"
        f"most = int(memory.addresses()) + {megabytes} * 10**6\n"
        "resource.setrlimit(resource.RLIMIT_AS, (most, most))\n"
        "app(['analyze', 'distal', sys.argv[1], '--outcome=y', '--treatment=a', '--probability=p', '--person=person'])\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path / "a.csv")], capture_output=True, text=True)
    assert done.returncode == 1 and said in done.stdout + done.stderr, done.stderr[-500:]
