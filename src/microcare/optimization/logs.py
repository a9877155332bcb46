"""The logs of a policy that ran, as arrays: what was done, with which chance, and what came of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import designs, tables
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.refusal import Refusal
from microcare.optimization.simulated import generator
from microcare.optimization.tables import Number, Table

FOLDS = 5


@dataclass(frozen=True)
class Logs:
    """One row a decision point: reward (n,), `act` (n,) from 0, `p` (n,) of the action taken, `p_all` (n, actions) if known.

    `wanted`: the probabilities (n, actions) of each policy that is asked about. `expected` (n, actions): a model's rewards.
    `terms` (n, m): what they were learned from, None where they were given.
    """

    reward: Floats
    act: Places
    p: Floats
    p_all: Floats | None
    wanted: tuple[Floats, ...]
    expected: Floats | None
    codes: Places
    persons: tuple[Any, ...]
    frame: pd.DataFrame
    warnings: tuple[str, ...]
    terms: Floats | None = None


def read_logs(
    table: Table,
    *,
    reward: str,
    action: str,
    policies: Sequence[Sequence[Number]],
    probability: Number | None,
    probabilities: Sequence[Number],
    actions: Sequence[str],
    person: str | None,
    availability: str | None = None,
    model: Sequence[str] | None = None,
    formula: str | None = None,
    more: Sequence[str] = (),
) -> Logs:
    """Read and check the logs.

    Raises:
        Refusal: everything that speaks against them, at once as far as possible.
    """
    if (probability is None) == (not probabilities):
        raise Refusal(
            "give the probability of the action taken, or those of all actions; without it nothing can be said"
        )
    if model and formula:
        raise Refusal("the model's rewards are given, or learned by a formula; not both")
    numbers = [
        *(n for policy in policies for n in policy),
        *probabilities,
        *([] if probability is None else [probability]),
    ]
    asked = [reward, action, *(str(n) for n in numbers if tables.as_number(n) is None), *(model or ()), *more]
    asked += [name for name in (person, availability) if name] + list(designs.variables(formula) if formula else ())
    frame = tables.filled(tables.read(table, asked, ids=[person]))
    warnings = []
    if availability:
        here = _available(frame, availability)
        warnings += (
            [f"{int((~here).sum())} decision points without availability are left out"] if not here.all() else []
        )
        frame = frame.loc[here].reset_index(drop=True)
    if len(frame) < 2:
        raise Refusal("the table has fewer than two rows that can be used")
    count = len(policies[0])
    if count < 2 or any(len(policy) != count for policy in policies) or len(probabilities) not in (0, count):
        raise Refusal(
            "a policy and the probabilities have one column or number for each action, and there are two or more"
        )
    r = tables.numbers(frame, reward, "reward")
    act = _acts(frame, action, actions, count)
    wanted = tuple(_all(frame, policy, "policy") for policy in policies)
    p_all = _all(frame, probabilities, "probability") if probabilities else None
    rows = np.arange(len(r))
    p = (
        tables.number_or_column(frame, probability, "probability")
        if probability is not None
        else np.asarray(p_all)[rows, act]
    )
    _sound(r, p, p_all, wanted)
    codes, persons = (rows, tuple(rows.tolist())) if person is None else tables.persons(frame, person)
    if len(persons) < 2:
        raise Refusal("the table has one person: how sure a value is cannot be told from one")
    expected = _all(frame, model, "model") if model else None
    if expected is not None and (expected.shape[1] != count or not np.isfinite(expected).all()):
        raise Refusal("the model gives a reward for each action in every row")
    terms = designs.design(frame, np.arange(len(frame)), formula, "model").matrix if formula else None
    if terms is not None:
        expected = _expected(terms, str(formula), r, act, count, codes, len(persons))
    return Logs(r, act, p, p_all, wanted, expected, codes, persons, frame, tuple(warnings), terms)


def _available(frame: pd.DataFrame, name: str) -> Marks:
    values = tables.numbers(frame, name, "availability")
    if not set(np.unique(values)) <= {0.0, 1.0}:
        raise Refusal(f"availability {name}: it is 0 or 1 in every row")
    found: Marks = values == 1
    return found


def _all(frame: pd.DataFrame, given: Sequence[Number], role: str) -> Floats:
    """A column or number for each action, (n, actions)."""
    return np.stack([tables.number_or_column(frame, one, role) for one in given], axis=1)


def _acts(frame: pd.DataFrame, name: str, actions: Sequence[str], count: int) -> Places:
    """Which action each row took, from 0."""
    if frame[name].isna().any():
        raise Refusal(f"action {name}: it is unknown in {int(frame[name].isna().sum())} rows")
    if actions:
        if len(set(actions)) != count:
            raise Refusal(f"name {count} different actions, as many as the policy has probabilities")
        text = frame[name].map(lambda v: str(int(v)) if isinstance(v, float) and v.is_integer() else str(v))
        unknown = sorted(set(text.unique()) - set(actions))
        if unknown:
            raise Refusal(f"action {name}: {unknown[0]} is none of {', '.join(actions)}")
        places: Places = text.map({label: k for k, label in enumerate(actions)}).to_numpy(dtype=np.intp)
        return places
    if frame[name].dtype == object or isinstance(frame[name].dtype, pd.StringDtype):
        raise Refusal(
            f"action {name}: name the actions in the order of the policy's probabilities, or number them from 0"
        )
    taken = tables.numbers(frame, name, "action")
    if not ((taken == np.floor(taken)) & (taken >= 0) & (taken < count)).all():
        raise Refusal(f"the action is a whole number from 0 to {count - 1}")
    return taken.astype(np.intp)


def _sound(r: Floats, p: Floats, p_all: Floats | None, wanted: Sequence[Floats]) -> None:
    issues = []
    if not np.isfinite(r).all():
        issues.append(f"every row has a reward; {int((~np.isfinite(r)).sum())} have none")
    elif np.ptp(r) == 0:
        issues.append("the reward is the same in every row: there is nothing to learn from it")
    if not ((p > 0) & (p <= 1)).all():
        issues.append(
            "the probability of the action taken is above 0 and at most 1: without it nothing can be said; log it when deciding"
        )
    if p_all is not None and (not ((p_all >= 0) & (p_all <= 1)).all() or np.abs(p_all.sum(axis=1) - 1).max() > 1e-6):
        issues.append("the probabilities of all actions lie between 0 and 1 and sum to 1 in every row")
    for one in wanted:
        if not ((one >= 0) & (one <= 1)).all() or np.abs(one.sum(axis=1) - 1).max() > 1e-6:
            issues.append("the policy's probabilities lie between 0 and 1 and sum to 1 in every row")
    if not issues and (p.min() == p.max() == 1):
        issues.append("the policy that ran never chose by chance: nothing can be said of another one")
    if issues:
        raise Refusal(issues)


def _expected(x: Floats, formula: str, r: Floats, act: Places, count: int, codes: Places, persons: int) -> Floats:
    """Each action's expected reward by least squares, each person's learned from the other folds of persons."""
    fold = (generator(1, persons).permutation(persons) % min(FOLDS, persons))[codes]
    found = np.zeros((len(r), count))
    for which in np.unique(fold):
        for k in range(count):
            rows = (fold != which) & (act == k)
            if np.linalg.matrix_rank(x[rows]) < x.shape[1]:
                raise Refusal(f"model {formula}: action {k} was taken too seldom, or its terms follow from one another")
            found[fold == which, k] = x[fold == which] @ np.linalg.lstsq(x[rows], r[rows], rcond=None)[0]
    return found
