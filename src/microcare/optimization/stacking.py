"""Several estimating equations as one, so that what is estimated first counts in the covariance of what is estimated last."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.refusal import Refusal
from microcare.optimization.sandwich import person_outer, person_sums


@dataclass(frozen=True)
class Block:
    """One equation: each person's score (n, m), and each person's part of minus its derivative by itself (n, m, m)."""

    scores: Floats
    own: Floats


@dataclass(frozen=True)
class Stacked:
    """All equations: each person's scores (n, k) and part of minus the derivative (n, k, k), and that in sum (k, k)."""

    scores: Floats
    own: Floats
    bread: Floats


def stack(blocks: Sequence[Block], slopes: dict[tuple[int, int], Floats]) -> Stacked:
    """Put equations over one another; slopes[i, j] (n, m_i, m_j) is each person's derivative of score i by parameter j."""
    ends = np.cumsum([0, *(b.scores.shape[1] for b in blocks)])
    own = np.zeros((len(blocks[0].scores), ends[-1], ends[-1]))
    for place, block in enumerate(blocks):
        own[:, ends[place] : ends[place + 1], ends[place] : ends[place + 1]] = block.own
    for (i, j), slope in slopes.items():
        own[:, ends[i] : ends[i + 1], ends[j] : ends[j + 1]] = -slope
    return Stacked(np.hstack([b.scores for b in blocks]), own, own.sum(axis=0))


@dataclass(frozen=True)
class Linear:
    """A linear model fitted in some rows: coefficients (m,), and its equation."""

    coefficients: Floats
    block: Block


def linear(x: Floats, y: Floats, used: Marks, codes: Places, count: int, what: str) -> Linear:
    """Least squares in the rows that are used; x (rows, m), y (rows,)."""
    if int(used.sum()) <= x.shape[1]:
        raise Refusal(f"{what}: {int(used.sum())} decision points cannot carry {x.shape[1]} terms; use fewer controls")
    xs = x[used]
    own = person_outer(codes[used], count, xs, xs)
    products = own.sum(axis=0)
    scale = np.sqrt(np.maximum(np.diagonal(products), 1e-300))
    if np.linalg.cond(products / (scale[:, None] * scale[None, :])) > 1e12:
        raise Refusal(f"{what}: there a term follows from the others; use fewer controls")
    coefficients = np.linalg.solve(products, xs.T @ y[used])
    return Linear(
        coefficients, Block(person_sums(codes[used], count, xs * (y[used] - xs @ coefficients)[:, None]), own)
    )
