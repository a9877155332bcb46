"""A score can be known: every item it is made of has a number, and what may be left out is said."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.wording import counted
from microcare.program.assessment import Answerable, Item
from microcare.program.checks.common import Checked, Path
from microcare.program.checks.constants import conditions
from microcare.program.compiled import CompiledMeasure, Condition
from microcare.program.scope import counts, half_scored, scored


def check(c: Checked) -> Iterator[Issue]:
    """Choices of which only some have a score, sums of nothing, sums that one silence keeps unknown, needless words."""
    if c.compiled is None:
        return
    for name, measure in c.compiled.measures.items():
        if name in c.program.measures:
            yield from _choices(c, ("measures", name), measure)
            yield from _silence(c, ("measures", name), measure)
            yield from _optional(c, ("measures", name), measure)
    for intervention, whole in c.program.interventions.items():
        for event, inner in whole.events.items():
            if inner.proximal is not None and half_scored(inner.proximal):
                path: Path = ("interventions", intervention, "events", event, "proximal")
                yield c.error((*path, "choices"), "half_scored", f"its answer {_lacking(inner.proximal)}, so none counts as a number",
                              "Give every choice a score, or none.", True)  # fmt: skip
    yield from _nothing_to_add(c)


def _lacking(part: Answerable) -> str:
    without = [f"`{name}`" for name, choice in part.choices.items() if choice.score is None]
    more = f" and {len(without) - 3} more" if len(without) > 3 else ""
    return f"has no score for {', '.join(without[:3])}{more}"


def _choices(c: Checked, path: Path, measure: CompiledMeasure) -> Iterator[Issue]:
    """One choice without a number would keep the sum unknown for ever, whatever is chosen."""
    for name, item in measure.items.items():
        if not half_scored(item):
            continue
        place = path if measure.measure.file else (*path, "items", name, "choices")
        message = f"`{name}` {_lacking(item)}, so none of its answers counts as a number"
        cure = (
            "Give every choice a score, or none. If one of them means no answer, delete it and write `optional: true`."
        )
        if sums(measure):
            yield c.error(place, "half_scored", f"{message}, and the sum would never be known", cure, True)
        else:
            yield c.warning(place, "half_scored", message, cure)


def sums(measure: CompiledMeasure) -> bool:
    """Whether its score is the automatic sum."""
    return measure.scores["score"] is None and measure.measure.score is None


def _silence(c: Checked, path: Path, measure: CompiledMeasure) -> Iterator[Issue]:
    """What makes it complete, and what makes its sum known."""
    authored = measure.measure
    if authored.prorate and not sums(measure):
        yield c.warning((*path, "prorate"), "no_prorate", "only the automatic sum is prorated, and `score` is written out",
                        "Delete `prorate`.")  # fmt: skip
    required = [name for name, item in measure.items.items() if not item.optional]
    needed = [name for name in required if counts(measure.items[name])]
    few = isinstance(authored.complete, int) and 0 < authored.complete < len(required)
    if few and not authored.prorate and sums(measure) and len(needed) > 1:
        yield c.warning((*path, "complete"), "complete_without_sum",
                        f"it is complete with {counted(measure.required, 'answer')} of {len(required)}, and its sum is then unknown",
                        "Write `prorate: true`, write `score` yourself, or require all.")  # fmt: skip


def _optional(c: Checked, path: Path, measure: CompiledMeasure) -> Iterator[Issue]:
    """A score that needs an answer which may be left out."""
    for name, condition in measure.scores.items():
        if condition is None:
            continue
        place = (*path, "score") if name == "score" else (*path, "scores", name)
        for item in dict.fromkeys(r.leaf.path for r in condition.inputs.readers):
            part = measure.items.get(item)
            if part is not None and part.optional and _needs(condition, measure, item):
                yield c.warning(place, "optional_in_score", f"the score is unknown whenever `{item}` is left out, which is optional",
                                f"Write `known({item}) ? {item} : ...`, or delete `optional`.", False)  # fmt: skip


def _needs(condition: Condition, measure: CompiledMeasure, without: str) -> bool:
    """Whether a score stays unknown without one item, though every other is answered, low or high."""
    for pick in (0, -1):
        values = [
            None if r.leaf.path == without else _example(measure.items[r.leaf.path], pick)
            for r in condition.inputs.readers
            if r.leaf.path in measure.items
        ]
        if len(values) < len(condition.inputs.readers) or condition.holds(values) is not None:
            return False
    return True


def _example(item: Item, pick: int) -> float | bool | str:
    """An answer that an item may get, as expressions see it: its first or its last."""
    if item.scale is not None:
        return item.scale[pick]
    if item.choices:
        value, choice = list(item.choices.items())[pick]
        return choice.score if scored(item) and choice.score is not None else value
    if item.kind == "number":
        bound = item.max if pick else item.min
        return bound if bound is not None else 1.0
    return "12:00" if item.kind == "time" else pick == 0


def _nothing_to_add(c: Checked) -> Iterator[Issue]:
    """Whoever looks at a sum of no items waits for ever."""
    assert c.compiled is not None
    empty = {n for n, m in c.compiled.measures.items() if sums(m) and not any(map(counts, m.items.values()))}
    cure = "Give its items a scale or choices with scores, or look at an item."
    for path, _, condition, _ in conditions(c, c.compiled):
        for reader in condition.inputs.readers:
            kind, *rest = reader.origin
            if kind == "score" and rest[1] == "score" and rest[0] in empty:
                yield c.error(
                    path, "no_sum", f"`{rest[0]}.score` is never known: no item of `{rest[0]}` has a number", cure
                )
    for intervention, whole in c.program.interventions.items():
        for event, inner in whole.events.items():
            if inner.proximal is not None and inner.proximal.measure in empty:
                yield c.warning(("interventions", intervention, "events", event, "proximal", "measure"), "no_sum",
                                f"its outcome has no value: no item of `{inner.proximal.measure}` has a number", cure)  # fmt: skip
    for rules in c.compiled.safety.values():
        for rule in rules:
            if (
                rule.item == "score"
                and rule.measure in empty
                and "score" not in c.compiled.measures[rule.measure].items
            ):
                yield c.error(("safety", rule.index, "on"), "no_sum",
                              f"`{rule.measure}.score` is never known: no item of `{rule.measure}` has a number", cure)  # fmt: skip
