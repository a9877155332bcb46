"""Many effects shown at once: how small a chance has to be to still mean something."""

from collections.abc import Sequence

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal

METHODS = ("none", "bonferroni", "holm", "bh")


def adjusted(p: Sequence[float], method: str = "holm") -> Floats:
    """Adjusted p-values in the order given: Bonferroni, Holm (family-wise), or Benjamini-Hochberg (`bh`, false discoveries).

    Raises:
        Refusal: the method is unknown, or a p-value is none.
    """
    found = np.asarray(p, dtype=np.float64)
    if method not in METHODS:
        raise Refusal(f"there is no adjustment {method}; there are {', '.join(METHODS)}")
    if not ((found >= 0) & (found <= 1)).all():
        raise Refusal("p-values lie between 0 and 1, and are never unknown")
    count, order = len(found), np.argsort(found, kind="stable")
    made = np.empty(count)
    if method == "holm":
        made[order] = np.maximum.accumulate(found[order] * (count - np.arange(count)))
    elif method == "bh":
        made[order[::-1]] = np.minimum.accumulate(found[order[::-1]] * count / np.arange(count, 0, -1))
    else:
        made = found * (count if method == "bonferroni" else 1)
    return np.minimum(made, 1.0)
