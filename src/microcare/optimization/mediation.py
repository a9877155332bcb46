"""How much of what one dose does to the outcome at the end goes through a mediator (Qian; arXiv 2506.20027).

The natural direct excursion effect: the dose, with the mediator as it would have been without it. The natural indirect
excursion effect: the rest, through the mediator. Both rest on more than randomization; see `ASSUMPTIONS`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from scipy import stats

from microcare.optimization import designs, ending, inference, nuisances, sandwich
from microcare.optimization.arrays import Floats, Marks
from microcare.optimization.effect import Effect
from microcare.optimization.ending import Ended, Ending
from microcare.optimization.inference import Row
from microcare.optimization.nuisances import Logistic
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums
from microcare.optimization.stacking import Block, Linear, linear, stack
from microcare.optimization.tables import Number, Table

ASSUMPTIONS = (
    "The treatment was drawn with the stated probabilities. This the trial gives.",
    "Nothing that is not among the controls moves both the mediator and the outcome at the end. Randomization does NOT give "
    "this: the mediator was not drawn.",
    "Nothing that the dose itself changed, other than the mediator, moves both the mediator and the outcome at the end.",
    "Every value of the mediator that occurs with the dose could have occurred without it, and the other way around.",
    "The models are right: of the outcome by controls and mediator, and of the treatment by controls and mediator or of the "
    "expected outcome by controls.",
)


@dataclass(frozen=True)
class Share:
    """The indirect effect as a share of the whole, by Fieller; without limits where the whole may be 0."""

    estimate: float | None
    lower: float | None
    upper: float | None


@dataclass(frozen=True)
class Sensitivity:
    """How strong an unmeasured cause of both mediator and outcome would have to be.

    `to_zero`: it would have to explain this share of what is left of the variance of both to bring the indirect effect to 0;
    `to_doubt`: to bring its interval to 0 (0 where it holds 0 already). (Cinelli and Hazlett; J R Stat Soc B 2020;82:39.)
    `measured`: for comparison, the shares that each control explains of the mediator and of the outcome.
    """

    to_zero: float
    to_doubt: float
    measured: Mapping[str, tuple[float, float]] = field(default_factory=dict)


@dataclass(frozen=True)
class MediatedEffect(Effect):
    """The direct effect's terms, then the indirect effect's."""

    mediator: str = ""
    sensitivity: Sensitivity | None = None

    @property
    def size(self) -> int:
        """The number of terms of each."""
        return len(self.terms) // 2

    def direct(self, level: float = 0.95) -> tuple[Row, ...]:
        """The natural direct effect: not through the mediator."""
        return self.effects(level)[: self.size]

    def indirect(self, level: float = 0.95) -> tuple[Row, ...]:
        """The natural indirect effect: through the mediator."""
        return self.effects(level)[self.size :]

    def total(self, level: float = 0.95) -> tuple[Row, ...]:
        """Both together."""
        both = np.hstack([np.eye(self.size)] * 2)
        names = [t.partition(":")[2] for t in self.terms[: self.size]]
        return tuple(
            inference.combination(self.beta, self.beta_vcov, w, self.df, f"total:{n}", level)
            for w, n in zip(both, names, strict=True)
        )

    def share(self, level: float = 0.95) -> Share:
        """The share that goes through the mediator (where all moderators are 0)."""
        pick = np.zeros((2, len(self.terms)))
        pick[0, self.size] = pick[1, 0] = pick[1, self.size] = 1.0
        part, whole = pick @ self.beta
        return fieller(float(part), float(whole), pick @ self.beta_vcov @ pick.T, self.df, level)

    def sentence(self, level: float = 0.95) -> str:
        """What was found, for someone who is no statistician."""
        one, other, both = self.direct(level)[0], self.indirect(level)[0], self.total(level)[0]
        share = self.share(level)
        part = (
            f"{share.estimate:.0%} of it ({share.lower:.0%} to {share.upper:.0%})"
            if share.estimate is not None and share.lower is not None and share.upper is not None
            else "a part that cannot be told, for the whole may be 0,"
        )
        return (
            f"One {self.treatment} changed {self.outcome} by {both.estimate:.3g} ({level:.0%} interval {both.lower:.3g} to "
            f"{both.upper:.3g}); {part} goes through {self.mediator}: {other.estimate:.3g} ({other.lower:.3g} to {other.upper:.3g}), "
            f"and {one.estimate:.3g} ({one.lower:.3g} to {one.upper:.3g}) by other ways. This is right only if nothing "
            f"unmeasured moves both {self.mediator} and {self.outcome}{self._direction(both)}"
        )

    def _direction(self, both: Row) -> str:
        said = self.better(both, self.size == 1).removesuffix(".")
        return f".{said}" if said else ""

    def as_dict(self, level: float = 0.95) -> dict[str, Any]:
        """Everything, for machines."""
        share, known = self.share(level), self.sensitivity
        return super().as_dict(level) | {
            "direct": [row.as_dict() for row in self.direct(level)],
            "indirect": [row.as_dict() for row in self.indirect(level)],
            "total": [row.as_dict() for row in self.total(level)],
            "share": {"estimate": share.estimate, "lower": share.lower, "upper": share.upper},
            "assumptions": list(ASSUMPTIONS),
            "sensitivity": None
            if known is None
            else {
                "to_zero": known.to_zero,
                "to_doubt": known.to_doubt,
                "measured": {k: list(v) for k, v in known.measured.items()},
            },
        }


def fieller(part: float, whole: float, covariance: Floats, df: float, level: float = 0.95) -> Share:
    """The ratio part / whole with Fieller's interval; covariance (2, 2) of both."""
    t = float(stats.t.ppf((1 + level) / 2, df))
    a = whole**2 - t**2 * covariance[1, 1]
    b = -2 * (part * whole - t**2 * covariance[0, 1])
    c = part**2 - t**2 * covariance[0, 0]
    if a <= 0:
        return Share(None, None, None)
    root = float(np.sqrt(max(b**2 - 4 * a * c, 0.0)))
    return Share(part / whole, float((-b - root) / (2 * a)), float((-b + root) / (2 * a)))


