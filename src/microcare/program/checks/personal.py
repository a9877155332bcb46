"""Personal texts stay personal: rules may ask whether one is known, and nothing else."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.compiled import CompiledProgram, Condition


def check(c: Checked) -> Iterator[Issue]:
    """Conditions that compare a personal text, which the engine never sees."""
    if c.compiled is None:
        return
    for path, condition in _conditions(c.compiled):
        for reader in condition.inputs.readers:
            if reader.origin[0] == "person" and reader.origin[2] == "text":
                name = f"person.{reader.origin[1]}"
                source = condition.expression.source.replace(" ", "")
                if source.count(name) > source.count(f"known({name})") + source.count(f"has({name})"):
                    yield c.error(path, "personal", f"`{name}` is a personal text, which rules never see",
                                  f"Ask `known({name})`, or declare it as a choice.")  # fmt: skip


def _conditions(compiled: CompiledProgram) -> Iterator[tuple[Path, Condition]]:
    for name, intervention in compiled.interventions.items():
        for rule in intervention.rules:
            path: Path = ("interventions", name, "rules", rule.index)
            found = [
                rule.condition,
                *(condition for _, condition in rule.available),
                *(k.condition for k in rule.cases),
            ]
            yield from ((path, condition) for condition in found if condition is not None)
        for word in ("contraindicated", "requires", "resource"):
            condition = getattr(intervention, word)
            if condition is not None:
                yield ("interventions", name, word), condition
    for need in compiled.needs:
        index = compiled.program.model.index(need.level)
        yield ("model", index, "needs", need.id, "present"), need.present
