"""The dates and instants that other systems send, as RFC 3339 writes them."""

import re

from microcare.base.moments import parse_moment

_INSTANT = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{1,9})?(?P<offset>Z|[+-][0-9]{2}:[0-9]{2})?"
)


def parse_instant(text: str) -> int | None:
    """Read an RFC 3339 date-time as milliseconds since 1970 UTC; None when it is not one.

    Text without an offset is UTC, as Open mHealth's date-time says. Other ways of ISO 8601 are not taken.
    """
    written = text.upper()
    match = _INSTANT.fullmatch(written)
    if match is None:
        return None
    return parse_moment(written if match["offset"] else written + "Z")
