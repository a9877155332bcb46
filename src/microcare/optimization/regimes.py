"""The regimes embedded in a SMART: what each way of going on is worth, and which are best.

Whoever follows a regime weighs 1 over the chance to follow it; who follows several counts for each (Nahum-Shani et al.,
Psychol Methods 2012;17:457). The covariance is Mancl and DeRouen's, of all regimes together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import inference, sandwich, tables
from microcare.optimization.arrays import Floats
from microcare.optimization.inference import Row
from microcare.optimization.multiplicity import adjusted
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table


@dataclass(frozen=True)
class Regimes:
    """Each regime's mean outcome, every difference between two, and those that may be the best."""

    values: tuple[Row, ...]
    contrasts: tuple[Row, ...]
    adjusted: tuple[float, ...]
    best: tuple[str, ...]
    vcov: Floats
    followers: tuple[int, ...]
    n_persons: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        contrasts = [row.as_dict() | {"p_adjusted": p} for row, p in zip(self.contrasts, self.adjusted, strict=True)]
        return {
            "effects": [row.as_dict() | {"n": n} for row, n in zip(self.values, self.followers, strict=True)],
            "contrasts": contrasts,
            "may_be_best": list(self.best),
            "vcov": self.vcov.tolist(),
            "n_persons": self.n_persons,
            "warnings": list(self.warnings),
        }


def embedded_regimes(
    table: Table,
    *,
    outcome: str,
    first: str,
    response: str,
    second: str,
    first_probability: Number = 0.5,
    second_probability: Number = 0.5,
    cluster: str | None = None,
    method: str = "holm",
    level: float = 0.95,
) -> Regimes:
    """One row a person: the first option, whether they responded (0, 1), and the second option, empty for whoever was not
    randomized again. The probabilities are those of the options that were received.

    Raises:
        Refusal: everything that speaks against a number.
    """
    given = [str(v) for v in (first_probability, second_probability) if tables.as_number(v) is None]
    frame = tables.read(table, [outcome, first, response, second, *given, *([cluster] if cluster else [])])
    y = tables.numbers(frame, outcome, "outcome")
    responds = tables.numbers(frame, response, "response")
    if not set(np.unique(responds)) <= {0.0, 1.0}:
        raise Refusal(f"response {response}: it is 0 or 1 for everybody, and never unknown")
    if frame[first].isna().any():
        raise Refusal(f"first option {first}: row {int(np.flatnonzero(frame[first].isna())[0]) + 1} has none")
    here = np.isfinite(y)
    warnings = [f"{int((~here).sum())} persons without outcome are left out"] if not here.all() else []
    again = frame[second].notna().to_numpy()
    weight = 1 / _chance(frame, first_probability, here, "first")
    weight = weight / np.where(again, _chance(frame, second_probability, here & again, "second"), 1.0)
    names, follows = _follows(frame, first, second, responds == 1, again)
    carried = follows[:, here] * weight[here]
    if not (carried.sum(axis=1) > 0).all():
        raise Refusal(f"nobody with an outcome followed {names[int(np.argmin(carried.sum(axis=1)))]}")
    return _compared(names, y[here], carried, frame[cluster][here] if cluster else None, method, level, tuple(warnings))


def _chance(frame: pd.DataFrame, given: Number, rows: Any, which: str) -> Floats:
    found = tables.number_or_column(frame, given, f"the {which} option's probability")
    if not ((found[rows] > 0) & (found[rows] < 1)).all():
        raise Refusal(f"the {which} option's probability lies between 0 and 1")
    return np.where(np.isfinite(found) & (found > 0), found, 1.0)


def _follows(frame: pd.DataFrame, first: str, second: str, responds: Any, again: Any) -> tuple[tuple[str, ...], Floats]:
    """The regimes' names, and who follows each, (regimes, persons)."""
    names, rows = [], []
    for begin in sorted(frame[first].unique().tolist(), key=str):
        began = (frame[first] == begin).to_numpy()
        choices = [
            sorted(frame.loc[began & again & group, second].unique().tolist(), key=str) or [None]
            for group in (responds, ~responds)
        ]
        for yes in choices[0]:
            for no in choices[1]:
                wanted = np.where(responds, yes is None, no is None) | (
                    frame[second].to_numpy() == np.where(responds, yes, no)
                )
                parts = [f"begin with {begin}"]
                parts += [f"who responds: {yes}"] if yes is not None else []
                parts += [f"who does not: {no}"] if no is not None else []
                names.append("; ".join(parts))
                rows.append((began & wanted).astype(np.float64))
    if len(names) < 2:
        raise Refusal("there is one regime only; there is nothing to compare")
    return tuple(names), np.stack(rows)


def _compared(
    names: Sequence[str], y: Floats, carried: Floats, cluster: Any, method: str, level: float, warnings: tuple[str, ...]
) -> Regimes:
    count = len(names)
    units, codes = (len(y), np.arange(len(y))) if cluster is None else (cluster.nunique(), pd.factorize(cluster)[0])
    total = carried.sum(axis=1)
    means = carried @ y / total
    scores = sandwich.person_sums(codes, units, (carried * (y - means[:, None])).T)
    own = np.zeros((units, count, count))
    own[:, np.arange(count), np.arange(count)] = sandwich.person_sums(codes, units, carried.T)
    inference.enough(units - count, units, count)
    covered = sandwich.covariances(np.diag(total), scores, own)
    df = float(units - count)
    values = inference.rows(names, means, covered.corrected, df, level)
    pairs = list(combinations(range(count), 2))
    contrasts = []
    for i, j in pairs:
        unit = np.zeros(count)
        unit[i], unit[j] = 1.0, -1.0
        contrasts.append(inference.combination(means, covered.corrected, unit, df, f"{names[i]} | {names[j]}", level))
    p = adjusted([c.p for c in contrasts], method)
    top = int(np.argmax(means))
    beaten = {
        (j if i == top else i) for (i, j), chance in zip(pairs, p, strict=True) if top in (i, j) and chance < 1 - level
    }
    best = tuple(name for k, name in enumerate(names) if k not in beaten)
    followers = tuple(int(n) for n in (carried > 0).sum(axis=1))
    return Regimes(
        values, tuple(contrasts), tuple(float(c) for c in p), best, covered.corrected, followers, units, warnings
    )
