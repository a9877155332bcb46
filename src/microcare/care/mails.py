"""What mails say: that something waits, and where. Never what it is, nor for what it is."""

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from microcare.care.languages import speaks

STAFF = {
    "proposal": (gettext_lazy("A proposal waits for you"), gettext_lazy("A proposal waits for your answer:")),
    "message": (gettext_lazy("A message waits for you"), gettext_lazy("Somebody has written to their facilitator:")),
    "check_in": (
        gettext_lazy("A check-in comes up"),
        gettext_lazy("An agreed check-in comes up within the hour:"),
    ),
}


def waits(language: str) -> str:
    """That something waits, in a person's language."""
    with translation.override(speaks(language)):
        return _("Something is waiting for you")


def to_person(language: str, address: str) -> tuple[str, str]:
    """Subject and text of a mail to a person; `address` is the page to open."""
    with translation.override(speaks(language)):
        return waits(language), _letter(_("There is something for you. You can look at it here:"), address)


def _letter(text: str, address: str, more: str = "") -> str:
    return f"{text}\n\n{address}\n" + (f"\n{more}" if more else "")


def to_staff(kind: str, level: int, address: str, *, urgent: bool = False) -> tuple[str, str]:
    """Subject and text of a mail to staff. kind: alert, reminder, or one of `STAFF`; level: how often it was passed on;
    urgent: the person says so."""
    if kind in STAFF:
        subject, text = STAFF[kind]
        return str(subject), _letter(str(text), address)
    passed = (
        ngettext(
            "Nobody has taken it on in time; it was passed on %(n)s time.",
            "Nobody has taken it on in time; it was passed on %(n)s times.",
            level,
        )
        % {"n": level}
        if level
        else ""
    )
    if urgent:
        return _("Urgent: an alert needs you"), _letter(
            _("An alert waits for a person to take it on:"), address, _("It is urgent.")
        )
    if kind == "reminder":
        return _("Still open: an alert needs you"), _letter(
            _("Still open: an alert waits for a person to take it on:"), address, passed
        )
    return _("An alert needs you"), _letter(_("An alert waits for a person to take it on:"), address, passed)


def trouble(lines: Sequence[str], address: str) -> str:
    """Text of a mail to administrators: what is wrong with the hub, and where it stands."""
    return _letter(
        "\n".join([_("The hub does not do all of its work:"), "", *lines, "", _("More stands here:")]), address
    )


def emergency(address: str) -> tuple[str, str]:
    """Subject and text of a mail to those who look at emergency accesses."""
    return (
        _("An emergency access was opened"),
        _letter(_("Somebody opened a page in an emergency. Please look at it:"), address),
    )
