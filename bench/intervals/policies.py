"""One log of a policy, or one trial that is looked at early, and which of the intervals missed the truth."""

from functools import cache

import numpy as np
import pandas as pd

from bench.intervals.effects import Missing, beyond
from microcare.optimization.interim import SPENDING, boundaries, confidence_sequence
from microcare.optimization.off_policy import policy_value
from microcare.optimization.simulated import Draw

REWARDS = np.array([[0.0, 0.3, 0.1], [0.2, 0.0, 0.6]])
"""By state and action."""
LOGGED = np.array([[0.5, 0.3, 0.2], [0.3, 0.4, 0.3]])
OTHER = np.array([[0.1, 0.8, 0.1], [0.1, 0.1, 0.8]])
ACTIONS = ["rest", "walk", "write"]
LOOKS = (0.5, 0.75, 1.0)


def off_policy(draw: Draw) -> Missing:
    """Another policy's value, from 40 persons of 25 decision points each who differ."""
    persons, points = 40, 25
    who = np.repeat(np.arange(persons), points)
    state = draw.integers(0, 2, len(who))
    act = (draw.random(len(who))[:, None] > LOGGED[state].cumsum(axis=1)).sum(axis=1)
    f = pd.DataFrame({"person": who, "state": state, "action": np.array(ACTIONS)[act]})
    f["r"] = REWARDS[state, act] + draw.normal(0, 0.4, persons)[who] + draw.normal(size=len(f))
    for k in range(3):
        f[f"p{k}"], f[f"w{k}"] = LOGGED[state, k], OTHER[state, k]
    found = policy_value(
        f, reward="r", action="action", actions=ACTIONS, person="person", formula="~ state",
        policy=["w0", "w1", "w2"], probabilities=["p0", "p1", "p2"],
    )  # fmt: skip
    truth = float((OTHER * REWARDS).sum(axis=1).mean())
    for row in found.rows:
        yield f"another policy's value: {row.term}", beyond(row, truth)
    gain = next(row for row in found.gains if row.term.startswith("DR"))
    yield "another policy less what was done: DR", beyond(gain, truth - float((LOGGED * REWARDS).sum(axis=1).mean()))


def looks(draw: Draw) -> Missing:
    """A trial without any effect, looked at after 30, 45 and 60 persons; and after every person from the twentieth on."""
    values = draw.standard_t(6, size=100)
    count = np.arange(1, 101)
    mean = np.cumsum(values) / count
    spread = np.sqrt(np.maximum(np.cumsum(values**2) / count - mean**2, 1e-12) / (count - 1).clip(1))
    z = mean / spread
    at = [int(60 * look) - 1 for look in LOOKS]
    for spending in SPENDING:
        yield f"looks at 30, 45, 60 persons: {spending}", bool((np.abs(z[at]) > _edges(spending)).any())
    yield "looks at 30, 45, 60 persons: without spending", bool((np.abs(z[at]) > 1.959964).any())
    for first in (20, 50):
        missed = False
        for k in range(first - 1, 100):
            low, high = confidence_sequence(float(mean[k]), float(spread[k]), k + 1, 100)
            missed |= not low <= 0 <= high
        yield f"confidence sequence, every person from {first} to 100", missed


@cache
def _edges(spending: str) -> tuple[float, ...]:
    return tuple(look.boundary for look in boundaries(LOOKS, 0.05, spending))
