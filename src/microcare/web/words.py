"""What the scripts of the pages say, in the language that is spoken; a page carries it as data (`static/microcare/words.js`)."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

SAMPLES = {"zero": 0, "one": 1, "two": 2, "few": 3, "many": 11, "other": 100}
"""A number of each plural category (CLDR), by which a catalog's plural forms are found: every language that has the
category has this number in it."""


def words() -> dict[str, str | dict[str, str]]:
    """Each text by its name. `{name}` is a place for a value; what is counted has a text for each plural category."""
    return {
        "saving": _("Saving …"),
        "saved": _("Saved."),
        "all_saved": _("Everything is saved."),
        "kept": _("Saved on this phone."),
        "kept_more": _(
            "It is not with the hub yet. It will be sent when there is a connection; what comes next will show then."
        ),
        "waiting": _counted(),
        "signed_out": _("You are signed out here. What you did is saved on this phone; sign in again to send it."),
        "refused": _("That could not be saved: {reason}."),
        "photo_refused": _("the photo was too large, or no photo"),
        "unreadable": _("the hub could not read it"),
        "aside": _("Put aside."),
        "undo": _("Undo"),
        "now": _("Now: {title}"),
        "new_below": _("There is something new below."),
        "zone": _("Your phone says {zone}. Shall times be shown and kept as they are there?"),
        "yes": _("Yes"),
        "stay": _("No, stay"),
        "unsent": _(
            "Not everything has been sent yet. If you sign out now, what waits on this phone is lost. "
            "Tap again to sign out."
        ),
        "offline": _("There is no connection. What you do is saved on this phone, and sent later."),
        "old": _("There is no connection. This is how it was on {when}."),
        "unreached": _("There is no connection, and that page is not on this phone. This is how it was on {when}."),
        "push_off": _("Notifications are off on this device: the browser has let go of them."),
        "push_settings": _("Turn them on in the settings"),
        "all_right": _("All right"),
        "not_told": _("Your answer has not reached the hub. Nobody has been told of it. Please call."),
        "over": _("That is it."),
        "pause": _("Pause"),
        "go_on": _("Go on"),
    }


def _counted() -> dict[str, str]:
    """What waits on the phone, by plural category; a category that says the same as `other` is left out."""
    found = {
        category: ngettext(
            "{n} thing is saved on this phone, and will be sent when there is a connection.",
            "{n} things are saved on this phone, and will be sent when there is a connection.",
            number,
        )
        for category, number in SAMPLES.items()
    }
    return {category: text for category, text in found.items() if category == "other" or text != found["other"]}
