"""Which questions a formula adds: by linkId, by group, by the totals that it adds in turn."""

from collections.abc import Mapping, Sequence

from microcare.exchange.fhir_items import Raw
from microcare.exchange.fhirpath_sums import Sum

DEEPEST = 10
"""Totals of totals of totals."""


class Sums:
    """The plain sums of one questionnaire, and the positions of the questions they add.

    Found once for each sum, so that totals which add totals cost no more than they have words.
    """

    def __init__(self, raws: Sequence[Raw], sums: Mapping[str, Sum]) -> None:
        self._raws = raws
        self._sums = sums
        self._known: dict[str, frozenset[int] | str] = {}
        self._at: dict[str, list[int]] = {}
        self._inside: dict[str, list[int]] = {}
        for at, raw in enumerate(raws):
            self._at.setdefault(raw.link_id, []).append(at)
            for group in raw.inside if raw.scorable else ():
                self._inside.setdefault(group, []).append(at)

    def positions(self, link_id: str, trail: tuple[str, ...] = ()) -> frozenset[int] | str:
        """Return the positions that this calculated item adds; a text says what it adds without a score."""
        if link_id not in self._known:
            self._known[link_id] = self._find(self._sums[link_id], (*trail, link_id))
        return self._known[link_id]

    def _find(self, found: Sum, trail: tuple[str, ...]) -> frozenset[int] | str:
        positions: list[int] = []
        on_the_way = self._groups_above(found.included)
        for name in sorted(found.included - found.excluded):
            if name not in self._at:
                return f"{name}, which is not in the file"
            if name in on_the_way:
                continue
            for at in self._at[name]:
                added = self._added(at, trail)
                if isinstance(added, str):
                    return added
                positions += added
            if len(positions) > len(self._raws):
                break
        positions += self._by_prefix(found, set(positions))
        if len(set(positions)) < len(positions):
            return "an item more than once"
        return frozenset(positions) if positions else "no item of the file"

    def _added(self, at: int, trail: tuple[str, ...]) -> Sequence[int] | str:
        """What one named item stands for."""
        raw = self._raws[at]
        if raw.formula:
            if raw.link_id in trail or raw.link_id not in self._sums or len(trail) > DEEPEST:
                return f"{raw.link_id}, which is no plain sum"
            inner = self.positions(raw.link_id, trail)
            return inner if isinstance(inner, str) else sorted(inner)
        if raw.group:
            return self._inside.get(raw.link_id, [])
        return [at] if raw.addable else f"{raw.link_id}, which has no score"

    def _by_prefix(self, found: Sum, taken: set[int]) -> list[int]:
        """Questions with scores that a prefix means; with nothing named at all, every one of them."""
        if found.names_items and not found.prefixes:
            return []
        prefixes = tuple(found.prefixes) or ("",)
        return [
            at
            for at, raw in enumerate(self._raws)
            if raw.scorable and at not in taken
            if raw.link_id.startswith(prefixes) and raw.link_id not in found.excluded
        ]

    def _groups_above(self, names: set[str]) -> set[str]:
        """Groups that hold a named item: they are its path in the formula, not something to be added."""
        return {group for name in names for at in self._at.get(name, []) for group in self._raws[at].inside}
