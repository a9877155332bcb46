"""One trial each of everything that reads decision points, and which of its intervals missed the truth."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from bench.intervals import cells
from bench.intervals.drawing import trials
from microcare.optimization import inference, sandwich
from microcare.optimization.arrays import Floats
from microcare.optimization.contributions import contributions
from microcare.optimization.distal import distal_effect
from microcare.optimization.estimators import wcls
from microcare.optimization.excursion import excursion_effect
from microcare.optimization.inference import Row
from microcare.optimization.mediation import mediated_effect
from microcare.optimization.simulated import Draw

PERSONS, POINTS = 50, 20
Missing = Iterator[tuple[str, bool]]
ASKED: dict[str, Any] = {
    "treatment": "a", "probability": "p", "person": "person", "availability": "available", "controls": "~ x"
}  # fmt: skip


def beyond(row: Row, truth: float) -> bool:
    """Whether the interval misses the truth."""
    return not row.lower <= truth <= row.upper


def _expit(value: Floats | float) -> Any:
    return 1 / (1 + np.exp(-np.asarray(value)))


def _course(draw: Draw) -> pd.DataFrame:
    """Decision points of persons who differ: base (by person), s, x, available, p, a."""
    who = np.repeat(np.arange(PERSONS), POINTS)
    n = len(who)
    f = pd.DataFrame({"person": who, "t": np.tile(np.arange(POINTS), PERSONS), "s": draw.integers(0, 2, n)})
    f["x"], f["base"] = draw.normal(size=n), draw.normal(0, 0.5, PERSONS)[who]
    f["available"], f["p"] = (draw.random(n) < 0.85).astype(int), 0.35 + 0.3 * f.s
    f["a"] = (draw.random(n) < f.p) * f.available
    return f


def band(draw: Draw) -> Missing:
    """The effect over six weeks, with its simultaneous band."""
    one = trials(cells.LONG, 1, 37, 2, 2, False, draw).one(0)
    fitted = wcls.fit(one)
    vcov = sandwich.covariances(fitted.bread, fitted.scores, fitted.own).corrected[2:, 2:]
    points = np.stack([np.ones(43), np.linspace(0, 1, 43)], axis=1)
    found = inference.band(fitted.theta[2:], vcov, points, 37 - 4)
    truth = points @ np.array([0.2, 0.1])
    yield "effect over time: at one time", not found.lower[21] <= truth[21] <= found.upper[21]
    yield (
        "effect over time: the band, everywhere at once",
        not bool(((found.band_lower <= truth) & (truth <= found.band_upper)).all()),
    )


def families(draw: Draw) -> Missing:
    """Counts (a rate ratio), and an odds ratio averaged over everything."""
    f = _course(draw)
    f["count"] = draw.poisson(np.exp(0.2 + 0.2 * f.s + f.base + 0.2 * f.a))
    rate = excursion_effect(f, outcome="count", family="count", **ASKED).effects()[0]
    yield "rate ratio (count)", beyond(rate, 0.2)
    f["base"] = np.repeat(draw.choice([-0.5, 0.5], PERSONS), POINTS)
    f["yes"] = (draw.random(len(f)) < _expit(-0.5 + 0.4 * f.s + f.base + 0.5 * f.a)).astype(int)
    found = excursion_effect(f, outcome="yes", family="logit", **(ASKED | {"controls": "~ 1"})).effects()[0]
    each = np.array([[s * 0.4 + b - 0.5 for s in (0, 1)] for b in (-0.5, 0.5)])
    treated, plain = float(_expit(each + 0.5).mean()), float(_expit(each).mean())
    truth = float(np.log(treated / (1 - treated)) - np.log(plain / (1 - plain)))
    yield "odds ratio (logit)", beyond(found, truth)


def missing(draw: Draw) -> Missing:
    """Outcomes that are missing by treatment and state, where the effect differs by the state."""
    f = _course(draw)
    f["y"] = f.base + 0.5 * f.x + (0.2 + 0.3 * f.x) * f.a + draw.normal(size=len(f))
    f.loc[draw.random(len(f)) > _expit(0.7 + 0.5 * f.a - 0.7 * f.x), "y"] = np.nan
    for name, more in (
        ("ipw", {"missing": "ipw"}),
        ("dr", {"missing": "dr", "estimator": "dr"}),
        ("drop (as if chance had chosen)", {"missing": "drop"}),
    ):
        yield f"missing outcomes: {name}", beyond(excursion_effect(f, outcome="y", **ASKED, **more).effects()[0], 0.2)


def others(draw: Draw) -> Missing:
    """Estimated probabilities, outcomes later on, an effect in standard deviations, cross-fitted models."""
    f = _course(draw)
    before = f.groupby("person").a.shift(fill_value=0)
    f["y"] = f.base + 0.5 * f.x + 0.2 * f.a + 0.1 * before + draw.normal(size=len(f))
    asked = ASKED | {"outcome": "y"}
    estimated = excursion_effect(f, **(asked | {"probability": None}), probability_model="~ s")
    yield "estimated probabilities", beyond(estimated.effects()[0], 0.2)
    for reference, named in (("policy", "later doses by the policy"), ("none", "then nothing")):
        found = excursion_effect(f, **asked, window=2, summary="last", reference=reference, time="t", end="drop")
        yield f"window of two: {named}", beyond(found.effects()[0], 0.1)
    yield (
        "robust, models from other persons (5 folds)",
        beyond(excursion_effect(f, **asked, estimator="dr", folds=5).effects()[0], 0.2),
    )
    f["z"] = 0.5 * f.x + 0.2 * f.a + draw.normal(size=len(f))
    found = excursion_effect(f, **(asked | {"outcome": "z"}))
    yield "in standard deviations", beyond(found.standardized()[0], 0.2)


def end(draw: Draw) -> Missing:
    """The outcome at the end: 0.2 directly, and 0.2 through a mediator."""
    f = _course(draw)
    f["m"] = 0.5 * f.a + 0.3 * f.x + 0.2 * f.s + draw.normal(size=len(f))
    part = 0.2 * f.a + 0.4 * f.m + 0.1 * f.x
    f["end"] = part.groupby(f.person).transform("sum") + draw.normal(size=PERSONS)[f.person]
    asked = ASKED | {"outcome": "end", "controls": "~ s + x"}
    yield "distal effect", beyond(distal_effect(f, **asked, over="available").effects()[0], 0.4)
    found = mediated_effect(f, **asked, mediator="m", over="available")
    yield "direct effect", beyond(found.direct()[0], 0.2)
    yield "indirect effect", beyond(found.indirect()[0], 0.2)
    share = found.share()
    if share.lower is not None and share.upper is not None:
        yield "share that goes through (where it can be told)", not share.lower <= 0.5 <= share.upper


def events(draw: Draw) -> Missing:
    """What two events contribute to their proximal outcome and to the end."""
    f = _course(draw)
    f["event"] = draw.choice(["walk", "write"], len(f))
    gain = f.a * f.event.map({"walk": 0.5, "write": 0.2})
    f["near"] = gain + 0.3 * f.x + draw.normal(size=len(f))
    f["end"] = (0.5 * f.near).groupby(f.person).transform("sum") + draw.normal(size=PERSONS)[f.person]
    asked = {key: value for key, value in ASKED.items() if key != "controls"}
    found = contributions(f, proximal="near", overall="end", event="event", **asked, controls="~ s + x")
    for row, near in zip(found.rows, (0.5, 0.2), strict=True):
        for name, part, truth in (
            ("proximal", row.proximal, near),
            ("overall", row.overall, near / 2),
            ("through", row.through, near / 2),
        ):
            if part is not None:
                yield f"contribution of an event: {name}", beyond(part, truth)
