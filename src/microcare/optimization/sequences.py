"""Which option next, for whom: decision rules of several stages, learned backwards.

Q-learning by regression (Murphy, J Mach Learn Res 2005;6:1073) or dynamic weighted least squares, which is right if either
the outcome's or the treatment's model is (Wallace, Moodie; Biometrics 2015;71:636). What a later stage is worth contains a
maximum, so the usual standard error of an earlier stage is wrong; its intervals come from the m-out-of-n bootstrap with m
chosen by how close to no effect the later stages are (Chakraborty, Laber, Zhao; Biometrics 2013;69:714).
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from scipy import stats

from microcare.optimization import backwards, designs, inference, tables
from microcare.optimization.arrays import Floats
from microcare.optimization.backwards import StageData
from microcare.optimization.inference import Row
from microcare.optimization.nuisances import logistic
from microcare.optimization.refusal import Refusal
from microcare.optimization.ruling import rule_text
from microcare.optimization.simulated import generator
from microcare.optimization.tables import Number, Table

METHODS = ("q", "dwols")
TUNING = 0.1
"""Chakraborty's alpha: m = n^((1 + alpha (1 - share)) / (1 + alpha)), where share is that of persons without a clear best."""
FOLDS = 5
SMALLEST = 10
MOST_OPTIONS = 12
BATCH = 100
Turns = Callable[[range], Iterable[int]]


@dataclass(frozen=True)
class Stage:
    """One decision: the option each person had in `treatment`, empty for whoever had no decision there.

    `moderators` may change what is best, `controls` predict the outcome. `probability`: of the second of two options (a
    column or number), or one for each option; equal parts if not given. `propensity`, a formula, estimates it instead.
    """

    treatment: str
    moderators: str = "~ 1"
    controls: str = "~ 1"
    probability: Number | Sequence[Number] | None = None
    propensity: str | None = None


@dataclass(frozen=True)
class StageRule:
    """What was learned of one stage: the effects against the first option, and the rule as text.

    `shares`: how many had the rule chosen each option; `agreeing`: the share who had what it chooses; `unclear`: the share
    for whom the best option could be chance. `resample` is the bootstrap's m, None where intervals are by t.
    """

    stage: int
    effects: tuple[Row, ...]
    rule: str
    n_persons: int
    options: tuple[str, ...]
    shares: Mapping[str, float]
    agreeing: float
    unclear: float
    resample: int | None

    def as_dict(self) -> dict[str, Any]:
        """The stage for machines."""
        return {
            "stage": self.stage, "effects": [row.as_dict() for row in self.effects], "rule": self.rule,
            "n_persons": self.n_persons, "options": list(self.options), "shares": dict(self.shares),
            "share_agreeing": self.agreeing, "share_unclear": self.unclear,
            "interval": "t" if self.resample is None else "m-out-of-n bootstrap", "m": self.resample,
        }  # fmt: skip


