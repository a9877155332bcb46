"""Requests to addresses that others gave us: over TLS, to the open internet only, and bounded in time and size.

An address somebody sends may point at what stands beside the hub. So the host is looked up once, every address it has must
be a public one, and the connection is made to the address that was checked.
"""

import http.client
import ipaddress
import select
import socket
import ssl
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

from microcare.channels.breaker import LONGEST_WISH, Breaker, within

LONGEST = 2048
"""Longest address, characters."""
BUSY = (429, 503)
"""Statuses that say "not now": nothing was taken."""
LATER = 60.0
"""After so many seconds it is asked again, where the other side does not say when."""
KEPT, MOST_KEPT = 5.0, 4
"""A connection is used again within so many seconds; so many wait for each other side."""
READ = 4096
"""So much of an answer is read, bytes."""


class RefusedAddressError(ValueError):
    """Why nothing is sent to an address."""


class NotReachedError(OSError):
    """The other side was not reached, so nothing can have arrived there."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: str


def problem(url: str, *, local: bool = False) -> str:
    """Why an address cannot be used; empty where it can. `local`: for tests, plain and on this machine."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return "it is no address"
    if len(url) > LONGEST or not host or any(c.isspace() for c in url):
        return "it is no address"
    if parts.username or parts.password or parts.fragment:
        return "it holds more than an address"
    if local:
        return "" if parts.scheme in ("http", "https") else "it is no address"
    if parts.scheme != "https":
        return "it must begin with https"
    if port not in (None, 443):
        return "it names a port of its own"
    return "" if "." in host and not _is_literal(host) else "it names no public host"


def _is_literal(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def post(url: str, body: bytes, headers: Mapping[str, str], *, timeout: float = 10.0, local: bool = False) -> Answer:
    """Post to an address. Nothing is followed elsewhere. `timeout` in seconds, for each answer of the other side.

    Raises RefusedAddressError or NotReachedError where nothing was sent; OSError and http.client.HTTPException where
    nobody can tell.
    """
    wrong = problem(url, local=local)
    if wrong:
        raise RefusedAddressError(wrong)
    parts = urlsplit(url)
    host = parts.hostname or ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    place = (parts.scheme, host, port, local)
    connection = _kept(place) or _connected(place, timeout)
    good = False
    try:
        with within(2 * timeout, lambda: connection.sock):
            connection.sock.settimeout(timeout)
            connection.request("POST", path, body, dict(headers))
            answer = connection.getresponse()
            text = answer.read(READ)
            good = answer.isclosed() and not answer.will_close
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text.decode(errors="replace"))
    finally:
        if good:
            _keep(place, connection)
        else:
            connection.close()


_Place = tuple[str, str, int, bool]
_open: dict[_Place, list[tuple[float, http.client.HTTPConnection]]] = {}
_lock = threading.Lock()


def _kept(place: _Place) -> http.client.HTTPConnection | None:
    """A connection that was used a moment ago, and that the other side has not ended since."""
    while True:
        with _lock:
            waiting = _open.get(place) or []
            if not waiting:
                _open.pop(place, None)
                return None
            used, connection = waiting.pop()
        stream = connection.sock
        if stream is not None and time.monotonic() - used < KEPT and not select.select([stream], [], [], 0)[0]:
            return connection
        connection.close()


def _keep(place: _Place, connection: http.client.HTTPConnection) -> None:
    with _lock:
        now = time.monotonic()
        for waiting in _open.values():
            while waiting and now - waiting[0][0] >= KEPT:
                waiting.pop(0)[1].close()
        waiting = _open.setdefault(place, [])
        if len(waiting) < MOST_KEPT:
            waiting.append((now, connection))
            return
    connection.close()


def heed(answer: Answer, breaker: Breaker) -> float | None:
    """What an answer says of the other side. After how many seconds it may be asked again; None: it did not say "later"."""
    if answer.status in BUSY:
        wanted = min(retry_after(answer.headers.get("retry-after", "")), LONGEST_WISH)
        breaker.later(wanted)
        return wanted
    if answer.status >= 500:
        breaker.bad()
    else:
        breaker.good()
    return None


def retry_after(text: str) -> float:
    """The seconds that a header Retry-After asks for, as a number or a date; `LATER` where it says neither."""
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        return max(0.0, parsedate_to_datetime(text).timestamp() - time.time())
    except (ValueError, TypeError, IndexError, OverflowError):
        return LATER


def _connected(place: _Place, timeout: float) -> http.client.HTTPConnection:
    scheme, host, port, local = place
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        stream = socket.create_connection((_checked(host, port, local), port), timeout)
        connection.sock = stream
        if scheme == "https":
            with within(timeout, lambda: stream):
                connection.sock = ssl.create_default_context().wrap_socket(stream, server_hostname=host)
    except OSError as error:
        connection.close()
        raise NotReachedError(str(error)) from error
    return connection


def _checked(host: str, port: int, local: bool) -> str:
    """An address of the host that may be reached."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not local and not all(ipaddress.ip_address(one).is_global for one in found):
        raise RefusedAddressError("it is no public host")
    return found[0]
