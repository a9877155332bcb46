"""Requests to addresses that others gave us: over TLS, to the open internet only, and bounded in time and size.

An address somebody sends may point at what stands beside the hub. So the host is looked up once, every address it has must
be a public one, and the connection is made to the address that was checked.
"""

import http.client
import ipaddress
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST = 2048
"""Longest address, characters."""
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
    stream = _connected(parts.scheme, host, port, timeout, local)
    connection = http.client.HTTPConnection(host, port, timeout=timeout)
    try:
        connection.sock = stream
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(READ).decode(errors="replace")
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, text)
    finally:
        connection.close()
        stream.close()


def _connected(scheme: str, host: str, port: int, timeout: float, local: bool) -> socket.socket:
    try:
        stream = socket.create_connection((_checked(host, port, local), port), timeout)
        return ssl.create_default_context().wrap_socket(stream, server_hostname=host) if scheme == "https" else stream
    except OSError as error:
        raise NotReachedError(str(error)) from error


def _checked(host: str, port: int, local: bool) -> str:
    """An address of the host that may be reached."""
    found = [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
    if not local and not all(ipaddress.ip_address(one).is_global for one in found):
        raise RefusedAddressError("it is no public host")
    return found[0]
