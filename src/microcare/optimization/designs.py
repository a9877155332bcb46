"""Model matrices from formulas like `~ 1 + day + C(place)`.

The formula library gets no text of the author's: only columns by their names, which it looks up and multiplies.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import DataMismatchWarning, FormulaicError
from formulaic.parser.types import Factor, Term

from microcare.optimization import factors, formulas
from microcare.optimization.arrays import Floats, Places
from microcare.optimization.refusal import Refusal

INTERCEPT = "(Intercept)"
TOLERANCE = 1e-10
FAILURES = (FormulaicError, KeyError, NameError, ValueError, TypeError)
MOST_COLUMNS = 1_000


@dataclass(frozen=True)
class Blueprint:
    """How a formula's matrix is made: the formula, the library's record of it, and what was learned of whole columns."""

    formula: formulas.Formula
    spec: ModelSpec
    known: dict[str, factors.Scale]


@dataclass(frozen=True)
class Design:
    """A model matrix (rows, k), with the names of its columns and how it is made again."""

    matrix: Floats
    terms: tuple[str, ...]
    formula: str
    blueprint: Blueprint | None = None
    """None where no formula made it."""

    @property
    def levels(self) -> dict[str, list[str]]:
        """The levels of each category, the one compared with first."""
        if self.blueprint is None:
            return {}
        states = {str(name): state for name, (_, state) in self.blueprint.spec.encoder_state.items()}
        return {name: [str(v) for v in state["categories"]] for name, state in states.items() if "categories" in state}

    def at(self, values: pd.DataFrame) -> Floats:
        """The rows of the same design for other values of its variables, shape (len(values), k)."""
        if self.blueprint is None:
            raise Refusal("this design was made without a formula")
        lacking = [name for name in self.blueprint.formula.variables if name not in values.columns]
        if lacking:
            raise Refusal(f"{self.formula}: the values have no {', '.join(lacking)}")
        try:
            found = _made(self.blueprint.formula, values, self.blueprint)
        except (*FAILURES, DataMismatchWarning) as error:
            raise Refusal(f"{self.formula}: the values do not fit it ({_short(error)})") from None
        return np.asarray(found.matrix, dtype=np.float64)


@dataclass(frozen=True)
class _Made:
    matrix: Any
    known: dict[str, factors.Scale]


def _made(formula: formulas.Formula, frame: pd.DataFrame, before: Blueprint | None = None) -> _Made:
    """The model matrix; a level that was not there when the design was made is an error, not the first level."""
    columns, known = factors.columns(formula, frame, None if before is None else before.known)
    wide = sum(_width(term, columns) for term in formula.terms)
    if wide > MOST_COLUMNS:
        most = max(columns, key=lambda name: _width((name,), columns))
        raise Refusal(f"{formula.text}: it makes {wide} columns, more than {MOST_COLUMNS}; is {most} a category?")
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)
        spec = before.spec if before is not None else Formula([_looked_up(term) for term in formula.terms])
        return _Made(spec.get_model_matrix(columns, context={}, na_action="ignore"), known)


def _width(term: formulas.Term, columns: pd.DataFrame) -> int:
    """The most columns that a term makes: a category has one a level."""
    wide = 1
    for name in term:
        wide *= max(columns[name].nunique(), 1) if factors.is_category(columns[name]) else 1
    return wide


def _looked_up(term: formulas.Term) -> Term:
    """A term for the library, of columns that it looks up; nothing in it is ever run as code."""
    if not term:
        return Term([Factor("1", eval_method="literal")])
    return Term([Factor(name, eval_method="lookup") for name in term])


def levels(formula: str) -> tuple[str, ...]:
    """The variables a formula takes as categories, by C().

    Raises:
        Refusal: a term is a function of a whole column, like its mean, which no part of a table knows.
    """
    found = formulas.parse(formula)
    for tree in found.factors.values():
        if isinstance(tree, formulas.Call) and tree.function in formulas.WHOLE:
            raise Refusal(
                f"the formula {found.text}: {tree.function}() needs the whole table at once; make it a column before"
            )
    return found.categories


def blueprint(formula: str, values: Mapping[str, Sequence[Any]]) -> Blueprint:
    """How a formula's matrix is made from any part of a table, given all values of those variables that are categories."""
    parsed = formulas.parse(formula)
    count = max((len(v) for v in values.values()), default=1)
    frame = pd.DataFrame({name: np.ones(count) for name in parsed.variables}, index=range(count))
    for name, known in values.items():
        if name in frame.columns:
            frame[name] = pd.Series([known[k % len(known)] for k in range(count)])
    return Blueprint(parsed, _made(parsed, frame).matrix.model_spec, {})


