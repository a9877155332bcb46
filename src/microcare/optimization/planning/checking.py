"""A plan checked by simulation: trials drawn from the plan's own specification, analyzed as the real one will be."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from scipy import stats

from microcare.optimization import inference, sandwich
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.designs import Design
from microcare.optimization.estimators import emee, wcls
from microcare.optimization.planning.mrt import Binary, Continuous
from microcare.optimization.planning.smart import Smart
from microcare.optimization.refusal import Refusal
from microcare.optimization.simulated import Draw, generator
from microcare.optimization.trial_data import TrialData

ALIKE = 0.5
"""The standard deviation by which people differ, in those of the outcome within a person."""


@dataclass(frozen=True)
class Checked:
    """In how many of the trials the effect was found, with the exact binomial interval (95 %)."""

    trials: int
    answered: int
    found: int

    @property
    def share(self) -> float:
        """The share of trials, of those that gave an answer."""
        return self.found / self.answered if self.answered else float("nan")

    @property
    def interval(self) -> tuple[float, float]:
        """What share the trials are compatible with."""
        if not self.answered:
            return 0.0, 1.0
        both = stats.binomtest(self.found, self.answered).proportion_ci(0.95)
        return float(both.low), float(both.high)


def check(plan: Continuous | Binary, persons: int, trials: Iterable[int], seed: int, null: bool = False) -> Checked:
    """Draw trials and test the effect in each; with `null` the effect is 0, and what is found is found wrongly."""
    drawn = answered = found = 0
    for number in trials:
        drawn += 1
        draw = generator(seed, int(null), number)
        data = (
            _continuous(plan, persons, draw, null)
            if isinstance(plan, Continuous)
            else _binary(plan, persons, draw, null)
        )
        try:
            fitted = (wcls if isinstance(plan, Continuous) else emee).fit(data)
            covered = sandwich.covariances(fitted.bread, fitted.scores, fitted.own)
        except Refusal:
            continue
        q = fitted.n_controls
        terms = len(fitted.theta) - q
        df = persons - q - terms
        test = inference.omnibus(fitted.theta[q:], covered.corrected[q:, q:], np.eye(terms), df)
        answered += 1
        found += test.p < plan.alpha
    return Checked(drawn, answered, found)


def _continuous(plan: Continuous, persons: int, draw: Draw, null: bool) -> TrialData:
    """The outcome: people differ, the controls' terms matter, and each treatment adds its effect of that day."""
    points, arms = len(plan.basis), plan.effect.shape[1]
    remaining = np.ones(points) if plan.remaining is None else plan.remaining
    codes, place = np.repeat(np.arange(persons), points), np.tile(np.arange(points), persons)
    here = (draw.random(persons * points) < plan.availability[place]) & (
        np.repeat(draw.random(persons), points) <= remaining[place]
    )
    codes, place = codes[here], place[here]
    share = np.hstack([1 - plan.probability.sum(axis=1, keepdims=True), plan.probability])[place]
    arm = (draw.random(len(place))[:, None] > np.cumsum(share, axis=1)[:, :-1]).sum(axis=1)
    effect = np.hstack([np.zeros((points, 1)), plan.effect * (not null)])[place, arm]
    y = draw.normal(0, ALIKE, persons)[codes] + effect + draw.normal(0, np.sqrt(1 - ALIKE**2), len(place))
    controls = _scaled(np.stack([np.arange(points, dtype=np.float64) ** k for k in range(plan.controls)], axis=1))
    return _data(y, arm, share, _scaled(plan.basis)[place], controls[place], codes, persons, arms)


def _binary(plan: Binary, persons: int, draw: Draw, null: bool) -> TrialData:
    points = len(plan.basis)
    remaining = np.ones(points) if plan.remaining is None else plan.remaining
    codes, place = np.repeat(np.arange(persons), points), np.tile(np.arange(points), persons)
    here = (draw.random(persons * points) < plan.availability[place]) & (
        np.repeat(draw.random(persons), points) <= remaining[place]
    )
    codes, place = codes[here], place[here]
    p = plan.probability[place]
    arm = (draw.random(len(place)) < p).astype(np.intp)
    rise = arm * (plan.basis @ plan.effect)[place] * (not null)
    y = (draw.random(len(place)) < np.exp((plan.controls @ plan.base)[place] + rise)).astype(np.float64)
    share = np.stack([1 - p, p], axis=1)
    return _data(y, arm, share, _scaled(plan.basis)[place], _scaled(plan.controls)[place], codes, persons, 1)


def _scaled(columns: Floats) -> Floats:
    """The same columns with a largest value of 1: the test is the same, the equations are well behaved."""
    return np.asarray(columns / np.maximum(np.abs(columns).max(axis=0), 1e-300))


def _data(
    y: Floats,
    arm: Places,
    share: Floats,
    basis: Floats,
    controls: Floats,
    codes: Places,
    persons: int,
    arms: int,
) -> TrialData:
    names = tuple(str(k) for k in range(arms + 1))
    terms = tuple(f"{arm}:{k}" for arm in names[1:] for k in range(basis.shape[1]))
    return TrialData(
        y=y, arm=arm, p=share, numerator=share, weight=np.ones(len(y)), codes=codes, persons=tuple(range(persons)),
        moderators=Design(basis, tuple(map(str, range(basis.shape[1]))), ""), arms=names, terms=terms,
        controls=Design(controls, tuple(map(str, range(controls.shape[1]))), ""), exposure=np.ones(len(y)),
        n_decision_points=len(y), n_available=len(y),
    )  # fmt: skip


def check_smart(plan: Smart, persons: int, trials: int, seed: int, null: bool = False) -> Checked:
    """Draw SMARTs in which the whole difference lies between the two that are compared, and test it in each."""
    found = 0
    for number in range(trials):
        draw = generator(seed, int(null), number)
        first, again = draw.random(persons) < 0.5, draw.random(persons) < 0.5
        responds = draw.random(persons) < plan.response
        kept = draw.random(persons) >= plan.dropout
        effect = 0.0 if null else plan.effect
        second = ~responds | plan.all_again
        y: Floats = draw.normal(size=persons)
        if plan.aim == "second":
            y += effect * (again & second)
            one, weight = again, (second & kept).astype(np.float64)
        else:
            y += effect * first
            one = first
            weight = np.asarray(kept * (1.0 if plan.aim == "first" else np.where(second, 4.0 * again, 2.0)))
        found += _differs(y, one, weight, plan.alpha)
    return Checked(trials, trials, found)


def _differs(y: Floats, one: Marks, weight: Floats, alpha: float) -> bool:
    """Whether two weighted means differ, by their robust standard error."""
    means, spread = [], 0.0
    for group in (one, ~one):
        w = weight * group
        mean = float((w * y).sum() / w.sum())
        means.append(mean)
        spread += float((w**2 * (y - mean) ** 2).sum() / w.sum() ** 2)
    return bool(abs(means[0] - means[1]) / spread**0.5 > stats.norm.ppf(1 - alpha / 2))
