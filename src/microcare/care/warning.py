"""Administrators are told when the hub does not do its work: by mail, at most once an hour for each kind, and at the desk.

What is said names loops, counts and lanes, and nobody.
"""

import logging
from collections.abc import Mapping

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from microcare.base.moments import HOUR
from microcare.care import accounts, mails, readiness
from microcare.channels.channel import NO_SUCH_WAY, Channel, Message, Result
from microcare.hub.programs import EVERY
from microcare.store import aside, deployment, memberships, warnings

log = logging.getLogger(__name__)

EVERY_HOUR = HOUR
"""Of the same kind of trouble nobody is told more often, ms."""
WORRYING = 15 * 60_000
"""What waits so long in the outbox after it was due does not go out, ms."""


def troubles(now: int) -> dict[str, str]:
    """What is wrong now, by kind, in words."""
    found = {}
    for kind, lines in (("clock", readiness.clocks()), ("loops", readiness.loops())):
        if lines:
            found[kind] = "\n".join(lines)
    count = aside.count() + len(aside.hooks())
    if count:
        found["aside"] = ngettext(
            "%(n)s row cannot be read and is set aside. Run: microcare repair",
            "%(n)s rows cannot be read and are set aside. Run: microcare repair",
            count,
        ) % {"n": count}
    untaken = warnings.untaken()
    if untaken:
        found["untaken"] = ngettext(
            "%(n)s notice of an alert reached nobody so far. Call whoever is on duty.",
            "%(n)s notices of alerts reached nobody so far. Call whoever is on duty.",
            untaken,
        ) % {"n": untaken}
    failed = warnings.failed()
    if failed:
        found["steps"] = ngettext(
            "The steps of %(n)s person fail; the desk's list names them.",
            "The steps of %(n)s persons fail; the desk's list names them.",
            failed,
        ) % {"n": failed}
    for lane, waiting in warnings.late(now - WORRYING).items():
        found[f"late {lane}"] = ngettext(
            "%(n)s message waits in the lane %(lane)s and does not go out.",
            "%(n)s messages wait in the lane %(lane)s and do not go out.",
            waiting,
        ) % {"n": waiting, "lane": lane}
    refused = warnings.refused(now - EVERY_HOUR, NO_SUCH_WAY)
    if refused:
        found["refused"] = ngettext(
            "%(n)s message failed in the last hour, or nobody knows whether it arrived; see Deliveries.",
            "%(n)s messages failed in the last hour, or nobody knows whether they arrived; see Deliveries.",
            refused,
        ) % {"n": refused}
    return found


def tell(found: Mapping[str, str], now: int, channels: Mapping[str, Channel]) -> int:
    """Tell administrators of troubles, each kind at most once an hour; how many mails were taken."""
    fresh = {kind: words for kind, words in found.items() if _due(kind, now)}
    if not fresh:
        return 0
    log.error("not all is well: %s", "; ".join(fresh.values()))
    subject = str(_("The hub needs you"))
    body = mails.trouble(list(fresh.values()), f"{settings.URL}/desk/works")
    taken = 0
    people = {user for user, program, role in memberships.everybody() if role == "administrator" and program == EVERY}
    for number, to in enumerate(accounts.addresses_of(people)):
        outcome = channels["email"].send(Message(f"trouble-{now}-{number}", to, subject, body, now))
        taken += outcome.result is Result.ACCEPTED
    return taken


def _due(kind: str, now: int) -> bool:
    """Whether it is time to say it; of several workers one does."""
    return deployment.later(f"told.{kind}", now - EVERY_HOUR, now)
