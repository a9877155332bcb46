"""From a table and a question to a validated trial as arrays."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from microcare.base.wording import counted
from microcare.optimization import designs, nuisances, tables, validation, windows
from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.designs import Blueprint, Design
from microcare.optimization.nuisances import Logistic
from microcare.optimization.question import OWN, TIMES, Question, several
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number
from microcare.optimization.trial_data import Nuisance, TrialData
from microcare.optimization.validation import Findings


@dataclass(frozen=True)
class Part:
    """The table is a part of one: what only the whole can tell is not asked of it, and its designs are those of the whole."""

    moderators: Blueprint | None = None
    controls: Blueprint | None = None


def trial_data(
    frame: pd.DataFrame, q: Question, found: Findings, part: Part | None = None
) -> tuple[TrialData, list[str]]:
    """Read, check and arrange a table, or a part of one; every reason against it at once.

    Raises:
        Refusal: see `excursion.excursion_effect`.
    """
    tables.read(frame, q.columns(list(frame.columns)))
    if not len(frame) and part is None:
        raise Refusal("the table has no rows")
    notes: list[str] = []
    codes, persons = tables.persons(frame, q.person)
    if len(persons) < 2 and part is None:
        raise Refusal("the table has one person: what works for people cannot be told from one")
    available = availability(frame, q, notes)
    labels, arm = arms(frame, q, available, part is None)
    p, drawn = _probability(frame, q, labels, arm, available, codes, len(persons), notes)
    if set(OWN) <= set(frame.columns):
        available = _eligible(p, arm, available, labels, notes)
    validation.probabilities(p, arm, available, labels, found)
    order, time = _order(frame, q, codes, notes, found)
    validation.identities(persons, codes, time, found)
    y = tables.numbers(frame, q.outcome, "outcome")
    if found.refused:
        raise Refusal(found.refused)
    span = windows.window(
        y, arm, p, available, codes, order, length=q.window, lag=q.lag, reference=q.reference,
        summary=q.summary or _summary(q), end=q.end or ("truncate" if (q.summary or _summary(q)) != "last" else "drop"),
        per_decision=q.per_decision,
    )  # fmt: skip
    notes += [span.note] if span.note else []
    used = _observed(span.y, available & span.known, q, found)
    weight = np.where(available & span.known, span.weight * _weight(frame, q), 0.0)
    if part is None and not (np.isfinite(span.y) & (weight > 0)).any():
        raise Refusal("no decision point is left: nobody was available with an outcome")
    rows, weight, chance, fitted = _missing(frame, q, span.y, arm, labels, weight, codes, len(persons), notes)
    if drawn is not None:
        slope, model = drawn
        fitted = (*fitted, Nuisance("treatment", slope[rows], model.scores, model.own))
    kept = frame if len(rows) == len(frame) else frame.take(rows)
    moderators = designs.design(kept, rows, q.moderators, "moderators", None if part is None else part.moderators)
    controls = designs.design(kept, rows, q.controls, "controls", None if part is None else part.controls)
    data = TrialData(
        y=span.y[rows], arm=arm[rows], p=p[rows], numerator=_numerator(kept, q, labels), weight=weight,
        moderators=moderators, controls=controls, codes=codes[rows],
        persons=persons, arms=labels, exposure=_exposure(kept, q), terms=_terms(moderators, labels),
        folds=q.folds, omega=q.omega, n_decision_points=len(frame), n_available=int(used.sum()), observation=chance, nuisances=fitted,
    )  # fmt: skip
    _check(data, q, found, part is None)
    if part is None:
        _whole(data, q, found, notes)
    return data, notes


def _probability(
    frame: pd.DataFrame, q: Question, labels: tuple[str, ...], arm: Places, available: Marks, codes: Places, count: int,
    notes: list[str],
) -> tuple[Floats, tuple[Floats, Logistic] | None]:  # fmt: skip
    """Every arm's probability (rows, arms) as stated, or as a model has it, with the model and its slope."""
    if q.probability_model is None:
        if q.probability is None:
            raise Refusal("give the probability of the treatment, or a model to estimate it by (probability_model)")
        p = shares(frame, q, q.probability, labels, "the probability")
        return (_from_received(p, arm, labels) if q.probability_of == "received" else p), None
    if len(labels) != 2:
        raise Refusal("the probability model: with several arms give the probabilities that were drawn with")
    treated, slope, model = nuisances.treatment(frame, q, arm, available, codes, count)
    low, high = float(np.nanmin(treated)), float(np.nanmax(treated))
    stated = "" if q.probability is None else "; the probabilities that were stated are not used"
    notes.append(
        f"the probability of {labels[1]} is estimated by a logistic regression on "
        f"{q.probability_model.strip().removeprefix('~').strip()} and lies between {low:.2g} and {high:.2g}{stated}; where the "
        "treatment was not drawn, this rests on everything that moved both treatment and outcome being in that model"
    )
    return np.stack([1 - treated, treated], axis=1), (slope, model)


