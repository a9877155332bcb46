"""Facilitators' accounts. They are Django's users, so that all of its care for passwords holds."""

import secrets

from django.contrib.auth import get_user_model

from microcare.store.people import ALPHABET


def make_facilitator(name: str, email: str = "") -> str:
    """Make an account; returns its password, which is shown once. Empty: there is such a user already."""
    users = get_user_model().objects
    if users.filter(username=name).exists():
        return ""
    password = _password()
    users.create_user(username=name, email=email, password=password, is_staff=True)
    return password


def addresses() -> list[str]:
    """Mail addresses of all facilitators who have one."""
    users = get_user_model().objects.filter(is_active=True, is_staff=True).exclude(email="")
    return [str(address) for address in users.order_by("id").values_list("email", flat=True)]


def renew_password(name: str) -> str:
    """A new password for a facilitator; the old one, and all sessions under it, are no longer good."""
    user = get_user_model().objects.get(username=name)
    password = _password()
    user.set_password(password)
    user.save()
    return password


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
