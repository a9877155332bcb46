"""Micro-randomized trials drawn many at once, from a known truth."""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.simulated import Draw, arranged
from microcare.optimization.trial_data import TrialData

EFFECTS = (0.2, 0.1, 0.05)
RATIO_EFFECTS = (0.2, 0.1, 0.03)


class Setting(NamedTuple):
    """What a trial is like.

    `uneven`: persons differ in how often they are available and in what the treatment does for them, and `leaving` of them
    stay only for a part of the points, from the share `shortest` up.
    `carried` is the correlation of an error with the one before. With `over_time` the effect changes over the course,
    and its second term is the time; else the second is a binary state and the third a number, both of which follow the past.
    """

    name: str
    points: int = 60
    availability: float = 0.8
    uneven: bool = True
    leaving: float = 0.3
    shortest: float = 1 / 3
    carried: float = 0.0
    over_time: bool = False


class Trials(NamedTuple):
    """Many trials: every array is (trials, persons, points), `s` (trials, persons, points, terms), `truth` (arms, terms)."""

    y: Floats
    arm: Floats
    p: Floats
    available: Floats
    s: Floats
    truth: Floats
    arms: int

    def one(self, number: int) -> TrialData:
        """One of the trials as the estimators of the package take it."""
        there = self.available[number] > 0
        persons = there.shape[0]
        codes = np.broadcast_to(np.arange(persons)[:, None], there.shape)[there]
        s, p = self.s[number][there], self.p[number][there]
        made = arranged(self.y[number][there], self.arm[number][there], p, s, s, codes, persons)
        each = np.stack([1 - (self.arms - 1) * p, *[p] * (self.arms - 1)], axis=1)
        names = tuple(str(k) for k in range(self.arms))
        return replace(made, p=each, numerator=np.full(each.shape, 1 / self.arms), arms=names)


def trials(setting: Setting, count: int, persons: int, terms: int, arms: int, ratio: bool, draw: Draw) -> Trials:
    """So many trials; with three arms the probability is that of each arm but the first.

    States depend on treatments and outcomes before, and probabilities on the state. The controls are the moderators, which
    leave most of what the outcome depends on out, as they do in a real trial.
    """
    shape, points = (count, persons), setting.points
    person, share, stay, gain_of = _people(setting, shape, ratio, draw)
    effect = np.array((RATIO_EFFECTS if ratio else EFFECTS)[:terms])
    truth = np.stack([effect * scale for scale in (1.0, -0.5)[: arms - 1]])
    y_before, a_before, s = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    error = draw.normal(size=shape)
    found: list[list[Floats]] = [[], [], [], [], []]
    for t in range(points):
        s = (draw.random(shape) < 0.35 + 0.2 * s + 0.1 * a_before).astype(np.float64)
        x = 0.3 * y_before + draw.normal(size=shape)
        error = setting.carried * error + np.sqrt(1 - setting.carried**2) * draw.normal(size=shape)
        p = 0.3 + 0.3 * s if arms == 2 else 0.25 + 0.1 * s
        available = (draw.random(shape) < share) & (t < stay)
        arm = np.ceil(np.clip((draw.random(shape) + (arms - 1) * p - 1) / p, 0, arms - 1)) * available
        moderators = [np.ones(shape), np.full(shape, t / (points - 1)) if setting.over_time else s, x][:terms]
        matrix = np.stack(moderators, axis=2)
        gain = np.zeros(shape)
        for k, row in enumerate(truth):
            gain += (arm == k + 1) * (matrix @ row + (gain_of if k == 0 else 0.0))
        if ratio:
            chance = np.exp(-1.5 + 0.15 * s + 0.2 * np.tanh(person + 0.5 * x + setting.carried * error) + gain)
            y = (draw.random(shape) < chance).astype(np.float64)
        else:
            y = person + 0.4 * s + 0.3 * x + 0.2 * np.sin(t) + gain + error
        for part, new in zip(found, (y, arm, p, available.astype(np.float64), matrix), strict=True):
            part.append(new)
        y_before, a_before = y, (arm > 0).astype(np.float64)
    stacked = [np.stack(part, axis=2) for part in found]
    return Trials(stacked[0], stacked[1], stacked[2], stacked[3], stacked[4], truth, arms)


def _people(setting: Setting, shape: tuple[int, int], ratio: bool, draw: Draw) -> tuple[Floats, Floats, Floats, Floats]:
    """What persons differ by: their level, how often they are available, how long they stay, what treatment does more."""
    person = draw.normal(0, 0.7, shape)
    if not setting.uneven:
        return person, np.full(shape, setting.availability), np.full(shape, setting.points), np.zeros(shape)
    share = draw.uniform(setting.availability - 0.3, min(1.0, setting.availability + 0.2), shape)
    leaves, fewest = draw.random(shape) < setting.leaving, round(setting.shortest * setting.points)
    stay = np.where(leaves, draw.integers(fewest, setting.points + 1, shape), setting.points)
    gain_of = np.zeros(shape) if ratio else draw.normal(0, 0.3, shape)
    return person, share, stay, gain_of
