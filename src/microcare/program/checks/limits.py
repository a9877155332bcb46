"""Limits leave room: no decision point is swallowed by quiet hours or burden limits from the start."""

from collections.abc import Iterator
from itertools import pairwise

from microcare.base.issues import Issue
from microcare.base.moments import Span, format_clock, format_span, parse_clock
from microcare.base.schedules import DayPattern, parse_days
from microcare.base.wording import counted, human_list
from microcare.program.checks.common import Checked, Path
from microcare.program.decision import Rule
from microcare.program.derived import refused


def check(c: Checked) -> Iterator[Issue]:
    """Limits of zero, times that always lie in quiet hours, more or closer prompts than the limits allow."""
    yield from _together(c)
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
            if quiet and refused(rule, rule.on.startswith("signals.")) == "drop":
                listed = human_list([format_clock(s) for s in quiet])
                lies = "lies" if len(quiet) == 1 else "lie"
                yield c.warning((*path, "at"), "always_quiet", f"{listed} always {lies} in quiet hours: never delivered",
                                f"Move {'it' if len(quiet) == 1 else 'them'}, or write `when_refused: after quiet`.", key=False)  # fmt: skip
            if rule.between is not None and all(_inside(s, limits.quiet) for s in range(*rule.between, 900)):
                yield c.warning((*path, "between"), "always_quiet", "the whole window lies in quiet hours", "Move it.")
        planned = len(rule.at) or rule.random or 0
        if limits.per_day is not None and planned > limits.per_day > 0:
            yield c.warning((*path, "at"), "over_limit",
                            f"{planned} times a day are planned and {counted(limits.per_day, 'prompt')} a day allowed",
                            "The rest will be unavailable for the reason `daily limit`.", key=False)  # fmt: skip


def _together(c: Checked) -> Iterator[Issue]:
    """Rules that each keep the limits and break them together: they begin at one trigger and depend on nothing else."""
    limits = c.program.limits
    rules: dict[tuple[str, str], list[tuple[Path, Rule]]] = {}
    for name, path, rule in c.rules():
        if daily(rule) and rule.after is None and rule.condition is None and not rule.available and rule.until is None:
            rules.setdefault((name, rule.on), []).append((path, rule))
    for found in rules.values():
        counts = [len(rule.at) or rule.random or 0 for _, rule in found]
        most = limits.per_day
        if len(found) > 1 and most is not None and sum(counts) > most > 0 and max(counts) <= most:
            lines = [str(c.source.place(path).line) for path, _ in found]
            yield c.warning(found[-1][0], "over_limit_together",
                            f"the rules in lines {human_list(lines)} plan {sum(counts)} prompts a day together, and the limit is {most}",
                            "Plan fewer, or raise `per_day`: the rest will be unavailable for the reason `daily limit`.", key=False)  # fmt: skip
        if limits.gap is not None:
            yield from _too_near(c, found, limits.gap)


def _too_near(c: Checked, rules: list[tuple[Path, Rule]], gap: Span) -> Iterator[Issue]:
    """Times of day that lie nearer to one another than the gap; those in quiet hours are told elsewhere."""
    quiet = c.program.limits.quiet
    clocks = sorted((s, i) for i, (_, rule) in enumerate(rules) for s in map(parse_clock, rule.at) if s is not None)
    awake = [(s, i) for s, i in clocks if quiet is None or not _inside(s, quiet)]
    for (one, _), (other, index) in pairwise(awake):
        path, rule = rules[index]
        if (other - one) * 1000 < gap.exact and refused(rule, rule.on.startswith("signals.")) in (
            "drop",
            "after quiet",
        ):
            nearer = f"{format_clock(other)} comes sooner after {format_clock(one)} than the gap of {format_span(gap)} allows"
            yield c.warning((*path, "at"), "in_gap", nearer, "Move one of them, or shorten `gap`.", key=False)


def daily(rule: Rule) -> bool:
    """Whether a rule comes due on every day."""
    return isinstance(rule.every, DayPattern) and rule.every == parse_days("day")


def _inside(clock: int, window: tuple[int, int]) -> bool:
    return window[0] <= clock < window[1] or clock + 86_400 < window[1]
