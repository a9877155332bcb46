"""Which effects of a factorial design can be told apart: found in the data, whatever the design was meant to be."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import comb

import numpy as np

from microcare.optimization.arrays import Floats
from microcare.optimization.refusal import Refusal

INTERCEPT = "(Intercept)"
MOST = 20_000
"""So many effects are held against one another; with very many factors the highest interactions are left out."""
LEAK = 0.1
"""From here on it is said that an effect that is left out would show in another."""


@dataclass(frozen=True)
class Aliasing:
    """The effects that are estimated, and what each may be instead.

    `terms` name the columns (rows, terms). `aliases`: by effect, those that are the same in this design, with a minus where
    they are its opposite; those of the intercept are the words of the defining relation. `resolution` is the shortest
    word's length, 0 without any. `leaks`: by effect, how much of each left-out effect (of its coefficient) it takes over.
    """

    terms: tuple[str, ...]
    columns: Floats
    aliases: Mapping[str, tuple[str, ...]]
    resolution: int
    leaks: Mapping[str, Mapping[str, float]]
    degree: int

    @property
    def relation(self) -> str:
        """The defining relation, like I = A:B:C:D; empty where all effects can be told from the average."""
        words = self.aliases.get(INTERCEPT, ())
        return " = ".join(("I", *words)) if words else ""


def aliasing(coded: Floats, factors: Sequence[str], order: int | None, terms: Sequence[str] | None = None) -> Aliasing:
    """The effects that can be estimated from the factors' columns (rows, factors) of -1 and +1.

    Without terms: all products up to an order (all orders, if not given), the simplest of those that are the same.

    Raises:
        Refusal: a term names no factors, or two of the terms are the same in this design.
    """
    cells, counts = np.unique(coded, axis=0, return_counts=True)
    asked = None if terms is None else [_members(term, factors) for term in terms]
    highest = len(factors) if order is None else order
    if not 1 <= highest <= len(factors):
        raise Refusal(f"order {highest}: interactions are of 1 to {len(factors)} factors")
    degree = _degree(len(factors))
    first: dict[bytes, tuple[str, float]] = {}
    kept: dict[str, tuple[int, ...]] = {}
    aliases: dict[str, tuple[str, ...]] = {}
    left: dict[str, tuple[int, ...]] = {}
    first[np.ones(len(cells), dtype=np.int8).tobytes()] = (INTERCEPT, 1.0)
    for members in _sets(len(factors), degree, asked or []):
        name = ":".join(factors[k] for k in members)
        column = np.prod(cells[:, members], axis=1)
        sign = float(column[0])
        same = first.get((column * sign).astype(np.int8).tobytes())
        wanted = len(members) <= highest if asked is None else members in asked
        if same is not None:
            if asked is not None and wanted and (same[0] == INTERCEPT or same[0] in kept):
                raise Refusal(f"{name} cannot be told from {same[0]} in this design: leave one of them out")
            aliases[same[0]] = (*aliases.get(same[0], ()), name if sign == same[1] else f"-{name}")
            continue
        first[(column * sign).astype(np.int8).tobytes()] = (name, sign)
        (kept if wanted else left)[name] = members
    if not kept:
        raise Refusal("the design has no effect that could be told from the average: every factor keeps one level")
    columns = np.stack([np.prod(coded[:, m], axis=1) for m in kept.values()], axis=1)
    words = [w.removeprefix("-") for w in aliases.get(INTERCEPT, ())]
    resolution = min((w.count(":") + 1 for w in words), default=0)
    shown = {name: found for name, found in aliases.items() if name == INTERCEPT or name in kept}
    return Aliasing(
        tuple(kept), columns, shown, resolution, _leaks(cells, counts.astype(np.float64), kept, left), degree
    )


def _sets(count: int, degree: int, asked: Sequence[tuple[int, ...]]) -> Iterator[tuple[int, ...]]:
    """Products by degree, the asked ones before others of the same degree; within one, as R orders them."""
    for size in range(1, count + 1):
        if size <= degree:
            every = sorted(combinations(range(count), size), key=lambda s: sum(1 << k for k in s))
            yield from sorted(every, key=lambda s: s not in asked)
        else:
            yield from (s for s in asked if len(s) == size)


def _degree(count: int) -> int:
    """Up to which interactions effects are held against one another."""
    found, total = 0, 0
    while found < count and total + comb(count, found + 1) <= MOST:
        found += 1
        total += comb(count, found)
    return max(found, 1)


def _members(term: str, factors: Sequence[str]) -> tuple[int, ...]:
    parts = [part.strip() for part in term.split(":")]
    unknown = [part for part in parts if part not in factors]
    if unknown or len(set(parts)) < len(parts):
        raise Refusal(f"term {term}: write factors with colons, like A or A:B; the factors are {', '.join(factors)}")
    return tuple(sorted(list(factors).index(part) for part in parts))


def _leaks(
    cells: Floats, counts: Floats, kept: Mapping[str, tuple[int, ...]], left: Mapping[str, tuple[int, ...]]
) -> dict[str, dict[str, float]]:
    """What each estimated effect takes over of those that are left out, by the persons in each cell (the alias matrix).

    Only main effects and pairs, for nobody expects the others to be large.
    """
    others = {name: members for name, members in left.items() if len(members) <= 2}
    if not others:
        return {}
    x = np.column_stack([np.ones(len(cells)), *(np.prod(cells[:, m], axis=1) for m in kept.values())])
    z = np.column_stack([np.prod(cells[:, m], axis=1) for m in others.values()])
    taken = np.linalg.lstsq(x.T @ (x * counts[:, None]), x.T @ (z * counts[:, None]), rcond=None)[0][1:]
    found = {
        name: {other: float(v) for other, v in zip(others, row, strict=True) if abs(v) >= LEAK}
        for name, row in zip(kept, taken, strict=True)
    }
    return {name: row for name, row in found.items() if row}
