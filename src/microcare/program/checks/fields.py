"""What is declared makes sense in itself: ranges, choices, scales, levels."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.base.wording import counted
from microcare.base.written import LIKE_DATE, LIKE_TIME, is_date, is_time
from microcare.program.assessment import Answerable
from microcare.program.checks.common import Checked, Path
from microcare.program.person import PersonField


def check(c: Checked) -> Iterator[Issue]:
    """Ranges turned round, defaults that the field itself would refuse, labels off the scale, goals of one level said twice."""
    p = c.program
    for name, field in p.person.items():
        yield from _field(c, ("person", name), field)
    for name, measure in p.measures.items():
        for item, part in measure.items.items():
            yield from _answerable(c, ("measures", name, "items", item), part)
        if isinstance(measure.complete, int) and not 0 < measure.complete <= max(len(measure.items), 1):
            yield c.error(("measures", name, "complete"), "complete",
                          f"{counted(measure.complete, 'answer')} should make it complete, and it has {counted(len(measure.items), 'item')}",
                          "Write how many must be answered, or `all`.")  # fmt: skip
    for intervention, whole in p.interventions.items():
        for event, inner in whole.events.items():
            if inner.proximal is not None:
                yield from _answerable(c, ("interventions", intervention, "events", event, "proximal"), inner.proximal)
    seen: dict[tuple[int, str], int] = {}
    for index, level in enumerate(p.model):
        key = (level.level, str(level.goal))
        if key in seen:
            yield c.warning(
                ("model", index, "goal"),
                "same_goal",
                "the same goal stands at this level twice",
                "Join them.",
                False,
            )
        seen[key] = index


def _field(c: Checked, path: Path, field: PersonField) -> Iterator[Issue]:
    number = field.type in ("number", "integer")
    if (field.min is not None or field.max is not None) and not number:
        yield c.warning(path, "range", f"a {field.type} has no `min` or `max`", "Delete them.")
    if field.min is not None and field.max is not None and field.min > field.max:
        yield c.error((*path, "min"), "range", f"`min` is above `max`: {field.min:g} > {field.max:g}", "Exchange them.")
    if field.type == "choice" and not field.options:
        yield c.error(path, "no_options", "a choice needs `options`", "Add `options: [...]`.", True)
    if field.options and field.type != "choice":
        yield c.error((*path, "options"), "no_options", "only a choice has options", "Write `type: choice`.")
    problem = _default(field)
    if problem:
        yield c.error((*path, "default"), "default", f"the default {problem}", "Correct it, or delete it.")


def _default(field: PersonField) -> str:
    """What is wrong with a field's default; empty where nothing is."""
    value = field.default
    if value is None:
        return ""
    if field.type in ("number", "integer"):
        if isinstance(value, bool | str):
            return "is no number"
        if field.type == "integer" and value != int(value):
            return "is no whole number"
        low, high = field.min, field.max
        outside = (low is not None and value < low) or (high is not None and value > high)
        return "lies outside of its own range" if outside else ""
    if field.type == "boolean":
        return "" if isinstance(value, bool) else "is neither true nor false"
    if field.type == "choice":
        return "" if not field.options or str(value) in field.options else f"is not one of: {', '.join(field.options)}"
    if field.type == "time":
        return "" if is_time(value) else f"is not a time of day, written like {LIKE_TIME}"
    if field.type == "date":
        return "" if is_date(value) else f"is not a day of the calendar, written like {LIKE_DATE}"
    return ""


def _answerable(c: Checked, path: Path, part: Answerable) -> Iterator[Issue]:
    if part.min is not None and part.max is not None and part.min > part.max:
        yield c.error((*path, "min"), "range", f"`min` is above `max`: {part.min:g} > {part.max:g}", "Exchange them.")
    if part.labels and part.scale is None:
        yield c.error((*path, "labels"), "labels", "labels are words for points of a scale, and there is none",
                      "Add `scale: 0..4`, or write `choices`.")  # fmt: skip
        return
    for point in part.labels:
        if part.scale is not None and not (_whole(point) and part.scale[0] <= int(point) <= part.scale[1]):
            yield c.error((*path, "labels", point), "labels", f"`{point}` is no point of the scale {part.scale[0]}..{part.scale[1]}",
                          "Label points that are on it.", True)  # fmt: skip
    if len(part.choices) == 1:
        yield c.warning((*path, "choices"), "one_choice", "there is only one answer to choose", "Add another.")


def _whole(text: str) -> bool:
    return text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 10
