"""Wearables: Open mHealth data points in.

The sender names schema and version; one table a version (`SCHEMAS`) says which fields the body has, and a
small validator under it reads them. The tables restate the published structure (Open mHealth schemas,
openmhealth.org); shared parts such as the time frame are in `open_mhealth_parts`.

As the standard allows, extra fields are accepted and not read. Stricter than the standard are only these: a
number is finite and at most `LARGEST`, texts are at most `LONGEST_TEXT` characters, and a time frame is
either one date-time or one interval, not both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from microcare.exchange.open_mhealth_parts import (
    Check,
    Refusal,
    Span,
    described,
    number,
    one_of,
    quantity,
    text,
    time_frame,
)

NAMESPACE = "omh"
SLEEP_UNITS = ("sec", "min", "h")
LENGTHS = ("fm", "pm", "nm", "um", "mm", "cm", "m", "km", "in", "ft", "yd", "mi")
INTENSITIES = ("light", "moderate", "vigorous")
EXERCISE = ("at rest", "active", "before exercise", "after exercise", "during exercise")
SLEEP = ("before sleeping", "during sleep", "on waking")
STATISTICS = (
    *("average", "maximum", "minimum", "standard deviation", "variance", "sum", "median", "count"),
    *("quartile deviation", "80th percentile", "lower quartile", "upper quartile"),
    *("1st quintile", "2nd quintile", "3rd quintile", "4th quintile"),
)


@dataclass(frozen=True)
class Reading:
    """One number that a device or a person measured.

    `start` and `end` are moments (ms since 1970 UTC), None where the point does not say; a point of one
    instant has that instant as both. `statistic` is None for a single measurement, `per` its denominator
    ("d").
    """

    signal: str
    value: float
    unit: str
    start: int | None
    end: int | None
    statistic: str | None
    per: str | None = None
    label: str | None = None
    """What was done, for an activity: "walking"."""
    also: tuple["Reading", ...] = ()
    """Further numbers of the same point: an activity's distance, energy and intensity."""

    @property
    def occurred(self) -> int | None:
        """When it was so: its end, for want of an end its start, else unknown."""
        return self.start if self.end is None else self.end


@dataclass(frozen=True)
class Schema:
    """One version of one schema: its fields, and which of them is the reading's value.

    `value` is None where the body counts one episode rather than measuring; `also` are further numbers
    to keep. `unit` is for a number that comes without one.
    """

    signal: str
    fields: Mapping[str, Check]
    required: tuple[str, ...]
    value: str | None
    unit: str = ""
    also: Mapping[str, str] | None = None


_AGGREGATE: Mapping[str, Check] = {
    "descriptive_statistic": one_of(*STATISTICS),
    "descriptive_statistic_denominator": text(),
}
_HEART: Mapping[str, Check] = {
    "heart_rate": quantity("beats/min"),
    "effective_time_frame": time_frame(),
    "descriptive_statistic": one_of(*STATISTICS),
    "temporal_relationship_to_physical_activity": one_of(*EXERCISE),
}
_HEART_SLEEP: Mapping[str, Check] = {**_HEART, "temporal_relationship_to_sleep": one_of(*SLEEP)}
_ACTIVITY: Mapping[str, Check] = {
    "activity_name": text(),
    "effective_time_frame": time_frame(),
    "distance": quantity(*LENGTHS),
    "reported_activity_intensity": one_of(*INTENSITIES),
}
_ACTIVITY_MET: Mapping[str, Check] = {**_ACTIVITY, "met_value": number()}
_ACTIVITY_KCAL: Mapping[str, Check] = {**_ACTIVITY_MET, "kcal_burned": quantity("kcal")}
_NOTES: Mapping[str, Check] = {"user_notes": text()}
_LASTING: Mapping[str, Check] = {"effective_time_frame": time_frame(interval_only=True), **_AGGREGATE}
_STEPS: Mapping[str, Check] = {"step_count": number()}
_STEPS_UNIT: Mapping[str, Check] = {"step_count": quantity("steps")}
_SLEEP: Mapping[str, Check] = {"sleep_duration": quantity(*SLEEP_UNITS)}
_ANY_TIME: Mapping[str, Check] = {"effective_time_frame": time_frame()}
_FURTHER: Mapping[str, str] = {"distance": "", "kcal_burned": "", "met_value": "MET"}
"""Numbers kept beside the episode, with the unit of one that comes without."""

