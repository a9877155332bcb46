"""What another policy would have been worth, from the logs of the one that ran.

IPS, SNIPS (self-normalized), DM (the model alone), DR (doubly robust), SNDR, clipped IPS, and switch; standard errors by
influence functions, clustered by person. Dudik, Erhan, Langford, Li (Stat Sci 2014;29:485); Wang, Agarwal, Dudik (2017).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from microcare.optimization import inference
from microcare.optimization.arrays import Floats, Places
from microcare.optimization.inference import Row
from microcare.optimization.logs import Logs, read_logs
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table

SMALLEST = 10.0
"""Logs that carry a policy like fewer decision points than this say nothing about it."""
THIN = 1e-3
"""Logged probabilities below this are told."""
OFF = 4.0
"""So many standard errors, and a tenth, may the weights' mean be away from 1."""


@dataclass(frozen=True)
class PolicyValue:
    """The value by each estimator, and how far the logs carry it.

    `gains` are the values less what was done, or less the value of the policy it was held against. `effective` is how many
    decision points (`effective_persons`: how many persons) the logs are worth for this policy.
    """

    rows: tuple[Row, ...]
    observed: Row
    gains: tuple[Row, ...]
    iid: Mapping[str, float]
    effective: float
    effective_persons: float
    largest: float
    average: float
    agreeing: float
    n_persons: int
    n_decision_points: int
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        return {
            "effects": [row.as_dict() for row in self.rows],
            "coefficients": [row.as_dict() for row in self.rows],
            "observed": self.observed.as_dict(),
            "gains": [row.as_dict() for row in self.gains],
            "se_not_clustered": dict(self.iid),
            "effective_sample_size": self.effective,
            "effective_persons": self.effective_persons,
            "largest_weight": self.largest,
            "mean_weight": self.average,
            "share_agreeing": self.agreeing,
            "n_persons": self.n_persons,
            "n_decision_points": self.n_decision_points,
            "warnings": list(self.warnings),
        }


def policy_value(
    table: Table,
    *,
    reward: str,
    action: str,
    policy: Sequence[Number],
    probability: Number | None = None,
    probabilities: Sequence[Number] = (),
    against: Sequence[Number] = (),
    actions: Sequence[str] = (),
    person: str | None = None,
    availability: str | None = None,
    model: Sequence[str] | None = None,
    formula: str | None = None,
    clip: float = 5.0,
    level: float = 0.95,
) -> PolicyValue:
    """The value (mean reward of a decision point) of a policy with these probabilities, one column or number an action.

    `actions` are the actions' names in the same order; without, whole numbers from 0. `probability` is that of the action
    that was taken; or `probabilities` of all of them, so that overlap can be seen exactly. For DM, DR and SNDR: `model`, the
    columns of each action's expected reward, or a `formula` it is learned by, each person's from the other persons.
    `against`: another policy, whose value is taken from this one's instead of what was done.

    Raises:
        Refusal: no overlap: the policy would do what the logs never or hardly ever did.
    """
    if not clip > 0:
        raise Refusal(f"weights are cut at a number above 0, like 5; {clip:g} is none")
    logs = read_logs(
        table, reward=reward, action=action, policies=[policy, against] if against else [policy], probability=probability,
        probabilities=probabilities, actions=actions, person=person, availability=availability, model=model, formula=formula,
    )  # fmt: skip
    found, weight = _estimates(logs, 0, clip)
    check_overlap(weight, logs.codes, len(logs.persons), logs.p_all, logs.wanted[0])
    observed = (float(logs.reward.mean()), logs.reward - logs.reward.mean())
    other = dict.fromkeys(found, observed)
    said = "what was done"
    if against:
        other, weights = _estimates(logs, 1, clip)
        check_overlap(weights, logs.codes, len(logs.persons), logs.p_all, logs.wanted[1])
        said = "the other policy"
    gains = [
        _row(f"{name} less {said}", value - other[name][0], influence - other[name][1], logs, level)
        for name, (value, influence) in found.items()
    ]
    count = len(logs.reward)
    summed: Floats = np.bincount(logs.codes, weight, len(logs.persons)).astype(float)
    return PolicyValue(
        tuple(_row(name, value, influence, logs, level) for name, (value, influence) in found.items()),
        _row("observed", *observed, logs, level), tuple(gains),
        {name: float(np.sqrt((i**2).sum() / (count - 1) / count)) for name, (_, i) in found.items()},
        effective(weight), effective(summed), float(weight.max()), float(weight.mean()),
        float(logs.wanted[0][np.arange(count), logs.act].mean()), len(logs.persons), count,
        (*logs.warnings, *_cautions(weight, logs, person)),
    )  # fmt: skip


def effective(weight: Floats) -> float:
    """How many equally weighted ones are worth as much: (sum w)^2 / sum w^2; 0 where all weights are."""
    return float(weight.sum() ** 2 / (weight**2).sum()) if weight.any() else 0.0


