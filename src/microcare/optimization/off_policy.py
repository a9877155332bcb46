"""What another policy would have been worth, from the logs of the one that ran.

IPS, SNIPS (self-normalized), DM (the model alone), DR (doubly robust), SNDR, clipped IPS, and switch; standard errors by
influence functions, clustered by person. Dudik, Erhan, Langford, Li (Stat Sci 2014;29:485); Wang, Agarwal, Dudik (2017).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from microcare.optimization import inference, tables
from microcare.optimization.arrays import Floats, Places
from microcare.optimization.inference import Row
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table

OVERLAP = 1e-3
"""No probability of the policy that ran may be below this where the other one would act."""


@dataclass(frozen=True)
class PolicyValue:
    """The value by each estimator, and how far the logs carry it."""

    rows: tuple[Row, ...]
    iid: dict[str, float]
    effective: float
    largest: float
    average: float
    n_persons: int
    n_decision_points: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "effects": [row.as_dict() for row in self.rows],
            "se_not_clustered": self.iid,
            "effective_sample_size": self.effective,
            "largest_weight": self.largest,
            "mean_weight": self.average,
            "n_persons": self.n_persons,
            "n_decision_points": self.n_decision_points,
            "warnings": list(self.warnings),
        }


def policy_value(
    table: Table,
    *,
    reward: str,
    action: str,
    probability: str,
    policy: Sequence[str],
    person: str | None = None,
    model: Sequence[str] | None = None,
    clip: float = 5.0,
    level: float = 0.95,
) -> PolicyValue:
    """The value of a policy whose probabilities stand in the columns `policy`, one for each action from 0.

    `probability` is that of the action that was taken, `model` (for DM, DR and SNDR) the expected reward of each action.

    Raises:
        Refusal: no overlap: the policy would do what the logs never or hardly ever did.
    """
    asked = [reward, action, probability, *policy, *(model or ()), *([person] if person else [])]
    frame = tables.read(table, asked)
    if len(frame) < 2:
        raise Refusal("the table has fewer than two rows")
    r, taken, p = (
        tables.numbers(frame, name, role)
        for name, role in ((reward, "reward"), (action, "action"), (probability, "probability"))
    )
    wanted = np.stack([tables.numbers(frame, name, "policy") for name in policy], axis=1)
    _sound(r, taken, p, wanted)
    rows = np.arange(len(r))
    act = taken.astype(np.intp)
    weight = wanted[rows, act] / p
    expected = None if model is None else np.stack([tables.numbers(frame, name, "model") for name in model], axis=1)
    if expected is not None and (expected.shape != wanted.shape or not np.isfinite(expected).all()):
        raise Refusal("the model gives a reward for each action in every row")
    codes, count = _clusters(frame, person)
    found = dict(_values(r, weight, wanted, expected, act, clip))
    made = [_row(name, value, influence, codes, count, level) for name, (value, influence) in found.items()]
    iid = {name: float(np.sqrt((i**2).sum() / (len(i) - 1) / len(i))) for name, (_, i) in found.items()}
    effective = float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0
    if effective < 10:
        raise Refusal(
            f"no overlap: the logs carry this policy like {effective:.1f} decision points would; it does other things than were done"
        )
    return PolicyValue(
        tuple(made), iid, effective, float(weight.max()), float(weight.mean()), count, len(r),
        tuple(_cautions(weight, effective, p, wanted, person)),
    )  # fmt: skip


def _sound(r: Floats, taken: Floats, p: Floats, wanted: Floats) -> None:
    issues = []
    if not np.isfinite(r).all():
        issues.append("every row has a reward")
    if not (
        np.isfinite(taken).all()
        and (taken == taken.astype(int)).all()
        and taken.min() >= 0
        and taken.max() < wanted.shape[1]
    ):
        issues.append(f"the action is a whole number from 0 to {wanted.shape[1] - 1}")
    if not ((p > 0) & (p <= 1)).all():
        issues.append(
            "the probability of the action taken is above 0 and at most 1: without it nothing can be said; log it when deciding"
        )
    if not ((wanted >= 0) & (wanted <= 1)).all() or np.abs(wanted.sum(axis=1) - 1).max() > 1e-6:
        issues.append("the policy's probabilities lie between 0 and 1 and sum to 1 in every row")
    if not issues and (p.min() == p.max() == 1):
        issues.append("the policy that ran never chose by chance: nothing can be said of another one")
    if issues:
        raise Refusal(issues)


def _clusters(frame: Any, person: str | None) -> tuple[Places, int]:
    if person is None:
        return np.arange(len(frame)), len(frame)
    codes, persons = tables.persons(frame, person)
    if len(persons) < 2:
        raise Refusal("the table has one person: how sure a value is cannot be told from one")
    return codes, len(persons)


def _values(
    r: Floats, w: Floats, wanted: Floats, expected: Floats | None, act: Places, clip: float
) -> dict[str, tuple[float, Floats]]:
    """Each estimator's value and its influence function, which has mean 0."""
    found: dict[str, tuple[float, Floats]] = {}
    ips = float((w * r).mean())
    found["IPS"] = (ips, w * r - ips)
    snips = float((w * r).sum() / w.sum()) if w.any() else 0.0
    found["SNIPS"] = (snips, w * (r - snips) / w.mean() if w.any() else w)
    cut = np.minimum(w, clip)
    clipped = float((cut * r).mean())
    found["CLIPPED"] = (clipped, cut * r - clipped)
    if expected is None:
        return found
    direct = (wanted * expected).sum(axis=1)
    left = r - expected[np.arange(len(r)), act]
    found["DM"] = (float(direct.mean()), direct - direct.mean())
    robust = direct + w * left
    found["DR"] = (float(robust.mean()), robust - robust.mean())
    ratio = float((w * left).sum() / w.sum()) if w.any() else 0.0
    sndr = float(direct.mean()) + ratio
    found["SNDR"] = (sndr, direct - direct.mean() + w * (left - ratio) / w.mean())
    trusted = np.where(w <= clip, w, 0.0)
    switch = direct + trusted * left
    found["SWITCH"] = (float(switch.mean()), switch - switch.mean())
    return found


def _row(name: str, value: float, influence: Floats, codes: Places, count: int, level: float) -> Row:
    sums = np.bincount(codes, influence, count)
    variance = np.array([[float((sums**2).sum()) / len(influence) ** 2]])
    return inference.combination(np.array([value]), variance, np.ones(1), count - 1, name, level)


def _cautions(w: Floats, effective: float, p: Floats, wanted: Floats, person: str | None) -> list[str]:
    found = []
    if effective < 0.1 * len(w):
        found.append(
            f"the logs carry this policy like {effective:.0f} of {len(w)} decision points: "
            "the intervals are wide, and may be too narrow still"
        )
    if w.max() > 20:
        found.append(
            f"one decision point weighs as much as {w.max():.0f}; see the clipped value, which is biased toward 0 but steadier"
        )
    if abs(float(w.mean()) - 1) > 0.2:
        found.append(f"the weights average {w.mean():.2f}, not 1: are the probabilities those that were used?")
    if p.min() < OVERLAP:
        found.append(f"probabilities reach {p.min():.2g}")
    if person is None:
        found.append("without a person's column all rows count as independent")
    return found
