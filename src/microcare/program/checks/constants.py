"""Conditions depend on something: none is always or never true, nor is a comparison inside them beyond its scale."""

from collections.abc import Iterator, Mapping

from microcare.base.issues import Issue
from microcare.base.wording import plain_number
from microcare.expressions.bounds import Facts, always, bounds_of, interval, possible
from microcare.expressions.tree import Node
from microcare.program.assessment import Answerable
from microcare.program.checks.common import Checked, Path
from microcare.program.compiled import CompiledMeasure, CompiledProgram, Condition
from microcare.program.scope import counts

Range = tuple[float, float]
MOST_DEEP = 200
"""Comparisons nested deeper are looked at no further."""


def check(c: Checked) -> Iterator[Issue]:
    """Conditions that can be proved to be always true or never true, given the ranges that are declared."""
    if c.compiled is None:
        return
    for path, what, condition, given in conditions(c, c.compiled):
        facts = _facts(c.compiled, condition) | given
        found = always(condition.expression, facts)
        source = condition.expression.source
        if found is None:
            yield from _beyond(c, path, condition, facts)
            continue
        if what in ("rule", "need") and source.strip() in ("true", "false"):
            continue
        word = "always" if found else "never"
        consequence = {
            "rule": "the rule fires every time" if found else "the rule can never fire",
            "available": "it is never unavailable for this" if found else "it is never available",
            "need": "the need is always present" if found else "the need can never be present",
            "success": "every outcome is a success" if found else "no outcome can be a success",
            "target": "the goal is always reached" if found else "the goal can never be reached",
            "safety": "every answer raises an alert" if found else "no answer can raise an alert",
        }[what]
        yield c.warning(path, f"{word}_true", f"`{source}` is {word} true: {consequence}",
                        _scales(facts) or "Check the numbers.", key=False)  # fmt: skip


def _beyond(c: Checked, path: Path, condition: Condition, facts: Mapping[str, Range]) -> Iterator[Issue]:
    """Comparisons inside a condition that lie beyond their scale, so that they are never true."""
    expression = condition.expression
    known = Facts({i: bounds_of(leaf, facts) for i, leaf in enumerate(expression.leaves)}, {})
    for node in _comparisons(expression.tree):
        names = [expression.leaves[n.leaf].name for n in node.children if n.op == "leaf"]
        beside = [n for n in node.children if n.op == "constant"]
        if len(names) == len(beside) == 1 and names[0] in facts and not possible(node, True, known):
            part = expression.source[node.start : node.end]
            yield c.warning(
                path, "beyond_scale", f"`{part}` is never true", _scales({names[0]: facts[names[0]]}), key=False
            )


def _comparisons(tree: Node) -> Iterator[Node]:
    waiting = [tree]
    while waiting and len(waiting) < MOST_DEEP:
        node = waiting.pop()
        if node.op in ("<", "<=", ">", ">=", "=="):
            yield node
        elif node.op in ("and", "or", "not", "choose"):
            waiting += node.children


def _scales(facts: Mapping[str, Range]) -> str:
    """The cure that says from where to where the numbers of a condition go."""
    shown = [
        f"`{n}` goes from {plain_number(low)} to {plain_number(high)}" for n, (low, high) in facts.items() if high < 1e9
    ]
    return f"Check the numbers: {', '.join(shown)}." if shown else ""


