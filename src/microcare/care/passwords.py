"""What a password is not made of: the words that anybody who knows this hub would try first."""

import re
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from microcare.care.access import ROLES

OWN = (
    "microcare",
    "micro",
    "care",
    "clinic",
    "hospital",
    "health",
    "therapy",
    "study",
    "trial",
    "password",
    "passwort",
)
"""Words of every hub; those of its address and the roles come besides. The guide lists them."""
LEFT = 8
"""So many letters and signs must be left without them."""


def words() -> list[str]:
    """The words of this hub, the longest first, so that none hides in another."""
    address = re.split(r"[^a-z0-9]+", (urlsplit(settings.URL).hostname or "").casefold())
    roles = [part for role in ROLES for part in role.casefold().split("_")]
    return sorted({*OWN, *roles, *(part for part in address if len(part) > 2)}, key=lambda one: (-len(one), one))


def left_of(password: str) -> int:
    """How much of a password is not one of the words."""
    return len(re.sub("|".join(re.escape(one) for one in words()), "", password.casefold()))


class OwnWordsValidator:
    """Refuses what is little more than words of the hub."""

    def validate(self, password: str, user: AbstractBaseUser | None = None) -> None:
        """Raise where too little is left."""
        if left_of(password) < LEFT:
            raise ValidationError(self.get_help_text(), code="own_words")

    def get_help_text(self) -> str:
        """What to do instead."""
        return _("This password is little more than words of this hub, which others try first. Add words of your own.")
