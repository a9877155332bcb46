"""Whether the treatment was drawn as stated, from sums that parts of a table can add up."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.refusal import Refusal
from microcare.optimization.validation import BALANCE, Findings


@dataclass(frozen=True)
class Balance:
    """With d = weight (1{A=k} - p_k) and the controls v: `drawn` (K + 1,) how often each arm was drawn; `d` (K, 2) the sums
    of d and d^2; `dv` (K, q, 3) the sums of d v, d^2 v and d^2 v^2; `v` (q, 2) the sums of v and v^2.
    """

    terms: tuple[str, ...]
    drawn: Floats
    d: Floats
    dv: Floats
    v: Floats

    @classmethod
    def of(cls, p: Floats, arm: Places, weight: Floats, matrix: Floats, terms: Sequence[str]) -> "Balance":
        """The sums of rows: p (rows, arms), arm and weight (rows,), matrix (rows, q)."""
        d = [weight * ((arm == k) - p[:, k]) for k in range(1, p.shape[1])]
        return cls(
            tuple(terms),
            np.bincount(arm, minlength=p.shape[1]).astype(np.float64),
            np.array([[one.sum(), one @ one] for one in d]),
            np.array([np.stack([one @ matrix, one**2 @ matrix, one**2 @ matrix**2], axis=1) for one in d]),
            np.stack([matrix.sum(axis=0), (matrix**2).sum(axis=0)], axis=1),
        )

    def __add__(self, other: "Balance") -> "Balance":
        """The sums of both parts."""
        return Balance(self.terms, self.drawn + other.drawn, self.d + other.d, self.dv + other.dv, self.v + other.v)

    def judge(self, arms: Sequence[str], found: Findings) -> None:
        """Say, or refuse, as `validation.fair` and `validation.before` do for a whole table."""
        for k, (total, squares) in enumerate(self.d):
            if (chance := _chance(total, squares)) < 1e-3:
                found.said.append(
                    f"the randomization does not look as stated: {arms[k + 1]} was drawn in "
                    f"{self.drawn[k + 1] / self.drawn.sum():.1%} of the available decision points, which its probabilities "
                    f"do not say (p = {chance:.1g})"
                )
        for place, term in enumerate(self.terms):
            mean = self.v[place, 0] / self.drawn.sum()
            if self.v[place, 1] / self.drawn.sum() - mean**2 <= 1e-10 * mean**2:
                continue
            chances = []
            for (total, squares), (dv, ddv, ddvv) in zip(self.d, self.dv[:, place], strict=True):
                chances.append(_chance(dv - mean * total, ddvv - 2 * mean * ddv + mean**2 * squares))
            if min(chances) < BALANCE:
                found.refuse(
                    "after-treatment",
                    f"the control {term} moves with the treatment, though the treatment was drawn: was it measured after it? "
                    "Use its value from before the decision point",
                )

    def as_dict(self) -> dict[str, Any]:
        """For JSON."""
        return {"terms": self.terms} | {name: getattr(self, name).tolist() for name in ("drawn", "d", "dv", "v")}

    @classmethod
    def of_dict(cls, content: Mapping[str, Any]) -> "Balance":
        """From JSON."""
        arrays = [np.array(content[name], dtype=np.float64) for name in ("drawn", "d", "dv", "v")]
        if arrays[1].shape != (len(arrays[0]) - 1, 2) or arrays[3].shape != (len(content["terms"]), 2):
            raise Refusal("the statistics are damaged; make them again")
        return cls(tuple(content["terms"]), *arrays)


def _chance(total: float, squares: float) -> float:
    """The chance of a sum of a martingale's steps so far from 0, with the sum of their squares."""
    return float(2 * stats.norm.sf(abs(total) / np.sqrt(squares))) if squares > 0 else 1.0
