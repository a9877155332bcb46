"""Lengths of time as authors write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.moments import DAY, HOUR, MINUTE, SECOND, Span, format_duration, format_span, parse_span

UNDERSTOOD = [
    ("3d", Span(0, 3)),
    ("2h", Span(0, 0, 2 * HOUR)),
    ("30m", Span(0, 0, 30 * MINUTE)),
    ("90 minutes", Span(0, 0, 90 * MINUTE)),
    ("1h30m", Span(0, 0, 90 * MINUTE)),
    ("1 hour, 30 minutes", Span(0, 0, 90 * MINUTE)),
    ("1 hour and 30 min", Span(0, 0, 90 * MINUTE)),
    ("1.5h", Span(0, 0, 90 * MINUTE)),
    ("0.25 s", Span(0, 0, 250)),
    ("45s", Span(0, 0, 45 * SECOND)),
    ("10ms", Span(0, 0, 10)),
    ("2 weeks", Span(0, 14)),
    ("2w", Span(0, 14)),
    ("3 months", Span(3)),
    ("3mo", Span(3)),
    ("1 year", Span(12)),
    ("1y6mo", Span(18)),
    ("a day", Span(0, 1)),
    ("An Hour", Span(0, 0, HOUR)),
    ("one week", Span(0, 7)),
    ("day", Span(0, 1)),
    ("week", Span(0, 7)),
    ("  2 Days ", Span(0, 2)),
    ("1 month 3 days 2 hours", Span(1, 3, 2 * HOUR)),
    ("0m", Span()),
]
NOT_UNDERSTOOD = [
    "", " ", "3", "d3", "3 fortnights", "3M", "2D", "-3d", "1.5d", "1.5 months", "0.0001s", "30m1h", "1h1h", "1h,",
    "1h and", "1h30", "a", "soon", "1001 years", "999999999999 years", "1hand30m", "3d" * 200, "٣d", "1e3s",
]  # fmt: skip


@pytest.mark.parametrize(("text", "span"), UNDERSTOOD)
def test_understood(text: str, span: Span) -> None:
    assert parse_span(text) == span


@pytest.mark.parametrize("text", NOT_UNDERSTOOD)
def test_not_understood(text: str) -> None:
    assert parse_span(text) is None


@given(st.text("0123456789.dhmowy msa,nd", max_size=20))
def test_anything_is_a_span_or_nothing(text: str) -> None:
    found = parse_span(text)
    assert found is None or found.exact >= 0


@given(st.builds(Span, st.integers(0, 600), st.integers(0, 5000), st.integers(0, 10**10)))
def test_spans_round_trip(span: Span) -> None:
    assert parse_span(format_span(span)) == span


def test_exact() -> None:
    assert Span(2, 3, 5).exact == 63 * DAY + 5


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (Span(), "0 seconds"),
        (Span(1), "1 month"),
        (Span(24), "2 years"),
        (Span(18), "18 months"),
        (Span(0, 14), "2 weeks"),
        (Span(0, 30), "30 days"),
        (Span(0, 1, HOUR + MINUTE), "1 day 1 hour 1 minute"),
    ],
)
def test_format_span(span: Span, text: str) -> None:
    assert format_span(span) == text


@pytest.mark.parametrize(
    ("ms", "text"),
    [
        (0, "0 seconds"),
        (150 * MINUTE, "2 hours 30 minutes"),
        (DAY, "1 day"),
        (3 * DAY + HOUR, "3 days 1 hour"),
        (1001, "1 second 1 millisecond"),
        (-90 * SECOND, "minus 1 minute 30 seconds"),
    ],
)
def test_format_duration(ms: int, text: str) -> None:
    assert format_duration(ms) == text