def mediated_effect(
    table: Table,
    *,
    outcome: str,
    treatment: str,
    probability: Number | Sequence[Number] | Mapping[str, Number],
    person: str,
    mediator: str,
    mediator_form: str | None = None,
    **options: Any,
) -> MediatedEffect:
    """The natural direct and indirect excursion effects of one dose on the outcome at the end.

    Args:
        table: a data frame or a file; one row a decision point, the outcome the same in all rows of a person.
        mediator: the column of what was measured after the decision point, like its proximal outcome.
        mediator_form: how controls and mediator predict the outcome and the treatment, a formula; else their sum.
        options: see `ending.Ending` (folds stay 1).

    Returns:
        The effect. `vcov` counts the estimation of all models, `vcov_uncorrected` takes them as known.

    Raises:
        Refusal: as in `distal.distal_effect`, or the treatment follows from the mediator.
    """
    asked = Ending(outcome, treatment, probability, person, **options).checked()
    if asked.folds != 1:
        raise Refusal(
            "mediated effects count the estimation of their models instead of cross-fitting them; leave folds at 1"
        )
    form = mediator_form or f"{asked.controls} + {mediator}"
    if mediator not in designs.variables(form):
        raise Refusal(f"mediator_form {form}: the mediator {mediator} is not in it")
    for place in (asked.controls, asked.moderators):
        if mediator in designs.variables(place):
            raise Refusal(f"{mediator} is the mediator and comes after the treatment; take it out of {place}")
    trial = ending.ended(table, asked, designs.variables(form))
    return _effect(trial, asked, mediator, _Models(trial, form))


