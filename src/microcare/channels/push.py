"""Web Push: a neutral notification, encrypted for one device, signed by this hub.

RFC 8030 (the protocol), RFC 8291 with RFC 8188 (`aes128gcm`, so that the push service reads nothing), RFC 8292 (VAPID).
"""

import base64
import hashlib
import http.client
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from microcare.channels import outward, said
from microcare.channels.breaker import Breaker, Breakers
from microcare.channels.channel import Message, Outcome, Result

RECORD = 4096
LONGEST = 3993
"""What fits into one record, bytes (RFC 8291, section 4)."""
SIGNED_FOR = 12 * 3600
"""How long a signature holds, seconds; 24 hours at most (RFC 8292, section 2)."""
GONE = (404, 410)
LATER = 60.0
"""After so many seconds a service that was not there may be tried again."""
CURVE = ec.SECP256R1()


def base64url(plain: bytes) -> str:
    """Base64 as URLs take it, without padding."""
    return base64.urlsafe_b64encode(plain).rstrip(b"=").decode()


def from_base64url(text: str) -> bytes:
    """The bytes of it; ValueError where it is none."""
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def private_key(number: bytes) -> ec.EllipticCurvePrivateKey:
    """A private key from its 32 bytes."""
    return ec.derive_private_key(int.from_bytes(number), CURVE)


def new_private_key() -> bytes:
    """A new private key, 32 bytes."""
    return ec.generate_private_key(CURVE).private_numbers().private_value.to_bytes(32)


def encrypt(
    plain: bytes, device_key: bytes, auth: bytes, *, salt: bytes = b"", own: ec.EllipticCurvePrivateKey | None = None
) -> bytes:
    """A message that one device alone can read (RFC 8291, section 3.4).

    `device_key`: its public key, 65 bytes; `auth`: its secret, 16 bytes. `salt` and `own` are drawn anew unless a test
    gives them. ValueError: these are no keys, or the message is too long.
    """
    if len(plain) > LONGEST:
        raise ValueError("the message is too long")
    if len(auth) != 16:
        raise ValueError("the device's secret is not 16 bytes long")
    device = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, device_key)
    own = own or ec.generate_private_key(CURVE)
    salt = salt or os.urandom(16)
    public = point(own.public_key())
    shared = own.exchange(ec.ECDH(), device)
    secret = _derive(auth, shared, b"WebPush: info\0" + device_key + public, 32)
    key = _derive(salt, secret, b"Content-Encoding: aes128gcm\0", 16)
    nonce = _derive(salt, secret, b"Content-Encoding: nonce\0", 12)
    header = salt + RECORD.to_bytes(4) + bytes([len(public)]) + public
    return header + AESGCM(key).encrypt(nonce, plain + b"\x02", None)


def _derive(salt: bytes, secret: bytes, about: bytes, length: int) -> bytes:
    return HKDF(SHA256(), length, salt, about).derive(secret)


def signature(endpoint: str, contact: str, now: int, own: ec.EllipticCurvePrivateKey) -> str:
    """What proves to the push service which hub this is (RFC 8292): the value of the header Authorization.

    `now` in ms; `contact`: a mailto or https address of those who run the hub.
    """
    parts = urlsplit(endpoint)
    claims = {"aud": f"{parts.scheme}://{parts.netloc}", "exp": now // 1000 + SIGNED_FOR, "sub": contact}
    head = base64url(b'{"typ":"JWT","alg":"ES256"}')
    signed = f"{head}.{base64url(json.dumps(claims, separators=(',', ':')).encode())}"
    r, s = decode_dss_signature(own.sign(signed.encode(), ec.ECDSA(SHA256())))
    token = f"{signed}.{base64url(r.to_bytes(32) + s.to_bytes(32))}"
    return f"vapid t={token}, k={base64url(point(own.public_key()))}"


@dataclass(slots=True)
class Push:
    """Notifications over the push service of each device's browser."""

    own: ec.EllipticCurvePrivateKey
    contact: str
    local: bool = False
    """For tests: push services on this machine, without TLS."""
    timeout: float = 10.0
    name: str = "push"
    breakers: Breakers = field(default_factory=Breakers)
    """One for each push service."""

    def rests(self, to: str) -> float:
        """For how many seconds a device's push service is left alone."""
        return self.breakers.of(lane(to)).rests()

    def send(self, message: Message) -> Outcome:
        """Hand one notification over. `to` names the device: endpoint, p256dh and auth, as JSON."""
        try:
            device = json.loads(message.to)
            endpoint = str(device["endpoint"])
            body = encrypt(message.body.encode(), from_base64url(device["p256dh"]), from_base64url(device["auth"]))
        except (ValueError, KeyError, TypeError):
            return Outcome(Result.GONE, "no usable device")
        breaker = self.breakers.of(lane(message.to))
        try:
            answer = outward.post(
                endpoint, body, self._headers(endpoint, message), timeout=self.timeout, local=self.local
            )
        except outward.RefusedAddressError as error:
            # Where a name leads can change back; the address itself was looked at when the device was added.
            return Outcome(Result.FAILED, f"no usable address: {error}")
        except outward.NotReachedError as error:
            breaker.bad()
            return Outcome(
                Result.FAILED, f"the push service could not be reached: {said.fault(error.__cause__ or error)}", LATER
            )
        except (OSError, http.client.HTTPException) as error:
            breaker.bad()
            return Outcome(Result.UNCLEAR, f"the push service fell silent: {said.fault(error)}")
        return _outcome(answer, breaker)

    def _headers(self, endpoint: str, message: Message) -> Mapping[str, str]:
        left = (message.expires - message.at) // 1000 if message.expires else 86_400
        return {
            "Content-Type": "application/octet-stream",
            "Content-Encoding": "aes128gcm",
            "Authorization": signature(endpoint, self.contact, message.at, self.own),
            "TTL": str(max(0, min(left, 28 * 86_400))),
            "Urgency": "high" if message.urgent else "normal",
            # A newer notice takes the place of one that has not arrived yet; it says nothing to the service.
            "Topic": base64url(hashlib.sha256(device_topic(endpoint)).digest())[:32],
        }


def lane(to: str) -> str:
    """The push service of a device: what one of them does concerns no other."""
    try:
        return urlsplit(str(json.loads(to)["endpoint"])).netloc
    except (ValueError, KeyError, TypeError):
        return ""


def device_topic(endpoint: str) -> bytes:
    """What notifications to one device have in common."""
    return b"microcare " + endpoint.encode()


def _outcome(answer: outward.Answer, breaker: Breaker) -> Outcome:
    status = said.status(answer.status)
    later = outward.heed(answer, breaker)
    if later is not None:
        return Outcome(Result.FAILED, f"refused: {status}", later)
    if 200 <= answer.status < 300:
        return Outcome(Result.ACCEPTED, status)
    if answer.status in GONE:
        return Outcome(Result.GONE, status)
    return Outcome(Result.FAILED, f"refused: {status}")
