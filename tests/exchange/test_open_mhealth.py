"""Open mHealth data points: the standard's own examples, what a reading means, and hostile bodies."""

import json
import math
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

import pytest

from microcare.exchange.open_mhealth import Reading, Refusal, read_data_point, read_point
from tests.reference import reference

EXAMPLES = 50
"""The standard's examples that are known; fewer means that some were not read."""


def moment(*parts: int) -> int:
    return int(datetime(*parts, tzinfo=UTC).timestamp() * 1000)  # type: ignore[misc, arg-type]


def examples() -> list[Path]:
    return sorted(reference("omh").glob("*/*/should*/*.json"))


def test_every_published_example_is_accepted_or_refused_as_it_should_be() -> None:
    wrong: list[str] = []
    for path in examples():
        schema, version, verdict = path.parts[-4:-1]
        result = read_point(schema, version, json.loads(path.read_text()))
        if isinstance(result, Reading) != (verdict == "shouldPass"):
            wrong.append(f"{path}: {result}")
    assert wrong == []
    assert len(examples()) >= EXAMPLES


@pytest.mark.parametrize(
    ("example", "field", "said"),
    [
        ("heart-rate/1.0/shouldFail/empty-document", "heart_rate", "is missing; heart-rate 1.0 requires it"),
        (
            "heart-rate/1.0/shouldFail/incorrect-unit",
            "heart_rate.unit",
            'expected "beats/min", found "beat/min"',
        ),
        ("heart-rate/2.0/shouldFail/missing-effective-time-frame", "effective_time_frame", "is missing"),
        (
            "physical-activity/1.0/shouldFail/invalid-distance-unit",
            "distance.unit",
            'km, in, ft, yd, mi, found "miles"',
        ),
        (
            "sleep-duration/1.0/shouldFail/invalid-sleep-duration-unit",
            "sleep_duration.unit",
            'sec, min, h, found "s"',
        ),
        ("sleep-duration/2.0/shouldFail/with-date-time", "effective_time_frame.time_interval", "is missing"),
        ("step-count/2.0/shouldFail/string-step-count-value", "effective_time_frame", "is missing"),
        (
            "step-count/1.0/shouldFail/string-step-count-value",
            "step_count",
            'expected a number, found "6000"',
        ),
        ("step-count/3.0/shouldFail/step-count-only", "effective_time_frame", "is missing"),
    ],
)
def test_a_refusal_names_the_field_and_what_was_expected(example: str, field: str, said: str) -> None:
    path = reference(f"omh/{example}.json")
    schema, version = path.parts[-4:-2]
    refusal = read_point(schema, version, json.loads(path.read_text()))
    assert isinstance(refusal, Refusal)
    assert refusal.field == field
    assert said in refusal.reason


INTERVAL = {"start_date_time": "2016-02-05T06:25:00Z", "end_date_time": "2016-02-05T08:25:00+01:00"}


def steps(interval: object) -> Reading | Refusal:
    return read_point("step-count", "2.0", {"step_count": 10, "effective_time_frame": {"time_interval": interval}})


def test_a_reading_keeps_signal_value_unit_statistic_and_both_ends() -> None:
    body = {
        "heart_rate": {"value": 50, "unit": "beats/min"},
        "effective_time_frame": {
            "time_interval": {
                "start_date_time": "2020-02-05T06:00:00+01:00",
                "end_date_time": "2020-02-06T06:00:00+01:00",
            }
        },
        "descriptive_statistic": "minimum",
        "somebody's extra": {"kept": False},
    }
    start, end = moment(2020, 2, 5, 5), moment(2020, 2, 6, 5)
    reading = read_point("heart-rate", "2.0", body)
    assert reading == Reading("heart_rate", 50.0, "beats/min", start, end, "minimum")
    assert reading.occurred == end


def test_a_point_without_time_has_no_time() -> None:
    reading = read_point("step-count", "1.0", {"step_count": 6000})
    assert reading == Reading("step_count", 6000.0, "steps", None, None, None)
    assert reading.occurred is None


def test_a_point_of_one_instant_starts_and_ends_then() -> None:
    body = {
        "heart_rate": {"value": 61.5, "unit": "beats/min"},
        "effective_time_frame": {"date_time": "2013-02-05T07:25:00.1239Z"},
    }
    reading = read_point("heart-rate", "1.0", body)
    assert isinstance(reading, Reading)
    assert reading.start == reading.end == reading.occurred == moment(2013, 2, 5, 7, 25) + 123


@pytest.mark.parametrize(
    ("interval", "start", "end"),
    [
        (
            {"start_date_time": "2016-02-05T06:00:00Z", "duration": {"value": 1.5, "unit": "h"}},
            moment(2016, 2, 5, 6),
            moment(2016, 2, 5, 7, 30),
        ),
        (
            {"end_date_time": "2016-02-05T06:00:00Z", "duration": {"value": 2, "unit": "d"}},
            moment(2016, 2, 3, 6),
            moment(2016, 2, 5, 6),
        ),
        (  # a month has no fixed length
            {"end_date_time": "2016-02-05T06:00:00Z", "duration": {"value": 1, "unit": "Mo"}},
            None,
            moment(2016, 2, 5, 6),
        ),
        ({"date": "2016-02-29", "part_of_day": "evening"}, None, None),
        ({"start_date_time": "2016-02-05T06:00:00Z", "end_date_time": "2013-02-05T06:00:00Z"}, None, None),
        ({"start_date_time": "2016-02-05T06:00:00Z", "duration": {"value": -1, "unit": "h"}}, None, None),
        (INTERVAL, moment(2016, 2, 5, 6, 25), moment(2016, 2, 5, 7, 25)),
    ],
)
def test_intervals(interval: Mapping[str, object], start: int | None, end: int | None) -> None:
    reading = steps(interval)
    assert isinstance(reading, Reading), reading
    assert (reading.start, reading.end) == (start, end)


