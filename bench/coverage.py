"""How often intervals and tests miss the truth, over many simulated trials.

    python -m bench.coverage [--trials 10000] [--others 1000] [--seed 1] [--only effects|others] [--write]

At 95 % they should miss 5 % of the time. It runs on one core; `--write` puts the tables into docs/reference/coverage.md.
"""

import argparse
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import groupby
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from bench.intervals import cells, designs, effects, policies, rules
from microcare.optimization.simulated import generator

PAGE = Path(__file__).resolve().parents[1] / "docs" / "reference" / "coverage.md"
LOW, HIGH = 3.5, 6.5
"""Between these shares of misses an interval or test at 95 % is as good as its name."""
OTHERS: tuple[tuple[rules.Kind, int], ...] = (
    (effects.band, 1), (effects.families, 1), (effects.missing, 1), (effects.others, 1), (effects.end, 1), (effects.events, 2),
    (policies.off_policy, 1), (policies.looks, 1), (designs.smart, 2), (designs.factorial, 5),
    *((rules.learned(model, n), 2) for model in rules.MODELS for n in (100, 300)),
)  # fmt: skip
"""Every other interval, and which part of `--others` trials it gets, for some are slow."""
SETTINGS = {
    cells.UNEVEN.name: "60 decision points; persons are available at 50 to 100 % of them, three in ten leave early, and the "
    "treatment does more for some than for others. States follow the past, and the probability the state.",
    cells.EVEN.name: "60 decision points; all are available at 80 % of them, stay to the end, and gain the same.",
    cells.LONG.name: "Five decision points a day for six weeks; persons are available at 40 to 90 % of them and are followed for "
    "a week up to all six, as in a trial that people join along the way. Errors are correlated (0.5 from one to the next), the "
    "treatment does more for some than for others, and the effect changes over the weeks (the second term).",
}
INTRODUCTION = """# How often intervals and tests miss the truth

Made by `make coverage`: trials are drawn from a known truth, analyzed, and what misses the truth is counted. At 95 % it should \
be 5 in 100. Between {low} and {high} is as good as the name; below is cautious (wider than need be: an effect is found somewhat more \
rarely than it could be), above is too narrow. {trials:,} trials a row in the first part, with a Monte Carlo error of {error:.1f} \
points. Some trials of every row are analyzed by the package's own functions as well, which must agree.
"""
EFFECTS = """## Excursion effects

By the estimators WCLS (a difference), EMEE (a ratio) and the doubly robust ones, with the corrected covariance, t for one effect \
and Hotelling's T2 for all at once. There are as many controls as terms. *tested* is the number of effects that the test takes \
together (3 arms have two), *alike* what the same recipe misses by calculation where all persons weigh the same: first the \
interval, then the test. *uncorrected* is what one gets without the correction and with normal quantiles.
"""
READING = """
The recipe errs to the safe side where persons are few: the corrected covariance is n / (n - 1) of the right one or more, and every \
coefficient costs a degree of freedom, also where the persons' scores have more. For twelve persons and four coefficients that makes \
{interval:.1f} % (interval) and {test:.1f} % (test of two) by calculation, where all persons weigh the same; persons who differ in how \
long they were followed bring it nearer to 5. So with twelve persons take one control, or two, and not more; and a test that finds \
nothing has then missed a little more than it need have. No row is above {high}.
"""
OTHER = """
## All other intervals

50 persons of 20 decision points, where nothing else is said. A set that holds the best misses less than 5 % by construction, for it \
guards against all others being as good. Sums per person from several sites are the same numbers as the effects above, to ten digits, \
and so miss as often.

| | trials | misses | |
|:--|--:|--:|:--|"""


def verdict(share: float, trials: int) -> str:
    """How far it can be trusted, in words; two Monte Carlo errors are left to chance."""
    chance = 2 * 100 * float(np.sqrt(0.05 * 0.95 / max(trials, 1)))
    if share < LOW - chance:
        return "cautious"
    if share <= HIGH + (chance if trials < 5000 else 0.0):
        return "holds"
    return "somewhat too narrow" if share < 10 else "not to be trusted"


