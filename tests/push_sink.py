"""A push service on this machine: it checks the hub's signature as RFC 8292 says, and opens what a device would read."""

import base64
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from microcare.channels.push import CURVE, base64url, from_base64url, point


class Browser:
    """The keys of a device, and what it can read with them."""

    def __init__(self) -> None:
        self.key = ec.generate_private_key(CURVE)
        self.auth = b"sixteen bytes..."

    @property
    def keys(self) -> dict[str, str]:
        return {"p256dh": base64url(point(self.key.public_key())), "auth": base64url(self.auth)}

    def read(self, body: bytes) -> bytes:
        """RFC 8188 and 8291, from the device's side."""
        salt, sender = body[:16], body[21 : 21 + body[20]]
        public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, sender)
        about = b"WebPush: info\0" + point(self.key.public_key()) + sender
        secret = HKDF(SHA256(), 32, self.auth, about).derive(self.key.exchange(ec.ECDH(), public))
        key = HKDF(SHA256(), 16, salt, b"Content-Encoding: aes128gcm\0").derive(secret)
        nonce = HKDF(SHA256(), 12, salt, b"Content-Encoding: nonce\0").derive(secret)
        plain = AESGCM(key).decrypt(nonce, body[21 + body[20] :], None)
        assert plain.endswith(b"\x02"), "one record, the last"
        return plain[:-1]


@dataclass
class Service:
    """What arrived, and how the service answers."""

    url: str = ""
    status: int = 201
    headers: dict[str, str] = field(default_factory=dict)
    browser: Browser = field(default_factory=Browser)
    got: list[tuple[str, dict[str, str], Any]] = field(default_factory=list)

    def endpoint(self, name: str = "one") -> str:
        return f"{self.url}/push/{name}"


def signed(header: str, origin: str) -> dict[str, Any]:
    """The claims of a signature, once it is checked."""
    token, key = (part.split("=", 1)[1] for part in header.removeprefix("vapid ").split(", "))
    head, claims, seal = token.split(".")
    raw = from_base64url(seal)
    number = encode_dss_signature(int.from_bytes(raw[:32]), int.from_bytes(raw[32:]))
    public = ec.EllipticCurvePublicKey.from_encoded_point(CURVE, from_base64url(key))
    public.verify(number, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert found["aud"] == origin
    return found


@contextmanager
def push_service() -> Iterator[Service]:
    service = Service()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            headers = {name.lower(): value for name, value in self.headers.items()}
            signed(headers["authorization"], service.url)
            if service.status < 300:
                service.got.append((self.path, headers, json.loads(service.browser.read(body))))
            self.send_response(service.status)
            for name, value in service.headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        server.server_close()