@pytest.mark.parametrize(
    ("interval", "field", "said"),
    [
        ({}, "", "found none of them"),
        ({"start_date_time": "2016-02-05T06:00:00Z"}, "", "found start_date_time"),
        (
            {**INTERVAL, "duration": {"value": 1, "unit": "h"}},
            "",
            "found start_date_time and end_date_time and",
        ),
        ({**INTERVAL, "date": "2016-02-05", "part_of_day": "night"}, "", "beside date and part_of_day"),
        ({"date": "2015-02-29", "part_of_day": "night"}, ".date", "expected a date like"),
        (
            {"date": "2016-02-29", "part_of_day": "noon"},
            ".part_of_day",
            "one of morning, afternoon, evening, night",
        ),
        ({**INTERVAL, "start_date_time": "5 o'clock"}, ".start_date_time", "expected a date-time like"),
        ({**INTERVAL, "end_date_time": 1454653500}, ".end_date_time", "expected a date-time as text"),
        (
            {"start_date_time": "2016-02-05T06:00:00Z", "duration": {"value": 1, "unit": "hours"}},
            ".duration.unit",
            "expected one of ps, ns,",
        ),
        (
            {"start_date_time": "2016-02-05T06:00:00Z", "duration": {"value": 4e6, "unit": "wk"}},
            ".duration",
            "longer than three hundred years",
        ),
    ],
)
def test_intervals_that_are_refused(interval: Mapping[str, object], field: str, said: str) -> None:
    refusal = steps(interval)
    assert isinstance(refusal, Refusal)
    assert refusal.field == f"effective_time_frame.time_interval{field}"
    assert said in refusal.reason


@pytest.mark.parametrize("value", [True, "6", None, [], {}, math.nan, math.inf, -math.inf, 1e300, 10**400, -(10**13)])
def test_what_is_no_number_of_a_person_is_refused(value: object) -> None:
    refusal = read_point("step-count", "1.0", {"step_count": value})
    assert isinstance(refusal, Refusal)
    assert refusal.field == "step_count"


def test_both_a_date_time_and_an_interval_are_refused() -> None:
    frame = {"date_time": "2016-02-05T06:00:00Z", "time_interval": INTERVAL}
    refusal = read_point("step-count", "1.0", {"step_count": 1, "effective_time_frame": frame})
    assert refusal == Refusal("effective_time_frame", "expected either date_time or time_interval, found both")


def test_an_activity_is_one_episode_with_its_further_numbers() -> None:
    body = {
        "activity_name": "walking",
        "distance": {"value": 3.1, "unit": "mi"},
        "kcal_burned": {"value": 160, "unit": "kcal"},
        "met_value": 3.5,
    }
    reading = read_point("physical-activity", "1.2", body)
    assert isinstance(reading, Reading)
    assert (reading.signal, reading.value, reading.unit, reading.label) == (
        "physical_activity",
        1.0,
        "episode",
        "walking",
    )
    assert {(part.signal, part.value, part.unit) for part in reading.also} == {
        ("physical_activity_distance", 3.1, "mi"),
        ("physical_activity_kcal_burned", 160.0, "kcal"),
        ("physical_activity_met_value", 3.5, "MET"),
    }


@pytest.mark.parametrize(
    ("schema", "version", "said"),
    [
        ("heart_rate", "2.0", 'did you mean "heart-rate"?'),
        ("step-counts", "2.0", 'did you mean "step-count"?'),
        ("blood-glucose", "3.0", "known are heart-rate, physical-activity, sleep-duration, step-count"),
        ("step-count", "9.0", "step-count is read in version 1.0, 2.0, 3.0"),
    ],
)
def test_an_unknown_schema_is_refused_with_what_was_likely_meant(schema: str, version: str, said: str) -> None:
    refusal = read_point(schema, version, {"step_count": 1})
    assert isinstance(refusal, Refusal)
    assert said in refusal.reason


def test_a_data_point_names_its_own_schema() -> None:
    header = {"schema_id": {"namespace": "omh", "name": "step-count", "version": "1.0"}, "id": "a"}
    assert read_data_point({"header": header, "body": {"step_count": 7}}) == read_point(
        "step-count", "1.0", {"step_count": 7}
    )


@pytest.mark.parametrize(
    ("document", "field"),
    [
        (None, "data point"),
        ([], "data point"),
        ({}, "header"),
        ({"header": {}}, "header.schema_id"),
        (
            {"header": {"schema_id": {"namespace": "omh", "name": 3, "version": "1.0"}}},
            "header.schema_id.name",
        ),
        (
            {"header": {"schema_id": {"namespace": "ieee", "name": "step-count", "version": "1.0"}}},
            "header.schema_id.namespace",
        ),
        (
            {
                "header": {"schema_id": {"namespace": "omh", "name": "step-count", "version": "1.0"}},
                "body": 4,
            },
            "body",
        ),
    ],
)
def test_a_broken_data_point_is_refused(document: object, field: str) -> None:
    refusal = read_data_point(document)
    assert isinstance(refusal, Refusal)
    assert refusal.field == field
