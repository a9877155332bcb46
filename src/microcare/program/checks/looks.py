"""Nobody is forgotten: whatever a need state rests on is asked again by time, not only when something else happens."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.spans import format_span
from microcare.program.checks.common import Checked
from microcare.program.compiled import CompiledNeed, CompiledProgram


def check(c: Checked) -> Iterator[Issue]:
    """Need states whose evidence grows old without an evaluation that asks again by time."""
    compiled = c.compiled
    if compiled is None or not compiled.program.evaluate:
        return
    for path, name in c.needs():
        need = compiled.by_need.get(name)
        if need is None:
            continue
        lacking = [m for m in _rests_on(need) if not _asked_by_time(compiled, m)]
        if lacking:
            measures = " and ".join(f"`{m}`" for m in lacking)
            life = format_span(c.program.model[int(path[1])].needs[name].stale_after)
            yield c.warning(path, "not_asked_again",
                            f"no evaluation asks {measures} again by time: once what `{name}` rests on is older than {life}, "
                            "or was never answered, nobody looks",
                            "Add one that repeats under `evaluate`, such as `{every: 3 months}`.")  # fmt: skip


def _rests_on(need: CompiledNeed) -> list[str]:
    """The measures that tell whether a need state is present."""
    read = [r.origin[1] for r in need.present.inputs.readers if r.origin[0] in ("score", "item")]
    return list(dict.fromkeys([*need.measures, *read]))


def _asked_by_time(compiled: CompiledProgram, measure: str) -> bool:
    """Whether some evaluation that repeats by time may ask a measure."""
    repeated = [e.trigger for e in compiled.evaluations if e.pattern is not None]
    return any(not t.only or measure in t.only or measure in t.measures for t in repeated)
