"""The covariance of estimates whose errors belong together within a person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.refusal import Refusal

SINGULAR = 1e-12
"""Below this reciprocal condition a matrix cannot be solved."""


@dataclass(frozen=True)
class Sandwich:
    """Both covariances (k, k), and the delete-one-person changes of the estimate (persons, k)."""

    uncorrected: Floats
    corrected: Floats
    changes: Floats


def covariances(bread: Floats, scores: Floats, own: Floats, persons: Sequence[Any] = ()) -> Sandwich:
    """The uncorrected and the Mancl-DeRouen covariance.

    With M the bread (k, k), U_i the score of a person (n, k) and E_i the person's own part of the bread (n, k, k):
    V0 = M^-1 (sum U_i U_i') M^-T, and V1 = sum J_i J_i' with J_i = (M - E_i)^-1 U_i, which is Mancl and DeRouen's
    (Biometrics 2001;57:126, equation 8) without matrices of the size of a person's series. Where the estimating function
    is linear, J_i is the estimate minus the estimate without that person.

    Raises:
        Refusal: the bread cannot be inverted, or one person alone identifies a coefficient.
    """
    if not _solvable(bread):
        raise Refusal("the estimating equations cannot be solved: take terms out of the moderators or the controls")
    inverse = np.linalg.inv(bread)
    uncorrected = inverse @ (scores.T @ scores) @ inverse.T
    rest = bread[None] - own
    scale = np.sqrt(np.abs(np.diagonal(bread)))
    scaled = rest / (scale[:, None] * scale[None, :])[None]
    alone = np.flatnonzero(np.linalg.cond(scaled) > 1 / SINGULAR)
    if len(alone):
        who = persons[int(alone[0])] if len(persons) else int(alone[0])
        raise Refusal(
            f"person {who} alone identifies a coefficient: without them it cannot be estimated; take out the term that only they vary in"
        )
    changes = np.linalg.solve(rest, scores[:, :, None])[:, :, 0]
    return Sandwich(uncorrected, changes.T @ changes, changes)


def _solvable(matrix: Floats) -> bool:
    scale = np.sqrt(np.abs(np.diagonal(matrix)))
    if not np.isfinite(matrix).all() or (scale == 0).any():
        return False
    return bool(np.linalg.cond(matrix / (scale[:, None] * scale[None, :])) < 1 / SINGULAR)


def person_sums(codes: Places, count: int, columns: Floats) -> Floats:
    """The sum over each person's rows of every column: (rows, k) gives (count, k); rows in any order."""
    return np.stack([np.bincount(codes, column, count) for column in columns.T], axis=1)


def person_products(codes: Places, count: int, columns: Sequence[Floats], weight: Floats) -> Floats:
    """The weighted products of every pair of columns, each (rows,), summed over each person's rows: (count, k, k)."""
    found = np.empty((count, len(columns), len(columns)))
    for i, left in enumerate(columns):
        weighted = weight * left
        for j in range(i, len(columns)):
            found[:, i, j] = found[:, j, i] = np.bincount(codes, weighted * columns[j], count)
    return found


def person_outer(codes: Places, count: int, left: Floats, right: Floats) -> Floats:
    """The sum over each person's rows of left right': (rows, a), (rows, b) gives (count, a, b)."""
    found = np.empty((count, left.shape[1], right.shape[1]))
    for i, one in enumerate(left.T):
        for j, other in enumerate(right.T):
            found[:, i, j] = np.bincount(codes, one * other, count)
    return found