class _Models:
    """The models of a mediated effect, fitted: the treatment by controls and mediator (q), and the outcome's expectations."""

    def __init__(self, trial: Ended, form: str) -> None:
        data, (z, codes, y, rows) = trial.data, trial.away
        made = designs.design(trial.frame.take(trial.rows), trial.rows, form, "the controls with the mediator")
        far = designs.design(
            trial.frame.take(rows), rows, form, "the controls with the mediator", made.blueprint
        ).matrix
        self.x, self.xm, self.terms = data.z, made.matrix, made.terms
        self.q: Logistic = nuisances.logistic(
            self.xm, data.arm == 1, np.ones(len(data.y)), data.codes, trial.count, made.terms,
            "the model of the treatment by controls and mediator",
        )  # fmt: skip
        if float(self.q.probability[data.arm == 1].min()) < nuisances.SMALLEST:
            raise Refusal(
                "for some decision points the mediator all but tells whether there was a dose: what it would have been like without "
                "the dose cannot be compared; use a coarser mediator"
            )
        x, xm = np.vstack([data.z, z]), np.vstack([made.matrix, far])
        self.who, outcome = np.concatenate([data.codes, codes]), np.concatenate([data.y, y])
        far_off = np.arange(len(outcome)) >= len(data.y)
        self.with_dose: Marks = np.concatenate([data.arm == 1, np.zeros(len(y), dtype=bool)]) | far_off
        self.without: Marks = np.concatenate([data.arm == 0, np.zeros(len(y), dtype=bool)]) | far_off
        n = trial.count
        self.eta1: Linear = linear(x, outcome, self.with_dose, self.who, n, "the model of the outcome with treatment")
        self.eta0: Linear = linear(x, outcome, self.without, self.who, n, "the model of the outcome without treatment")
        self.mu1: Linear = linear(
            xm, outcome, self.with_dose, self.who, n, "the model of the outcome with treatment by the mediator"
        )
        crossed = xm @ self.mu1.coefficients
        self.nu1: Linear = linear(
            x, crossed, self.without, self.who, n, "the model of the outcome with treatment and the mediator without"
        )
        self.on_mu = person_outer(self.who[self.without], n, x[self.without], xm[self.without])
        self.outcome, self.all_x, self.all_xm = outcome, x, xm


def _effect(trial: Ended, asked: Ending, mediator: str, m: _Models) -> MediatedEffect:
    data, n = trial.data, trial.count
    s, omega, codes = data.s, data.weight, data.codes
    a, p, odds = data.arm.astype(np.float64), data.p[:, 1], 1 / m.q.probability - 1
    eta1, eta0, nu1 = (m.x @ one.coefficients for one in (m.eta1, m.eta0, m.nu1))
    mu1 = m.xm @ m.mu1.coefficients
    treated, untreated = a / p, (1 - a) / (1 - p)
    moved = a * odds / (1 - p)
    phi11 = treated * (data.y - eta1) + eta1
    phi00 = untreated * (data.y - eta0) + eta0
    phi10 = moved * (data.y - mu1) + untreated * (mu1 - nu1) + nu1
    own = person_outer(codes, n, s * omega[:, None], s) + trial.rest
    bread = own.sum(axis=0)

    def block(values: Floats) -> tuple[Floats, Block]:
        right = person_sums(codes, n, s * (omega * values)[:, None])
        beta = np.linalg.solve(bread, right.sum(axis=0))
        return beta, Block(right - own @ beta, own)

    def slope(factor: Floats, x: Floats) -> Floats:
        return person_outer(codes, n, s * (omega * factor)[:, None], x)

    direct, first = block(phi10 - phi00)
    indirect, second = block(phi11 - phi10)
    by_q = slope(-moved * (data.y - mu1), m.xm)
    by_mu, by_nu = slope(untreated - moved, m.xm), slope(1 - untreated, m.x)
    slopes = {
        (0, 2): by_q, (0, 4): -slope(1 - untreated, m.x), (0, 5): by_mu, (0, 6): by_nu,
        (1, 2): -by_q, (1, 3): slope(1 - treated, m.x), (1, 5): -by_mu, (1, 6): -by_nu, (6, 5): m.on_mu,
    }  # fmt: skip
    below = [Block(m.q.scores, m.q.own), m.eta1.block, m.eta0.block, m.mu1.block, m.nu1.block]
    return _concluded(trial, asked, mediator, m, (direct, indirect), ([first, second], below, slopes))