SCHEMAS: Mapping[tuple[str, str], Schema] = {
    ("heart-rate", "1.0"): Schema("heart_rate", {**_HEART, **_NOTES}, ("heart_rate",), "heart_rate"),
    ("heart-rate", "1.1"): Schema("heart_rate", {**_HEART_SLEEP, **_NOTES}, ("heart_rate",), "heart_rate"),
    ("heart-rate", "2.0"): Schema("heart_rate", _HEART_SLEEP, ("heart_rate", "effective_time_frame"), "heart_rate"),
    ("physical-activity", "1.0"): Schema("physical_activity", _ACTIVITY, ("activity_name",), None, "episode", _FURTHER),
    ("physical-activity", "1.1"): Schema(
        "physical_activity", _ACTIVITY_MET, ("activity_name",), None, "episode", _FURTHER
    ),
    ("physical-activity", "1.2"): Schema(
        "physical_activity", _ACTIVITY_KCAL, ("activity_name",), None, "episode", _FURTHER
    ),
    ("sleep-duration", "1.0"): Schema(
        "sleep_duration", {**_SLEEP, **_ANY_TIME, **_NOTES}, ("sleep_duration",), "sleep_duration"
    ),
    ("sleep-duration", "2.0"): Schema(
        "sleep_duration", {**_SLEEP, **_LASTING}, ("sleep_duration", "effective_time_frame"), "sleep_duration"
    ),
    ("step-count", "1.0"): Schema("step_count", {**_STEPS, **_ANY_TIME}, ("step_count",), "step_count", "steps"),
    ("step-count", "2.0"): Schema(
        "step_count", {**_STEPS, **_LASTING}, ("step_count", "effective_time_frame"), "step_count", "steps"
    ),
    ("step-count", "3.0"): Schema(
        "step_count", {**_STEPS_UNIT, **_LASTING}, ("step_count", "effective_time_frame"), "step_count"
    ),
}
"""Every schema version that is read."""


def read_point(schema: str, version: str, body: Mapping[str, object]) -> Reading | Refusal:
    """Read the body of a data point whose schema and version the sender names, or refuse it."""
    known = SCHEMAS.get((schema, version)) if isinstance(schema, str) and isinstance(version, str) else None
    if known is None:
        return _unknown_schema(schema, version)
    if not isinstance(body, Mapping):
        return Refusal("body", f"expected an object, found {described(body)}")
    read: dict[str, object] = {}
    for name in known.required:
        if name not in body:
            return Refusal(name, f"is missing; {schema} {version} requires it")
    for name, check in known.fields.items():
        if name not in body:
            continue
        found = check(name, body[name])
        if isinstance(found, Refusal):
            return found
        read[name] = found
    return _reading(known, read)


def read_data_point(document: object) -> Reading | Refusal:
    """Read a whole data point: a body and a header, of which only `schema_id` is required."""
    if not isinstance(document, Mapping):
        return Refusal("data point", f"expected an object with header and body, found {described(document)}")
    header, body = document.get("header"), document.get("body")
    if not isinstance(header, Mapping):
        return Refusal("header", f"expected an object, found {described(header)}")
    identity = header.get("schema_id")
    if not isinstance(identity, Mapping):
        return Refusal(
            "header.schema_id",
            f"expected an object with namespace, name, version, found {described(identity)}",
        )
    parts: list[str] = []
    for key in ("namespace", "name", "version"):
        part = identity.get(key)
        if not isinstance(part, str):
            return Refusal(f"header.schema_id.{key}", f"expected text, found {described(part)}")
        parts.append(part)
    if parts[0] != NAMESPACE:
        return Refusal(
            "header.schema_id.namespace",
            f'expected "{NAMESPACE}" (Open mHealth), found {described(parts[0])}',
        )
    if not isinstance(body, Mapping):
        return Refusal("body", f"expected an object, found {described(body)}")
    return read_point(parts[1], parts[2], body)


def _unknown_schema(schema: object, version: object) -> Refusal:
    """Say which schemas and versions there are, and which was likely meant."""
    names = sorted({name for name, _ in SCHEMAS})
    if not isinstance(schema, str) or schema not in names:
        wanted = schema[:80].lower().replace("_", "-") if isinstance(schema, str) else ""
        near = get_close_matches(wanted, names, n=1)
        hint = f'did you mean "{near[0]}"?' if near else f"known are {', '.join(names)}"
        return Refusal("schema", f"{described(schema)} is not a schema that is read here; {hint}")
    versions = ", ".join(number for name, number in SCHEMAS if name == schema)
    return Refusal("version", f"{schema} is read in version {versions}; found {described(version)}")


def _reading(schema: Schema, read: Mapping[str, object]) -> Reading:
    """Put together what the checks found."""
    span = read.get("effective_time_frame")
    start, end = (span.start, span.end) if isinstance(span, Span) else (None, None)
    statistic = _word(read.get("descriptive_statistic"))
    per = _word(read.get("descriptive_statistic_denominator"))

    def made(signal: str, found: object, unit: str) -> Reading:
        amount, own_unit = found if isinstance(found, tuple) else (found, unit)
        assert isinstance(amount, float), "the checks let only numbers through"
        return Reading(signal, amount, str(own_unit), start, end, statistic, per)

    further = tuple(
        made(f"{schema.signal}_{name}", read[name], unit) for name, unit in (schema.also or {}).items() if name in read
    )
    if schema.value is not None:
        return made(schema.signal, read[schema.value], schema.unit)
    label = _word(read.get("activity_name"))
    return Reading(schema.signal, 1.0, schema.unit, start, end, statistic, per, label, further)


def _word(value: object) -> str | None:
    return value if isinstance(value, str) else None


__all__ = ["SCHEMAS", "Reading", "Refusal", "Schema", "read_data_point", "read_point"]
