"""What a value that cannot be read was most likely meant to be, said as a cure."""

import re
import unicodedata
from collections.abc import Callable, Iterable

from microcare.base.ids import is_identifier
from microcare.base.issues import nearest
from microcare.base.moments import format_clock, parse_clock
from microcare.base.schedules import WEEKDAYS, parse_days
from microcare.base.spans import parse_span
from microcare.program.words import is_word

NUMBERS = {
    word: number
    for number, words in enumerate(
        ("zero null", "one a an eine ein einmal once", "two zwei twice", "three drei", "four vier", "five fünf", "six sechs",
         "seven sieben", "eight acht", "nine neun", "ten zehn", "eleven elf", "twelve zwölf")
    )
    for word in words.split()
}  # fmt: skip
UNITS = {
    "sekunde": "seconds", "minute": "minutes", "stunde": "hours", "std": "hours", "hr": "hours", "hrs": "hours",
    "tag": "days", "woche": "weeks", "monat": "months", "jahr": "years", "min": "minutes", "sec": "seconds",
}  # fmt: skip
PERIODS = {
    "daily": "day", "täglich": "day", "each day": "day", "tag": "day", "nightly": "day", "weekly": "week",
    "wöchentlich": "week", "woche": "week", "monthly": "month", "monatlich": "month", "monat": "month", "yearly": "year",
    "fortnight": "2 weeks", "fortnightly": "2 weeks", "biweekly": "2 weeks", "quarterly": "3 months", "hourly": "60m",
    "weekdays": "weekday", "weekends": "weekend",
}  # fmt: skip
SYNONYMS = {
    "string": "text", "str": "text", "bool": "boolean", "yes": "boolean", "no": "boolean", "yes/no": "boolean",
    "float": "number", "decimal": "number", "int": "integer", "numeric": "number", "datetime": "date", "list": "choice",
    "select": "choice", "image": "photo", "successful": "success", "failed": "failure", "therapist": "clinician",
    "psychologist": "clinician", "facilitator": "coach", "mail": "email", "app": "in_app",
}  # fmt: skip
MEANT = {
    "when": ("if", "on"), "condition": ("if", "present"), "where": ("if",), "unless": ("if",), "then": ("deliver", "say"),
    "send": ("deliver",), "action": ("deliver",), "do": ("deliver",), "else": ("choose",), "message": ("say",),
    "text": ("say", "markdown"), "body": ("say",), "prompt": ("say", "text"), "question": ("ask", "text"),
    "name": ("title",), "label": ("title", "text"), "description": ("about", "text"), "objective": ("aim", "goal"),
    "purpose": ("goal", "aim"), "trigger": ("on",), "start": ("on",), "probability": ("p", "randomize"),
    "probabilities": ("randomize",), "time": ("at",), "schedule": ("every",), "frequency": ("every",), "repeat": ("times",),
    "delay": ("after",), "wait": ("after",), "duration": ("lasts", "effort", "exercise"), "expiry": ("expires",),
    "assessment": ("proximal", "outcome", "measure"), "questionnaire": ("measures", "measure", "file"),
    "dmis": ("interventions",), "dmi": ("interventions",), "modules": ("interventions",), "steps": ("events",),
    "questions": ("items",), "answers": ("choices",), "options": ("choices",), "range": ("scale",),
    "priority": ("level",), "variables": ("person",), "participant": ("person",), "needs": ("model",), "levels": ("model",),
    "conceptual_model": ("model",), "evaluation": ("evaluate",), "recommender": ("recommend",), "id": ("program", "name"),
    "alerts": ("safety",), "optionally": ("optional",), "required": ("optional",), "unavailable": ("available",),
}  # fmt: skip
"""Words that an author may take for others."""


def word_meant(word: str, known: Iterable[str]) -> str | None:
    """The word of a part that an unknown word was most likely meant to be."""
    words = set(known)
    other = next((m for m in MEANT.get(word.lower(), ()) if m in words), None)
    return other or nearest(word, words)


def cure_for(kind: str, value: object, word: str) -> str:
    """The likely cure of a value that is wrong for a reason of that kind; empty where none is likely.

    word: the name the value stands under.
    """
    if isinstance(value, str):
        value = value.strip("„“”‚‘’«»‹› ") or value
    look = LOOKS.get("clock" if kind == "tuple_type" and word == "at" else kind)
    return look(value, word) if look is not None else ""