def effect_lines(trials: int, seed: int) -> Iterator[str]:
    """The table of the excursion effects, a line at a time."""
    yield EFFECTS
    highest = 0.0
    for name, members in groupby(cells.cells(), key=lambda cell: cell.setting.name):
        yield f"### {name[0].upper()}{name[1:]}\n\n{SETTINGS[name]}\n"
        yield "| estimator | persons | terms | arms | tested | answered | interval | last interval | test | alike | uncorrected | |"
        yield "|:--|--:|--:|--:|--:|--:|--:|--:|--:|:-:|--:|:--|"
        for cell in members:
            found = cells.run(cell, trials, seed)
            shares = (found.first, found.last, found.test)
            highest = max(highest, *shares)
            alike = " / ".join(f"{share:.1f}" for share in cells.expected(cell))
            inside = all(LOW <= round(share, 1) <= HIGH for share in shares)
            said = "holds" if inside else "too narrow" if max(shares) > HIGH else _below(shares)
            numbers = " | ".join(f"{share:.1f}" for share in shares)
            yield (
                f"| {cell.estimator} | {cell.persons} | {cell.terms} | {cell.arms} | {cell.tested} | {found.answered} | {numbers} "
                f"| {alike} | {found.uncorrected:.1f} | {said} |"
            )
        yield ""
    interval, test = cells.expected(cells.Cell(cells.EVEN, "WCLS", 12, 2, 2))
    if highest <= HIGH:
        yield READING.format(interval=interval, test=test, high=HIGH).strip()


def _below(shares: tuple[float, ...]) -> str:
    """Which of the three are cautious."""
    parts = [part for part, share in zip(("interval", "last", "test"), shares, strict=True) if round(share, 1) < LOW]
    return f"cautious ({', '.join(parts)})"


def other_lines(trials: int, seed: int, kinds: Iterator[tuple[Callable[..., effects.Missing], int]]) -> Iterator[str]:
    """The table of all other intervals, a line at a time."""
    yield OTHER
    for place, (kind, part) in enumerate(kinds):
        counted: Counter[str] = Counter()
        missed: Counter[str] = Counter()
        for number in range(max(1, trials // part)):
            for name, miss in kind(generator(seed, place, number)):
                counted[name] += 1
                missed[name] += miss
        for name, count in counted.items():
            share = 100 * missed[name] / count
            yield f"| {name} | {count} | {share:.1f} | {verdict(share, count)} |"


def lines(trials: int, others: int, seed: int, only: str) -> Iterator[str]:
    """The whole page."""
    error = 100 * float(np.sqrt(0.05 * 0.95 / trials))
    yield INTRODUCTION.format(low=LOW, high=HIGH, trials=trials, error=error)
    if only in ("", "effects"):
        yield from effect_lines(trials, seed)
    if only in ("", "others"):
        yield from other_lines(others, seed, iter(OTHERS))


def main() -> None:
    """Print the tables as their rows are ready."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--trials", type=int, default=10_000, help="for each row of the excursion effects")
    parser.add_argument("--others", type=int, default=1000, help="for the other intervals; a part of them where slow")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", choices=("", "effects", "others"), default="", help="one of the two parts")
    parser.add_argument("--write", action="store_true", help=f"write {PAGE.name} too")
    asked = parser.parse_args()
    if asked.write and asked.only:
        parser.error("--write writes the whole page; leave --only out")
    started, printed = time.monotonic(), []
    for line in lines(asked.trials, asked.others, asked.seed, asked.only):
        print(line, flush=True)
        printed.append(line)
    print(f"\n{(time.monotonic() - started) / 60:.0f} minutes", file=sys.stderr)
    if asked.write:
        PAGE.write_text("\n".join(printed).rstrip() + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
