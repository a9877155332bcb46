"""FHIR: an R4 Questionnaire as a measure, read leniently and with warnings.

Published questionnaires break the strict models in many small ways, so nothing is refused that can be
understood: what is left out, assumed or read differently is said in a warning. Only broken JSON, another
resource, a file beyond the limits and a file without a single question are problems.

Scores are the numbers on the answer options (ordinalValue, itemWeight); the total is a calculated item whose
formula is a plain sum. Where the formula would count an unanswered item as zero, the total here is unknown
instead.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from microcare.base.wording import counted
from microcare.exchange.fhir_items import MOST_ITEMS, Raw, flat_items, text_of, variables_of
from microcare.exchange.fhir_left import changes_meaning, left_over
from microcare.exchange.fhir_sums import Sums
from microcare.exchange.fhirpath_sums import Sum, read_sum
from microcare.exchange.json_text import read_json
from microcare.exchange.questionnaire import Choice, Item, Questionnaire, Score, score

MOST_WARNINGS = 200
"""Warnings that are listed one by one."""
MOST_FORMULAS = 20
"""Calculated items whose formulas are read."""


def read_questionnaire(text: str) -> Questionnaire | tuple[str, ...]:
    """Read a FHIR Questionnaire in JSON; problems (`line:column: ...`) where it cannot be one."""
    parsed = read_json(text)
    if isinstance(parsed, str):
        return (parsed,)
    document = parsed.value
    if not isinstance(document, Mapping):
        return ("1:1: expected a FHIR Questionnaire, an object",)
    kind = document.get("resourceType")
    if kind != "Questionnaire":
        found = f'"{kind[:40]}"' if isinstance(kind, str) else "nothing of that name"
        return (f'1:1: expected resourceType "Questionnaire", found {found}',)
    changed = changes_meaning(document)
    if changed is not None:
        return (f"1:1: {changed}; it cannot be read here",)
    warnings = [f'the key "{name[:40]}" stands twice in one object; the last one counts' for name in parsed.repeated]
    raws = flat_items(document, warnings)
    if isinstance(raws, str):
        return (f"1:1: {raws}",)
    if not any(raw.asked for raw in raws):
        return ("1:1: the questionnaire has no question",)
    summed = _total(raws, variables_of(document), warnings)
    items, total = _named(raws, summed)
    _warn_of_gaps(items, total, warnings)
    title = _title(document, warnings)
    left = left_over(document)
    warnings += left.told(quiet=False)
    if len(warnings) > MOST_WARNINGS:
        warnings[MOST_WARNINGS:] = [f"and {len(warnings) - MOST_WARNINGS:,} more"]
    return Questionnaire(title, items, total, tuple(warnings), tuple(left.told(quiet=True)))


def _title(document: Mapping[str, object], warnings: list[str]) -> str:
    title = text_of(document.get("title")) or text_of(document.get("name"))
    if not title:
        warnings.append("the questionnaire has no title")
    return title or "Untitled questionnaire"


def _total(raws: Sequence[Raw], shared: Mapping[str, str], warnings: list[str]) -> frozenset[int] | None:
    """Return the positions of the items that the widest sum adds up; None where there is no plain sum."""
    formulas = [raw for raw in raws if raw.formula]
    if len(formulas) > MOST_FORMULAS:
        warnings.append(f"more than {MOST_FORMULAS} items are calculated; the others' formulas are not read")
        formulas = formulas[:MOST_FORMULAS]
    read = {raw.link_id: read_sum(raw.formula, {**shared, **raw.variables}) for raw in formulas}
    sums = Sums(raws, {name: found for name, found in read.items() if isinstance(found, Sum)})
    plain: list[tuple[str, frozenset[int]]] = []
    for raw in formulas:
        name, found = raw.text or raw.link_id, read[raw.link_id]
        if isinstance(found, str):
            warnings.append(f'the formula of "{name}" is not a plain sum ({found}); it is not computed here')
            continue
        positions = sums.positions(raw.link_id)
        if isinstance(positions, str):
            warnings.append(f'the formula of "{name}" adds {positions}; it is not computed here')
            continue
        if found.missing_is_zero:
            warnings.append(f'the formula of "{name}" counts unanswered items as 0; here they make it unknown')
        if not found.names_items:
            count = len(positions)
            warnings.append(f'the formula of "{name}" names no items; all {count} with a score are added')
        plain.append((name, positions))
    if not plain:
        return None
    widest = max(plain, key=lambda pair: len(pair[1]))
    for name, positions in plain:
        if positions is not widest[1]:
            warnings.append(f'the sum "{name}" of {counted(len(positions), "item")} is left out; kept is "{widest[0]}"')
    return widest[1]


def _named(raws: Sequence[Raw], summed: frozenset[int] | None) -> tuple[tuple[Item, ...], tuple[str, ...]]:
    """Give every item its safe identifier."""
    items: list[Item] = []
    total: list[str] = []
    counts = {"item": 0, "other": 0, "note": 0}
    for at, raw in enumerate(raws):
        if not raw.kept:
            continue
        scored = raw.scorable if summed is None else at in summed
        word = "item" if scored else "other" if raw.asked else "note"
        counts[word] += 1
        name = f"{word}{counts[word]}"
        assert raw.kind is not None
        items.append(
            Item(
                id=name,
                link_id=raw.link_id,
                text=raw.text,
                kind=raw.kind,
                choices=raw.choices,
                required=raw.required,
                scored=scored,
                multiple=raw.multiple,
                codes=raw.codes,
            )
        )
        if summed is not None and scored:
            total.append(name)
    return tuple(items), tuple(total)


def _warn_of_gaps(items: Iterable[Item], total: Sequence[str], warnings: list[str]) -> None:
    """Say where a total may stay unknown, and that there is none."""
    listed = list(items)
    scored = [item for item in listed if item.scored]
    if scored and not total:
        have = "has a score" if len(scored) == 1 else "have scores"
        warnings.append(f"no total can be read; {counted(len(scored), 'item')} {have}: name those to add")
    for item in scored:
        if item.id in total and not item.required:
            warnings.append(f"{item.id} ({item.link_id}) is not required; without its answer the total is unknown")
        if item.id in total and any(choice.score is None for choice in item.choices):
            warnings.append(f"{item.id} ({item.link_id}) has choices without a score; they leave the total unknown")


def with_total(questionnaire: Questionnaire, total: tuple[str, ...]) -> Questionnaire:
    """Return it with the total that its author names; ValueError for an item without scores."""
    for name in total:
        item = questionnaire.item(name)
        if item is None or item.id != name or (item.kind != "number" and not item.choices):
            raise ValueError(f"{name}: the questionnaire has no such item with scores")
    return replace(questionnaire, total=total)


__all__ = [
    "MOST_ITEMS",
    "Choice",
    "Item",
    "Questionnaire",
    "Score",
    "read_questionnaire",
    "score",
    "with_total",
]
