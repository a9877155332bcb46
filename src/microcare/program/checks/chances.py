"""Chances are true: each between 0 and 1, and together exactly 1."""

from collections.abc import Iterable, Iterator
from fractions import Fraction

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.decision import options_of

ROUNDING = Fraction(1, 20)
"""What is missing from 1, or too much, up to here is most likely rounding."""


def check(c: Checked) -> Iterator[Issue]:
    """Probabilities out of range, or that do not sum to 1 in their decimal writing."""
    for _, path, action in c.actions():
        if action.randomize is not None:
            options = options_of(action)
            yield from _sum(c, (*path, "randomize"), ((n, p) for n, (p, _) in options.items()))
            if len(options) == 1:
                yield c.warning(
                    (*path, "randomize"), "one_option", "there is only one option to draw", "Use `deliver`."
                )
    for part in ("rationale", "relation", "past", "future"):
        for index, variant in enumerate(getattr(c.program.narrative, part)):
            if variant.vary:
                path = ("narrative", part, index, "vary")
                yield from _sum(c, path, ((n, w.p) for n, w in variant.vary.items()))


def _sum(c: Checked, path: Path, options: Iterable[tuple[str, float]]) -> Iterator[Issue]:
    shares = dict(options)
    for name, p in shares.items():
        if not 0 <= p <= 1:
            yield c.error((*path, name), "probability", f"{p:g} is not a probability",
                          f"Write {p / 100:g}: it lies between 0 and 1." if 1 < p <= 100 else "It lies between 0 and 1.")  # fmt: skip
            return
    exact = {name: Fraction(repr(p)) for name, p in shares.items()}
    total = sum(exact.values(), Fraction(0))
    if total != 1:
        short = f"{float(abs(1 - total)):.10g}"
        word = "missing" if total < 1 else "too much"
        yield c.error(path, "probability_sum", f"the probabilities sum to {float(total):.10g}, not to 1 ({short} {word})",
                      _mended(exact, total, path[-1] == "randomize"), True)  # fmt: skip


def _mended(exact: dict[str, Fraction], total: Fraction, with_nothing: bool) -> str:
    """What to write where little is missing or too much: one share takes it all, so that they sum to exactly 1."""
    last = "nothing" if "nothing" in exact else list(exact)[-1]
    wanted = exact[last] + 1 - total
    if abs(1 - total) <= ROUNDING and wanted > 0:
        return f"Write `{last}: {float(wanted):.10g}`, so that they sum to exactly 1."
    if with_nothing and total < 1:
        given = exact.get("nothing", Fraction(0)) + 1 - total
        return f"Write `nothing: {float(given):.10g}`, or other numbers that sum to exactly 1."
    return "Write them so that they sum to exactly 1."
