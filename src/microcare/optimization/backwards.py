"""Rules of several stages by weighted regressions, from the last stage to the first, for many samples at once.

A sample is how often each person counts in it: once each for the data, by chance in a bootstrap, not at all where a person
is kept back. So a thousand samples are a few products of matrices.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from microcare.optimization import inference
from microcare.optimization.arrays import Floats, Marks, Places

CELLS = 2_000_000
"""So many numbers of a sample-by-person matrix are held at once."""
UNSOLVABLE = 1e10
UNCLEAR = 0.001
"""A person's best option is unclear where its difference from the next could be chance at this level."""


@dataclass(frozen=True)
class StageData:
    """One stage for all n persons: rows of zeros in `s` and `z` for whoever had no decision.

    `there` (n,); `arm` (n,) which option, from 0; `p` (n, options) their probabilities; `s` (n, moderators), `z` (n, controls);
    `weight` (n,) of the regression.
    """

    there: Marks
    arm: Places
    p: Floats
    s: Floats
    z: Floats
    weight: Floats
    options: tuple[str, ...]
    moderators: tuple[str, ...]
    names: tuple[str, ...]

    @property
    def x(self) -> Floats:
        """The regression's design: controls, then the moderators of each option but the first, (n, k)."""
        arms = [self.s * ((self.arm == k) & self.there)[:, None] for k in range(1, len(self.options))]
        return np.hstack([self.z, *arms])

    @property
    def terms(self) -> tuple[str, ...]:
        """The effects' names; with more than two options, each with its option before it."""
        if len(self.options) == 2:
            return self.moderators
        return tuple(f"{option}: {term}" for option in self.options[1:] for term in self.moderators)

    def blips(self, theta: Floats) -> Floats:
        """How much better each option is than the first: theta (samples, k) gives (samples, n, options)."""
        parts = theta[:, self.z.shape[1] :].reshape(len(theta), len(self.options) - 1, -1)
        gains = np.einsum("np,bap->bna", self.s, parts)
        return np.concatenate([np.zeros((*gains.shape[:2], 1)), gains], axis=2)

    def own(self, blips: Floats) -> Floats:
        """Of every option's worth (samples, n, options), that of the one each person had, (samples, n)."""
        return np.take_along_axis(blips, self.arm[None, :, None], axis=2)[:, :, 0]


def learned(y: Floats, stages: Sequence[StageData], counts: Floats) -> list[Floats]:
    """The coefficients of each stage (samples, k), for samples given by how often each person counts, (samples, n).

    A later stage's worth, had its best option been chosen, is added to what was seen before the earlier one is learned;
    whoever had no later stage keeps their outcome. Where a sample cannot be solved its coefficients are NaN.
    """
    size = max(1, CELLS // len(y))
    parts = [_learned(y, stages, counts[k : k + size]) for k in range(0, len(counts), size)]
    return [np.concatenate(rows) for rows in zip(*parts, strict=True)]


def _learned(y: Floats, stages: Sequence[StageData], counts: Floats) -> list[Floats]:
    value = np.broadcast_to(y, counts.shape).copy()
    found: list[Floats] = []
    for stage in reversed(stages):
        x = stage.x
        k = x.shape[1]
        weighted = counts * (stage.weight * stage.there)
        bread = (weighted @ (x[:, :, None] * x[:, None, :]).reshape(len(y), k * k)).reshape(-1, k, k)
        right = (weighted * value) @ x
        scale = np.sqrt(np.einsum("bii->bi", bread))
        scale[scale == 0] = 1.0
        bread = bread / (scale[:, :, None] * scale[:, None, :])
        bad = ~(np.linalg.cond(bread) < UNSOLVABLE)
        bread[bad] = np.eye(k)
        theta = np.linalg.solve(bread, (right / scale)[:, :, None])[:, :, 0] / scale
        theta[bad] = np.nan
        found.append(theta)
        blips = stage.blips(theta)
        value += np.where(stage.there, blips.max(axis=2) - stage.own(blips), 0.0)
    return found[::-1]


def pseudo(y: Floats, stages: Sequence[StageData], thetas: Sequence[Floats], number: int) -> Floats:
    """What a stage's regression explains, (n,): the outcome had the best been chosen at all later stages."""
    value = y.copy()
    for stage, theta in zip(stages[number + 1 :], thetas[number + 1 :], strict=True):
        blips = stage.blips(theta)
        value += np.where(stage.there, blips.max(axis=2) - stage.own(blips), 0.0)[0]
    return value


def covariance(value: Floats, stage: StageData, theta: Floats) -> tuple[Floats, float]:
    """The covariance of a stage's coefficients (k, k) with errors that may differ between persons, and its df.

    Each score is divided by one minus its leverage, as in Mancl-DeRouen with one row a person.
    """
    there = stage.there
    x, weight = stage.x[there], stage.weight[there]
    n, k = x.shape
    inference.enough(n - k, n, k)
    inverse = np.linalg.inv(x.T @ (x * weight[:, None]))
    leverage = weight * np.einsum("ij,jk,ik->i", x, inverse, x)
    residual = value[there] - x @ theta
    scores = x * (weight * residual / np.maximum(1 - leverage, 1e-8))[:, None]
    return inverse @ (scores.T @ scores) @ inverse, float(n - k)


def unclear(stage: StageData, theta: Floats, vcov: Floats, level: float = UNCLEAR) -> Marks:
    """For whom (n,) the best option cannot be told from the next best one; never for whoever had no decision."""
    if len(stage.options) < 2:
        return np.zeros(len(stage.arm), dtype=bool)
    blips = stage.blips(theta[None])[0]
    order = np.argsort(blips, axis=1)
    first = q = stage.z.shape[1]
    width = stage.s.shape[1]
    contrast = np.zeros((len(stage.arm), len(theta)))
    for k in range(1, len(stage.options)):
        first = q + (k - 1) * width
        sign = (order[:, -1] == k).astype(np.float64) - (order[:, -2] == k)
        contrast[:, first : first + width] = stage.s * sign[:, None]
    ahead = contrast @ theta
    variance = np.einsum("ij,jk,ik->i", contrast, vcov, contrast)
    close: Marks = stage.there & (ahead**2 <= stats.chi2.isf(level, 1) * variance)
    return close


def resampled(
    y: Floats, stages: Sequence[StageData], size: int, count: int, draw: np.random.Generator, number: int
) -> Floats:
    """The coefficients of one stage in `count` samples of `size` persons, (count, k); NaN where one cannot be solved."""
    counts = draw.multinomial(size, np.full(len(y), 1 / len(y)), count).astype(np.float64)
    return learned(y, stages[number:], counts)[0]
