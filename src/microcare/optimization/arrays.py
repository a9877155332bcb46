"""The kinds of arrays."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.floating[Any]]
Places = NDArray[np.intp]
"""Whole numbers that say where something is: rows, persons, arms."""
Marks = NDArray[np.bool_]
