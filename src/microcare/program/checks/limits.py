"""Limits leave room: no decision point is swallowed by quiet hours or burden limits from the start."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.moments import format_clock, parse_clock
from microcare.program.checks.common import Checked


def check(c: Checked) -> Iterator[Issue]:
    """Limits of zero, times that always lie in quiet hours, more planned prompts than a day allows."""
    limits = c.program.limits
    for name in ("per_day", "per_week"):
        if getattr(limits, name) == 0:
            yield c.warning(
                ("limits", name),
                "no_prompts",
                f"`{name}: 0` lets no prompt through",
                "Raise it, or delete it.",
            )
    for _, path, rule in c.rules():
        clocks = [s for s in map(parse_clock, rule.at) if s is not None]
        if limits.quiet is not None:
            quiet = [s for s in clocks if _inside(s, limits.quiet)]
            if quiet and rule.when_refused in (None, "drop"):
                listed = ", ".join(format_clock(s) for s in quiet)
                yield c.warning((*path, "at"), "always_quiet", f"{listed} always lies in quiet hours: never delivered",
                                "Move it, or write `when_refused: after quiet`.", key=False)  # fmt: skip
            if rule.between is not None and all(_inside(s, limits.quiet) for s in range(*rule.between, 900)):
                yield c.warning((*path, "between"), "always_quiet", "the whole window lies in quiet hours", "Move it.")
        planned = len(rule.at) or rule.random or 0
        if limits.per_day is not None and planned > limits.per_day > 0:
            yield c.warning((*path, "at"), "over_limit",
                            f"{planned} times a day are planned and {limits.per_day} prompts a day allowed",
                            "The rest will be unavailable for the reason `daily limit`.", key=False)  # fmt: skip


def _inside(clock: int, window: tuple[int, int]) -> bool:
    return window[0] <= clock < window[1] or clock + 86_400 < window[1]
