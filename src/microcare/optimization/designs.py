"""Model matrices from formulas like `~ 1 + day + C(place)`."""

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from formulaic import Formula, ModelSpec
from formulaic.errors import DataMismatchWarning, FormulaicError

from microcare.optimization.arrays import Floats, Places
from microcare.optimization.refusal import Refusal

INTERCEPT = "(Intercept)"
TOLERANCE = 1e-10
FAILURES = (FormulaicError, KeyError, NameError, ValueError, TypeError, SyntaxError)
CALLS = re.compile(r"(\w*)\s*\(")
CATEGORIES = re.compile(r"\bC\(\s*(\w+)\s*\)")
PLAIN = re.compile(r"[\w\s~+:*().^-]*")


@dataclass(frozen=True)
class Design:
    """A model matrix (rows, k), with the names of its columns and how it is made again."""

    matrix: Floats
    terms: tuple[str, ...]
    formula: str
    spec: ModelSpec

    @property
    def levels(self) -> dict[str, list[str]]:
        """The levels of each category, the one compared with first."""
        states = {str(name): state for name, (_, state) in self.spec.encoder_state.items()}
        return {name: [str(v) for v in state["categories"]] for name, state in states.items() if "categories" in state}

    def at(self, values: pd.DataFrame) -> Floats:
        """The rows of the same design for other values of its variables, shape (len(values), k)."""
        try:
            found = _made(self.spec, values)
        except (*FAILURES, DataMismatchWarning) as error:
            raise Refusal(f"{self.formula}: the values do not fit it ({_short(error)})") from None
        return np.asarray(found, dtype=np.float64)


def _made(spec: ModelSpec | Formula, frame: pd.DataFrame) -> Any:
    """The model matrix; a level that was not there when the design was made is an error, not the first level."""
    with warnings.catch_warnings():
        warnings.simplefilter("error", DataMismatchWarning)
        return spec.get_model_matrix(frame, context={}, na_action="ignore")


def levels(formula: str) -> tuple[str, ...]:
    """The variables a formula takes as categories, by C().

    Raises:
        Refusal: a term is a function of a whole column, like its mean, which no part of a table knows.
    """
    strange = [f for f in CALLS.findall(formula) if f not in ("C", "")]
    if strange:
        raise Refusal(f"the formula {formula}: {strange[0]}() needs the whole table at once; make it a column before")
    return tuple(name.strip() for name in CATEGORIES.findall(formula))


def blueprint(formula: str, values: Mapping[str, Sequence[Any]]) -> ModelSpec:
    """How a formula's matrix is made from any part of a table, given all values of those variables that are categories."""
    count = max((len(v) for v in values.values()), default=1)
    frame = pd.DataFrame({name: np.ones(count) for name in variables(formula)})
    for name, known in values.items():
        if name in frame.columns:
            frame[name] = pd.Series([known[k % len(known)] for k in range(count)])
    return _parsed(formula, "the formula").get_model_matrix(frame, context={}, na_action="ignore").model_spec


def variables(formula: str) -> tuple[str, ...]:
    """The names of the columns a formula reads."""
    return tuple(sorted(str(v) for v in _parsed(formula, "the formula").required_variables))


def design(frame: pd.DataFrame, rows: Places, formula: str, role: str, spec: ModelSpec | None = None) -> Design:
    """The model matrix of a formula; `rows` (len(frame),) says where in the file each row stood. With a `blueprint` for a part of a table.

    Raises:
        Refusal: the formula cannot be read, names no column, or a row lacks a value.
    """
    parsed = _parsed(formula, role)
    needed = sorted(str(v) for v in parsed.required_variables)
    missing = [name for name in needed if name not in frame.columns]
    if missing:
        raise Refusal([f"{role} {formula}: the table has no column {name}" for name in missing])
    lacking = [
        f"{role} {formula}: {name} is unknown in {int(bad.sum())} of the rows that are used, first in row {rows[int(bad.argmax())] + 1}"
        for name in needed
        if (bad := frame[name].isna().to_numpy()).any()
    ]
    if lacking:
        raise Refusal(lacking)
    try:
        found = _made(spec or parsed, frame)
    except (*FAILURES, DataMismatchWarning) as error:
        raise Refusal(f"{role} {formula}: cannot be made ({_short(error)})") from None
    terms = tuple(INTERCEPT if t == "Intercept" else t for t in map(str, found.model_spec.column_names))
    if not terms:
        raise Refusal(f"{role} {formula}: it has no terms; write ~ 1 for the average alone")
    values = np.asarray(found, dtype=np.float64)
    finite = np.isfinite(values).all(axis=1)
    if not finite.all():
        raise Refusal(f"{role} {formula}: a term is no finite number in row {rows[int(finite.argmin())] + 1}")
    return Design(values, terms, formula, found.model_spec)


def _parsed(formula: str, role: str) -> Formula:
    text = formula.strip().removeprefix("~").strip() or "1"
    if not PLAIN.fullmatch(text):
        raise Refusal(f"{role} {formula}: a formula has column names, numbers and + : * ( ), like ~ 1 + day + C(place)")
    try:
        return Formula(text)
    except (FormulaicError, SyntaxError, ValueError) as error:
        raise Refusal(f"{role} {formula}: cannot be read ({_short(error)})") from None


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
