"""One specification of a trial: planned, randomized by a program's rule, simulated, analyzed and reported from the same file."""

import hashlib
import json
from pathlib import Path
from typing import Annotated, Any, Literal

import numpy as np
import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from microcare.optimization import formulas, tables
from microcare.optimization.arrays import Floats
from microcare.optimization.planning.curves import Curve, polynomials
from microcare.optimization.planning.mrt import Binary, Continuous, columns, staying
from microcare.optimization.question import Question
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Table

LATER = ("missing", "missing_model", "lower_is_better")
"""Words that a specification got later: without them its hash is what it was."""
Share = Annotated[float, Field(gt=0, lt=1)]
Name = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Course(_Part):
    """A curve over the days: a mean, or a shape with its first value and its peak, or a value for each day."""

    mean: float = 0.0
    shape: Literal["constant", "linear", "quadratic"] = "constant"
    initial: float | None = None
    peak: float | None = None
    values: tuple[float, ...] | None = None

    def over(self, days: int) -> Floats:
        """The value on each day."""
        return Curve(self.mean, self.shape, self.initial, self.peak, self.values).over(days)


class Specification(_Part):
    """A micro-randomized trial. `arms` are options with their probabilities, the one to compare with first; `effect` is the
    effect that would be worth finding, of each other arm: in standard deviations for the family identity, as the logarithm
    of a ratio for the family log. `base` is the chance of the outcome without treatment (log only).
    """

    trial: Name
    title: str = ""
    program: str = ""
    """The program that randomizes, as a path from this file."""
    rule: str = ""
    """Its decision rule, as intervention.rule."""
    family: Literal["identity", "log"] = "identity"
    outcome: str = "proximal"
    moderators: str = "~ 1"
    controls: str = "~ 1"
    days: Annotated[int, Field(ge=1, le=3660)]
    per_day: Annotated[int, Field(ge=1, le=200)] = 1
    arms: Annotated[dict[Name, Share], Field(min_length=2)]
    effect: dict[Name, Course]
    base: float | None = None
    availability: Course = Course(mean=1.0)
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0
    missing: Literal["drop", "ipw", "dr", "error"] = "drop"
    """What is done where an available decision point has no outcome: as `analyze effect` takes it."""
    missing_model: str | None = None
    """What having an outcome depends on, a formula; else the controls and the treatment."""
    lower_is_better: bool = False
    terms: Annotated[int, Field(ge=1, le=5)] = 1
    """1 tests the average effect, 2 a line over the days, 3 a parabola."""
    alpha: Share = 0.05
    power: Share | None = None
    persons: Annotated[int, Field(ge=2)] | None = None
    seed: int = 1

    @field_validator("moderators", "controls", "missing_model")
    @classmethod
    def _read(cls, formula: str | None) -> str | None:
        try:
            formulas.parse(formula or "")
        except Refusal as refused:
            raise ValueError(refused.issues[0]) from None
        return formula

    @model_validator(mode="after")
    def _agree(self) -> "Specification":
        first, *others = self.arms
        if abs(sum(self.arms.values()) - 1) > 1e-9:
            raise ValueError(f"the probabilities of the arms sum to {sum(self.arms.values()):g}, not to 1")
        if set(self.effect) != set(others):
            raise ValueError(f"give the effect of {', '.join(others)} against {first}")
        if (self.power is None) == (self.persons is None):
            raise ValueError("give either the power that is wanted, or the number of persons there are")
        if self.family == "log" and (self.base is None or not 0 < self.base < 1 or len(others) != 1):
            raise ValueError("the family log needs `base`, the chance without treatment, and one arm to compare")
        return self

    @property
    def hash(self) -> str:
        """The pre-registration hash: the same for the same specification, however the file is written, and for ever: a word
        that came later counts only where it is used.
        """
        made = self.model_dump(mode="json")
        made = {k: v for k, v in made.items() if k not in LATER or v != type(self).model_fields[k].default}
        said = json.dumps(made, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(said.encode()).hexdigest()

    def plan(self) -> Continuous | Binary:
        """What power and simulation are computed from."""
        points = self.days * self.per_day
        basis = polynomials(self.days, self.per_day, self.terms)
        availability = np.repeat(self.availability.over(self.days), self.per_day)
        remaining = staying(self.days, self.per_day, self.dropout) if self.dropout else None
        others = list(self.arms)[1:]
        effects = [np.repeat(self.effect[arm].over(self.days), self.per_day) for arm in others]
        if self.family == "log":
            fitted = np.linalg.lstsq(basis, effects[0], rcond=None)[0]
            controls = np.stack([np.ones(points), *basis[:, 1:].T], axis=1)
            base = np.zeros(controls.shape[1])
            base[0] = np.log(self.base or 0.5)
            p = columns(self.arms[others[0]], self.days, self.per_day, "the probability")
            return Binary(fitted, base, basis, controls, availability, p, self.alpha, remaining)
        shares = np.tile([self.arms[arm] for arm in others], (points, 1))
        return Continuous(np.stack(effects, axis=1), availability, shares, basis, self.terms, self.alpha, remaining)

    def question(self) -> dict[str, Any]:
        """What `excursion_effect` is asked of the trial's decision table."""
        others = list(self.arms)[1:]
        # The effect over the days as it was planned: 1, day, day ** 2, ...; what moderates is controlled for.
        over = ["day", *(f"I(day ** {k})" for k in range(2, self.terms))][: self.terms - 1]
        moderators = formulas.joined(self.moderators, over)
        return {
            "missing": self.missing, "missing_model": self.missing_model, "lower_is_better": self.lower_is_better,
            "estimator": "dr" if self.missing == "dr" else None,
            "outcome": self.outcome, "treatment": "chosen", "person": "person", "availability": "available",
            "arms": list(self.arms), "probability": {arm: f"p_{arm}" for arm in others}, "family": self.family,
            "numerator": {arm: self.arms[arm] for arm in others}, "moderators": moderators,
            "controls": formulas.joined(self.controls, formulas.terms(moderators)),
        }  # fmt: skip

    def rows(self, table: Table) -> Table:
        """The rows of the rule that randomizes, where the table has several; else the table.

        Raises:
            Refusal: it has rows of other rules only.
        """
        known = tables.names(table)
        if not self.rule or not {"intervention", "rule"} <= set(known):
            return table
        asked = Question(**self.question())
        frame = tables.read(table, ["intervention", "rule", *asked.columns(known)], known, asked.texts)
        named = frame["intervention"].astype(str) + "." + frame["rule"].astype(str)
        own = frame[named == self.rule].reset_index(drop=True)
        if not len(own):
            raise Refusal(
                f"the table has no decision point of the rule {self.rule}; it has {', '.join(sorted(named.unique())[:10])}"
            )
        return own


def read(path: Path) -> Specification:
    """A specification from a YAML file.

    Raises:
        Refusal: everything that is wrong with it.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Refusal(f"{path}: {error.strerror or error}") from None
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise Refusal(f"{path}: this is no YAML ({' '.join(str(error).split())[:200]})") from None
    if not isinstance(found, dict):
        raise Refusal(f"{path}: a specification has names with their values, like `days: 42`")
    try:
        return Specification.model_validate(found)
    except ValidationError as error:
        said = [(".".join(map(str, e["loc"])), e["msg"].removeprefix("Value error, ")) for e in error.errors()]
        raise Refusal([f"{path}: {where + ': ' if where else ''}{message}" for where, message in said]) from None