def _missing(
    frame: pd.DataFrame, q: Question, y: Floats, arm: Places, labels: tuple[str, ...], weight: Floats, codes: Places,
    count: int, notes: list[str],
) -> tuple[Places, Floats, Floats | None, tuple[Nuisance, ...]]:  # fmt: skip
    """The rows that are used, their weights, and where missing outcomes are modeled the chance of each outcome."""
    asked = np.flatnonzero(weight > 0)
    seen = np.isfinite(y[asked])
    if seen.all() or q.missing not in ("ipw", "dr"):
        return asked[seen], weight[asked][seen], None, ()
    arms = np.stack([arm[asked] == k for k in range(1, len(labels))], axis=1).astype(np.float64)
    model, slope, note = nuisances.observation(frame, q, asked, seen, weight[asked], arms, codes[asked], count)
    notes.append(note)
    if q.missing == "dr":
        return asked, weight[asked], model.probability, (Nuisance("observation", slope, model.scores, model.own),)
    found = Nuisance("observation", slope[seen], model.scores, model.own)
    return asked[seen], (weight[asked] / model.probability)[seen], None, (found,)


def _summary(q: Question) -> str:
    return "any" if q.family == "log" and q.window > 1 else "last"


def availability(frame: pd.DataFrame, q: Question, notes: list[str]) -> Marks:
    """Where a row can tell something, (rows,): the person was available, and in a decision table of ours chance decided."""
    own = set(OWN) <= set(frame.columns)
    decided = (
        frame["randomized"].eq(1).fillna(value=False).to_numpy(dtype=bool) if own else np.ones(len(frame), dtype=bool)
    )
    if q.availability is None:
        available = np.ones(len(frame), dtype=bool)
    else:
        # Where nothing was decided a table of ours may not know whether the person was available.
        known = frame[q.availability]
        available = _stated(
            frame.assign(**{q.availability: known.where(known.notna() | decided, 0)}) if own else frame, q
        )
    left = int((available & ~decided).sum())
    if left:
        notes.append(
            f"{counted(left, 'decision point')} at which chance did not decide {'is' if left == 1 else 'are'} left out"
        )
    kept: Marks = available & decided
    return kept


def _eligible(p: Floats, arm: Places, available: Marks, labels: tuple[str, ...], notes: list[str]) -> Marks:
    """Rows of ours at which every arm could be drawn: an option that was not eligible there has no probability."""
    could = (np.isfinite(p) & (p > 0)).all(axis=1)
    left = int((available & ~could).sum())
    if left:
        none = [label for k, label in enumerate(labels) if (available & ~(np.isfinite(p[:, k]) & (p[:, k] > 0))).any()]
        notes.append(
            f"{counted(left, 'decision point')} at which {' or '.join(none)} could not be drawn {'is' if left == 1 else 'are'} left out"
        )
    kept: Marks = available & could
    return kept


def _stated(frame: pd.DataFrame, q: Question) -> Marks:
    values = tables.numbers(frame, str(q.availability), "availability")
    if not set(np.unique(values)) <= {0.0, 1.0}:
        raise Refusal(f"availability {q.availability}: it is 0 or 1 in every row, and never unknown")
    return np.asarray(values == 1)


