"""The reference of the language: every function and operator, with its meaning and an example.

The manual is built from FUNCTIONS and OPERATORS; a test compiles every example.
"""

from dataclasses import dataclass

from microcare.expressions.types import Type


@dataclass(frozen=True, slots=True)
class FunctionDoc:
    """One entry of the reference; `result` is None where it is the type of the argument."""

    name: str
    signature: str
    meaning: str
    example: str
    result: Type | None
    window: bool = False


@dataclass(frozen=True, slots=True)
class OperatorDoc:
    """One operator of the reference."""

    sign: str
    name: str
    meaning: str
    example: str


FUNCTIONS: tuple[FunctionDoc, ...] = (
    FunctionDoc(
        "known",
        "known(x)",
        "True if x has a value, false if it is unknown. Never unknown itself.",
        "known(person.dinner_time)",
        Type.BOOLEAN,
    ),
    FunctionDoc("has", "has(x)", "The same as known(x), in the words of CEL.", "has(signals.steps)", Type.BOOLEAN),
    FunctionDoc(
        "if_unknown",
        "if_unknown(x, default)",
        "x, or the default while x is unknown.",
        "if_unknown(presence.score, 0) <= 4",
        None,
    ),
    FunctionDoc(
        "between",
        "between(x, low, high)",
        "True from low to high, both included. A window of times may cross midnight.",
        'between(person.bedtime, "22:00", "02:00")',
        Type.BOOLEAN,
    ),
    FunctionDoc("min", "min(a, b, ...)", "The smallest of several values of one type.", "min(phq9.score, 20)", None),
    FunctionDoc("max", "max(a, b, ...)", "The largest of several values of one type.", "max(mood.score, 1)", None),
    FunctionDoc("abs", "abs(x)", "The number without its sign.", "abs(signals.change) > 2", Type.NUMBER),
    FunctionDoc(
        "round",
        "round(x)",
        "The nearest whole number; halves go away from zero.",
        "round(presence.score / 2)",
        Type.NUMBER,
    ),
    FunctionDoc("floor", "floor(x)", "The next whole number downwards.", "floor(signals.minutes / 60)", Type.NUMBER),
    FunctionDoc("ceil", "ceil(x)", "The next whole number upwards.", "ceil(signals.minutes / 60)", Type.NUMBER),
    FunctionDoc(
        "days_since",
        "days_since(moment)",
        "Days of 24 hours from the moment to now, with fractions; negative if it is still to come.",
        "days_since(walk.completed_at) >= 14",
        Type.NUMBER,
    ),
    FunctionDoc(
        "size",
        "size(text)",
        "How many characters the text has; text.size() is the same.",
        "size(last.reason) > 0",
        Type.NUMBER,
    ),
    FunctionDoc(
        "startsWith",
        "text.startsWith(part)",
        "True if the text begins so, in the same letter case.",
        'last.name.startsWith("walk")',
        Type.BOOLEAN,
    ),
    FunctionDoc(
        "endsWith",
        "text.endsWith(part)",
        "True if the text ends so, in the same letter case.",
        'last.name.endsWith("short")',
        Type.BOOLEAN,
    ),
    FunctionDoc(
        "contains",
        "text.contains(part)",
        "True if the part occurs in the text, in the same letter case.",
        'signals.place.contains("park")',
        Type.BOOLEAN,
    ),
    FunctionDoc(
        "time",
        "time(text)",
        "A time of day from a text HH:MM; unknown if the text is none.",
        'person.dinner_time < time("18:30")',
        Type.TIME,
    ),
    FunctionDoc(
        "date",
        "date(text)",
        "A date from a text YYYY-MM-DD; unknown if the text is none.",
        'person.birthday < date("2015-01-01")',
        Type.DATE,
    ),
    FunctionDoc(
        "duration",
        "duration(text)",
        "A duration from a text with the units w, d, h, m (minutes), s and ms; unknown if the text is none.",
        'now - walk.completed_at > duration("3d")',
        Type.DURATION,
    ),
    FunctionDoc(
        "count",
        "count(x) or count(x, window)",
        "How many values there are, of any type and of any value; 0 if there are none.",
        'count(signals.steps, "7d") >= 3',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "share",
        "share(x) or share(x, window)",
        "The part of the values that is true, 0 to 1.",
        'share(signals.at_home, "1d") > 0.5',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "sum",
        "sum(x) or sum(x, window)",
        "The sum of the values. Unknown without values: no data is not zero.",
        'sum(signals.screen_minutes, "1d") > 120',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "mean",
        "mean(x) or mean(x, window)",
        "The mean of the values; unknown without values.",
        'mean(signals.steps, "7d") < 5000',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "minimum",
        "minimum(x) or minimum(x, window)",
        "The smallest value; unknown without values.",
        'minimum(mood.score, "7d") <= 2',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "maximum",
        "maximum(x) or maximum(x, window)",
        "The largest value; unknown without values.",
        'maximum(mood.score, "7d") >= 8',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "last",
        "last(x) or last(x, window)",
        "The latest known value; unknown without values.",
        'last(mood.score, "2d") < 3',
        None,
        True,
    ),
    FunctionDoc(
        "first",
        "first(x) or first(x, window)",
        "The earliest known value; unknown without values.",
        "last(mood.score) > first(mood.score)",
        None,
        True,
    ),
    FunctionDoc(
        "trend",
        "trend(x) or trend(x, window)",
        "Rise per day of the straight line that fits best (least squares); needs values at two moments.",
        'trend(mood.score, "14d") < 0',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "today",
        "today(x)",
        "The sum since the last local midnight; unknown without values today.",
        "today(signals.steps) > 8000",
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "usual",
        "usual(x, window)",
        "The mean daily sum over that many whole local days before today; days without values do not count.",
        'today(signals.steps) > usual(signals.steps, "28d") + 5000',
        Type.NUMBER,
        True,
    ),
    FunctionDoc(
        "change",
        "change(x, window)",
        "The mean over the last window minus the mean over the window before it; unknown if either is empty.",
        'change(mood.score, "7d") < -1',
        Type.NUMBER,
        True,
    ),
)

