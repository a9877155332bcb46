"""The regimes embedded in a SMART: what each way of going on is worth, and which are best.

Whoever follows a regime weighs 1 over the chance to follow it; who follows several counts for each (Nahum-Shani et al.,
Psychol Methods 2012;17:457). The covariance is Mancl and DeRouen's, of all regimes together.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import inference, sandwich, tables
from microcare.optimization.arrays import Floats, Marks
from microcare.optimization.inference import Row, Test
from microcare.optimization.multiplicity import Together, adjusted, maybe_best, together
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table

MOST = 64
"""More regimes than this are not compared."""
FEW = 10
"""A regime that fewer followed is told as thin."""
Path = tuple[tuple[str, str], ...]
"""What a person had and how they responded, stage by stage."""


@dataclass(frozen=True)
class Regimes:
    """Each regime's mean outcome, every difference between two, and those that may be the best.

    `adjusted` are the differences' p-values by the method asked for, `together` their simultaneous intervals. The set `best`
    holds the best regime with at least the level's chance. `test`: are all regimes worth the same?
    """

    values: tuple[Row, ...]
    contrasts: tuple[Row, ...]
    adjusted: tuple[float, ...]
    together: Together
    best: tuple[str, ...]
    test: Test | None
    vcov: Floats
    vcov_uncorrected: Floats
    followers: tuple[int, ...]
    n_persons: int
    n_clusters: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        contrasts = [
            row.as_dict()
            | {"p_adjusted": self.adjusted[k]}
            | {"lower_together": float(self.together.lower[k]), "upper_together": float(self.together.upper[k])}
            for k, row in enumerate(self.contrasts)
        ]
        effects = [row.as_dict() | {"n": n} for row, n in zip(self.values, self.followers, strict=True)]
        test = self.test
        return {
            "effects": effects,
            "coefficients": [row.as_dict() for row in self.values],
            "contrasts": contrasts,
            "may_be_best": list(self.best),
            "all_equal": None
            if test is None
            else {"t2": test.statistic, "df1": test.df1, "df2": test.df2, "p": test.p},
            "vcov": self.vcov.tolist(),
            "vcov_uncorrected": self.vcov_uncorrected.tolist(),
            "n_persons": self.n_persons,
            "n_clusters": self.n_clusters,
            "warnings": list(self.warnings),
        }


def embedded_regimes(
    table: Table,
    *,
    outcome: str,
    options: Sequence[str],
    responses: Sequence[str],
    probabilities: Sequence[Number] = (),
    cluster: str | None = None,
    person: str | None = None,
    lower_is_better: bool = False,
    method: str = "holm",
    level: float = 0.95,
) -> Regimes:
    """One row a person: the option of each stage, empty for whoever was not randomized there, and between two stages how
    they responded (0 and 1, or names). The probabilities are those of the options that were received, one column or number
    a stage; without, each stage's options were equally likely for those with the same past.

    Raises:
        Refusal: everything that speaks against a number.
    """
    _known(options, responses, probabilities)
    more = [name for name in (cluster, person) if name]
    given = [str(p) for p in probabilities if tables.as_number(p) is None]
    frame = tables.read(table, [outcome, *options, *responses, *given, *more], ids=more)
    tables.filled(frame)
    if person and frame[person].duplicated().any():
        raise Refusal(
            f"person {person}: {frame[person][frame[person].duplicated()].iloc[0]} has several rows; there is one a person"
        )
    y = tables.numbers(frame, outcome, "outcome")
    here = np.isfinite(y)
    warnings = (
        [f"{int((~here).sum())} persons without outcome are left out, as if chance had chosen them"]
        if not here.all()
        else []
    )
    if here.sum() < 2 or np.ptp(y[here]) == 0:
        raise Refusal(f"outcome {outcome}: it does not vary; there is nothing to compare")
    frame, y = frame.loc[here].reset_index(drop=True), y[here]
    had = np.stack([_labels(frame[name]) for name in options], axis=1)
    said = (
        np.stack([_labels(frame[name]) for name in responses], axis=1)
        if responses
        else np.empty((len(y), 0), dtype=object)
    )
    _complete(had, said, options, responses)
    weight = _weights(frame, had, said, probabilities, options)
    warnings += [] if probabilities else _alone(had, said, options)
    plans = _plans(had, said, 0, np.ones(len(y), dtype=bool), ())
    if len(plans) < 2:
        raise Refusal("there is one regime only; there is nothing to compare")
    follows = np.stack([_follows(plan, had, said) for plan in plans])
    stray = int((~follows.any(axis=0)).sum())
    if stray:
        warnings.append(f"{stray} persons follow no regime, for they lack an option where others like them had one")
    names = [_name(plan) for plan in plans]
    empty = [name for name, row in zip(names, follows, strict=True) if not row.any()]
    if empty:
        raise Refusal([f"nobody with an outcome followed: {name}" for name in empty[:5]])
    thin = [f"{name} ({row.sum()})" for name, row in zip(names, follows, strict=True) if row.sum() < FEW]
    if thin:
        warnings.append(f"hardly anybody followed: {'; '.join(thin)}")
    clusters = frame[cluster] if cluster else None
    return _compared(names, y, follows * weight, clusters, method, level, lower_is_better, tuple(warnings))


def _known(options: Sequence[str], responses: Sequence[str], probabilities: Sequence[Number]) -> None:
    if not options:
        raise Refusal("name the column of each stage's option")
    if len(responses) != len(options) - 1:
        raise Refusal(f"{len(options)} stages have {len(options) - 1} responses between them, not {len(responses)}")
    if len(probabilities) not in (0, len(options)):
        raise Refusal(f"give one probability for each of the {len(options)} stages, or none")


def _labels(column: pd.Series) -> Any:
    """Each value as text; None where there is none. Whole numbers are written without a point."""
    found = np.full(len(column), None, dtype=object)
    for value in column.dropna().unique():
        text = str(int(value)) if isinstance(value, float | np.floating) and float(value).is_integer() else str(value)
        found[tables.equals(column, value)] = text
    return found


def _complete(had: Any, said: Any, options: Sequence[str], responses: Sequence[str]) -> None:
    none = np.flatnonzero(had[:, 0] == None)  # noqa: E711 - of every element
    issues = [f"first option {options[0]}: {len(none)} persons have none"] if len(none) else []
    for k, name in enumerate(responses):
        lost = (had[:, k] != None) & (said[:, k] == None)  # noqa: E711
        if lost.any():
            issues.append(f"response {name}: it is unknown for {int(lost.sum())} persons who had an option before it")
        kinds = {v for v in said[:, k] if v is not None}
        if len(kinds) > 6:
            issues.append(f"response {name}: it has {len(kinds)} different values; make few of them, like 0 and 1")
    if issues:
        raise Refusal(issues)


def _weights(
    frame: pd.DataFrame, had: Any, said: Any, probabilities: Sequence[Number], options: Sequence[str]
) -> Floats:
    """1 over the chance of all options a person had, (n,)."""
    weight = np.ones(len(frame))
    for k, name in enumerate(options):
        there = had[:, k] != None  # noqa: E711
        chance = np.ones(len(frame))
        if probabilities:
            chance = np.where(there, tables.number_or_column(frame, probabilities[k], f"probability of {name}"), 1.0)
            if not ((chance[there] > 0) & (chance[there] < 1)).all():
                raise Refusal(f"probability of {name}: it lies between 0 and 1")
        else:
            past = pd.Series(list(zip(map(tuple, had[:, :k]), map(tuple, said[:, :k]), strict=True)))
            chance[there] = 1 / pd.Series(had[:, k])[there].groupby(past[there]).transform("nunique").to_numpy()
        weight /= chance
    return weight


def _alone(had: Any, said: Any, options: Sequence[str]) -> list[str]:
    """After which past everybody had the same option: taken as certain where no probabilities are given."""
    found = []
    for k in range(1, len(options)):
        there = had[:, k] != None  # noqa: E711
        past = [
            tuple(v for pair in zip(h[:k], s[:k], strict=True) for v in pair) for h, s in zip(had, said, strict=True)
        ]
        rows = pd.DataFrame({"past": past, "option": had[:, k]})[there]
        for before, some in rows.groupby("past").option:
            if some.nunique() == 1:
                found.append(
                    f"after {', '.join(map(str, before))} everybody had {some.iloc[0]} in {options[k]}, which is taken as certain; "
                    "if it was drawn, give the probabilities"
                )
    return found


Plan = dict[Path, str]
"""Which option a regime chooses after each past."""


def _plans(had: Any, said: Any, stage: int, group: Marks, past: Path) -> list[Plan]:
    """Every regime from here on, for those of the group, whose past it is."""
    if stage == had.shape[1]:
        return [{}]
    found: list[Plan] = []
    options = sorted({v for v in had[group, stage] if v is not None}, key=_order)
    if not options:
        return [{}]
    for option in options:
        got = group & (had[:, stage] == option)
        found += [{past: option} | rest for rest in _onward(had, said, stage, got, past, option)]
        if len(found) > MOST:
            raise Refusal(f"there are more than {MOST} regimes: compare fewer stages or options")
    return found


def _onward(had: Any, said: Any, stage: int, got: Marks, past: Path, option: str) -> Iterator[Plan]:
    """All ways to go on after an option: one for each choice of a plan for every response."""
    if stage + 1 == had.shape[1]:
        yield {}
        return
    answers = sorted({v for v in said[got, stage] if v is not None}, key=_order)
    plans = [_plans(had, said, stage + 1, got & (said[:, stage] == a), (*past, (option, a))) for a in answers]
    for chosen in product(*plans):
        yield {path: o for plan in chosen for path, o in plan.items()}


def _order(text: str) -> tuple[bool, float, str]:
    number = tables.as_number(text)
    return (number is None, number or 0.0, text)


def _follows(plan: Plan, had: Any, said: Any) -> Marks:
    """Who had, at every stage and after what they said, what the plan chooses, (n,)."""
    found = np.ones(len(had), dtype=bool)
    for path, option in plan.items():
        here = np.ones(len(had), dtype=bool)
        for stage, (before, answer) in enumerate(path):
            here &= (had[:, stage] == before) & (said[:, stage] == answer)
        found &= ~here | (had[:, len(path)] == option)
    return found


def _name(plan: Plan) -> str:
    """A plan in words; what follows from the plan's own options is not said again."""
    parts = []
    for path, option in sorted(plan.items(), key=lambda item: (len(item[0]), item[0])):
        answers = [answer for _, answer in path]
        if not answers:
            parts.append(f"begin with {option}")
            continue
        who = {"1": "who responds", "0": "who does not"}.get(answers[-1], f"who says {answers[-1]}")
        earlier = f" (after {', '.join(answers[:-1])})" if len(answers) > 1 else ""
        parts.append(f"{who}{earlier}: {option}")
    return "; ".join(parts)


