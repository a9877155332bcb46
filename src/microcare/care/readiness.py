"""Whether the hub does its work, as whoever watches it may know: names of loops and kinds of errors, nothing of people."""

import time

from django.conf import settings

from microcare.base.moments import HOUR, format_moment
from microcare.care import clock
from microcare.care.backing_up import is_late, last_verified
from microcare.store import heartbeats


def problems() -> list[str]:
    """Why the hub is not ready, a line each; none: it is."""
    return [*clocks(), *loops()]


def clocks() -> list[str]:
    """Whether the machine's clock is in doubt, and what to do."""
    doubted = clock.doubt()
    if doubted is None:
        return []
    how, shows, by = doubted
    return [
        f"the machine's clock is in doubt ({how}): it shows {format_moment(shows)[:16]}Z, and the hub goes by "
        f"{format_moment(by)[:16]}Z; nothing is decided by time until it returns, or an administrator confirms it"
    ]


def backup() -> dict[str, object]:
    """How old the last backup is that could be restored, where they are made on a schedule: to be watched, for a hub with
    an old backup still cares for people."""
    if not settings.BACKUP:
        return {}
    at = last_verified()
    hours = round((clock.wall() - at) / HOUR, 1) if at else None
    return {"backup": {"verified": format_moment(at) if at else None, "hours": hours, "late": is_late(at)}}


def loops() -> list[str]:
    """The loops that do not do their work."""
    beats = heartbeats.read(heartbeats.folder())
    return [_said(one) for one in heartbeats.still(beats, settings.STUCK_AFTER, time.monotonic())]


def _said(one: heartbeats.Still) -> str:
    if not one.process:
        return f"{one.loop}: no worker does this"
    since = format_moment(one.since)[:19] + "Z"
    how = f"has failed since {since} ({one.error})" if one.error else f"stands still since {since}"
    return f"{one.loop} ({one.process}) {how}"
