"""What came of telling staff of an alert, as the desk reads it; and the number of somebody who wants to be called."""

from django.utils.translation import gettext

from microcare.base.moments import format_local
from microcare.care.reading import Person
from microcare.hub.alert import Alert
from microcare.hub.notices import reached, reached_nobody
from microcare.store import outbox


def reached_words(person: Person, name: str, alert: Alert) -> tuple[str, bool]:
    """What came of telling staff of an alert, in words; and whether it reached nobody."""
    zone = person.state.zone

    def when(moment: int) -> str:
        return format_local(zone, moment)[:16].replace("T", " ")

    told = "; ".join(f"{roster} ({when(at)})" for roster, at in alert.told.items())
    if reached_nobody(alert):
        why = outbox.last_said(person.id, name)
        words = gettext("Reached nobody: no message to staff has got through since %(when)s.") % {
            "when": when(alert.failed)
        }
        return words + (f" ({why})" if why else ""), True
    state = reached(alert, person.now)
    words = {
        "told": gettext("A message went to: %(who)s.") % {"who": told},
        "taken": gettext("A message went to: %(who)s.") % {"who": told} if told else "",
        "unclear": gettext("Nobody can tell whether the message to staff arrived."),
        "trying": gettext("A message to staff is under way."),
        "unknown": gettext("Whether a message to staff got through is not known: is a worker running?"),
        "none": gettext("Its rule tells nobody."),
    }.get(state, "")
    if alert.failed and alert.told and alert.stage != "acknowledged":
        words += " " + gettext("Since %(when)s no further message has got through.") % {"when": when(alert.failed)}
    return words, False


def phone(person: Person) -> tuple[str, str]:
    """The number they want to be called at, and when they gave it."""
    number = person.texts.get(person.state.phone, "")
    when = format_local(person.state.zone, person.state.phone_at)[:16].replace("T", " ")
    return number, when if number else ""
