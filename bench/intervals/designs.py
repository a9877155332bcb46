"""One optimization trial (MOST) or SMART each, and which of the intervals missed the truth."""

from collections.abc import Iterator
from itertools import product

import numpy as np
import pandas as pd

from bench.intervals.effects import Missing, beyond
from microcare.optimization.factorial import factorial_effects
from microcare.optimization.regimes import embedded_regimes
from microcare.optimization.simulated import Draw

FACTORS = ["f1", "f2", "f3"]
WORTH = {"f1": 0.3, "f2": 0.0, "f3": 0.1, "f1:f2": 0.2, "f1:f3": 0.0, "f2:f3": 0.0, "f1:f2:f3": 0.0}


def factorial(draw: Draw) -> Missing:
    """Three components in 64 persons; then in 24 groups of five who resemble each other."""
    for named, groups, size in (("64 persons", 64, 1), ("24 groups of five", 24, 5)):
        cell = np.repeat(draw.permutation(np.arange(groups) % 8), size)
        coded = np.stack([(cell >> k & 1) * 2.0 - 1 for k in range(3)], axis=1)
        f = pd.DataFrame((coded > 0).astype(int), columns=FACTORS)
        f["group"] = np.repeat(np.arange(groups), size)
        gain = sum(
            worth / 2 * coded[:, [FACTORS.index(p) for p in term.split(":")]].prod(axis=1)
            for term, worth in WORTH.items()
        )
        f["y"] = gain + (0.5 * draw.normal(size=groups)[f.group] if size > 1 else 0.0) + draw.normal(size=len(f))
        found = factorial_effects(f, outcome="y", factors=FACTORS, cluster="group" if size > 1 else None)
        yield f"MOST, {named}: an effect", beyond(found.effects[0], 0.3)
        truth = np.array([WORTH[row.term] for row in found.effects])
        inside = (found.together.lower <= truth) & (truth <= found.together.upper)
        yield f"MOST, {named}: all effects at once", not bool(inside.all())
        if size == 1:
            anyhow = factorial_effects(f, outcome="y", factors=FACTORS, errors="robust")
            yield f"MOST, {named}: an effect, errors=robust", beyond(anyhow.effects[0], 0.3)
            best = {p.components for p in found.packages if p.may_be_best}
            yield f"MOST, {named}: the best package is not in the set", ("f1", "f2", "f3") not in best


def smart(draw: Draw) -> Iterator[tuple[str, bool]]:
    """Who does not respond is drawn again: four regimes."""
    for n in (60, 200):
        a1 = draw.permutation(np.arange(n) % 2)
        r = (draw.random(n) < 0.3 + 0.2 * a1).astype(int)
        a2 = np.where(r == 1, np.nan, draw.integers(0, 2, n))
        gain = np.where(r == 1, 0.5, 0.4 * np.nan_to_num(a2) - 0.1)
        f = pd.DataFrame({"a1": a1, "r": r, "a2": a2, "y": 0.3 * a1 + gain + draw.normal(size=n)})
        found = embedded_regimes(f, outcome="y", options=["a1", "a2"], responses=["r"])
        share = {0: 0.3, 1: 0.5}
        truth = np.array([
            0.3 * i + 0.5 * share[i] + (1 - share[i]) * (0.4 * j - 0.1) for i, j in product((0, 1), repeat=2)
        ])  # fmt: skip
        pairs = [truth[i] - truth[j] for i in range(4) for j in range(i + 1, 4)]
        yield f"SMART, {n} persons: a regime's value", beyond(found.values[3], truth[3])
        yield f"SMART, {n} persons: a difference of two regimes", beyond(found.contrasts[2], pairs[2])
        inside = (found.together.lower <= pairs) & (pairs <= found.together.upper)
        yield f"SMART, {n} persons: all differences at once", not bool(inside.all())
        yield f"SMART, {n} persons: the best regime is not in the set", found.values[3].term not in found.best