def arms(frame: pd.DataFrame, q: Question, available: Marks, whole: bool) -> tuple[tuple[str, ...], Places]:
    """The arms' names, and each row's arm; where a row was not available an unknown arm is the reference."""
    column = frame[q.treatment]
    unknown = column.isna().to_numpy()
    if (unknown & available).any():
        row = int(np.flatnonzero(unknown & available)[0]) + 1
        raise Refusal(f"treatment {q.treatment}: row {row} was available and has no arm")
    written = [_label(v) for v in pd.unique(column[~unknown])]
    labels = tuple(_label(a) for a in q.arms) if q.arms is not None else tuple(sorted(written))
    strange = sorted(set(written) - set(labels))
    if strange:
        raise Refusal(f"treatment {q.treatment}: {', '.join(strange[:5])} is not one of the arms {', '.join(labels)}")
    if q.arms is None and not set(labels) <= {"0", "1"} and not set(labels) <= {str(k) for k in range(20)}:
        raise Refusal(
            f"treatment {q.treatment}: say which arms there are, the one to compare with first; it has {', '.join(labels[:10])}"
        )
    if q.arms is None and set(labels) <= {"0", "1"}:
        labels = ("0", "1")
    if len(labels) < 2:
        raise Refusal(f"treatment {q.treatment}: it has one arm only ({', '.join(labels)})")
    place = {label: k for k, label in enumerate(labels)}
    codes, kinds = pd.factorize(column, use_na_sentinel=True)
    lookup = np.array([place[_label(v)] for v in kinds] + [0], dtype=np.intp)
    arm: Places = lookup[codes]
    lost = [label for k, label in enumerate(labels) if not (arm[available] == k).any()]
    if lost and whole:
        raise Refusal(
            f"treatment {q.treatment}: no available decision point has {', '.join(lost)}; there is nothing to compare"
        )
    return labels, arm


