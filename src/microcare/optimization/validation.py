"""What must be true of a trial's table before any number is made of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from microcare.base.wording import counted
from microcare.optimization.arrays import Floats, Marks, Places

BALANCE = 1e-6
"""A moderator that is related to the treatment beyond this chance was measured after it, or the draw was not fair."""


@dataclass
class Findings:
    """What speaks against an analysis (refused), and what must be known about it (said)."""

    refused: list[str] = field(default_factory=list)
    said: list[str] = field(default_factory=list)
    allowed: frozenset[str] = frozenset()

    def refuse(self, name: str, text: str) -> None:
        """Refuse, unless the analyst allowed this by name."""
        if name in self.allowed:
            self.said.append(f"{text} (allowed: {name})")
        else:
            self.refused.append(f"{text}; if it is right nevertheless, allow {name}")


def probabilities(p: Floats, arm: Places, available: Marks, labels: Sequence[str], found: Findings) -> None:
    """Every arm's probability lies inside (0, 1) where the person was available, and they sum to 1; p is (rows, arms)."""
    u = available
    bad = (~np.isfinite(p) | (p <= 0) | (p >= 1)) & u[:, None]
    if bad.any():
        row = int(np.flatnonzero(bad.any(axis=1))[0])
        column = int(np.flatnonzero(bad[row])[-1])
        more = int(bad.any(axis=1).sum()) - 1
        others = f" (and in {counted(more, 'more row')})" if more else ""
        found.refused.append(
            f"the probability of {labels[column]} is {p[row, column]:g} in row {row + 1}{others}, where the person was available: "
            "only draws with a probability between 0 and 1 tell about effects; mark such rows as unavailable, or leave them out"
        )
        return
    apart = np.abs(p.sum(axis=1) - 1) > 1e-6
    if (apart & u).any():
        row = int(np.flatnonzero(apart & u)[0])
        found.refused.append(f"the probabilities of all arms sum to {p[row].sum():g} in row {row + 1}, not to 1")
    treated = int(((arm > 0) & ~u).sum())
    if treated:
        found.said.append(
            f"treated while unavailable: {treated} decision points have a treatment and were not available; they carry no weight"
        )


def received(p: Floats, arm: Places, controls: Floats, found: Findings) -> None:
    """Refuse a column that holds the probability of the arm that was received instead of the treatment's.

    A probability is settled before the draw. So the treatment minus its probability is unrelated to the probability,
    and no probability follows from controls and arm together (controls (rows, q)) that does not follow from the
    controls alone.
    """
    a, q, z = arm.astype(np.float64), p[:, 1], controls
    if np.ptp(q) == 0:
        return
    moves = drift((a - q) * (q - q.mean())) < BALANCE < 1e-3 < drift(a - np.where(a == 1, q, 1 - q))
    follows = _left(q, np.hstack([z, z * a[:, None]])) < 1e-9 < 1e-6 < _left(q, z)
    if moves or follows:
        found.refuse(
            "probability",
            "the probability moves with the arm itself, as the probability of the arm that was received does; "
            "give the probability of the treatment (or say that it is of the arm received)",
        )


def _left(values: Floats, columns: Floats) -> float:
    """The share of the values' variance that a regression on the columns leaves."""
    fitted = columns @ np.linalg.lstsq(columns.T @ columns, columns.T @ values, rcond=None)[0]
    return float(((values - fitted) ** 2).sum() / ((values - values.mean()) ** 2).sum())


def drift(values: Floats) -> float:
    """The chance of a sum so far from 0; 1 where nothing varies.

    A treatment minus its probability, times anything known before, is a martingale's step, so that the sum over its
    root of squares is normal, however the rows of a person belong together.
    """
    error = float(np.sqrt((values**2).sum()))
    return float(2 * stats.norm.sf(abs(float(values.sum())) / error)) if error > 0 else 1.0


def fair(
    p: Floats,
    arm: Places,
    labels: Sequence[str],
    weight: Floats,
    found: Findings,
) -> None:
    """Say where the arms were not drawn as often as their probabilities say; weight (rows,) makes up for rows left out."""
    for k in range(1, p.shape[1]):
        chance = drift(weight * ((arm == k) - p[:, k]))
        if chance < 1e-3:
            share, wanted = float(np.average(arm == k, weights=weight)), float(np.average(p[:, k], weights=weight))
            found.said.append(
                f"the randomization does not look as stated: {labels[k]} was drawn in {share:.1%} of the available "
                f"decision points, its probabilities say {wanted:.1%} (p = {chance:.1g})"
            )