def conditions(c: Checked, compiled: CompiledProgram) -> Iterator[tuple[Path, str, Condition, dict[str, Range]]]:
    """Every condition with its path, what it is for, and the ranges that are known only there."""
    for name, intervention in compiled.interventions.items():
        base: Path = ("interventions", name)
        for rule in intervention.rules:
            path = (*base, "rules", rule.index)
            if rule.condition is not None:
                yield (*path, "if"), "rule", rule.condition, {}
            for reason, condition in rule.available:
                yield (*path, "available", reason), "available", condition, {}
            for place, case in enumerate(rule.cases):
                if case.condition is not None:
                    yield (*path, "choose", place, "if"), "rule", case.condition, {}
        for event in intervention.events.values():
            if event.proximal is not None and event.proximal.success is not None:
                given = _given("answer", event.proximal.proximal)
                yield (*base, "events", event.id, "proximal", "success"), "success", event.proximal.success, given
        if intervention.success is not None:
            yield (*base, "outcome", "success"), "success", intervention.success, {}
    for path, need in c.needs():
        yield (*path, "present"), "need", compiled.by_need[need].present, {}
    if compiled.target is not None:
        yield ("target", "reached"), "target", compiled.target, {}
    for rules in compiled.safety.values():
        for safety in (rule for rule in rules if rule.rule.words is None):
            measure = compiled.measures[safety.measure]
            given = _given("value", measure.items[safety.item]) if safety.item in measure.items else {}
            bounds = _range(compiled, ("score", measure.id, safety.item)) if safety.item in measure.scores else None
            given |= {"value": bounds} if bounds is not None and not given else {}
            yield ("safety", safety.index, "if"), "safety", safety.condition, given


def _given(name: str, part: Answerable) -> dict[str, Range]:
    found = _answers(part)
    return {name: found} if found is not None else {}


def _facts(compiled: CompiledProgram, condition: Condition) -> dict[str, Range]:
    """What is known of the numbers a condition sees: scales, scores of scales, declared ranges, counts."""
    facts: dict[str, Range] = {}
    for reader in condition.inputs.readers:
        bounds = _range(compiled, reader.origin) if reader.leaf.function is None else None
        if bounds is not None:
            facts[reader.leaf.name] = bounds
    return facts


def _range(compiled: CompiledProgram, origin: tuple[str, ...]) -> Range | None:
    if origin[0] == "item":
        return _answers(compiled.measures[origin[1]].items[origin[2]])
    if origin[0] == "score":
        measure = compiled.measures[origin[1]]
        score = measure.scores[origin[2]]
        return _automatic(measure) if score is None else _scored(measure, score)
    if origin[0] == "person":
        field = compiled.program.person[origin[1]]
        return (field.min, field.max) if field.min is not None and field.max is not None else None
    return (0.0, 1e9) if origin[0] == "event_count" else None


def _answers(part: Answerable) -> Range | None:
    """From where to where an answer's number goes; None where it has none or is not bounded."""
    if part.scale is not None:
        return float(part.scale[0]), float(part.scale[1])
    scores = [choice.score for choice in part.choices.values() if choice.score is not None]
    if part.choices and len(scores) == len(part.choices):
        return min(scores), max(scores)
    return (part.min, part.max) if part.min is not None and part.max is not None else None


def _automatic(measure: CompiledMeasure) -> Range | None:
    """The range of the sum of all items that have a number; one that may be left out may add nothing."""
    counted = [i for i in measure.items.values() if counts(i)]
    found = [(_answers(i), i.optional or measure.measure.complete != "all") for i in counted]
    if not found or measure.measure.prorate or any(span is None for span, _ in found):
        return None
    known = [(span, spared) for span, spared in found if span is not None]
    low = sum(min(span[0], 0.0) if spared else span[0] for span, spared in known)
    return low, sum(max(span[1], 0.0) if spared else span[1] for span, spared in known)


def _scored(measure: CompiledMeasure, score: Condition) -> Range | None:
    """The range of a score that is worked out from the items; None where it cannot be told."""
    facts: dict[str, Range] = {}
    for reader in score.inputs.readers:
        if reader.leaf.function is None and reader.leaf.name in measure.items:
            span = _answers(measure.items[reader.leaf.name])
            facts |= {reader.leaf.name: span} if span is not None else {}
    expression = score.expression
    low, high = interval(expression.tree, Facts({i: bounds_of(x, facts) for i, x in enumerate(expression.leaves)}, {}))
    return (low, high) if abs(low) < 1e9 and abs(high) < 1e9 else None