def _label(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return str(int(value))
    if isinstance(value, float | np.floating) and float(value).is_integer():
        return str(int(value))
    return str(value)


def shares(
    frame: pd.DataFrame,
    q: Question,
    given: Number | Sequence[Number] | Mapping[str, Number],
    labels: tuple[str, ...],
    role: str,
) -> Floats:
    """A probability for every arm, (rows, arms)."""
    if isinstance(given, Mapping):
        missing = [label for label in labels[1:] if label not in given]
        if missing or set(given) - set(labels):
            raise Refusal(f"{role}: name each of the arms {', '.join(labels[1:])} once")
        values = [given[label] for label in (labels if labels[0] in given else labels[1:])]
    else:
        values = several(given)
    if len(values) not in (len(labels) - 1, len(labels)):
        raise Refusal(f"{role}: give one for each of the arms {', '.join(labels[1:])}, not {len(values)}")
    columns = [tables.number_or_column(frame, value, role) for value in values]
    if len(columns) == len(labels) - 1:
        columns.insert(0, 1 - np.sum(columns, axis=0))
    return np.stack(columns, axis=1)


def _from_received(p: Floats, arm: Places, labels: tuple[str, ...]) -> Floats:
    if len(labels) != 2:
        raise Refusal("with several arms every arm's probability is needed, not that of the arm received")
    treated = np.where(arm == 1, p[:, 1], 1 - p[:, 1])
    return np.stack([1 - treated, treated], axis=1)


def _numerator(frame: pd.DataFrame, q: Question, labels: tuple[str, ...]) -> Floats:
    if q.numerator is None:
        return np.full((len(frame), len(labels)), 1 / len(labels))
    found = shares(frame, q, q.numerator, labels, "the numerator")
    if not ((found > 0) & (found < 1)).all():
        raise Refusal("the numerator lies between 0 and 1 for every arm")
    return found


def _order(
    frame: pd.DataFrame, q: Question, codes: Places, notes: list[str], found: Findings
) -> tuple[Places, NDArray[Any] | None]:
    """Rows by person and time; only an outcome that lies later depends on it."""
    later = q.window + q.lag > 1
    name = q.time or (next((c for c in TIMES if c in frame.columns), None) if later else None)
    if name is None:
        if later:
            found.said.append("no column says the time, so each person's rows are taken in the order of the table")
        return np.argsort(codes, kind="stable"), None
    if frame[name].isna().any():
        raise Refusal(f"time {name}: row {int(np.flatnonzero(frame[name].isna())[0]) + 1} has no time")
    if q.time is None:
        notes.append(f"a person's decision points are ordered by {name}")
    time = tables.times(frame[name], f"time {name}")
    place = pd.factorize(time, sort=True)[0]
    return np.lexsort((place, codes)), frame[name].to_numpy()


def _observed(y: Floats, used: Marks, q: Question, found: Findings) -> Marks:
    unknown = used & ~np.isfinite(y)
    count, of = int(unknown.sum()), int(used.sum())
    if not count:
        return used
    if q.missing == "error":
        raise Refusal(
            f"outcome {q.outcome}: {count} of {of} available decision points have none (first in row {int(np.flatnonzero(unknown)[0]) + 1}); "
            "say what to do: missing = ipw weights for it, drop leaves them out"
        )
    if q.missing == "drop":
        found.said.append(
            f"{count} of {of} available decision points have no outcome and are left out; if that has to do with the treatment, the effect is wrong"
        )
    return used & ~unknown


def _weight(frame: pd.DataFrame, q: Question) -> Floats:
    if q.weight is None:
        return np.ones(len(frame))
    found = tables.numbers(frame, q.weight, "weight")
    if (found < 0).any():
        raise Refusal(f"weight {q.weight}: no weight is below 0")
    return np.where(np.isfinite(found), found, 0.0)


def _exposure(frame: pd.DataFrame, q: Question) -> Floats:
    if q.exposure is None:
        return np.ones(len(frame))
    if q.family != "count":
        raise Refusal("an exposure belongs to the family count")
    found = tables.numbers(frame, q.exposure, "exposure")
    if not (found > 0).all():
        raise Refusal(f"exposure {q.exposure}: it is above 0 wherever the person was available")
    return found


def _terms(moderators: Design, labels: tuple[str, ...]) -> tuple[str, ...]:
    if len(labels) == 2:
        return moderators.terms
    return tuple(f"{label}:{term}" for label in labels[1:] for term in moderators.terms)


def _check(data: TrialData, q: Question, found: Findings, whole: bool) -> None:
    """What can only be checked once everything is read."""
    for name in {*designs.variables(q.moderators), *designs.variables(q.controls)} & {q.outcome, q.treatment}:
        found.refused.append(
            f"{name} stands in the moderators or controls and is the outcome or the treatment itself; take it out"
        )
    if whole and np.ptp(data.seen) == 0:
        found.refused.append(
            f"outcome {q.outcome}: it is {data.seen[0]:g} in every row that is used; there is nothing to explain"
        )
    if q.family == "log" and not set(np.unique(data.seen)) <= {0.0, 1.0}:
        found.refused.append(
            f"outcome {q.outcome}: a risk ratio needs an outcome of 0 and 1; for counts say family = count"
        )
    if q.family == "logit" and not set(np.unique(data.seen)) <= {0.0, 1.0}:
        found.refused.append(f"outcome {q.outcome}: an odds ratio needs an outcome of 0 and 1")
    if found.refused:
        raise Refusal(found.refused)
    if whole and q.family != "identity":
        validation.ratio(data.seen, *_known(data), data.arms, q.family, q.outcome, found)
        if found.refused:
            raise Refusal(found.refused)
    missed = designs.contains(data.z, data.s, data.moderators.terms)
    if missed:
        found.refuse("controls", f"the controls miss the moderator {', '.join(missed)}: add it to the controls")
    if len(data.y):
        validation.numerator_depends(data.numerator, data.s, found)
    if len(data.arms) == 2 and (whole or len(data.y) > 50 * data.z.shape[1]):
        validation.received(data.p, data.arm, data.z, found)
    if found.refused:
        raise Refusal(found.refused)


def _known(data: TrialData) -> tuple[Places, Floats, tuple[str, ...]]:
    """The arm, the moderators and their names of the rows whose outcome is known."""
    known = np.isfinite(data.y)
    return data.arm[known], data.s[known], data.moderators.terms


def _whole(data: TrialData, q: Question, found: Findings, notes: list[str]) -> None:
    """What only a whole table can tell."""
    designs.independent(data.s, data.moderators.terms, "moderators")
    designs.independent(data.z, data.controls.terms, "controls")
    shared = (data.p, data.arm)
    validation.fair(*shared, data.arms, data.weight, found)
    validation.before(data.s, data.moderators.terms, "moderator", *shared, data.weight, found)
    validation.before(data.z, data.controls.terms, "control", *shared, data.weight, found)
    if found.refused:
        raise Refusal(found.refused)
    low, high = data.p.min(), data.p.max()
    if low < 0.01 or high > 0.99:
        found.said.append(
            f"probabilities reach {low:.3g} and {high:.3g}: a few decision points carry most of the weight"
        )
    if q.numerator is None and np.ptp(data.p, axis=0).max() > 0 and q.family != "logit" and q.estimator != "dr":
        notes.append(f"the numerator is {1 / len(data.arms):.3g} everywhere")
