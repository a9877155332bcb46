"""How large a request may be, asked before anybody reads it: by what it says of itself, and by what really comes.

A form, a batch from a phone and a photo are small; a program is not, and is sent to its own addresses alone.
"""

import io
from collections.abc import Callable, Iterable
from tempfile import SpooledTemporaryFile
from typing import IO, Any

from microcare.care.uploads import LARGEST as PROGRAM

ROOM = 100_000
"""For what stands around a file in a form, bytes."""
USUAL = 6_000_000
"""A photo of 5 MB, in its form."""
LARGE = {"/desk/programs": PROGRAM + ROOM, "/api/v1/programs": PROGRAM, "/api/v1/programs/check": PROGRAM}
"""Addresses that take more."""
LARGEST = max(LARGE.values())
IN_MEMORY, PIECE = 1 << 20, 1 << 16
BODY = b"This is larger than what can be sent here.\n"

Environment = dict[str, Any]
Start = Callable[..., Any]
Application = Callable[[Environment, Start], Iterable[bytes]]


def limited(application: Application) -> Application:
    """The application, which no request reaches that is larger than its address takes."""

    def answer(environment: Environment, start: Start) -> Iterable[bytes]:
        most = LARGE.get(str(environment.get("PATH_INFO", "")).rstrip("/"), USUAL)
        length = str(environment.get("CONTENT_LENGTH") or "")
        if length:
            too_large = not length.isdigit() or int(length) > most
        else:
            # It does not say: it comes in pieces (chunked), and they are counted.
            found = _counted(environment, most)
            too_large = found is None
            if found is not None:
                size, environment["wsgi.input"] = found
                environment["CONTENT_LENGTH"] = str(size)
        if too_large:
            headers = [("Content-Type", "text/plain; charset=utf-8"), ("Content-Length", str(len(BODY)))]
            if "gunicorn" in str(environment.get("SERVER_SOFTWARE", "")):
                # What it still sends is not read: the connection ends with this answer. (Waitress has read it, bounded.)
                headers.append(("Connection", "close"))
            start("413 Content Too Large", headers)
            return [BODY]
        return application(environment, start)

    return answer


def _counted(environment: Environment, most: int) -> tuple[int, IO[bytes]] | None:
    """A body of unknown length: how long it is, and it; None where it is too long."""
    if not environment.get("HTTP_TRANSFER_ENCODING"):
        # Nothing says that anything comes.
        return 0, io.BytesIO()
    kept: IO[bytes] = SpooledTemporaryFile(IN_MEMORY)  # noqa: SIM115 - the application reads it, and drops it
    size = 0
    while piece := environment["wsgi.input"].read(PIECE):
        size += len(piece)
        if size > most:
            kept.close()
            return None
        kept.write(piece)
    kept.seek(0)
    return size, kept
