"""The audit trail's second home, outside of the database: a file that only grows, or the machine's syslog.

Whoever can change the database cannot change what stands there; `compare` finds what is gone from either.
"""

import json
import logging
import os
import socket
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

log = logging.getLogger(__name__)
NAMES = ("serial", "at", "who", "deed", "about", "detail", "seal")
AUTH_INFO = 10 << 3 | 6
"""Syslog: a security message, for information (RFC 5424)."""
Stated = tuple[int, int, str, str, str, str, str]


def write(home: str, line: Stated) -> None:
    """Write a line there, after it was committed. Where that fails it is said in the log, and by `compare`."""
    text = json.dumps(dict(zip(NAMES, line, strict=True)), ensure_ascii=False)
    try:
        if home.startswith("syslog"):
            _to_syslog(home, text)
        else:
            _to_file(Path(home), text)
    except OSError:
        log.exception("line %s of the audit trail could not be written to its second home", line[0])


def _to_file(file: Path, text: str) -> None:
    """One write at the end of the file, on disk when this returns: several processes do not mix their lines."""
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        os.write(handle, f"{text}\n".encode())
        os.fsync(handle)
    finally:
        os.close(handle)


def _to_syslog(home: str, text: str) -> None:
    """`syslog` is the machine's own (`/dev/log`), `syslog:PATH` another socket, `syslog://HOST:PORT` one elsewhere, by UDP."""
    where = urlsplit(home)
    family = socket.AF_INET if where.hostname else socket.AF_UNIX
    path = where.path if where.scheme else ""
    address: Any = (where.hostname, where.port or 514) if where.hostname else path or "/dev/log"
    with socket.socket(family, socket.SOCK_DGRAM) as out:
        out.settimeout(1)
        out.sendto(f"<{AUTH_INFO}>microcare-audit: {text}".encode(), address)


def lines(file: Path) -> Iterator[Stated]:
    """The lines that stand in a file, syslog's own words before them left away. Raises ValueError, with the line's number."""
    with file.open(encoding="utf-8") as opened:
        for number, text in enumerate(opened, 1):
            begins = text.find("{")
            if begins < 0:
                continue
            try:
                found = json.loads(text[begins:])
                yield tuple(found[name] for name in NAMES)
            except (ValueError, KeyError, TypeError):
                raise ValueError(f"{file}:{number}: this is no line of an audit trail") from None


def compare(here: Iterable[Stated], file: Path) -> list[str]:
    """What the trail in the database and the one outside do not share, in words; what was before the file began is not asked."""
    outside: dict[int, set[Stated]] = {}
    for line in lines(file):
        outside.setdefault(line[0], set()).add(line)
    if not outside:
        return [f"{file} holds no line."]
    inside = {line[0]: line for line in here}
    first, found = min(outside), []
    for n, stated in sorted(outside.items()):
        if n not in inside:
            found.append(f"Line {n} stands outside, and is gone from the database.")
        elif stated != {inside[n]}:
            # Two of one number: the one that stood there first was taken away, and its number given again.
            found.append(f"Line {n} was changed: outside it says otherwise.")
    lacking = [n for n in sorted(inside) if n >= first and n not in outside]
    return found + [f"Line {n} stands in the database, and not outside." for n in lacking]
