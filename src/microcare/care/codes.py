"""One-time codes from an authenticator app (RFC 6238), and recovery codes for when the phone is lost."""

import base64
import hmac
import secrets
from urllib.parse import quote

import segno
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from microcare.care import clock
from microcare.store import master
from microcare.store import staff_accounts as store
from microcare.store.database import writing
from microcare.store.entering import ALPHABET

STEP = 30
"""Seconds that a code is shown."""
DRIFT = 1
"""So many steps a phone's clock may be off, either way."""
RECOVERY_CODES = 10


def new_secret() -> bytes:
    """A secret to share with an authenticator app: 160 bits, as RFC 4226 recommends."""
    return secrets.token_bytes(20)


def spelled(secret: bytes) -> str:
    """A secret as one types it: base 32 in groups of four."""
    plain = base64.b32encode(secret).decode()
    return " ".join(plain[n : n + 4] for n in range(0, len(plain), 4))


def picture(user: str, issuer: str, secret: bytes) -> str:
    """The QR code that an authenticator app reads, as SVG without inline style, drawn here."""
    label = quote(f"{issuer}:{user}")
    plain = base64.b32encode(secret).decode()
    address = f"otpauth://totp/{label}?secret={plain}&issuer={quote(issuer)}&algorithm=SHA1&digits=6&period={STEP}"
    found = segno.make(address, error="m", micro=False)
    # Black on white whatever the theme: not every phone reads it the other way round.
    return str(found.svg_inline(border=4, dark="#000", light="#fff", omitsize=True, svgclass="qr", lineclass=None))


def step_of(secret: bytes, code: str, seconds: float) -> int | None:
    """The step at which an app showed this code, near a moment; None: at none."""
    plain = "".join(code.split())
    if len(plain) != 6 or not plain.isascii() or not plain.isdigit():
        return None
    generator = TOTP(secret, 6, SHA1(), STEP, enforce_key_length=False)  # noqa: S303 - HMAC-SHA1, as apps know it
    now = int(seconds) // STEP
    matching = [
        step
        for step in range(now - DRIFT, now + DRIFT + 1)
        if hmac.compare_digest(generator.generate(step * STEP), plain.encode())
    ]
    return matching[-1] if matching else None


def enroll(user: str, name: str, secret: bytes, code: str) -> bool:
    """Keep a secret whose code was typed back; one app an account: an earlier one is replaced."""
    now = clock.wall()
    step = step_of(secret, code, now / 1000)
    if step is None:
        return False
    with writing():
        store.remove_factors(user, "totp")
        store.add_factor(user, "totp", name, master.seal(secret, f"totp {user}"), now, counter=step)
    return True


def check(user: str, code: str) -> bool:
    """Whether a code is one that somebody's app shows now and that was not used before, or one of their recovery codes."""
    now = clock.wall()
    for one in store.factors(user, "totp"):
        secret = master.open_sealed(one.body, f"totp {user}")
        step = None if secret is None else step_of(secret, code, now / 1000)
        if step is not None:
            return store.use_factor(one.id, now, step)
    return _recover(user, code)


def new_recovery_codes(user: str) -> list[str]:
    """Ten codes, each good once, shown once; earlier ones are no longer good."""
    codes = [
        "-".join("".join(secrets.choice(ALPHABET) for _ in range(5)) for _ in range(3)) for _ in range(RECOVERY_CODES)
    ]
    with writing():
        store.remove_factors(user, "recovery")
        for code in codes:
            store.add_factor(user, "recovery", "", _hash(user, code), clock.wall())
    return codes


def _hash(user: str, code: str) -> bytes:
    plain = "".join(c for c in code.lower() if c.isalnum())
    return master.hashed(f"{user}\0{plain}", "recovery").encode()


def _recover(user: str, code: str) -> bool:
    wanted = _hash(user, code)
    for one in store.factors(user, "recovery"):
        if hmac.compare_digest(one.body, wanted):
            return store.remove_factor(user, one.id)
    return False
