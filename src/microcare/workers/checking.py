"""What a place has set, looked at before anything starts: all that is wrong at once, each with its cure."""

import os
from collections.abc import Callable, Mapping
from difflib import get_close_matches
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit

from microcare.base.moments import is_zone
from microcare.channels.email import is_address, parse_server
from microcare.store.place import is_key

STUCK_AFTER = 90
"""After so many seconds without a heartbeat a process counts as stuck, unless the place says otherwise."""
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


def problems(environment: Mapping[str, str] = os.environ) -> list[str]:
    """What is wrong with the settings, a line each: the variable, what is wrong, what to write instead."""
    found = []
    for name, check in CHECKS.items():
        value = environment.get(name, "")
        wrong = check(value) if value else ""
        if wrong:
            found.append(f"{name}: {wrong}")
    if not environment.get("MICROCARE_MAIL_FROM"):
        host = _host(environment.get("MICROCARE_URL", ""))
        if host and not is_address(f"care@{host}"):
            found.append(f"MICROCARE_MAIL_FROM: {host} can stand in no mail address. Set it, like care@clinic.example.")
    for name in environment:
        if name.startswith("MICROCARE_") and name not in CHECKS:
            near = get_close_matches(name, CHECKS, 1, 0.85)
            found += [f"{name}: there is no such setting. Did you mean {near[0]}?"] if near else []
    return found


def _host(url: str) -> str:
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _url(value: str) -> str:
    cure = "Write the address that people type, like https://care.clinic.example."
    try:
        parts = urlsplit(value)
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or (parts.port == 0)
    except ValueError:
        return f"it is no address. {cure}"
    if wrong or any(c.isspace() for c in value):
        return f"it is no address. {cure}"
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username:
        return f"it holds more than scheme, host and port. {cure}"
    return ""


def _server(value: str) -> str:
    try:
        parse_server(value)
    except ValueError as error:
        # The value may hold a password: what is wrong with it is said in our words alone.
        known = str(error).startswith(("a mail server", "a password"))
        said = str(error) if known else "it is no address of a server"
        return f"{said}. Write smtp+starttls://USER:PASSWORD@HOST:PORT; in a password, write @ as %40 and / as %2F."
    return ""


def _sender(value: str) -> str:
    return (
        "" if is_address(value) else "it is no plain mail address. Write it without a name, like care@clinic.example."
    )


def _zone(value: str) -> str:
    return "" if is_zone(value) else "there is no such time zone. Write it like Europe/Berlin, or leave it out for UTC."


def _key(value: str) -> str:
    return (
        ""
        if is_key(value)
        else "it is not 32 bytes in base64. Take it as it stands in the file master.key or in your backup."
    )


def _folder(value: str) -> str:
    return "" if Path(value).is_dir() else "there is no such folder. Make it, or leave the setting out."


def _data(value: str) -> str:
    path = Path(value)
    return "it is a file. Name the folder of the hub's database." if path.exists() and not path.is_dir() else ""


def _backups(value: str) -> str:
    """A folder that is not there at the moment (its disk is not mounted) keeps nobody from care: the worker says so."""
    path = Path(value)
    if not path.is_absolute():
        return "it is no whole path. Write one that begins with /."
    return "it is a file. Name a folder." if path.exists() and not path.is_dir() else ""


def _second_home(value: str) -> str:
    cure = "Write a file in a folder that there is, or syslog, or syslog://HOST:PORT."
    if value == "syslog" or value.startswith("syslog:"):
        try:
            parts = urlsplit(value)
            good = value == "syslog" or bool(parts.hostname and parts.port != 0) or parts.path.startswith("/")
        except ValueError:
            good = False
        return "" if good else f"it is no address of a syslog. {cure}"
    path = Path(value)
    return f"it is no file that can be written there. {cure}" if path.is_dir() or not path.parent.is_dir() else ""


def _switch(value: str) -> str:
    return "" if value in ("0", "1") else "it is 1 (on), or 0 (off)."


def _web_server(value: str) -> str:
    if value not in ("waitress", "gunicorn"):
        return "there is no such web server. Choose of waitress, gunicorn."
    return (
        ""
        if find_spec(value) is not None
        else f"{value} is not installed. Install microcare[{value}], or leave it out."
    )


def _number(least: int) -> Callable[[str], str]:
    def check(value: str) -> str:
        good = value.isascii() and value.isdigit() and int(value) >= least
        return "" if good else f"it is no whole number of at least {least}. Write one, or leave the setting out."

    return check


def _level(value: str) -> str:
    return "" if value in LEVELS else f"there is no such level. Choose of {', '.join(LEVELS)}."


def _anything(value: str) -> str:
    return ""


CHECKS: dict[str, Callable[[str], str]] = {
    "MICROCARE_DATA": _data,
    "MICROCARE_MASTER_KEY": _key,
    "MICROCARE_URL": _url,
    "MICROCARE_ZONE": _zone,
    "MICROCARE_LOCALE": _folder,
    "MICROCARE_SMTP": _server,
    "MICROCARE_MAIL_FROM": _sender,
    "MICROCARE_PUSH_LOCAL": _switch,
    "MICROCARE_IDLE_MINUTES": _number(2),
    "MICROCARE_STUCK_AFTER": _number(5),
    "MICROCARE_SERVER": _web_server,
    "MICROCARE_DAILY_ACTS": _number(50),
    "MICROCARE_DAILY_MB": _number(5),
    "MICROCARE_AUDIT_LOG": _second_home,
    "MICROCARE_BEHIND_PROXY": _switch,
    "MICROCARE_BACKUP": _backups,
    "MICROCARE_BACKUP_EVERY": _number(1),
    "MICROCARE_BACKUP_KEEP": _number(2),
    "MICROCARE_LOG": _level,
}
"""Every setting, with what says what is wrong with it. One that is empty is as if it were not set."""


def stuck_after(environment: Mapping[str, str] = os.environ) -> int:
    """After how many seconds without a heartbeat a process counts as stuck."""
    value = environment.get("MICROCARE_STUCK_AFTER", "")
    return int(value) if value and not _number(5)(value) else STUCK_AFTER
