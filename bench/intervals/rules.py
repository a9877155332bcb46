"""Trials of two stages, and which of the intervals of the first stage's effect missed the truth."""

from collections.abc import Callable
from itertools import product
from typing import NamedTuple

import numpy as np

from bench.intervals.effects import Missing, beyond
from microcare.optimization import backwards, inference, sequences
from microcare.optimization.arrays import Floats
from microcare.optimization.backwards import StageData
from microcare.optimization.simulated import Draw

BOOTSTRAPS = 500
Kind = Callable[[Draw], Missing]


class Model(NamedTuple):
    """Two stages with options -1 and +1 (Chakraborty, Laber, Zhao 2013, section 4).

    The outcome is g1 + g2 O1 + g3 A1 + g4 O1 A1 + g5 A2 + g6 O2 A2 + g7 A1 A2 plus normal noise; the chance that O2 is +1 is
    expit(d1 O1 + d2 A1).
    """

    name: str
    outcome: tuple[float, ...]
    state: tuple[float, float]


MODELS = (
    Model("none at all", (0, 0, 0, 0, 0, 0, 0), (0.5, 0.5)),
    Model("hardly any", (0, 0, 0, 0, 0.01, 0, 0), (0.5, 0.5)),
    Model("none for half", (0, 0, -0.5, 0, 0.5, 0, 0.5), (0.5, 0.5)),
    Model("hardly any for half", (0, 0, -0.5, 0, 0.5, 0, 0.49), (0.5, 0.5)),
    Model("none for a quarter", (0, 0, -0.5, 0, 1.0, 0.5, 0.5), (1.0, 0.0)),
    Model("clear for all", (0, 0, -0.5, 0, 0.25, 0.5, 0.5), (0.1, 0.1)),
)


def truth(model: Model) -> float:
    """The effect of A1 (0.5 times +1 against -1) where O1 is 0, if the second stage is done best; by enumeration."""
    g, d = model.outcome, model.state
    sums = 0.0
    for o1, a1, o2 in product((-1, 1), repeat=3):
        chance = 1 / (1 + np.exp(-o2 * (d[0] * o1 + d[1] * a1)))
        best = abs(g[4] + g[5] * o2 + g[6] * a1)
        sums += 0.25 * chance * a1 * (g[2] * a1 + g[3] * o1 * a1 + best)
    return sums


def drawn(model: Model, n: int, draw: np.random.Generator) -> tuple[Floats, list[StageData]]:
    """One trial's outcomes and stages."""
    g, d = model.outcome, model.state
    o1, a1, a2 = (draw.choice([-1.0, 1.0], n) for _ in range(3))
    o2 = np.where(draw.random(n) < 1 / (1 + np.exp(-(d[0] * o1 + d[1] * a1))), 1.0, -1.0)
    y = (
        g[0]
        + g[1] * o1
        + g[2] * a1
        + g[3] * o1 * a1
        + g[4] * a2
        + g[5] * o2 * a2
        + g[6] * a1 * a2
        + draw.normal(size=n)
    )
    one = np.ones(n)
    first = _stage(a1, np.stack([one, o1], 1), np.stack([one, o1], 1))
    second = _stage(a2, np.stack([one, o2, a1], 1), np.stack([one, o1, a1, o1 * a1, o2], 1))
    return y, [first, second]


def _stage(a: Floats, s: Floats, z: Floats) -> StageData:
    n = len(a)
    return StageData(
        np.ones(n, dtype=bool), (a > 0).astype(np.intp), np.full((n, 2), 0.5), s, z, np.ones(n), ("-1", "1"),
        tuple(f"s{k}" for k in range(s.shape[1])), tuple(f"z{k}" for k in range(z.shape[1])),
    )  # fmt: skip


def learned(model: Model, n: int) -> Kind:
    """One trial of the first stage's main effect: by the bootstrap that is used, and by the usual standard error."""
    wanted = 2 * truth(model)

    def one(draw: Draw) -> Missing:
        y, data = drawn(model, n, draw)
        thetas = backwards.learned(y, data, np.ones((1, n)))
        close = backwards.unclear(data[1], thetas[1][0], backwards.covariance(y, data[1], thetas[1][0])[0])
        vcov, df = backwards.covariance(backwards.pseudo(y, data, thetas, 0), data[0], thetas[0][0])
        row = inference.combination(thetas[0][0], vcov, np.eye(4)[2], df)
        size = sequences.chosen_size(n, float(close.mean()))
        sample = backwards.resampled(y, data, size, BOOTSTRAPS, draw, 0)[:, 2]
        named = f"rule of the first stage, {n} persons, later effect {model.name}"
        yield named, beyond(sequences.hybrid(row, sample[np.isfinite(sample)], size, n, 0.95), wanted)
        yield f"{named}: without the bootstrap", beyond(row, wanted)

    return one
