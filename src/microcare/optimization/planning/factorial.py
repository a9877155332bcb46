"""Power of an optimization trial (MOST): two-level factors, everybody in the analysis of every factor.

Collins, Dziak, Kugler, Trail (Am J Prev Med 2014;47:498).
"""

from dataclasses import dataclass

from scipy import stats

from microcare.optimization.planning.power import sensible, smallest
from microcare.optimization.refusal import Refusal


@dataclass(frozen=True)
class Factorial:
    """`factors` two-level factors in `cells` equal cells (2^factors, or fewer in a fraction); `effect` is a main effect,
    the mean difference of the two levels in standard deviations. With clusters of `cluster` people that are alike by the
    intraclass correlation `alike`, whole clusters get one cell.
    """

    factors: int
    effect: float
    cells: int = 0
    alpha: float = 0.05
    cluster: float = 1.0
    alike: float = 0.0

    def __post_init__(self) -> None:
        if self.factors < 1 or self.factors > 20:
            raise Refusal("an optimization trial has between 1 and 20 factors")
        full = 2**self.factors
        if self.cells and (self.cells > full or self.cells & (self.cells - 1) or self.cells <= self.factors):
            raise Refusal(f"the number of cells is a power of 2, above {self.factors} and at most {full}")
        if not 0 <= self.alike <= 1 or self.cluster < 1:
            raise Refusal("a cluster has at least one person, and the correlation in it lies between 0 and 1")

    @property
    def arms(self) -> int:
        """How many cells there are."""
        return self.cells or 2**self.factors

    def power(self, persons: int) -> float:
        """The chance to find the main effect: a two-sided t test with persons - cells degrees of freedom."""
        units = persons / self.cluster
        df = units - self.arms
        if df <= 0:
            return 0.0
        ncp = self.effect * (persons / (1 + (self.cluster - 1) * self.alike)) ** 0.5 / 2
        quantile = stats.t.ppf(1 - self.alpha / 2, df)
        return float(stats.nct.sf(quantile, df, ncp) + stats.nct.cdf(-quantile, df, ncp))

    def size(self, wanted: float) -> int:
        """The smallest number of people with this power."""
        sensible(self.alpha, wanted, None)
        if self.effect == 0:
            raise Refusal("an effect of 0 needs no trial: say which effect would be worth finding")
        return smallest(self.power, wanted, int(self.arms * self.cluster) + 1)
