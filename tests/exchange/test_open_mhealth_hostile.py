"""Open mHealth bodies with anything anywhere: read or refused, never an exception."""

import math

from hypothesis import given
from hypothesis import strategies as st

from microcare.exchange.open_mhealth import SCHEMAS, Reading, Refusal, read_data_point, read_point

SCRAPS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**13), 10**13)
    | st.sampled_from([10**400, -(10**4000)])
    | st.floats()
    | st.text(max_size=20)
    | st.sampled_from(["2016-02-05T06:25:00Z", "2016-02-05", "h", "Mo", "beats/min", "steps", "evening", "d"])
)
KEYS = st.sampled_from(
    sorted(
        {name for schema in SCHEMAS.values() for name in schema.fields}
        | {"value", "unit", "date_time", "time_interval", "start_date_time", "end_date_time", "duration"}
        | {"date", "part_of_day", "header", "body", "schema_id", "namespace", "name", "version"}
    )
)
HOSTILE = st.recursive(
    SCRAPS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=10,
)


@given(st.sampled_from(sorted(SCHEMAS)), st.dictionaries(KEYS, HOSTILE, max_size=4))
def test_a_hostile_body_is_read_or_refused_and_never_raises(which: tuple[str, str], body: dict[str, object]) -> None:
    result = read_point(*which, body)
    if isinstance(result, Reading):
        assert math.isfinite(result.value)
        assert all(name in body for name in SCHEMAS[which].required)
    else:
        assert result.field and result.reason and len(str(result)) < 500


WHOLE: dict[str, object] = {
    "activity_name": "walking",
    "heart_rate": {"value": 60, "unit": "beats/min"},
    "sleep_duration": {"value": 7, "unit": "h"},
    "step_count": {"value": 7, "unit": "steps"},
    "distance": {"value": 7, "unit": "km"},
    "kcal_burned": {"value": 7, "unit": "kcal"},
    "effective_time_frame": {
        "time_interval": {"end_date_time": "2016-02-05T06:25:00Z", "duration": {"value": 1, "unit": "h"}}
    },
}


def paths(body: object, so_far: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    inner = (
        [path for key, value in body.items() for path in paths(value, (*so_far, key))] if isinstance(body, dict) else []
    )
    return [so_far, *inner]


def replaced(body: object, path: tuple[str, ...], scrap: object) -> object:
    if not path:
        return scrap
    assert isinstance(body, dict)
    return {**body, path[0]: replaced(body[path[0]], path[1:], scrap)}


@given(st.sampled_from(sorted(SCHEMAS)), st.sampled_from(paths(WHOLE)), HOSTILE)
def test_one_hostile_field_in_a_good_body_never_raises(
    which: tuple[str, str], path: tuple[str, ...], scrap: object
) -> None:
    body = replaced(WHOLE, path, scrap)
    result = read_point(*which, body)  # type: ignore[arg-type]
    assert isinstance(result, Reading | Refusal)
    if isinstance(result, Refusal) and which != ("step-count", "1.0") and which != ("step-count", "2.0"):
        assert path == () or result.field.split(".")[0] == path[0]


@given(HOSTILE)
def test_a_hostile_document_is_refused_and_never_raises(document: object) -> None:
    assert isinstance(read_data_point(document), Reading | Refusal)


@given(HOSTILE, HOSTILE, HOSTILE)
def test_hostile_names_are_refused(schema: object, version: object, body: object) -> None:
    assert isinstance(read_point(schema, version, body), Refusal)  # type: ignore[arg-type]


def test_deep_nesting_costs_nothing() -> None:
    deep: object = 1
    for _ in range(100_000):
        deep = [deep]
    refusal = read_point("step-count", "1.0", {"step_count": deep})
    assert refusal == Refusal("step_count", "expected a number, found a list")
    assert isinstance(read_point("step-count", "1.0", {"step_count": 1, "extra": deep}), Reading)


@given(KEYS, HOSTILE)
def test_fields_that_the_schema_does_not_know_change_nothing(name: str, found: object) -> None:
    body: dict[str, object] = {"step_count": 6}
    if name not in SCHEMAS["step-count", "1.0"].fields:
        body[name] = found
    assert read_point("step-count", "1.0", body) == Reading("step_count", 6.0, "steps", None, None, None)
