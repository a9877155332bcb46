"""Instants as other systems write them."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.exchange.moment_text import parse_instant


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01t01:00:00+01:00", 0),
        ("1969-12-31T23:59:59.999Z", -1),
        ("1970-01-01T00:00:00", 0),
        ("20160205T062500Z", None),
        ("2016-W05-5T06:25:00Z", None),
        ("0001-01-01T00:00:00+23:59", None),
        ("9999-12-31T23:59:59-23:59", None),
        ("1970-01-01", None),
        ("1970-01-01T00:00Z", None),
        ("1970-01-01T24:00:00Z", None),
        ("1970-13-01T00:00:00Z", None),
        ("1970-01-01T00:00:00+99:00", None),
        ("٢٠١٦-02-05T06:00:00Z", None),
        ("", None),
    ],
)
def test_instants(text: str, expected: int | None) -> None:
    assert parse_instant(text) == expected


@given(st.datetimes(), st.integers(0, 999))
def test_an_instant_that_is_written_is_read_back(when: datetime, thousandths: int) -> None:
    whole = when.replace(microsecond=0)
    read = parse_instant(f"{whole.isoformat()}.{thousandths:03d}Z")
    assert read is not None
    assert (
        read
        == round((whole.replace(tzinfo=UTC) - datetime(1970, 1, 1, tzinfo=UTC)).total_seconds()) * 1000 + thousandths
    )