@dataclass(frozen=True)
class Sequences:
    """The rules of all stages, and what following them is worth.

    `value` is doubly robust and out of sample: each person is judged by rules that were learned without them. `gain` is it
    less what was done.
    """

    stages: tuple[StageRule, ...]
    value: Row
    observed: Row
    gain: Row
    n_persons: int
    followers: int
    method: str
    warnings: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for machines."""
        effects = [row.as_dict() | {"stage": s.stage} for s in self.stages for row in s.effects]
        return {
            "method": self.method,
            "effects": effects,
            "stages": [stage.as_dict() for stage in self.stages],
            "value": self.value.as_dict(),
            "observed": self.observed.as_dict(),
            "gain": self.gain.as_dict(),
            "n_persons": self.n_persons,
            "n_following": self.followers,
            "warnings": list(self.warnings),
        }


def learn(
    table: Table,
    *,
    outcome: str,
    stages: Sequence[Stage],
    method: str = "q",
    person: str | None = None,
    lower_is_better: bool = False,
    bootstraps: int = 1000,
    seed: int = 1,
    level: float = 0.95,
    turns: Turns = iter,
) -> Sequences:
    """Learn the rules of all stages from a table with one row a person.

    People with fewer stages leave the later ones empty: their outcome is taken as it is there.

    Raises:
        Refusal: everything that speaks against a number.
    """
    if method not in METHODS:
        raise Refusal(f"there is no method {method}; there are {', '.join(METHODS)}")
    if not stages:
        raise Refusal("there is at least one stage")
    if bootstraps < 100:
        raise Refusal("the bootstrap needs at least 100 resamples, better 1000")
    y, data, warnings = _read(table, outcome, stages, method, person)
    turn = -1.0 if lower_is_better else 1.0
    y = turn * y
    thetas = backwards.learned(y, data, np.ones((1, len(y))))
    close = np.zeros(len(y), dtype=bool)
    rules: list[StageRule] = []
    for number in reversed(range(len(data))):
        theta = thetas[number][0]
        vcov, df = backwards.covariance(backwards.pseudo(y, data, thetas, number), data[number], theta)
        q = data[number].z.shape[1]
        rows = inference.rows(data[number].terms, theta[q:], vcov[q:, q:], df, level)
        size = None
        if number < len(data) - 1:
            size = chosen_size(len(y), float(close.mean()))
            drawn = _drawn(y, data, size, bootstraps, (seed, number), number, turns)[:, q:]
            rows = tuple(hybrid(row, drawn[:, k], size, len(y), level) for k, row in enumerate(rows))
        hidden = backwards.unclear(data[number], theta, vcov)
        close |= hidden
        rules.append(_rule(number, data[number], theta, rows, hidden, size, lower_is_better))
    value, observed, gain = _worth(y, data, seed, level)
    followed = np.ones(len(y), dtype=bool)
    for stage, found in zip(data, thetas, strict=True):
        followed &= ~stage.there | (stage.arm == stage.blips(found)[0].argmax(axis=1))
    return Sequences(
        tuple(rules[::-1]), _turned(value, turn), _turned(observed, turn), _turned(gain, turn),
        len(y), int(followed.sum()), method, tuple(warnings),
    )  # fmt: skip


def chosen_size(n: int, share: float) -> int:
    """The bootstrap's m of n persons, given the share of them for whom a later stage's best option is unclear."""
    return int(np.ceil(n ** ((1 + TUNING * (1 - share)) / (1 + TUNING))))


def _read(
    table: Table, outcome: str, stages: Sequence[Stage], method: str, person: str | None
) -> tuple[Floats, list[StageData], list[str]]:
    asked = [outcome, *([person] if person else [])]
    for stage in stages:
        asked += [stage.treatment, *designs.variables(stage.moderators), *designs.variables(stage.controls)]
        asked += [str(p) for p in _given(stage) if tables.as_number(p) is None]
        asked += designs.variables(stage.propensity) if stage.propensity else ()
    frame = tables.filled(tables.read(table, asked, ids=[person]))
    if person:
        codes, persons = tables.persons(frame, person)
        if len(persons) < len(codes):
            twice = persons[int(np.argmax(np.bincount(codes)))]
            raise Refusal(
                f"person {person}: {twice} has several rows; rules are learned from one row a person, all stages in it"
            )
    y = tables.numbers(frame, outcome, "outcome")
    here = np.isfinite(y)
    warnings = (
        [f"{int((~here).sum())} persons without outcome are left out, as if chance had chosen them"]
        if not here.all()
        else []
    )
    frame, y = frame.loc[here].reset_index(drop=True), y[here]
    if len(y) < SMALLEST or np.ptp(y) == 0:
        raise Refusal("rules are learned from at least ten persons whose outcomes differ")
    if any(stage.propensity for stage in stages):
        warnings.append("probabilities are estimated; intervals take them as known")
    return y, [_stage(frame, stage, number + 1, method) for number, stage in enumerate(stages)], warnings


def _given(stage: Stage) -> tuple[Number, ...]:
    if stage.probability is None:
        return ()
    return (stage.probability,) if isinstance(stage.probability, str | float | int) else tuple(stage.probability)


def _stage(frame: pd.DataFrame, stage: Stage, number: int, method: str) -> StageData:
    column = frame[stage.treatment]
    there = column.notna().to_numpy()
    options = sorted(column[there].unique().tolist(), key=lambda v: (isinstance(v, str), v))
    if not 2 <= len(options) <= MOST_OPTIONS:
        raise Refusal(
            f"treatment {stage.treatment}: it has {len(options)} different option{'' if len(options) == 1 else 's'}; a stage has two "
            f"or a few, and is empty where there was no decision"
        )
    arm = np.zeros(len(frame), dtype=np.intp)
    for k, option in enumerate(options):
        arm[tables.equals(column, option)] = k
    rows = np.flatnonzero(there)
    moderators = designs.design(frame.loc[there], rows, stage.moderators, f"moderators of stage {number}")
    controls = designs.design(frame.loc[there], rows, stage.controls, f"controls of stage {number}")
    missed = designs.contains(controls.matrix, moderators.matrix, moderators.terms)
    if missed:
        raise Refusal(f"the controls of stage {number} miss the moderator {', '.join(missed)}: add it to the controls")
    s, z = np.zeros((len(frame), len(moderators.terms))), np.zeros((len(frame), len(controls.terms)))
    s[there], z[there] = moderators.matrix, controls.matrix
    p = _chances(frame, stage, number, there, arm, len(options))
    # Whoever had their option with a small chance counts more, so that options are alike in who had them.
    weight = (
        (1 / np.take_along_axis(p, arm[:, None], 1)[:, 0]) / (1 / p).sum(axis=1)
        if method == "dwols"
        else np.ones(len(arm))
    )
    made = StageData(
        there, arm, p, s, z, weight, tuple(_label(o) for o in options), moderators.terms, (*controls.terms,)
    )
    names = (*controls.terms, *made.terms)
    inference.enough(len(rows) - len(names), len(rows), len(names))
    designs.independent(made.x[there], names, f"stage {number}")
    return made


def _label(option: Any) -> str:
    return str(int(option)) if isinstance(option, float) and option.is_integer() else str(option)


def _chances(frame: pd.DataFrame, stage: Stage, number: int, there: Any, arm: Any, count: int) -> Floats:
    """Every option's probability, (n, options)."""
    role = f"probability of stage {number}"
    given = _given(stage)
    if stage.propensity is not None:
        if count != 2 or given:
            raise Refusal(f"{role}: it is estimated for two options, and where none is given")
        x = designs.design(frame.loc[there], np.flatnonzero(there), stage.propensity, role)
        rows = np.arange(int(there.sum()))
        found = logistic(x.matrix, arm[there] == 1, np.ones(len(rows)), rows, len(rows), x.terms, role).probability
        second = np.full(len(frame), 0.5)
        second[there] = found
        return np.stack([1 - second, second], axis=1)
    if not given:
        return np.full((len(frame), count), 1 / count)
    parts = [tables.number_or_column(frame, p, role) for p in given]
    if len(parts) == 1 and count == 2:
        parts = [1 - parts[0], parts[0]]
    if len(parts) != count:
        raise Refusal(f"{role}: give one for each of the {count} options")
    p = np.where(there[:, None], np.stack(parts, axis=1), 1 / count)
    if not ((p > 0) & (p < 1)).all() or np.abs(p.sum(axis=1) - 1).max() > 1e-6:
        raise Refusal(f"{role}: it lies between 0 and 1 wherever there was a decision, and all options' sum to 1")
    return p