def before(
    matrix: Floats,
    terms: Sequence[str],
    role: str,
    p: Floats,
    arm: Places,
    weight: Floats,
    found: Findings,
) -> None:
    """Moderators and controls are measured before the treatment: they are unrelated to it given its probability.

    Rows that are left out for what came after the treatment are made up for by the weight (rows,) of the others.
    """
    for term, values in zip(terms, matrix.T, strict=True):
        if np.ptp(values) == 0:
            continue
        chances = (drift(weight * ((arm == k) - p[:, k]) * (values - values.mean())) for k in range(1, p.shape[1]))
        if min(chances) < BALANCE:
            found.refuse(
                "after-treatment",
                f"the {role} {term} moves with the treatment, though the treatment was drawn: was it measured after it? "
                "Use its value from before the decision point (outcomes that are left out by treatment look like this too: weigh for them)",
            )


def ratio(
    y: Floats, arm: Places, moderators: Floats, terms: Sequence[str], labels: Sequence[str], family: str, outcome: str,
    found: Findings,
) -> None:  # fmt: skip
    """Refuse a ratio that is 0 or infinite: an arm, or an arm in one of the groups that the moderators make, has no success.

    Groups are asked about where each has an effect of its own, so that nothing is lent from one to another.
    """
    groups, code = np.unique(np.round(moderators, 12), axis=0, return_inverse=True)
    code = code.reshape(-1) if len(groups) == moderators.shape[1] else np.zeros(len(y), dtype=np.intp)
    for group in range(int(code.max()) + 1):
        here = code == group
        where = "" if not code.any() else " where " + " and ".join(
            f"{term} is {value:g}" for term, value in zip(terms, groups[group], strict=True) if term != "(Intercept)"
        )  # fmt: skip
        for k, label in enumerate(labels):
            part = y[here & (arm == k)]
            never, always = not (part > 0).any(), family == "logit" and bool((part > 0).all())
            if len(part) and (never or always):
                found.refused.append(
                    f"outcome {outcome}: {'no' if never else 'every'} decision point with {label}{where} has it ({len(part)} are known), so the "
                    "ratio is 0 or infinite and no number says how sure it is; ask for the difference instead (family identity), "
                    f"{'leave out the moderator, ' if where else ''}or wait for more people"
                )


def numerator_depends(numerator: Floats, moderators: Floats, found: Findings) -> None:
    """The numerator may depend on the moderators only: equal moderators have an equal numerator."""
    if np.ptp(numerator, axis=0).max() < 1e-12:
        return
    frame = pd.DataFrame(np.round(np.hstack([moderators, numerator]), 12))
    keys = list(frame.columns[: moderators.shape[1]])
    spread = frame.groupby(keys, sort=False).agg(lambda v: v.max() - v.min()).to_numpy()
    if spread.max() > 1e-9:
        found.refused.append(
            "the numerator depends on more than the moderators: where all moderators are equal it still differs; "
            "take a constant, or add to the moderators what it depends on"
        )
    elif len(spread) > 0.5 * len(numerator):
        found.said.append(
            "whether the numerator depends on the moderators only cannot be seen, for hardly any two rows have equal moderators"
        )


def identities(persons: Sequence[Any], codes: Places, time: NDArray[Any] | None, found: Findings) -> None:
    """One person, one id: no two ids that differ by spaces or capitals, and no decision point twice."""
    seen: dict[str, Any] = {}
    for person in persons:
        key = str(person).strip().casefold()
        if key in seen:
            found.said.append(
                f"the ids {seen[key]!r} and {person!r} differ only in spaces or capitals: are they one person?"
            )
            break
        seen[key] = person
    if time is None:
        return
    doubled = pd.DataFrame({"person": codes, "time": time}).duplicated().to_numpy()
    if doubled.any():
        row = int(np.flatnonzero(doubled)[0])
        found.refused.append(
            f"person {persons[int(codes[row])]} has two decision points at the time {time[row]} (row {row + 1}): is one id used for two people?"
        )


def written(person: Any) -> str:
    """An id as text; 7 and 7.0 are one person, for a column may be read either way."""
    return str(int(person)) if isinstance(person, float) and person.is_integer() else str(person)
