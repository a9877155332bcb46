"""Conditions depend on something: none is always or never true."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.expressions.bounds import always
from microcare.program.checks.common import Checked, Path
from microcare.program.compiled import CompiledProgram, Condition


def check(c: Checked) -> Iterator[Issue]:
    """Conditions that can be proved to be always true or never true, given the ranges that are declared."""
    if c.compiled is None:
        return
    for path, what, condition in _conditions(c, c.compiled):
        found = always(condition.expression, _facts(c.compiled, condition))
        if found is None:
            continue
        source = condition.expression.source
        if what in ("rule", "need") and source.strip() in ("true", "false"):
            continue
        word = "always" if found else "never"
        consequence = {
            "rule": "the rule fires every time" if found else "the rule can never fire",
            "available": "it is never unavailable for this" if found else "it is never available",
            "need": "the need is always present" if found else "the need can never be present",
            "success": "every outcome is a success" if found else "no outcome can be a success",
        }[what]
        yield c.warning(path, f"{word}_true", f"`{source}` is {word} true: {consequence}",
                        "Check the numbers against the scale.", key=False)  # fmt: skip


def _conditions(c: Checked, compiled: CompiledProgram) -> Iterator[tuple[Path, str, Condition]]:
    for name, intervention in compiled.interventions.items():
        base: Path = ("interventions", name)
        for rule in intervention.rules:
            path = (*base, "rules", rule.index)
            if rule.condition is not None:
                yield (*path, "if"), "rule", rule.condition
            for reason, condition in rule.available:
                yield (*path, "available", reason), "available", condition
            for place, case in enumerate(rule.cases):
                if case.condition is not None:
                    yield (*path, "choose", place, "if"), "rule", case.condition
        for event in intervention.events.values():
            if event.proximal is not None and event.proximal.success is not None:
                yield (*base, "events", event.id, "proximal", "success"), "success", event.proximal.success
        if intervention.success is not None:
            yield (*base, "outcome", "success"), "success", intervention.success
    for path, need in c.needs():
        yield (*path, "present"), "need", compiled.by_need[need].present


def _facts(compiled: CompiledProgram, condition: Condition) -> dict[str, tuple[float, float]]:
    """What is known of the numbers a condition sees: scales, scores of scales, declared ranges, counts."""
    facts: dict[str, tuple[float, float]] = {}
    for reader in condition.inputs.readers:
        bounds = _range(compiled, reader.origin) if reader.leaf.function is None else None
        if bounds is not None:
            facts[reader.leaf.name] = bounds
    return facts


def _range(compiled: CompiledProgram, origin: tuple[str, ...]) -> tuple[float, float] | None:
    if origin[0] == "item":
        item = compiled.measures[origin[1]].items[origin[2]]
        return (float(item.scale[0]), float(item.scale[1])) if item.scale is not None else None
    if origin[0] == "score" and origin[2] == "score" and compiled.measures[origin[1]].scores["score"] is None:
        scales = [
            i.scale for i in compiled.measures[origin[1]].items.values() if i.kind in ("scale", "number", "choice")
        ]
        if scales and all(s is not None for s in scales):
            known = [s for s in scales if s is not None]
            return float(sum(s[0] for s in known)), float(sum(s[1] for s in known))
    if origin[0] == "person":
        field = compiled.program.person[origin[1]]
        return (field.min, field.max) if field.min is not None and field.max is not None else None
    return (0.0, 1e9) if origin[0] == "event_count" else None
