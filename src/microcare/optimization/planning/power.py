"""Power from a noncentral F, and the smallest number of people that reaches it."""

from collections.abc import Callable

from scipy import stats

from microcare.optimization.refusal import Refusal

LARGEST = 10_000_000


def f_power(ncp: float, df1: int, df2: float, alpha: float) -> float:
    """P(F(df1, df2, ncp) > the 1 - alpha quantile of F(df1, df2))."""
    if df2 <= 0:
        return 0.0
    quantile = stats.f.ppf(1 - alpha, df1, df2)
    return float(stats.ncf.sf(quantile, df1, df2, ncp)) if ncp > 0 else alpha


def smallest(power_of: Callable[[int], float], wanted: float, first: int) -> int:
    """The smallest n from `first` on with at least the wanted power, which rises with n.

    Raises:
        Refusal: not even ten million would do.
    """
    high = max(first, 2)
    while power_of(high) < wanted:
        high *= 2
        if high > LARGEST:
            raise Refusal("no number of people reaches this power: the effect is too small, or availability is near 0")
    low = max(first - 1, high // 2)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if power_of(middle) >= wanted else (middle, high)
    return high


def sensible(alpha: float, power: float | None, persons: int | None) -> None:
    """Refuse what is no significance level, no power, or no number of people."""
    if not 0 < alpha < 1:
        raise Refusal(f"the significance level lies between 0 and 1, like 0.05; {alpha:g} does not")
    if power is not None and not alpha < power < 1:
        raise Refusal(f"the power lies between the significance level and 1, like 0.8; {power:g} does not")
    if persons is not None and persons < 2:
        raise Refusal("a trial has at least two persons")
    if (power is None) == (persons is None):
        raise Refusal("say either the power that is wanted, or the number of people there are")
