"""The only clock. Everything below is told what time it is.

A demo's clock is ahead of the real one by an offset, which only a demo's database has.
"""

import time

from microcare.store import deployment


def now() -> int:
    """This moment, ms since 1970 UTC."""
    return time.time_ns() // 1_000_000 + deployment.offset()


def wall() -> int:
    """The real moment, whatever the demo's clock says: for measuring how long something takes."""
    return time.time_ns() // 1_000_000
