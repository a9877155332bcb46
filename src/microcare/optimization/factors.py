"""The factors of a formula as columns: what its parsed tree says, reckoned here."""

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import tables
from microcare.optimization.arrays import Floats
from microcare.optimization.formulas import WHOLE, Both, Call, Constant, Formula, Minus, Name, Tree
from microcare.optimization.refusal import Refusal

FUNCTIONS: dict[str, Any] = {
    "I": lambda x: x,
    "abs": np.abs,
    "exp": np.exp,
    "log": np.log,
    "log10": np.log10,
    "log2": np.log2,
    "sqrt": np.sqrt,
}
SIGNS: dict[str, Any] = {"+": np.add, "-": np.subtract, "*": np.multiply, "/": np.divide, "**": np.power}


@dataclass(frozen=True, slots=True)
class Scale:
    """What center() and scale() take away, and what they divide by."""

    mean: float
    spread: float


def columns(
    formula: Formula, frame: pd.DataFrame, known: dict[str, Scale] | None
) -> tuple[pd.DataFrame, dict[str, Scale]]:
    """Each factor's column under the name that it prints; with what is `known` of whole columns, or learned from these.

    Raises:
        Refusal: a function is of a column that holds no numbers.
    """
    made: dict[str, Any] = {}
    learned = dict(known or {})
    for name, tree in formula.factors.items():
        if isinstance(tree, Name):
            made[name] = _plain(frame[tree.name], name)
        elif isinstance(tree, Call) and tree.function == "C" and isinstance(tree.of, Name):
            made[name] = pd.Series(pd.Categorical(frame[tree.of.name]), index=frame.index)
        elif isinstance(tree, Call) and tree.function in WHOLE:
            values = _value(tree.of, frame, name)
            if name not in learned:
                learned[name] = _scale(values, tree.function)
            made[name] = (values - learned[name].mean) / learned[name].spread
        else:
            made[name] = _value(tree, frame, name)
    return pd.DataFrame(made, index=frame.index), learned


def _plain(column: pd.Series, name: str) -> pd.Series:
    if isinstance(column, pd.DataFrame):
        raise Refusal(f"the table has two columns {name}: which one is meant cannot be told; rename one")
    if pd.api.types.is_datetime64_any_dtype(column) or pd.api.types.is_timedelta64_dtype(column):
        raise Refusal(f"{name} is a time: a formula takes numbers and names; make it a column of days or hours before")
    if not is_category(column):
        found = column.to_numpy(dtype=np.float64, na_value=np.nan)
        if (np.isfinite(found) & (np.abs(found) > tables.LARGEST)).any():
            raise Refusal(f"{name} has a number too large to reckon with; is it a code for unknown?")
    return column


def is_category(column: pd.Series) -> bool:
    """Whether a column is taken as a category: it is text, or said to be one."""
    return not (pd.api.types.is_numeric_dtype(column) or pd.api.types.is_bool_dtype(column))


def _scale(values: Floats, function: str) -> Scale:
    return Scale(float(values.mean()), float(values.std(ddof=1)) if function == "scale" else 1.0)


def _value(tree: Tree, frame: pd.DataFrame, role: str) -> Floats:
    """A tree's value in every row; what cannot be reckoned, like the logarithm of 0, is no finite number."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        return np.broadcast_to(_reckoned(tree, frame, role), (len(frame),)).astype(np.float64)


def _reckoned(tree: Tree, frame: pd.DataFrame, role: str) -> Any:
    match tree:
        case Name(name):
            return tables.numbers(frame, name, role)
        case Constant(value):
            return np.float64(value)
        case Minus(of):
            return -_reckoned(of, frame, role)
        case Both(sign, left, right):
            return SIGNS[sign](_reckoned(left, frame, role), _reckoned(right, frame, role))
        case Call(function, of):
            return FUNCTIONS[function](_reckoned(of, frame, role))