def variables(formula: str) -> tuple[str, ...]:
    """The names of the columns a formula reads."""
    return formulas.parse(formula).variables


def design(frame: pd.DataFrame, rows: Places, formula: str, role: str, before: Blueprint | None = None) -> Design:
    """The model matrix of a formula; `rows` (len(frame),) says where in the file each row stood. With a `blueprint` for a part of a table.

    Raises:
        Refusal: the formula cannot be read, names no column, or a row lacks a value.
    """
    parsed = formulas.parse(formula, role)
    said = f"{role} {parsed.text}"
    missing = [name for name in parsed.variables if name not in frame.columns]
    if missing:
        raise Refusal([f"{said}: the table has no column {name}" for name in missing])
    lacking = [
        f"{said}: {name} is unknown in {int(bad.sum())} of the rows that are used, first in row {rows[int(bad.argmax())] + 1}"
        for name in parsed.variables
        if (bad := frame[name].isna().to_numpy()).any()
    ]
    if lacking:
        raise Refusal(lacking)
    try:
        made = _made(parsed, frame, before)
    except (*FAILURES, DataMismatchWarning) as error:
        raise Refusal(f"{said}: cannot be made ({_short(error)})") from None
    found = made.matrix
    terms = tuple(INTERCEPT if t == "Intercept" else t for t in map(str, found.model_spec.column_names))
    if not terms:
        raise Refusal(f"{said}: it has no terms; write ~ 1 for the average alone")
    values = np.asarray(found, dtype=np.float64)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        raise Refusal(f"{said}: a term is no finite number in row {rows[int(finite.argmin())] + 1}")
    return Design(values, terms, parsed.text, Blueprint(parsed, found.model_spec, made.known))


def _short(error: Exception) -> str:
    lines = [line for line in str(error).strip().splitlines() if line.strip()]
    return (lines[0] if lines else type(error).__name__)[:160]


def independent(matrix: Floats, terms: Sequence[str], role: str) -> None:
    """Refuse a matrix whose columns follow from one another, naming the first that does; (rows, k) or its products (k, k)."""
    products = matrix.T @ matrix if matrix.shape[0] != matrix.shape[1] else matrix
    scale = np.sqrt(np.diagonal(products))
    if (scale == 0).any():
        raise Refusal(
            f"{role}: {terms[int(np.flatnonzero(scale == 0)[0])]} is 0 in every row that is used; take it out"
        )
    kept: list[int] = []
    scaled = products / (scale[:, None] * scale[None, :])
    for column in range(len(terms)):
        chosen = [*kept, column]
        block = scaled[np.ix_(chosen, chosen)]
        if np.linalg.eigvalsh(block)[0] < TOLERANCE:
            others = ", ".join(terms[k] for k in kept)
            raise Refusal(f"{role}: {terms[column]} follows from {others}; take one of them out")
        kept = chosen


def contains(larger: Floats, smaller: Floats, terms: Sequence[str]) -> list[str]:
    """The terms of the smaller matrix that the larger one's columns do not span; both (rows, k)."""
    products = larger.T @ larger
    found = []
    for term, column in zip(terms, smaller.T, strict=True):
        fitted, *_ = np.linalg.lstsq(products, larger.T @ column, rcond=None)
        left: Any = column - larger @ fitted
        if float(left @ left) > 1e-8 * max(float(column @ column), 1e-300):
            found.append(term)
    return found
