"""Passkeys (WebAuthn level 2): a device proves who somebody is, after they have unlocked it.

User verification is demanded each time, so a passkey is two factors in one, and it cannot be typed into a wrong page.
"""

import ipaddress
from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth import get_user_model
from fido2.server import Fido2Server
from fido2.utils import websafe_encode
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialUserEntity,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from microcare.care import clock
from microcare.store import staff_accounts as store

State = dict[str, Any]
"""What is kept between question and answer: the challenge."""
Options = Mapping[str, Any]
"""What the browser is asked, as JSON."""


def possible(host: str) -> bool:
    """Whether a browser makes passkeys for an address: names only, no numbers."""
    try:
        ipaddress.ip_address(host.strip("[]"))
    except ValueError:
        return bool(host)
    return False


def _server(host: str) -> Fido2Server:
    return Fido2Server(PublicKeyCredentialRpEntity(name="microcare", id=host))


def _known(user: str) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(one.body) for one in store.factors(user, "passkey")]


def ask_new(host: str, user: str) -> tuple[Options, State]:
    """What to ask a browser so that it makes a passkey for somebody."""
    number = get_user_model().objects.values_list("pk", flat=True).get(username=user)
    entity = PublicKeyCredentialUserEntity(name=user, id=f"staff-{number}".encode(), display_name=user)
    options, state = _server(host).register_begin(
        entity, _known(user), ResidentKeyRequirement.REQUIRED, UserVerificationRequirement.REQUIRED
    )
    return dict(options.public_key), dict(state)


def add(host: str, user: str, state: State, answer: Mapping[str, Any], name: str) -> bool:
    """Keep a passkey that a browser made; False where the answer does not fit the question."""
    try:
        made = _server(host).register_complete(state, answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        return False
    credential = made.credential_data
    if credential is None or store.factor(websafe_encode(credential.credential_id)) is not None:
        return False
    store.add_factor(
        user, "passkey", name, bytes(credential), clock.wall(), websafe_encode(credential.credential_id), made.counter
    )
    return True


def ask(host: str, user: str = "") -> tuple[Options, State]:
    """What to ask a browser so that somebody shows a passkey: one of theirs, or (no user) whichever they choose."""
    known: Sequence[AttestedCredentialData] | None = _known(user) if user else None
    options, state = _server(host).authenticate_begin(known, UserVerificationRequirement.REQUIRED)
    return dict(options.public_key), dict(state)


def whose(host: str, state: State, answer: Mapping[str, Any]) -> str:
    """Who has shown a passkey; empty where the answer does not fit the question."""
    try:
        stated = AuthenticationResponse.from_dict(answer)
        found = store.factor(websafe_encode(stated.raw_id))
        if found is None or found.kind != "passkey":
            return ""
        _server(host).authenticate_complete(state, [AttestedCredentialData(found.body)], answer)
    except (ValueError, KeyError, TypeError, AttributeError):
        return ""
    counter = stated.response.authenticator_data.counter
    if counter or found.counter:
        # A count that does not rise: the passkey was copied. Synced passkeys do not count at all.
        return found.user if store.use_factor(found.id, clock.wall(), counter) else ""
    store.touch_factor(found.id, clock.wall())
    return found.user