def _drawn(
    y: Floats, data: Sequence[StageData], size: int, count: int, place: tuple[int, int], number: int, turns: Turns
) -> Floats:
    """The stage's coefficients in many samples, in batches, so that progress can be shown."""
    parts = []
    for batch in turns(range(-(-count // BATCH))):
        draw = generator(*place, batch)
        parts.append(backwards.resampled(y, data, size, min(BATCH, count - batch * BATCH), draw, number))
    drawn: Floats = np.concatenate(parts)
    drawn = drawn[np.isfinite(drawn).all(axis=1)]
    if len(drawn) < 0.9 * count:
        raise Refusal("too many resamples cannot be analyzed: an option is too rare for so many terms")
    return drawn


def hybrid(row: Row, drawn: Floats, size: int, n: int, level: float) -> Row:
    """The bootstrap's hybrid interval, and the chance of 0 by its own test; drawn (samples,) of `size` from `n` persons.

    It is widened by what n persons less the coefficients give less than n, as the t interval of a mean is.
    """
    half = (1 + level) / 2
    wider = np.sqrt(n / row.df) * stats.t.ppf(half, row.df) / stats.norm.ppf(half)
    moved = wider * np.sqrt(size / n) * (drawn - row.estimate)
    low, high = np.quantile(moved, [1 - half, half])
    beyond = min(float(np.mean(moved >= row.estimate)), float(np.mean(moved <= row.estimate)))
    p = min(1.0, 2 * beyond + 1 / len(drawn))
    return Row(
        row.term, row.estimate, float(moved.std()), row.df, row.estimate - float(high), row.estimate - float(low), p
    )


def _rule(
    number: int, stage: StageData, theta: Floats, rows: tuple[Row, ...], hidden: Any, size: int | None, lower: bool
) -> StageRule:
    there = stage.there
    chosen = stage.blips(theta[None])[0].argmax(axis=1)[there]
    shares = {option: float((chosen == k).mean()) for k, option in enumerate(stage.options)}
    turn = -1.0 if lower else 1.0
    effects = tuple(_turned(row, turn) for row in rows)
    text = rule_text(stage.options, stage.moderators, theta[stage.z.shape[1] :])
    return StageRule(
        number + 1, effects, text, int(there.sum()), stage.options, shares,
        float((chosen == stage.arm[there]).mean()), float(hidden[there].mean()), size,
    )  # fmt: skip


def _turned(row: Row, turn: float) -> Row:
    low, high = sorted((turn * row.lower, turn * row.upper))
    return replace(row, estimate=turn * row.estimate, lower=low, upper=high)


def _worth(y: Floats, data: Sequence[StageData], seed: int, level: float) -> tuple[Row, Row, Row]:
    """The value of the rules, of what was done, and the difference; each (mean, its t interval).

    Doubly robust (as in off-policy evaluation, stage by stage), with rules and models from the other folds of persons.
    """
    n = len(y)
    fold = generator(seed, 10_000).permutation(n) % FOLDS
    without = (fold[None, :] != np.arange(FOLDS)[:, None]).astype(np.float64)
    found = y.copy()
    for stage, theta in reversed(list(zip(data, backwards.learned(y, data, without), strict=True))):
        if not np.isfinite(theta).all():
            raise Refusal("a fifth less persons cannot carry the rules: take out terms, or options that few had")
        blips = np.take_along_axis(stage.blips(theta), fold[None, :, None], axis=0)[0]
        chosen = blips.argmax(axis=1)
        base = np.einsum("nq,nq->n", stage.z, theta[fold, : stage.z.shape[1]])
        expected = base + blips.max(axis=1)
        weight = (stage.arm == chosen) / stage.p[np.arange(n), chosen]
        found = np.where(stage.there, expected + weight * (found - expected), found)

    def row(values: Floats, term: str) -> Row:
        variance = np.array([[values.var(ddof=1) / n]])
        return inference.combination(np.array([values.mean()]), variance, np.ones(1), n - 1, term, level)

    return row(found, "value"), row(y, "observed"), row(found - y, "gain")
