"""Breaking the glass: in an emergency anybody on the staff may open one person's page, for an hour, with a reason.

It is written into the audit trail before the page opens, administrators and safety officers are told at once, and
somebody else looks at it afterwards.
"""

import logging
import threading
from dataclasses import dataclass

from django.conf import settings

from microcare.care import access, accounts, clock, mails, trail
from microcare.care.access import REVIEW, Access
from microcare.care.keys import new_key
from microcare.channels.channel import Message, Result
from microcare.channels.email import Email, parse_server
from microcare.store import audit, emergencies, journals, memberships, people
from microcare.store.database import writing
from microcare.store.emergencies import Emergency
from microcare.store.journals import UnknownPersonError

log = logging.getLogger(__name__)
LASTS = 60 * 60_000
SHORTEST_REASON = 15
"""Characters: "see notes" is no reason."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What came of it: the person whose page is open, or what is wrong in words for the page."""

    person: str = ""
    wrong: str = ""


def find(text: str) -> list[str]:
    """The persons whom a name or an id means exactly. Whoever asks needs to know whom they look for."""
    wanted = " ".join(text.split()).casefold()
    if not wanted:
        return []
    try:
        journals.version(text.strip())
        return [text.strip()]
    except UnknownPersonError:
        pass
    return [one for one in people.named(wanted) if " ".join(people.identity(one).name.split()).casefold() == wanted]


def open_page(user: str, whom: str, reason: str) -> Opened:
    """Open a person's page. wrong: reason, nobody or several; each attempt that has a reason is in the trail."""
    reason = " ".join(reason.split())[:1000]
    if len(reason) < SHORTEST_REASON:
        return Opened(wrong="reason")
    found = find(whom[:200])
    if len(found) != 1:
        # The reason may name somebody, and belongs to nobody with whom it could be erased: that there was one stands here.
        trail.refuse(user, "emergency refused", "", f"{len(found)} persons of that name")
        return Opened(wrong="several" if found else "nobody")
    person, now = found[0], clock.wall()
    with writing():
        emergency = emergencies.add(user, person, reason, now, now + LASTS)
        audit.append(clock.now(), user, "emergency", person, emergency)
    to = addresses(person)
    if to and settings.SMTP:
        # The page does not wait for a mail server.
        threading.Thread(target=_tell, args=(to,), name="emergency", daemon=True).start()
    return Opened(person)


def _tell(addresses: list[str]) -> None:
    """Mail those who review it; those whom no mail reaches find it at the desk."""
    channel, key = Email(parse_server(settings.SMTP), settings.MAIL_FROM), new_key("emergency")
    subject, text = mails.emergency(f"{settings.URL}/desk/emergencies")
    for number, to in enumerate(addresses):
        outcome = channel.send(Message(f"{key}-{number}", to, subject, text, clock.now()))
        if outcome.result is not Result.ACCEPTED:
            log.error("a mail about an emergency access did not go out: %s", outcome.detail)


def is_open(user: str, person: str) -> bool:
    """Whether somebody has this page open in an emergency."""
    return emergencies.is_open(user, person, clock.wall())


def end(user: str, person: str) -> None:
    """Close it before its time."""
    emergencies.end(user, person, clock.wall())
    audit.append(clock.now(), user, "emergency ended", person)


def to_review(allowed: Access) -> int:
    """How many persons' pages were opened so that somebody with this access should look at it."""
    if not allowed.may(REVIEW):
        return 0
    return sum(allowed.may_about(REVIEW, person) for person in emergencies.unreviewed())


def listed(allowed: Access) -> list[Emergency]:
    """Those that somebody may look at."""
    return [one for one in emergencies.all_of_them() if allowed.may_about(REVIEW, one.person)]


def review(allowed: Access, id: str, finding: str) -> bool:
    """Note what somebody else found; False where it is not theirs to say, or their own."""
    about = next((one.person for one in listed(allowed) if one.id == id), "")
    if not about or not emergencies.review(id, about, allowed.user, clock.wall(), finding.strip()[:1000]):
        return False
    audit.append(clock.now(), allowed.user, "emergency reviewed", about, id)
    return True


def addresses(person: str) -> list[str]:
    """The mail addresses of those who are told: whoever may review it."""
    users = sorted({user for user, _, _ in memberships.everybody()})
    told = [user for user in users if access.access_of(user).may_about(REVIEW, person)]
    return accounts.addresses_of(told)
