"""Sample size of a sequential, multiple assignment, randomized trial (SMART) with two options at each stage.

Oetting, Levy, Weiss, Murphy (2011); with clusters NeCamp, Kilbourne, Almirall (Stat Methods Med 2017;26:1572).
"""

from dataclasses import dataclass

from scipy import stats

from microcare.optimization.planning.power import sensible, smallest
from microcare.optimization.refusal import Refusal

AIMS = ("first", "second", "regimes")


@dataclass(frozen=True)
class Smart:
    """`effect` is a difference of means in standard deviations, `response` the share that responds to the first stage.

    The aim: `first`, the options of the first stage; `second`, the options for those who do not respond (or, with
    `all_again`, for everybody of one first option); `regimes`, two regimes that begin differently. With `all_again`
    responders are randomized again too. `dropout` have no outcome.
    """

    effect: float
    response: float
    aim: str = "regimes"
    all_again: bool = False
    alpha: float = 0.05
    cluster: float = 1.0
    alike: float = 0.0
    dropout: float = 0.0

    def __post_init__(self) -> None:
        if self.aim not in AIMS:
            raise Refusal(f"the aim is one of {', '.join(AIMS)}")
        if not 0 <= self.response < 1 or not 0 <= self.dropout < 1:
            raise Refusal("the shares that respond and that drop out lie between 0 and 1")
        if self.effect == 0:
            raise Refusal("an effect of 0 needs no trial: say which effect would be worth finding")
        if not 0 <= self.alike <= 1 or self.cluster < 1:
            raise Refusal("a cluster has at least one person, and the correlation in it lies between 0 and 1")

    def spread(self) -> float:
        """The variance of the difference, times the number of persons, in variances of the outcome.

        Whoever follows a regime weighs 1 over the chance to follow it: 2 for responders who are not randomized again, 4
        for all others; so one regime's mean has 2 response + 4 (1 - response), and two that begin differently twice that.
        """
        if self.aim == "first":
            found = 4.0
        elif self.aim == "second":
            found = 4.0 / (1.0 if self.all_again else 1 - self.response)
        else:
            found = 2 * (4.0 if self.all_again else 2 * self.response + 4 * (1 - self.response))
        return found * (1 + (self.cluster - 1) * self.alike) / (1 - self.dropout)

    def power(self, persons: int) -> float:
        """The chance to find the difference, by the normal distribution, two-sided."""
        away = abs(self.effect) * (persons / self.spread()) ** 0.5
        quantile = stats.norm.ppf(1 - self.alpha / 2)
        return float(stats.norm.sf(quantile - away) + stats.norm.cdf(-quantile - away))

    def size(self, wanted: float) -> int:
        """The smallest number of persons with this power."""
        sensible(self.alpha, wanted, None)
        return smallest(self.power, wanted, 2)
