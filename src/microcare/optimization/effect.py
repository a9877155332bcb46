"""The result of an analysis: effects with both covariances, and what can be asked of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import inference
from microcare.optimization.arrays import Floats
from microcare.optimization.designs import Design
from microcare.optimization.inference import Band, Row, Test
from microcare.optimization.refusal import Refusal


def verdict(row: Row, sure: bool | None = None) -> str:
    """What an effect on a burden means for the person; nothing where it cannot be told apart from none."""
    told = row.lower > 0 or row.upper < 0 if sure is None else sure
    return f", so it {'does harm' if row.estimate > 0 else 'helps'}" if told else ""


RATIOS = {"log": "risk ratio", "count": "rate ratio", "logit": "odds ratio"}
"""What exp(effect) is called in each family; the identity's effect is a difference."""


@dataclass(frozen=True)
class Effect:
    """Estimated effects.

    `theta` (k,), `vcov` (Mancl-DeRouen) and `vcov_uncorrected` (k, k) are in the order of `names`: the controls, then
    the effect's terms. `changes` (persons, k) is the estimate minus the estimate without each person, to first order.
    """

    estimand: str
    estimator: str
    family: str
    outcome: str
    treatment: str
    controls: tuple[str, ...]
    terms: tuple[str, ...]
    theta: Floats
    vcov: Floats
    vcov_uncorrected: Floats
    df: float
    persons: tuple[Any, ...]
    changes: Floats
    n_decision_points: int
    n_available: int
    moderators: Design | None = None
    spread: float | None = None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    more: Mapping[str, Any] = field(default_factory=dict)
    lower_is_better: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """A name of its own for every coefficient."""
        return tuple(f"control:{c}" for c in self.controls) + tuple(f"effect:{t}" for t in self.terms)

    @property
    def n_persons(self) -> int:
        """How many persons carry the estimate."""
        return len(self.persons)

    @property
    def beta(self) -> Floats:
        """The effects' terms, (p,)."""
        return self.theta[len(self.controls) :]

    @property
    def beta_vcov(self) -> Floats:
        """The corrected covariance of the effects' terms, (p, p)."""
        start = len(self.controls)
        return self.vcov[start:, start:]

    def effects(self, level: float = 0.95) -> tuple[Row, ...]:
        """Every term of the effect by itself."""
        return inference.rows(self.terms, self.beta, self.beta_vcov, self.df, level)

    def coefficients(self, level: float = 0.95) -> tuple[Row, ...]:
        """Every coefficient, the controls first."""
        return inference.rows(self.controls + self.terms, self.theta, self.vcov, self.df, level)

    def combination(self, weights: Mapping[str, float], level: float = 0.95) -> Row:
        """A sum of the effect's terms, each with its weight: {"(Intercept)": 1, "at_home": 1}."""
        vector = np.zeros(len(self.terms))
        for term, weight in weights.items():
            vector[self._place(term)] = weight
        said = " + ".join(t if w == 1 else f"{w:g} * {t}" for t, w in weights.items())
        return inference.combination(self.beta, self.beta_vcov, vector, self.df, said, level)

    def test(self, terms: Sequence[str] | None = None) -> Test:
        """Are all these terms of the effect 0? Without terms: all of them."""
        chosen = [self._place(t) for t in (self.terms if terms is None else terms)]
        return inference.omnibus(self.beta, self.beta_vcov, np.eye(len(self.terms))[chosen], self.df)

    def curve(self, values: pd.DataFrame, level: float = 0.95) -> Band:
        """The effect at other values of the moderators (one arm), with a pointwise and a simultaneous interval."""
        if self.moderators is None or len(self.moderators.terms) != len(self.terms):
            raise Refusal("a curve shows the effect of one arm over its moderators")
        return inference.band(self.beta, self.beta_vcov, self.moderators.at(values), self.df, level)

    def standardized(self, level: float = 0.95) -> tuple[Row, ...]:
        """The effects in standard deviations of the outcome that the controls leave (identity only)."""
        if self.spread is None or not self.spread > 0:
            raise Refusal("only a difference can be standardized")
        return inference.rows(self.terms, self.beta / self.spread, self.beta_vcov / self.spread**2, self.df, level)

    def influence(self) -> pd.DataFrame:
        """How much each person moves each term of the effect; the most influential first."""
        found = pd.DataFrame(self.changes[:, len(self.controls) :], columns=list(self.terms))
        found.insert(0, "person", list(self.persons))
        errors = np.sqrt(np.diagonal(self.beta_vcov))
        found["largest"] = np.abs(found[list(self.terms)].to_numpy() / np.where(errors > 0, errors, 1)).max(axis=1)
        return found.sort_values("largest", ascending=False, ignore_index=True)

    def sentence(self, level: float = 0.95) -> str:
        """What was found, for someone who is no statistician."""
        row = self.effects(level)[0]
        certain = row.lower > 0 or row.upper < 0

        def shown(value: float) -> str:
            return f"{np.exp(value) if self.family in RATIOS else value:.3g}"

        where = "" if len(self.terms) == 1 else f" (where all moderators are 0, for the term {row.term})"
        what = (
            f"multiplied {self.outcome} by {shown(row.estimate)} ({RATIOS[self.family]})"
            if self.family in RATIOS
            else f"{'raised' if row.estimate >= 0 else 'lowered'} {self.outcome} by {shown(abs(row.estimate))}"
        )
        close = (
            "this is more than chance would make."
            if certain
            else "so the data fit with no effect at all, and with everything inside this interval."
        )
        return (
            f"Where the person was available, {self.treatment} {what} on average{where}; "
            f"{level:.0%} interval {shown(row.lower)} to {shown(row.upper)}, from {self.n_persons} persons and {self.n_available} "
            f"available decision points: {close}{self.better(row)}"
        )

    def better(self, row: Row, alone: bool | None = None) -> str:
        """Where less of the outcome is better: whether an effect that is told apart from none helps.

        `alone`: the row is the whole effect, and not one term among others.
        """
        if not self.lower_is_better:
            return ""
        whole = len(self.terms) == 1 if alone is None else alone
        return f" Less of {self.outcome} is better{verdict(row) if whole else ''}."

    def _place(self, term: str) -> int:
        if term not in self.terms:
            raise Refusal(f"the effect has no term {term}; it has {', '.join(self.terms)}")
        return self.terms.index(term)

    def as_dict(self, level: float = 0.95) -> dict[str, Any]:
        """Everything, for machines."""
        test = self.test() if len(self.terms) > 1 else None
        roles = ["control"] * len(self.controls) + ["moderator"] * len(self.terms)
        return {
            "estimand": self.estimand,
            "estimator": self.estimator,
            "family": self.family,
            "scale": "difference" if self.family == "identity" else f"log {RATIOS[self.family]}",
            "level": level,
            "effects": [row.as_dict() for row in self.effects(level)],
            "coefficients": [
                {"name": name, "role": role} | row.as_dict()
                for name, role, row in zip(self.names, roles, self.coefficients(level), strict=True)
            ],
            "vcov": self.vcov.tolist(),
            "vcov_uncorrected": self.vcov_uncorrected.tolist(),
            "omnibus": None
            if test is None
            else {"statistic": test.statistic, "df1": test.df1, "df2": test.df2, "p": test.p},
            "n_persons": self.n_persons,
            "n_decision_points": self.n_decision_points,
            "n_available": self.n_available,
            "df": self.df,
            "sentence": self.sentence(level),
            "lower_is_better": self.lower_is_better,
            "warnings": list(self.warnings),
            "notes": list(self.notes),
            **self.more,
        }
