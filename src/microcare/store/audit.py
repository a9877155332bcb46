"""The audit trail: who read, changed or exported what, in a chain that shows whether it was tampered with.

Each line's seal is an HMAC over the line and the seal before it, under a key made of the master key: whoever can write to
the database alone can neither change, remove nor insert a line without breaking the chain. (`broken` says what it cannot see.)
"""

import base64
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path

from django.conf import settings

from microcare.store import deployment, outside
from microcare.store import staff_queries as queries
from microcare.store.database import after_commit, row, rows, run, writing
from microcare.store.master import hashed

HEAD = "audit.head"
FIRST = ""
"""What the first line's seal is chained to."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the trail. `at` in ms; `about` is a person or a program, or empty."""

    serial: int
    at: int
    who: str
    deed: str
    about: str
    detail: str
    seal: str


def append(at: int, who: str, deed: str, about: str = "", detail: str = "") -> None:
    """Add a line; it is on disk when this returns."""
    with writing():
        last = row(queries.LAST_AUDIT)
        serial, before = (1, FIRST) if last is None else (int(last[0]) + 1, str(last[1]))
        line = (serial, at, who, deed, about, detail)
        seal = _seal(before, line)
        run(queries.ADD_AUDIT, [*line, seal])
        deployment.put(HEAD, hashed(seal, HEAD))
        if settings.AUDIT_LOG:
            after_commit(lambda: outside.write(settings.AUDIT_LOG, (*line, seal)))


def _seal(before: str, line: tuple[int, int, str, str, str, str]) -> str:
    key = sha256(b"microcare-audit" + base64.urlsafe_b64decode(settings.MASTER_KEY)).digest()
    return hmac.new(key, json.dumps([before, *line], ensure_ascii=False).encode(), sha256).hexdigest()


def trail(about: str = "", limit: int = 1000, before: int = 2**62) -> list[Line]:
    """The newest lines first, of everything or about one person or program."""
    sql, parameters = (queries.AUDIT_ABOUT, [about]) if about else (queries.AUDIT, [])
    return [Line(*found) for found in rows(sql, [*parameters, before, limit])]


def everything() -> Iterator[Line]:
    """All lines in their order."""
    after = 0
    while page := rows(queries.AUDIT_AFTER, [after, 1000]):
        for found in page:
            yield Line(*found)
        after = int(page[-1][0])


def apart(file: Path) -> list[str]:
    """What the trail here does not share with the one outside of the database, in words. Raises ValueError and OSError."""
    here = ((one.serial, one.at, one.who, one.deed, one.about, one.detail, one.seal) for one in everything())
    return outside.compare(here, file)


def differences(home: Path | None) -> list[str]:
    """The same, with why it could not be compared; none where there is no second home that can be read."""
    try:
        return apart(home) if home is not None else []
    except (OSError, ValueError) as error:
        return [str(error)]


def second_home() -> Path | None:
    """The file that is the trail's second home; None where there is none, or it is syslog's."""
    home = str(settings.AUDIT_LOG)
    return Path(home) if home and not home.startswith("syslog") else None


def broken() -> int:
    """The serial of the first line that is not as it was written, that follows a gap, or is missing at the end; 0: whole.

    The end is noted apart, under a key as well. Whoever empties the trail together with its note, or puts back an older
    copy of the database, leaves no trace in it: compare the last seal with one noted elsewhere (`microcare audit`).
    """
    before, expected = FIRST, 1
    for line in everything():
        stated = (line.serial, line.at, line.who, line.deed, line.about, line.detail)
        if line.serial != expected or not hmac.compare_digest(line.seal, _seal(before, stated)):
            return expected
        before, expected = line.seal, expected + 1
    noted = deployment.get(HEAD)
    if noted is None:
        # A trail without its note was cut; a hub in which nothing was ever written down has neither.
        return expected if expected > 1 else 0
    return 0 if hmac.compare_digest(noted, hashed(before, HEAD)) else expected