def check_overlap(weight: Floats, codes: Places, persons: int, p_all: Floats | None, wanted: Floats | None) -> None:
    """Refuse where the policy does what the logs never or hardly ever did.

    Raises:
        Refusal: by the probabilities of all actions, by the weights' mean, which is 1 where the logs have everything that
            the policy does, or by the effective sample size.
    """
    if p_all is not None and wanted is not None and ((wanted > 0) & (p_all == 0)).any():
        share = float(((wanted > 0) & (p_all == 0)).any(axis=1).mean())
        raise Refusal(
            f"no overlap: in {share:.1%} of the decision points the policy may do what could not happen there; "
            "give it probability 0 there, or leave those decision points out"
        )
    size = effective(weight)
    if size < SMALLEST:
        raise Refusal(
            f"no overlap: the logs carry this policy like {size:.1f} decision points would; it does other things than were done"
        )
    left = weight - 1
    spread = float(np.sqrt((np.bincount(codes, left, persons) ** 2).sum()))
    mean = float(weight.mean())
    if abs(mean - 1) > 0.1 and abs(float(left.sum())) > OFF * spread:
        raise Refusal(
            f"no overlap: the weights average {mean:.2f}, which chance does not explain; with probabilities above 0 for everything "
            "that the policy does they average 1. Is the probability that of the action taken, as it was used?"
        )


def _estimates(logs: Logs, which: int, clip: float) -> tuple[dict[str, tuple[float, Floats]], Floats]:
    """Each estimator's value and its influence function, which has mean 0; and the weights."""
    wanted, r, act, expected = logs.wanted[which], logs.reward, logs.act, logs.expected
    w = wanted[np.arange(len(r)), act] / logs.p
    if not w.any():
        raise Refusal("no overlap: the policy never does what was done")
    found: dict[str, tuple[float, Floats]] = {}

    def keep(name: str, values: Floats) -> None:
        found[name] = (float(values.mean()), values - values.mean())

    keep("IPS", w * r)
    snips = float((w * r).sum() / w.sum())
    found["SNIPS"] = (snips, w * (r - snips) / w.mean())
    keep("CLIPPED", np.minimum(w, clip) * r)
    if expected is None:
        return found, w
    direct = (wanted * expected).sum(axis=1)
    left = r - expected[np.arange(len(r)), act]
    found["DM"] = (float(direct.mean()), direct - direct.mean() + _learning(logs, wanted, np.zeros(len(r)), left))
    keep("DR", direct + w * left)
    ratio = float((w * left).sum() / w.sum())
    found["SNDR"] = (float(direct.mean()) + ratio, direct - direct.mean() + w * (left - ratio) / w.mean())
    kept = np.where(w <= clip, w, 0.0)
    values = direct + kept * left
    found["SWITCH"] = (float(values.mean()), values - values.mean() + _learning(logs, wanted, kept, left))
    return found, w


def _learning(logs: Logs, wanted: Floats, kept: Floats, left: Floats) -> Floats:
    """What each row's error adds to the influence by way of the model that was learned with it, (n,).

    The model is least squares for each action a, with terms X: an error e in a row of a moves its coefficients by
    (X_a'X_a)^-1 x e, and those move the value by the mean of (the policy's chance of a, less the weight that is kept) X.
    Where all weights are kept (DR) this is 0 but for chance. A model that was given is taken as known.
    """
    made = np.zeros(len(left))
    x, act = logs.terms, logs.act
    if x is None:
        return made
    for action in range(wanted.shape[1]):
        rows = act == action
        slope = x.T @ (wanted[:, action] - np.where(rows, kept, 0.0))
        made[rows] = (x[rows] @ np.linalg.solve(x[rows].T @ x[rows], slope)) * left[rows]
    return made


def _row(name: str, value: float, influence: Floats, logs: Logs, level: float) -> Row:
    sums = np.bincount(logs.codes, influence, len(logs.persons))
    variance = np.array([[float((sums**2).sum()) / len(influence) ** 2]])
    return inference.combination(np.array([value]), variance, np.ones(1), len(logs.persons) - 1, name, level)


def _cautions(w: Floats, logs: Logs, person: str | None) -> list[str]:
    found = []
    size, persons = effective(w), effective(np.bincount(logs.codes, w, len(logs.persons)).astype(float))
    if size < 0.1 * len(w):
        found.append(
            f"the logs carry this policy like {size:.0f} of {len(w)} decision points: "
            "the intervals are wide, and may be too narrow still"
        )
    if person is not None and persons < 20:
        found.append(f"the logs carry this policy like {persons:.0f} persons would: the intervals may be too narrow")
    if w.max() > 20:
        found.append(
            f"one decision point weighs as much as {w.max():.0f}; see the clipped value, which is biased toward 0 but steadier"
        )
    if abs(float(w.mean()) - 1) > 0.2:
        found.append(f"the weights average {w.mean():.2f}, not 1: are the probabilities those that were used?")
    if logs.p.min() < THIN:
        found.append(f"probabilities reach {logs.p.min():.2g}")
    if logs.expected is not None:
        found.append("DM is right only if its model is; its interval does not count that the model may be wrong")
    if person is None:
        found.append("without a person's column all rows count as independent")
    return found