def _concluded(
    trial: Ended, asked: Ending, mediator: str, m: _Models, theta: tuple[Floats, Floats],
    equations: tuple[list[Block], list[Block], dict[tuple[int, int], Floats]],
) -> MediatedEffect:  # fmt: skip
    data, (top, below, slopes) = trial.data, equations
    carrying = int(top[0].own.any(axis=(1, 2)).sum())
    counted = np.flatnonzero(top[0].own.any(axis=(1, 2)) | trial.gone)
    persons = tuple(data.persons[int(c)] for c in counted)
    coefficients = len(theta[0]) + m.xm.shape[1]
    inference.enough(carrying - coefficients, carrying, coefficients)
    if trial.staying is not None:
        slopes = slopes | {(k, len(top) + len(below)): trial.leaving(top[k].scores) for k in range(len(top))}
        below = [*below, trial.staying[0]]
    plain, whole = stack(top, {}), stack([*top, *below], slopes)
    one = sandwich.covariances(plain.bread, plain.scores[counted], plain.own[counted], persons)
    all_ = sandwich.covariances(whole.bread, whole.scores[counted], whole.own[counted], persons)
    size = 2 * len(theta[0])
    if len(persons) < 20:
        trial.found.said.append(f"only {len(persons)} persons: intervals are wide, and one person can move the result")
    effect = MediatedEffect(
        estimand=f"what {data.arms[1]} at one decision point does to {asked.outcome} at the end: through {mediator} (indirect), and "
        f"with {mediator} as it would have been with {data.arms[0]} (direct)",
        estimator="mcee", family="identity", outcome=asked.outcome, treatment=asked.treatment, controls=(),
        terms=tuple(f"{kind}:{t}" for kind in ("direct", "indirect") for t in data.terms),
        theta=np.concatenate(theta), vcov=all_.corrected[:size, :size], vcov_uncorrected=one.uncorrected,
        df=float(carrying - coefficients), persons=persons, changes=all_.changes[:, :size],
        n_decision_points=data.n_decision_points, n_available=len(data.y), warnings=tuple(trial.found.said),
        notes=trial.notes, mediator=mediator, lower_is_better=asked.lower_is_better,
    )  # fmt: skip
    return MediatedEffect(**(vars(effect) | {"sensitivity": _sensitivity(effect, m, mediator, asked.level)}))


def _sensitivity(effect: MediatedEffect, m: _Models, mediator: str, level: float) -> Sensitivity | None:
    """None where the mediator is more than one term."""
    if m.all_xm.shape[1] != m.all_x.shape[1] + 1 or mediator not in m.terms:
        return None
    place = m.terms.index(mediator)
    x, y = m.all_xm[m.with_dose], m.outcome[m.with_dose]
    others = [k for k in range(x.shape[1]) if k != place]
    strength = np.sqrt(_explained(x, place, y) / max(1 - _explained(x, place, y), 1e-12))
    row = effect.indirect(level)[0]
    left = min(abs(row.lower), abs(row.upper)) / abs(row.estimate) if row.lower * row.upper > 0 else 0.0
    measured = {}
    for k in others:
        if np.ptp(x[:, k]) > 0:
            rest = x[:, others]
            measured[m.terms[k]] = (_explained(rest, others.index(k), x[:, place]), _explained(x, k, y))
    return Sensitivity(_robust(float(strength)), _robust(float(strength) * left), measured)


def _explained(x: Floats, place: int, y: Floats) -> float:
    """The share of what the other columns leave of the variance of y that one column explains."""
    rest = np.delete(x, place, axis=1)
    left = float(((y - rest @ np.linalg.lstsq(rest, y, rcond=None)[0]) ** 2).sum())
    both = float(((y - x @ np.linalg.lstsq(x, y, rcond=None)[0]) ** 2).sum())
    return max(1 - both / left, 0.0) if left > 0 else 0.0


def _robust(strength: float) -> float:
    """Cinelli and Hazlett's robustness value of a partial Cohen's f."""
    return float((np.sqrt(strength**4 + 4 * strength**2) - strength**2) / 2)
