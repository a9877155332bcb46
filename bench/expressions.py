"""How fast the generated functions are: their time over that of functions written by hand.

The hand-written ones treat unknown values the same way (None in, three-valued logic, None out; also for a
quotient that is not finite) but trust the types of what they are given; the generated ones also answer None
for values of a wrong type. Times are medians over rounds in which the two alternate, because machines are
noisy: read the ratios.

Run: python bench/expressions.py
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from math import isfinite
from statistics import median
from time import perf_counter_ns
from typing import ClassVar

from microcare.expressions.compile import Expression, compile_expression
from microcare.expressions.types import Name, Type, Value

Row = tuple[Value, ...]


class BenchScope:
    """The names used below."""

    names: ClassVar = {
        name.path: name
        for name in (
            Name("presence.score", Type.NUMBER),
            Name("signals.at_home", Type.BOOLEAN),
            Name("signals.steps", Type.NUMBER, history=True),
            Name("dinner.completed_in_a_row", Type.NUMBER),
            Name("last.outcome", Type.TEXT, options=("success", "failure", "disengaged")),
            Name("person.dinner_time", Type.TIME),
            Name("person.joined", Type.MOMENT),
            Name("mood.score", Type.NUMBER),
        )
    }

    def lookup(self, path: str) -> Name | None:
        return self.names.get(path)

    def paths(self) -> Collection[str]:
        return self.names.keys()


def threshold(score):  # type: ignore[no-untyped-def]
    if score is None:
        return None
    return score <= 4


def at_home(score, home):  # type: ignore[no-untyped-def]
    low = None if score is None else score <= 4
    if low is False or home is False:
        return False
    return None if low is None or home is None else True


def outcome(last, row):  # type: ignore[no-untyped-def]
    hit = None if last is None else last in ("success", "failure")
    if hit is True:
        return True
    many = None if row is None else row == 3
    if many is True:
        return True
    return None if hit is None or many is None else False


def steps(mean, score):  # type: ignore[no-untyped-def]
    if mean is None or score is None or score == 0:
        return None
    quotient = mean / score
    if not isfinite(quotient):
        return None
    return quotient + 2 * score > 5000


def evening(time, now, joined):  # type: ignore[no-untyped-def]
    late = None if time is None else "17:00" <= time <= "21:00"
    if late is False:
        return False
    old = None if joined is None or now is None else (now - joined) / 86_400_000 >= 3
    if old is False:
        return False
    return None if late is None or old is None else True


def choice(score, mood, home):  # type: ignore[no-untyped-def]
    if score is None:
        return None
    if score <= 4:
        mood = 5 if mood is None else mood
        return 3 if mood < 2 else 2
    return None if home is None else 1 if home else 0


@dataclass(frozen=True)
class Case:
    source: str
    by_hand: Callable[..., Value]
    rows: tuple[Row, ...]


CASES: tuple[Case, ...] = (
    Case("presence.score <= 4", threshold, ((3,), (7,), (2.5,), (1,), (None,), (4,))),
    Case("presence.score <= 4 && signals.at_home", at_home,
         ((3, True), (7, True), (3, False), (2, None), (None, True), (1, True))),
    Case('last.outcome in ["success", "failure"] || dinner.completed_in_a_row == 3', outcome,
         (("success", 1), ("failure", 2), ("disengaged", 3), ("disengaged", 1), (None, 3),
          ("disengaged", None))),
    Case('mean(signals.steps, "7d") / mood.score + 2 * mood.score > 5000', steps,
         ((8000.5, 4), (30000.0, 5), (6000.0, 3), (12000.0, 2), (None, 3), (7000.0, 1))),
    Case('between(person.dinner_time, "17:00", "21:00") && days_since(person.joined) >= 3', evening,
         (("18:30", 2 * 10**12, 10**12), ("22:00", 2 * 10**12, 10**12), ("19:00", 10**12 + 5, 10**12),
          (None, 2 * 10**12, 10**12), ("17:45", 2 * 10**12, 10**12), ("20:00", 2 * 10**12, 10**12))),
    Case("presence.score <= 4 ? (if_unknown(mood.score, 5) < 2 ? 3 : 2) : signals.at_home ? 1 : 0",
         choice,
         ((3, 1, True), (3, 4, True), (7, 1, True), (8, None, False), (2, None, True), (9, 3, None))),
)  # fmt: skip


def compiled(source: str) -> Expression:
    result = compile_expression(source, BenchScope())
    if isinstance(result, tuple):
        raise SystemExit(f"{source}: {result[0].message}")
    return result


def once(function: Callable[..., Value], rows: tuple[Row, ...], repeats: int) -> float:
    """Nanoseconds per call over all rows."""
    begin = perf_counter_ns()
    for _ in range(repeats):
        for row in rows:
            function(*row)
    return (perf_counter_ns() - begin) / (repeats * len(rows))


def compare(case: Case, rows: tuple[Row, ...], rounds: int = 31, repeats: int = 1500) -> tuple[float, float]:
    """Median nanoseconds per call, generated and by hand, in alternating rounds."""
    generated = compiled(case.source).function
    times: tuple[list[float], list[float]] = ([], [])
    for _ in range(rounds):
        times[0].append(once(generated, rows, repeats))
        times[1].append(once(case.by_hand, rows, repeats))
    return median(times[0]), median(times[1])


def main() -> None:
    """Prints one line per expression and kind of data."""
    print("generated  by hand  ratio   (nanoseconds a call, with the call)")
    for case in CASES:
        for row in case.rows:
            assert compiled(case.source).function(*row) == case.by_hand(*row), (case.source, row)
        known = tuple(row for row in case.rows if None not in row)
        for label, rows in (("known values", known), ("some unknown", case.rows)):
            generated, by_hand = compare(case, rows)
            print(f"{generated:9.0f} {by_hand:8.0f} {generated / by_hand:6.2f}   {label:13} {case.source}")


if __name__ == "__main__":
    main()
