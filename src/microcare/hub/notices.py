"""Notices to staff: what came of trying to tell them of an alert, and what may therefore be said of it."""

from msgspec.structs import replace

from microcare.hub import entry
from microcare.hub import stimulus as s
from microcare.hub.alert import Alert
from microcare.hub.work import Work

RESULTS = ("told", "unclear", "nobody")
KNOWN_BY = 2 * 60_000
"""So long after an alert was raised (or called urgent) it is under way to tell somebody; later it is simply not known, ms."""


def noted(work: Work, x: s.Notice) -> None:
    """What came of a notice, where that is news. An alert that is resolved meanwhile has no news."""
    if x.result not in RESULTS:
        return work.say(
            entry.Refused(at=x.at, received=work.now, what=f"notice {x.alert}", reason=f"{x.result} is no result")
        )
    alert = work.state.alerts.get(x.alert)
    if alert is None:
        return None
    known = replace(x, rosters=x.rosters or ((alert.roster,) if x.result == "told" else ()))
    if is_news(alert, known):
        work.say(
            entry.Notified(
                at=x.at, received=work.now, alert=x.alert, result=x.result, rosters=known.rosters, urgent=x.urgent
            )
        )
    return None


def is_news(alert: Alert, x: s.Notice) -> bool:
    """Whether a result says something that the alert's record does not hold: repeats are not entered one by one."""
    if x.result == "told":
        more = set(x.rosters) - set(alert.told)
        return bool(more or alert.failed or alert.unclear or (x.urgent and not alert.urgent_told))
    return not (alert.unclear if x.result == "unclear" else alert.failed)


def reached(alert: Alert, now: int) -> str:
    """What is so of an alert's way to staff.

    `taken` (somebody has taken it on), `told`, `unclear`, `nobody`, `trying`, `unknown` (it should be known by now), or
    `none` (its rule tells nobody).
    """
    if alert.stage == "acknowledged":
        return "taken"
    if not alert.roster:
        return "none"
    return _result(bool(alert.told), alert, alert.received or alert.raised, now)


def urgency_reached(alert: Alert, now: int) -> str:
    """The same of what the person said afterwards: that it is urgent; empty where they did not say so."""
    if not alert.urgent_at or not alert.roster:
        return ""
    if alert.stage == "acknowledged":
        return "taken"
    return _result(bool(alert.urgent_told), alert, alert.urgent_at, now)


def _result(told: bool, alert: Alert, since: int, now: int) -> str:
    if told:
        return "told"
    if alert.unclear >= since > 0:
        return "unclear"
    if alert.failed:
        return "nobody"
    return "trying" if now - since < KNOWN_BY else "unknown"


def reached_nobody(alert: Alert) -> bool:
    """Whether it is known that nobody could be told, and nobody has taken it on by themselves."""
    return bool(alert.failed and not alert.told and not alert.unclear and not alert.taken)