OPERATORS: tuple[OperatorDoc, ...] = (
    OperatorDoc("( )", "brackets", "What is inside is worked out first.", "(a + b) * 2"),
    OperatorDoc("!", "not", "True if what follows is false.", "!why.success"),
    OperatorDoc("-x", "minus", "The number with the other sign.", "-3"),
    OperatorDoc("*", "times", "Multiplies numbers.", "score * 2"),
    OperatorDoc(
        "/",
        "divided by",
        "Divides, with fractions: 7 / 2 is 3.5. Dividing by zero is unknown.",
        "signals.minutes / 60",
    ),
    OperatorDoc(
        "%",
        "remainder",
        "What is left after whole division; it has the sign of the right side: -1 % 7 is 6.",
        "day % 7 == 0",
    ),
    OperatorDoc(
        "+",
        "plus",
        "Adds numbers or durations, moves a moment by a duration, joins texts.",
        'walk.completed_at + "14d" <= now',
    ),
    OperatorDoc("-", "minus", "Subtracts; one moment minus another is a duration.", 'now - walk.completed_at > "3d"'),
    OperatorDoc("<", "less than", "Earlier or smaller, of two values of the same type.", "presence.score < 4"),
    OperatorDoc("<=", "at most", "Less or equal.", "presence.score <= 4"),
    OperatorDoc(">", "more than", "Later or larger.", 'person.dinner_time > "18:30"'),
    OperatorDoc(">=", "at least", "More or equal.", "attention.score >= 6"),
    OperatorDoc("==", "equals", "The same value; unknown if either side is unknown.", 'answer == "yes"'),
    OperatorDoc("!=", "differs from", "Not the same value; unknown if either side is unknown.", 'answer != "yes"'),
    OperatorDoc(
        "in",
        "is one of",
        "Equal to one of a list; unknown if anything in it is unknown.",
        'last.outcome in ["success", "failure"]',
    ),
    OperatorDoc(
        "&&",
        "and",
        "True if both are. False if one side is false, even if the other is unknown.",
        "signals.at_home && why.success",
    ),
    OperatorDoc(
        "||",
        "or",
        "True if one is. True if one side is true, even if the other is unknown.",
        "signals.at_home || why.success",
    ),
    OperatorDoc(
        "? :",
        "choice",
        "condition ? value : other value; unknown if the condition is unknown.",
        "presence.score <= 4 ? 3 : 1",
    ),
)

DEPARTURES: tuple[str, ...] = (
    "All numbers are doubles: 7 / 2 is 3.5, and 1 == 1.0. There are no int, uint or byte literals.",
    "Every run-time error is unknown: division by zero, overflow, a text that is no time."
    " In CEL 1.0 / 0.0 is infinite.",
    "% works on all numbers and has the sign of its right side; in CEL it is for integers and has that of the left.",
    "Times of day and dates are types of their own; a text literal beside one is read as one.",
    "Durations also have the units w and d, and a text literal where a duration is meant is read as one.",
    "has(x) takes any expression, and asks whether its value is known.",
    "true and false are not ordered; < and > work on numbers, texts, times, dates, moments and durations.",
    "Lists stand only after in. There are no maps, messages, macros, patterns, remarks or raw texts.",
    "min, max, abs, round, floor, ceil, between, days_since, if_unknown and the window functions are additions.",
    "Comparing with a text that a name can never have, a range that is empty, dividing by a written zero"
    " and constants without a value are mistakes, told when the expression is checked.",
)
"""Where the language leaves CEL. On all else it agrees with Google's CEL, which a test compares."""

DOCS: dict[str, FunctionDoc] = {doc.name: doc for doc in FUNCTIONS}
WINDOW_FUNCTIONS = frozenset(doc.name for doc in FUNCTIONS if doc.window)
METHODS = frozenset({"startsWith", "endsWith", "contains", "size"})
NEEDS_WINDOW = frozenset({"usual", "change"})
WITHOUT_WINDOW = frozenset({"today"})
OF_ANY_TYPE = frozenset({"count", "last", "first"})
