"""Every wait has an end: schedules that go on for the whole intervention are said."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.moments import format_span
from microcare.program.checks.common import Checked
from microcare.program.triggers import parse_trigger


def check(c: Checked) -> Iterator[Issue]:
    """Schedules without an end of their own, and quiet spells that outlast the intervention."""
    for name, path, rule in c.rules():
        intervention = c.program.interventions[name]
        scheduled = rule.every is not None or bool(rule.at) or rule.random is not None
        if scheduled and rule.times is None and rule.lasts is None and rule.until is None:
            words = format_span(intervention.lasts)
            yield c.note(path, "no_end", f"this schedule goes on until the intervention ends, after {words} at most",
                         "Say `times`, `lasts` or `until` if it should end earlier.", key=False)  # fmt: skip
        trigger = parse_trigger(rule.on)
        if (
            trigger is not None
            and trigger.span is not None
            and trigger.span.exact >= intervention.disengaged_after.exact
        ):
            words = format_span(intervention.disengaged_after)
            yield c.warning((*path, "on"), "too_quiet", f"after {words} the person counts as disengaged, before this comes",
                            "Shorten it, or raise `disengaged_after`.", key=False)  # fmt: skip
