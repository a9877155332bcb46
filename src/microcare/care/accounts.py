"""Facilitators' accounts. They are Django's users, so that all of its care for passwords holds."""

import secrets
from collections.abc import Collection

from django.contrib.auth import get_user_model

from microcare.care import clock
from microcare.care.access import ROLES
from microcare.store import memberships
from microcare.store.memberships import EVERY
from microcare.store.people import ALPHABET


def make_facilitator(name: str, email: str = "", roles: Collection[str] = ("clinician",), program: str = EVERY) -> str:
    """Make an account with roles in a program; returns its password, which is shown once. Empty: there is such a user."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise ValueError(f"there is no role {', '.join(unknown)}; there are {', '.join(ROLES)}")
    users = get_user_model().objects
    if users.filter(username=name).exists():
        return ""
    password = _password()
    users.create_user(username=name, email=email, password=password, is_staff=True)
    for role in roles:
        memberships.grant(name, program, role, clock.now())
    return password


def change_role(name: str, role: str, program: str, revoke: bool = False) -> str:
    """Give somebody a role in a program, or take it away; returns what is wrong, in words."""
    if role not in ROLES:
        return f"There is no role {role}; there are {', '.join(ROLES)}."
    if not get_user_model().objects.filter(username=name).exists():
        return f"There is no user `{name}`."
    if revoke:
        return "" if memberships.revoke(name, program, role) else f"{name} is not {role} there."
    memberships.grant(name, program, role, clock.now())
    return ""


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
