"""Whether a value that arrives fits where it goes: a person's field, an item, a signal."""

from typing import TypeGuard

from microcare.base.written import LIKE_DATE, LIKE_TIME, is_date, is_time
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram
from microcare.program.parts import text_in


def field_problem(program: CompiledProgram, name: str, value: Value) -> str:
    """Why a value does not fit a person's field; empty where it does. A personal text arrives as a reference."""
    field = program.program.person.get(name)
    if field is None:
        return "there is no such field"
    if value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    fits = {
        "number": number,
        "integer": number and float(value) == int(value) if number and isinstance(value, int | float) else False,
        "boolean": isinstance(value, bool),
        "text": isinstance(value, str | bool),
        "choice": isinstance(value, str) and value in field.options,
        "time": is_time(value),
        "date": is_date(value),
    }[field.type]
    if not fits and field.type in ("date", "time"):
        like = (
            f"a day of the calendar, written like {LIKE_DATE}"
            if field.type == "date"
            else f"a time of day, written like {LIKE_TIME}"
        )
        return f"{value!r} is not {like}"
    if not fits:
        return f"{value!r} is not {'one of ' + ', '.join(field.options) if field.options else 'a ' + field.type}"
    if number and isinstance(value, int | float):
        low, high = field.min, field.max
        if (low is not None and value < low) or (high is not None and value > high):
            return f"{value} is outside {low} to {high}"
    return ""


def answer_problem(item: Item, value: Value) -> str:
    """Why a value is no answer to an item; empty where it is one. Nothing (None) leaves an item unanswered."""
    if value is None:
        return ""
    number = isinstance(value, int | float) and not isinstance(value, bool)
    if item.kind == "scale" and item.scale is not None:
        low, high = item.scale
        good = number and isinstance(value, int | float) and low <= value <= high and float(value).is_integer()
        return "" if good else f"{value!r} is not a whole number from {low} to {high}"
    if item.kind == "choice":
        return "" if isinstance(value, str) and value in item.choices else f"{value!r} is not one of its answers"
    if item.kind == "number":
        good = number and isinstance(value, int | float)
        low_, high_ = item.min, item.max
        if good and isinstance(value, int | float):
            good = (low_ is None or value >= low_) and (high_ is None or value <= high_)
        return "" if good else f"{value!r} is not a number that fits"
    if item.kind == "boolean":
        return "" if isinstance(value, bool) else f"{value!r} is not true or false"
    if item.kind == "time":
        return "" if is_time(value) else f"{value!r} is not a time of day, written like {LIKE_TIME}"
    return "" if isinstance(value, str) else f"{value!r} is not a text"


def signal_problem(type_: str, options: tuple[str, ...], value: Value) -> str:
    """Why a value does not fit a signal; empty where it does. None says that it is unknown now."""
    if value is None:
        return ""
    if type_ == "boolean":
        return "" if isinstance(value, bool) else f"{value!r} is not true or false"
    if type_ == "text":
        good = isinstance(value, str) and (not options or value in options)
        return "" if good else f"{value!r} is not one of {', '.join(options) or 'its texts'}"
    good = isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < 1e300
    return "" if good else f"{value!r} is not a number"


def label_of(item: Item, value: Value, language: str) -> str:
    """What an answer is called in a language; empty where it is called nothing. Places for values stay places."""
    if isinstance(value, str) and value in item.choices:
        return text_in(item.choices[value].label, language)
    if item.scale is not None and _is_number(value):
        return text_in(item.labels.get(f"{value:g}", ""), language)
    return ""


def score_of(item: Item, value: Value) -> float | None:
    """The number that an answer counts as; none where it counts as none."""
    if isinstance(value, str) and value in item.choices:
        return item.choices[value].score
    return float(value) if item.kind in ("scale", "number") and _is_number(value) else None


def _is_number(value: Value) -> TypeGuard[int | float]:
    return isinstance(value, int | float) and not isinstance(value, bool)
