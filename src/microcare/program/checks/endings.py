"""Every wait has an end: schedules that go on for the whole intervention are said, and what an end counts as."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.moments import format_span
from microcare.program.checks.common import Checked
from microcare.program.triggers import parse_trigger

COUNTED = ("success", "failure")
"""Reasons that sound like what the intervention counts as."""


def check(c: Checked) -> Iterator[Issue]:
    """Schedules without an end of their own, quiet spells that outlast the intervention, `as` without `end`."""
    for _, path, action in c.actions():
        if action.as_ is not None and action.end is None:
            yield c.error((*path, "as"), "as_without_end", "`as` says what an end counts as, and nothing ends here",
                          f"Add `end: ...` with the reason, like `end: done`; or delete `as: {action.as_}`.", True)  # fmt: skip
        elif action.as_ is None and action.end in COUNTED:
            outcome = c.program.interventions[str(path[1])].outcome
            counts = "the overall outcome decides what it counts as" if outcome is not None else "it counts as ended"
            yield c.note((*path, "end"), "end_counts", f"`{action.end}` only names the reason; {counts}",
                         f"Add `as: {action.end}` if it is to count as {action.end}.")  # fmt: skip
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