def _compared(
    names: Sequence[str], y: Floats, carried: Floats, cluster: Any, method: str, level: float, lower: bool,
    warnings: tuple[str, ...],
) -> Regimes:  # fmt: skip
    count = len(names)
    codes, units = np.arange(len(y)), len(y)
    if cluster is not None:
        codes, found = pd.factorize(tables.ids(cluster, "cluster"), use_na_sentinel=True)
        units = len(found)
        if (codes < 0).any() or units < 2:
            raise Refusal("every person belongs to a cluster, and there are at least two of them")
    total = carried.sum(axis=1)
    means = carried @ y / total
    scores = sandwich.person_sums(codes, units, (carried * (y - means[:, None])).T)
    own = np.zeros((units, count, count))
    own[:, np.arange(count), np.arange(count)] = sandwich.person_sums(codes, units, carried.T)
    inference.enough(units - count, units, count)
    covered = sandwich.covariances(np.diag(total), scores, own)
    vcov, df = covered.corrected, float(units - count)
    values = inference.rows(names, means, vcov, df, level)
    pairs = list(combinations(range(count), 2))
    sides = np.array([np.eye(count)[i] - np.eye(count)[j] for i, j in pairs])
    contrasts = tuple(
        inference.combination(means, vcov, side, df, f"{names[i]} | {names[j]}", level)
        for (i, j), side in zip(pairs, sides, strict=True)
    )
    best = maybe_best(-means if lower else means, vcov, df, level)
    return Regimes(
        values, contrasts, tuple(float(p) for p in adjusted([c.p for c in contrasts], method)),
        together(means, vcov, sides, df, level), tuple(names[k] for k in best), _equal(means, vcov, df), vcov,
        covered.uncorrected, tuple(int(n) for n in (carried > 0).sum(axis=1)), len(y), units, warnings,
    )  # fmt: skip


def _equal(means: Floats, vcov: Floats, df: float) -> Test | None:
    """Are all regimes worth the same? None where their differences follow from one another.

    They do where nobody's way is in doubt, as where all respond alike.
    """
    differences = np.eye(len(means))[1:] - np.eye(len(means))[0]
    values, vectors = np.linalg.eigh(differences @ vcov @ differences.T)
    free = vectors[:, values > 1e-10 * values[-1]]
    return inference.omnibus(means, vcov, free.T @ differences, df) if free.shape[1] else None
