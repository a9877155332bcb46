"""Accounts of the staff. They are Django's users, so that all of its care for passwords holds."""

import secrets
from collections.abc import Collection
from typing import TYPE_CHECKING

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from microcare.care import clock, lockout
from microcare.care.access import ROLES, SEE
from microcare.store import audit, memberships
from microcare.store import staff_accounts as store
from microcare.store.database import writing
from microcare.store.entering import ALPHABET
from microcare.store.memberships import EVERY

if TYPE_CHECKING:
    from django.contrib.auth.models import User

LINK_LASTS = 3 * 24 * 60 * 60_000
"""So long a set-up link is good, ms."""
FIRST_LINK_LASTS = 60 * 60_000
"""The first one is worth more: whoever opens it runs the hub."""
COMMAND = "the command line"
"""Who did it, where it was done at the machine itself."""


def make_facilitator(name: str, email: str = "", roles: Collection[str] = ("clinician",), program: str = EVERY) -> str:
    """Make an account with a password, for demos and tests; returns the password. Empty: there is such a user.

    Everybody else is invited (`invite`), and chooses a password that nobody else has ever seen.
    """
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


def change_role(name: str, role: str, program: str, revoke: bool = False, by: str = COMMAND) -> str:
    """Give somebody a role in a program, or take it away; returns what is wrong, in words."""
    if role not in ROLES:
        return f"There is no role {role}; there are {', '.join(ROLES)}."
    if not get_user_model().objects.filter(username=name).exists():
        return f"There is no user `{name}`."
    if revoke:
        if not memberships.revoke(name, program, role):
            return f"{name} is not {role} there."
    else:
        memberships.grant(name, program, role, clock.now())
    audit.append(clock.now(), by, "role taken" if revoke else "role given", name, f"{role} in {program}")
    return ""


def invite(name: str, roles: Collection[str], program: str = EVERY, email: str = "", by: str = COMMAND) -> str:
    """Make an account that is still to be set up; the token of its one-time link. Raises ValueError in plain words."""
    unknown = sorted(set(roles) - set(ROLES))
    if unknown:
        raise ValueError(f"there is no role {', '.join(unknown)}; there are {', '.join(ROLES)}")
    with writing():
        _add_user(name, email)
        for role in roles:
            memberships.grant(name, program, role, clock.now())
            audit.append(clock.now(), by, "role given", name, f"{role} in {program}")
        audit.append(clock.now(), by, "invited", name)
        return store.new_link(name, clock.wall() + LINK_LASTS)


def _add_user(name: str, email: str = "") -> "User":
    user = get_user_model()(username=name, email=email, is_staff=True)
    user.set_unusable_password()
    try:
        user.full_clean()
    except ValidationError as error:
        raise ValueError(" ".join(" ".join(error.messages).split()).rstrip(".")) from None
    user.save()
    return user


def nobody_yet() -> bool:
    """Whether the hub has no staff at all."""
    return not get_user_model().objects.exists()


def first_link() -> str:
    """The token of a one-time link that makes the first administrator; each call voids the link before."""
    return store.new_link("", clock.wall() + FIRST_LINK_LASTS)


def renew_link(name: str, by: str = COMMAND) -> str:
    """Reset an account: no factor, password or session of it is good any more; the token of a new one-time link."""
    user = get_user_model().objects.get(username=name)
    with writing():
        user.set_unusable_password()
        user.save()
        store.remove_factors(name)
        store.end_sessions(name)
        lockout.forgive(name)
        audit.append(clock.now(), by, "reset", name)
        return store.new_link(name, clock.wall() + LINK_LASTS)


def link_of(token: str) -> str | None:
    """Whose link it is (empty: the first administrator's); None where it opens nothing."""
    found = store.link_user(token, clock.wall())
    return None if found == "" and not nobody_yet() else found


def set_up(token: str, name: str, password: str | None) -> str:
    """Use a one-time link up: choose a password (the first administrator a name too); the account's name.

    Without a password (None) a passkey is to follow, in the same session.

    Raises ValueError with what is wrong, in the words of Django's validators; the link stays good then.
    """
    with writing():
        owner = link_of(token)
        if owner is None:
            raise ValueError("")
        user = get_user_model()(username=name) if owner == "" else get_user_model().objects.get(username=owner)
        try:
            if password is not None:
                validate_password(password, user)
        except ValidationError as error:
            raise ValueError(" ".join(error.messages)) from None
        if owner == "":
            user = _add_user(name)
            for role in FIRST_ROLES:
                memberships.grant(name, EVERY, role, clock.now())
        user.set_password(password)
        user.save()
        store.take_link(token, clock.wall())
        audit.append(clock.now(), user.username, "set up", user.username)
        return str(user.username)


FIRST_ROLES = ("administrator",)
"""What the first one is; they give themselves and others what is needed besides."""


def change_password(user: "User", password: str) -> str:
    """Choose another password; what is wrong with it, in words. All other sessions end."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        return " ".join(error.messages)
    user.set_password(password)
    user.save()
    audit.append(clock.now(), user.username, "password changed", user.username)
    return ""


def switch(name: str, on: bool, by: str) -> None:
    """Let somebody sign in, or no longer: then they are signed out everywhere at once."""
    with writing():
        get_user_model().objects.filter(username=name).update(is_active=on)
        if not on:
            store.end_sessions(name)
            store.remove_links(name)
        audit.append(clock.now(), by, "enabled" if on else "disabled", name)


def is_last_administrator(name: str) -> bool:
    """Whether nobody else who can sign in administers all programs."""
    others = {user for user, program, role in memberships.everybody() if role == "administrator" and program == EVERY}
    return not get_user_model().objects.filter(username__in=others - {name}, is_active=True).exists()


def addresses_of(names: Collection[str]) -> list[str]:
    """Mail addresses of some of the staff."""
    users = get_user_model().objects.filter(is_active=True, username__in=names).exclude(email="")
    return list(dict.fromkeys(str(address) for address in users.order_by("id").values_list("email", flat=True)))


def addresses_for(program: str, capability: str, role: str = "") -> list[str]:
    """Mail addresses of those who see a program's people and may do something for them, and of nobody else.

    `role`: only those who have it, unless none of them has an address.
    """
    members = [(user, r) for user, where, r in memberships.everybody() if where in (EVERY, program)]
    able = [(user, r) for user, r in members if {SEE, capability} <= ROLES.get(r, frozenset())]
    return addresses_of({u for u, r in able if r == role}) or addresses_of({user for user, _ in able})


def renew_password(name: str) -> str:
    """A new password for a facilitator; the old one, and all sessions under it, are no longer good."""
    user = get_user_model().objects.get(username=name)
    password = _password()
    user.set_password(password)
    user.save()
    return password


def _password() -> str:
    return "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(4))