def _clock_of(value: object) -> str | None:
    """The time of day in what somebody wrote: 8pm, 18.30, 1830, 18h30, 8 Uhr."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = f"{value:.2f}" if isinstance(value, float) else str(value).lower().strip()
    text = {"noon": "12:00", "midday": "12:00", "mittag": "12:00", "midnight": "00:00", "mitternacht": "00:00"}.get(
        text, text
    )
    found = re.fullmatch(r"(\d{1,2})(?:\s?[:.h]?\s?(\d{2}))?\s*(?:h|uhr|o'clock)?\s*(?:([ap])\.?m\.?)?", text, re.ASCII)
    if found is None:
        return None
    hours, minutes = int(found[1]), int(found[2] or 0)
    if found[3]:
        hours = hours % 12 + (12 if found[3] == "p" else 0)
    clock = parse_clock(f"{hours}:{minutes:02}")
    return format_clock(clock) if clock is not None else None


def _clock(value: object, word: str) -> str:
    one = _clock_of(value)
    if one is not None:
        return f"Write {one}."
    if isinstance(value, str):
        apart = value.split()
        if len(apart) > 1 and all(map(_clock_of, apart)):
            return f"A comma is missing: write {', '.join(str(_clock_of(part)) for part in apart)}."
        several = [_clock_of(part) for part in re.split(r"\s*(?:,|;|\band\b|\bund\b)\s*", value)]
        if len(several) > 1 and all(several):
            return f"Write [{', '.join(s for s in several if s)}]."
        if is_identifier(value):
            return f"Write a time like 18:30; or person.{value}, if that is a field of the person."
    return ""


def _window(value: object, word: str) -> str:
    if isinstance(value, dict) and len(value) == 2:
        value = list(value.values())
    parts = value if isinstance(value, list) else re.split(r"\s*(?:[-–—]|\.\.|\bto\b|\bbis\b|\buntil\b)\s*", str(value))
    clocks = [_clock_of(part) for part in parts]
    return f"Write {clocks[0]}-{clocks[1]}." if len(clocks) == 2 and all(clocks) else ""


def _scale(value: object, word: str) -> str:
    if str(value).lower() in ("yes/no", "yes, no", "yes no", "ja/nein", "boolean", "true/false"):
        return "A question without `scale` is answered yes or no: delete it."
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Write both ends: 0..{value}, or 1..{value}." if 1 < value <= 100 else ""
    if isinstance(value, dict) and {"min", "max"} == set(value):
        value = [value["min"], value["max"]]
    if isinstance(value, list) and len(value) > 2 and all(isinstance(v, int) for v in value):
        value = [min(value), max(value)]
    text = " ".join(map(str, value)) if isinstance(value, list) else str(value)
    found = re.fullmatch(r"\D*?(-?\d+)\s*(?:to|bis|-|–|—|…|\.+|,)?\s*(-?\d+)\D*", text)
    if found is None:
        return ""
    low, high = sorted((int(found[1]), int(found[2])))
    if high - low > 100:
        return "A scale has at most 100 steps; write `type: number`, with `min` and `max`."
    return f"Write {low}..{high}." if low < high else ""


def _every(value: object, word: str) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"Say of what: {value} days, {value} weeks; or {value}h with `between`."
    if isinstance(value, list):
        value = ", ".join(map(str, value))
    text = " ".join(str(value).lower().split()).removeprefix("every ")
    if re.search(r"(twice|times|mal|\dx)\b.*(day|daily|tag|täglich)|zweimal", text):
        return "Write `every: day`, and its times: `at: [09:00, 18:00]`."
    wanted = PERIODS.get(text)
    if wanted is None:
        days = [
            next((d for d in WEEKDAYS if len(p) >= 2 and d.startswith(p)), p) for p in re.split(r"[,;]\s*|\s+", text)
        ]
        joined = text if parse_days(text) is not None else ", ".join(days)
        wanted = joined if parse_days(joined) is not None else None
    return f"Write `{wanted}`{' with `between`' if wanted == '60m' else ''}." if wanted is not None else ""


def _span(value: object, word: str) -> str:
    if isinstance(value, int | float) and not isinstance(value, bool):
        return f"Say of what: {value}d (days), {value}h (hours) or {value}m (minutes)."
    found = re.fullmatch(r"(\d+|[^\W\d]+)\s*([^\W\d]+)", str(value).lower().strip())
    if found is None:
        return ""
    count = found[1] if found[1].isdigit() else NUMBERS.get(found[1])
    unit = next(
        (known for start, known in UNITS.items() if found[2] == start or found[2] in (f"{start}n", f"{start}e")),
        found[2],
    )
    wanted = f"{count} {unit}" if unit != "days" or count != 1 else "1 day"
    return f"Write {wanted}." if count is not None and parse_span(wanted) is not None else ""


def _probability(value: object, word: str) -> str:
    if value is None:
        return f"Write `{word}: 0.5`; decimals have a point, and not a comma."
    text = str(value).replace(",", ".").strip()
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(%|/\s*(\d+)|)", text, re.ASCII)
    if found is None:
        return ""
    if found[3] and (100 * float(found[1]) % float(found[3]) if float(found[3]) else 1):
        share = float(found[1]) / (float(found[3]) or 1)
        return (
            f"Write decimals that sum to exactly 1: {share:.3f} for all but one, which takes the rest."
            if share <= 1
            else ""
        )
    below = 100.0 if found[2] == "%" else float(found[3] or 1)
    share = float(found[1]) / below if below else 2.0
    return (
        f"Write {share:.10g}{' without quotes' if not found[2] and isinstance(value, str) else ''}."
        if share <= 1
        else ""
    )


CONDITIONS = (
    "if",
    "present",
    "absent",
    "success",
    "requires",
    "contraindicated",
    "until",
    "available",
    "reached",
    "resource",
)
"""Words after which a condition stands."""
LISTED = ("deliver", "for", "measures", "only", "interventions", "kin")
"""Words after which several names may stand."""


def _identifier(value: object, word: str) -> str:
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], str):
        return f"Write {value[0]} without brackets."
    if word == "end" and isinstance(value, bool):
        return "Name why it ends, like `end: done`; add `as: success` if that is one." if value else "Delete it."
    if not isinstance(value, str):
        return "A name begins with a letter: `first`, `week_1`."
    name, colon, rest = value.partition(":")
    if colon and rest.strip() and is_identifier(name):
        return f"A space is missing after the colon: write `{name}: {rest.strip()}`."
    several = [part for part in re.split(r"\s*[,;]\s*|\s+and\s+|\s*&\s*|\s+", value) if part]
    if word in LISTED and len(several) > 1 and all(map(is_identifier, several)):
        return f"Write `[{', '.join(several)}]`."
    if word == "deliver" and len(several) > 3:
        return "`deliver` names an event; the text itself is the event's `say`, under `events`."
    if word == "randomize" and value.isdigit():
        return f"Decimals have a point, and not a comma: 0.{value}."
    if value[:1].isdigit():
        return "A name begins with a letter: `first`, `week_1`."
    usable = slug(value)
    return f"Write `{usable}`: a name has small letters, digits and underscores." if usable else ""


def slug(text: str) -> str:
    """A usable name made of a text; empty where there is none."""
    spelled = text.lower()
    for letter, letters in (("ä", "ae"), ("ö", "oe"), ("ü", "ue"), ("ß", "ss")):
        spelled = spelled.replace(letter, letters)
    plain = unicodedata.normalize("NFKD", spelled).encode("ascii", "ignore").decode()
    found = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:64]
    return found if is_identifier(found) else ""


def _whole(value: object, word: str) -> str:
    text = str(value).lower().strip()
    number = NUMBERS.get(text)
    digits = re.match(r"-?\d+", text)
    if isinstance(value, float):
        return "Write it without a fraction."
    span = re.fullmatch(r"(\d+)\s*(?:-|–|to|bis|\.\.)\s*(\d+)", text)
    if span is not None:
        return f"Write one number, like {span[2]}."
    if number is None and digits is None:
        return "Write it in digits, like 3."
    return f"Write {number if number is not None else digits[0] if digits else ''}."


def _word(value: object, word: str) -> str:
    """A text where there is none, or a list or mapping in its place."""
    if value is None:
        return f"Write it after `{word}:`; or delete the word."
    if isinstance(value, list):
        if len(value) == 1 and isinstance(value[0], str):
            return f"Write {value[0]} without brackets."
        if word in CONDITIONS:
            shown = " && ".join(map(str, value))
            return f"Join them with `&&` (all) or `||` (any){f': `{shown}`' if len(shown) <= 80 else ''}."
        return "A rule waits for one thing: write a rule for each." if word == "on" else "Write one text."
    if isinstance(value, int | float):
        return "Put it in quotes."
    return ""


def _names(value: object, word: str) -> str:
    if value is None:
        return f"Write its parts below `{word}:`, indented; or delete the word."
    if word == "randomize":
        return _options(value)
    if word in ("choices", "options", "labels") and isinstance(value, str):
        several = [slug(p) for p in re.split(r"\s*[,;/|]\s*|\s+or\s+|\s+oder\s+", value)]
        return f"Write a list: `[{', '.join(several)}]`." if all(several) else "Write a list: `[yes, no]`."
    if isinstance(value, list) and word == "labels":
        return f"Give each its point of the scale: `{{{', '.join(f'{n}: {v}' for n, v in enumerate(value[:11]))}}}`."
    if isinstance(value, list):
        return _named(value)
    return "Write its parts below, indented, each as `name: ...`."


def _options(value: object) -> str:
    """Options with probabilities, from whatever else stands under `randomize`."""
    if isinstance(value, list) and value and all(isinstance(v, str) for v in value):
        shares = {str(v): 1 / len(value) for v in value}
    elif isinstance(value, list) and value and all(isinstance(v, dict) and len(v) == 1 for v in value):
        shares = {name: p for v in value for name, p in v.items() if isinstance(p, int | float)}
    elif isinstance(value, int | float):
        shares = {"EVENT": float(value), "nothing": 1 - value} if 0 < value < 1 else {}
    else:
        shares = {value: 0.5, "nothing": 0.5} if isinstance(value, str) and is_identifier(value) else {}
    shown = ", ".join(f"{name}: {p:.3g}" for name, p in (shares or {"EVENT": 0.5, "nothing": 0.5}).items())
    return f"Give each option its probability: `{{{shown}}}`."


def _named(value: list[object]) -> str:
    """Names in place of the `- ` of a list."""
    first = value[0] if value else None
    if isinstance(first, str) and is_identifier(first):
        return f"Write `{first}:` instead of `- {first}`, with its parts indented below it; and so on."
    if isinstance(first, dict) and first:
        name, part = next(iter(first.items()))
        if name in ("name", "id") and isinstance(part, str) and is_identifier(part):
            return f"Write `{part}:` instead of `- {name}: {part}`, with its other parts indented below it."
        if part is None or isinstance(part, dict) or not is_word(str(name)) or len(first) == 1:
            return f"Write `{name}:` instead of `- {name}:`; likewise for the others."
    return "Give each a name instead of `- `: `name: ...`."


def _list(value: object, word: str) -> str:
    if value is None:
        return f"Write its entries below `{word}:`, each beginning with `- `; or delete the word."
    if isinstance(value, dict) and value:
        name, part = next(iter(value.items()))
        if word in LISTED:
            return f"Write `[{', '.join(map(str, value))}]`."
        if isinstance(part, dict) and all(isinstance(p, dict) for p in value.values()):
            return f"Write `-` instead of `{name}:`; likewise for the others."
        return f"Begin its first line with `- `: `- {name}: ...`, and line up the others with `{name}`."
    if isinstance(value, str) and len(value) < 60 and word not in ("model", "rules", "safety", "evaluate", "choose"):
        return f"Write `[{value}]`."
    return "Write its entries below, each beginning with `- `."


LOOKS: dict[str, Callable[[object, str], str]] = {
    "clock": _clock,
    "window": _window,
    "scale": _scale,
    "every": _every,
    "span": _span,
    "probability": _probability,
    "identifier": _identifier,
    "int_type": _whole, "int_parsing": _whole, "int_from_float": _whole, "float_type": _whole, "float_parsing": _whole,
    "string_type": _word,
    "dict_type": _names, "model_type": _names, "tuple_type": _list,
}  # fmt: skip
"""How each kind of mistake is looked at."""
