"""Trials drawn from a known truth, to see how far intervals and tests can be trusted."""

from dataclasses import dataclass

import numpy as np

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.designs import Design
from microcare.optimization.trial_data import TrialData

Draw = np.random.Generator


def generator(seed: int, *place: int) -> Draw:
    """The counter-based generator of a stated place: the same numbers on every machine."""
    return np.random.Generator(np.random.Philox(np.random.SeedSequence([seed, *place])))


@dataclass(frozen=True)
class Truth:
    """What is so in a simulated trial.

    `effect` (p,) belongs to 1, s, x: a binary state that follows its own past and the last treatment, and a number that
    follows the last outcome. `ratio`: a yes-or-no outcome whose logarithm of the chance is changed; else a difference.
    """

    persons: int
    points: int = 60
    effect: tuple[float, ...] = (0.2,)
    ratio: bool = False
    availability: float = 0.8
    uneven: bool = True
    """Persons differ in how often they are available, how long they stay, and what the treatment does for them."""


def trial(truth: Truth, draw: Draw) -> TrialData:
    """One trial: people differ, states depend on treatments and outcomes before, probabilities on the state.

    The controls leave most of what the outcome depends on out, as they do in a real trial.
    """
    n, points = truth.persons, truth.points
    person = draw.normal(0, 0.7, n)
    share = (
        draw.uniform(truth.availability - 0.3, min(1.0, truth.availability + 0.2), n)
        if truth.uneven
        else np.full(n, truth.availability)
    )
    stay = (
        np.where(draw.random(n) < 0.3, draw.integers(points // 3, points + 1, n), points)
        if truth.uneven
        else np.full(n, points)
    )
    gain_of = draw.normal(0, 0.3, n) if truth.uneven and not truth.ratio else np.zeros(n)
    y_before, a_before, s = np.zeros(n), np.zeros(n), np.zeros(n)
    columns: list[tuple[Floats, ...]] = []
    for t in range(points):
        s = (draw.random(n) < 0.35 + 0.2 * s + 0.1 * a_before).astype(np.float64)
        x = 0.3 * y_before + draw.normal(0, 1, n)
        p = 0.3 + 0.3 * s
        available = (draw.random(n) < share) & (t < stay)
        a = ((draw.random(n) < p) & available).astype(np.float64)
        moderators = np.stack([np.ones(n), s, x], axis=1)[:, : len(truth.effect)]
        gain = a * (moderators @ np.array(truth.effect) + gain_of)
        if truth.ratio:
            y = (draw.random(n) < np.exp(-1.5 + 0.15 * s + 0.2 * np.tanh(person + x) + gain)).astype(np.float64)
        else:
            y = person + 0.4 * s + 0.3 * x + 0.2 * np.sin(t) + gain + draw.normal(0, 1, n)
        columns.append((y, a, p, available.astype(np.float64), s, x))
        y_before, a_before = y, a
    y, a, p, available, s, x = (np.concatenate(parts) for parts in zip(*columns, strict=True))
    rows = np.flatnonzero(available > 0)
    everything = np.stack([np.ones(n * points), s, x], axis=1)[rows]
    count = len(truth.effect)
    return arranged(
        y[rows], a[rows], p[rows], everything[:, :count], everything[:, :count], np.tile(np.arange(n), points)[rows], n
    )


def arranged(y: Floats, a: Floats, p: Floats, s: Floats, z: Floats, codes: Places, persons: int) -> TrialData:
    """A trial of two arms from its arrays, without formulas; numerator 0.5."""
    rows = len(y)
    return TrialData(
        y=y, arm=a.astype(np.intp), p=np.stack([1 - p, p], axis=1), numerator=np.full((rows, 2), 0.5), weight=np.ones(rows),
        moderators=_plain(s, "s"), controls=_plain(z, "z"), codes=codes, persons=tuple(range(persons)), arms=("0", "1"),
        exposure=np.ones(rows), terms=tuple(f"s{k}" for k in range(s.shape[1])), n_decision_points=rows, n_available=rows,
    )  # fmt: skip


def _plain(matrix: Floats, name: str) -> Design:
    return Design(matrix, tuple(f"{name}{k}" for k in range(matrix.shape[1])), "")
