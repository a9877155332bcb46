"""Effects from sums: what WCLS needs of each person is one small matrix, which can be added up by anybody in any order.

So the same effect comes from one table, from a stream of its parts, and from sites that share no rows (`Statistics.save`).

What a site reveals by its file: the question; each person's id (or a number, see `without_ids`), how much they weigh, and the
weighted sums of squares and products of outcome, controls and centered treatment by moderators over their decision points.
With an intercept among the controls these hold each person's weighted mean of every control and of the outcome, and someone
with a single decision point is told in full. No time, no order, and no single row of anybody with many decision points can
be read from them; yet they are personal data, and are to be kept as such.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import designs, inference, tables, validation
from microcare.optimization.arranging import Part, trial_data
from microcare.optimization.arrays import Floats
from microcare.optimization.balance import Balance
from microcare.optimization.concluding import conclude
from microcare.optimization.designs import Design
from microcare.optimization.effect import Effect
from microcare.optimization.estimators import wcls
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table
from microcare.optimization.trial_data import TrialData
from microcare.optimization.validation import Findings

KIND, VERSION = "microcare statistics", 1
OWN = ("person", "availability", "time", "probability", "probability_of", "weight", "level", "folds", "omega", "allow")
"""What each site may call as it likes; everything else of the question must agree."""


@dataclass(frozen=True)
class Statistics:
    """What an effect by WCLS needs of each person.

    `products` (persons, k + 1, k + 1): the weighted products of controls, centered treatment by moderators, and outcome.
    `weight` (persons,): the sum of the weights. `outcome` (3,): number, sum and sum of squares of the outcomes used.
    `balance`: sums that tell whether the treatment was drawn as stated.
    """

    question: Question
    arms: tuple[str, ...]
    controls: tuple[str, ...]
    moderators: tuple[str, ...]
    persons: tuple[str, ...]
    products: Floats
    weight: Floats
    outcome: Floats
    balance: Balance
    n_decision_points: int
    n_available: int
    levels: Mapping[str, list[str]] = field(default_factory=dict)
    site: str = ""
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()

    @property
    def settings(self) -> dict[str, Any]:
        """Everything that must agree before statistics are added."""
        asked = {name: value for name, value in asdict(self.question).items() if name not in OWN}
        made = {
            "arms": self.arms,
            "names of the controls": self.controls,
            "names of the moderators": self.moderators,
            "levels": self.levels,
        }
        return json.loads(json.dumps(asked | made, default=str))  # type: ignore[no-any-return]

    def __add__(self, other: "Statistics") -> "Statistics":
        """Two parts of one table; a person may be in both."""
        return added([self, other])

    def without_ids(self) -> "Statistics":
        """The same with a number for every person; nobody can be found in two sites then."""
        width = len(str(len(self.persons)))
        return replace(
            self, persons=tuple(f"{self.site or 'person'} {k + 1:0{width}}" for k in range(len(self.persons)))
        )

    def effect(self) -> Effect:
        """The effect, equal to that of all rows in one table.

        Raises:
            Refusal: what speaks against a number, as in `excursion.excursion_effect`.
        """
        found = Findings(allowed=frozenset(self.question.allow))
        found.said.extend(self.warnings)
        self._check(found)
        terms = (
            self.moderators
            if len(self.arms) == 2
            else tuple(f"{a}:{m}" for a in self.arms[1:] for m in self.moderators)
        )
        coefficients, carrying = len(self.controls) + len(terms), int((self.weight > 0).sum())
        inference.enough(carrying - coefficients, carrying, coefficients)
        fitted = wcls.solve(self.products, len(self.controls), self.controls + terms)
        change = np.append(-fitted.theta, 1.0)
        spread = float(np.sqrt(max(change @ self.products.sum(axis=0) @ change, 0.0) / self.weight.sum()))
        data = _rowless(self, terms)
        effect = conclude(data, replace(fitted, spread=spread), self.question, "wcls", found, self._notes())
        return replace(effect, moderators=None)

    def _check(self, found: Findings) -> None:
        count, total, squares = self.outcome
        if not count:
            raise Refusal("no decision point is left: nobody was available with an outcome")
        if len(self.persons) < 2:
            raise Refusal("there is one person: what works for people cannot be told from one")
        lost = [arm for arm, n in zip(self.arms, self.balance.drawn, strict=True) if n == 0]
        if lost:
            raise Refusal(f"no available decision point has {', '.join(lost)}; there is nothing to compare")
        if squares - total**2 / count <= 1e-12 * squares:
            found.refused.append(
                f"outcome {self.question.outcome}: it is the same in every row; there is nothing to explain"
            )
        self.balance.judge(self.arms, found)
        if found.refused:
            raise Refusal(found.refused)

    def _notes(self) -> tuple[str, ...]:
        sites = sorted({p.partition(":")[0] for p in self.parts if ":" in p} - {""})
        return self.notes + ((f"pooled from {', '.join(sites)}; no rows were shared",) if len(sites) > 1 else ())

    def save(self, path: str | Path) -> None:
        """Write to a JSON file, every number in full."""
        upper = np.triu_indices(self.products.shape[1])
        content = {
            "kind": KIND,
            "version": VERSION,
            "question": asdict(self.question) | {"allow": sorted(self.question.allow)},
            "arms": self.arms,
            "controls": self.controls,
            "moderators": self.moderators,
            "levels": self.levels,
            "site": self.site,
            "parts": self.parts or (self._digest(),),
            "n_decision_points": self.n_decision_points,
            "n_available": self.n_available,
            "warnings": self.warnings,
            "notes": self.notes,
            "outcome": self.outcome.tolist(),
            "balance": self.balance.as_dict(),
            "persons": self.persons,
            "weight": self.weight.tolist(),
            "products": [one[upper].tolist() for one in self.products],
        }
        Path(path).write_text(json.dumps(content, ensure_ascii=False, allow_nan=False) + "\n", encoding="utf-8")

    def _digest(self) -> str:
        order = np.argsort(np.array(self.persons, dtype=str))
        return f"{self.site}:{hashlib.sha256(self.products[order].round(12).tobytes()).hexdigest()[:24]}"


def load(path: str | Path) -> Statistics:
    """Read what `save` wrote.

    Raises:
        Refusal: it is no such file, or of a version that is not known.
    """
    try:
        content = json.loads(Path(path).read_text(encoding="utf-8"))
        if not isinstance(content, dict) or content.get("kind") != KIND:
            raise Refusal(f"{path}: it does not hold statistics; make it by microcare analyze statistics")
        if content["version"] != VERSION:
            raise Refusal(
                f"{path}: it has version {content['version']}; this release reads version {VERSION}: make it again"
            )
        return _from(content)
    except OSError as error:
        raise Refusal(f"{path}: cannot be read ({error.strerror})") from None
    except (ValueError, KeyError, TypeError, IndexError) as error:
        if isinstance(error, Refusal):
            raise
        raise Refusal(f"{path}: it is damaged ({type(error).__name__}: {str(error)[:80]}); make it again") from None


def _from(content: Mapping[str, Any]) -> Statistics:
    asked = dict(content["question"])
    asked["allow"] = frozenset(asked["allow"])
    arms, controls, moderators = (tuple(content[name]) for name in ("arms", "controls", "moderators"))
    size = len(controls) + (len(arms) - 1) * len(moderators) + 1
    upper = np.triu_indices(size)
    products = np.zeros((len(content["persons"]), size, size))
    for one, values in zip(products, content["products"], strict=True):
        one[upper] = values
        one.T[upper] = values
    weight, outcome = np.array(content["weight"], dtype=np.float64), np.array(content["outcome"], dtype=np.float64)
    if weight.shape != (len(products),) or outcome.shape != (3,) or not np.isfinite(products).all():
        raise ValueError("numbers are missing")
    if len(set(content["persons"])) != len(products):
        raise ValueError("a person is there twice")
    return Statistics(
        askable(Question(**asked)), arms, controls, moderators, tuple(content["persons"]), products, weight, outcome,
        Balance.of_dict(content["balance"]), int(content["n_decision_points"]), int(content["n_available"]),
        content["levels"], str(content["site"]), tuple(content["warnings"]), tuple(content["notes"]), tuple(content["parts"]),
    )  # fmt: skip


def statistics(
    table: Table, question: Question, site: str = "", prefix: str = "", part: Part | None = None
) -> Statistics:
    """The statistics of a table, or of a part of one.

    Where parts are made one by one, categories need the `part` that knows all their levels, or are columns of 0 and 1.
    `prefix` stands before each id, so that person 1 of one site is not taken for person 1 of another.

    Raises:
        Refusal: as in `excursion.excursion_effect`, but for what only the whole can tell; or the question needs all rows
            at once.
    """
    q = askable(question)
    frame = tables.read(table, q.columns(tables.names(table)), ids=q.texts)
    if not len(frame):
        raise Refusal("the table has no rows")
    found = Findings(allowed=frozenset(q.allow))
    data, notes = trial_data(frame, q, found, part or Part())
    carrying = np.zeros(len(data.persons), dtype=bool)
    carrying[data.codes] = True
    balance = Balance.of(data.p, data.arm, data.weight, data.z, data.controls.terms)
    persons = np.array([prefix + validation.written(p) for p in data.persons], dtype=object)[carrying]
    weights = np.bincount(data.codes, data.ratio(), len(data.persons)).astype(np.float64)
    return Statistics(
        q, data.arms, data.controls.terms, data.moderators.terms, tuple(persons), wcls.statistics(data)[carrying],
        weights[carrying], np.array([len(data.y), data.y.sum(), data.y @ data.y]), balance,
        data.n_decision_points, data.n_available, data.moderators.levels | data.controls.levels, site, tuple(found.said), tuple(notes),
    )  # fmt: skip


def askable(q: Question) -> Question:
    """The question, if sums can answer it."""
    if (q.estimator or "wcls") != "wcls" or q.family != "identity":
        raise Refusal(
            "sums per person answer for the family identity and the estimator wcls; the others need all rows at once"
        )
    if q.missing in ("ipw", "dr") or q.probability_model is not None:
        raise Refusal(
            "a model of missing outcomes or of the probability needs all rows at once: make the weights before, as a column, "
            "and give it as weight"
        )
    for formula in (q.moderators, q.controls):
        designs.levels(formula)
    return q


def added(parts: Iterable[Statistics]) -> Statistics:
    """Parts of one table, one after the other; a person may be in several (unless an outcome lies later).

    Raises:
        Refusal: the parts are of different questions.
    """
    whole: Statistics | None = None
    place: dict[str, int] = {}
    products, weight = np.zeros((0, 0, 0)), np.zeros(0)
    for one in parts:
        if whole is None:
            products, weight = np.zeros((64, *one.products.shape[1:])), np.zeros(64)
            whole = replace(one, persons=(), products=products[:0], weight=weight[:0])
        else:
            _agree(whole, one)
            whole = replace(
                whole,
                outcome=whole.outcome + one.outcome,
                balance=whole.balance + one.balance,
                n_decision_points=whole.n_decision_points + one.n_decision_points,
                n_available=whole.n_available + one.n_available,
                warnings=tuple(dict.fromkeys(whole.warnings + one.warnings)),
                notes=tuple(dict.fromkeys(whole.notes + one.notes)),
                site=whole.site if whole.site == one.site else "",
            )
        before = len(place)
        where = np.array([place.setdefault(p, len(place)) for p in one.persons], dtype=np.intp)
        if one.question.window + one.question.lag > 1 and (where < before).any() and before:
            raise Refusal(
                "an outcome that lies later needs all rows of a person in one part; split the table by persons"
            )
        if len(place) > len(weight):
            grown = max(len(place), 2 * len(weight))
            products = np.concatenate([products, np.zeros((grown - len(weight), *products.shape[1:]))])
            weight = np.concatenate([weight, np.zeros(grown - len(weight))])
        np.add.at(products, where, one.products)
        np.add.at(weight, where, one.weight)
    if whole is None:
        raise Refusal("there is nothing to add up")
    count = len(place)
    return replace(whole, persons=tuple(place), products=products[:count], weight=weight[:count])


def pooled(sites: Iterable[Statistics]) -> Statistics:
    """The statistics of several sites together; those with the same site's name are parts of one table.

    Raises:
        Refusal: the same statistics twice, questions that differ, or a person in two sites.
    """
    whole: list[Statistics] = []
    seen: set[str] = set()
    for one in sites:
        parts = one.parts or (one._digest(),)
        if seen & set(parts):
            raise Refusal(f"the statistics of {one.site or 'a table'} are there twice; each person counts once")
        seen |= set(parts)
        whole.append(one)
    _apart(whole)
    return replace(added(whole), parts=tuple(sorted(seen)))


def _apart(sites: list[Statistics]) -> None:
    home: dict[str, str] = {}
    for number, one in enumerate(sites):
        site = one.site or f"table {number + 1}"
        for person in one.persons:
            if home.setdefault(person, site) != site:
                raise Refusal(
                    f"person {person} is in {home[person]} and in {site}: if these are two people, make the statistics with "
                    "a prefix for the ids; if these are parts of one table, give both the same site"
                )


def _agree(one: Statistics, other: Statistics) -> None:
    mine, theirs = one.settings, other.settings
    differing = [f"{name} ({mine[name]} and {theirs[name]})" for name in mine if mine[name] != theirs[name]]
    if differing:
        raise Refusal(
            f"the statistics answer different questions: {'; '.join(differing)}. Where only the levels of a category differ, "
            "write it as columns of 0 and 1"
        )


def _rowless(found: Statistics, terms: tuple[str, ...]) -> TrialData:
    """A trial of which only the persons are known."""
    none = np.zeros(0)
    q = found.question

    def design(names: tuple[str, ...], formula: str) -> Design:
        return Design(np.zeros((0, len(names))), names, formula, designs.blueprint("~ 1", {}))

    return TrialData(
        y=none, arm=np.zeros(0, dtype=np.intp), p=np.zeros((0, len(found.arms))), numerator=np.zeros((0, len(found.arms))),
        weight=none, moderators=design(found.moderators, q.moderators), controls=design(found.controls, q.controls),
        codes=np.flatnonzero(found.weight > 0), persons=found.persons, arms=found.arms, exposure=none, terms=terms,
        n_decision_points=found.n_decision_points, n_available=found.n_available,
    )  # fmt: skip


def effect_of_parts(frames: Iterable[pd.DataFrame], question: Question, part: Part | None = None) -> Effect:
    """The effect from the parts of a table, none of which stays in memory."""
    return added(statistics(frame, question, part=part) for frame in frames if len(frame)).effect()
