"""The web server: waitress, or gunicorn with threads where it is chosen; both with the same limits.

A browser that is open holds a connection, and costs neither a thread. What a client sends slowly costs gunicorn a thread for
as long as a pause may be; waitress reads it without one.
"""

import os
import signal
import socket
import struct
import sys
import threading
from typing import Any

THREADS = 32
"""So many requests are answered at once."""
CONNECTIONS = 1000
"""So many browsers may be open at once; and no more than there are files a process may open, less those it needs itself."""
OWN_FILES = 100
IDLE, PAUSE = 60, 20
"""A connection on which nothing comes is closed after so many seconds; within a request a pause may be so long."""
SELECTED = 450
"""Where the system can only select, so many connections at once (Windows: 512)."""


def chosen() -> str:
    """The server that runs here: waitress, or gunicorn where MICROCARE_SERVER says so."""
    return os.environ.get("MICROCARE_SERVER") or "waitress"


def connections() -> int:
    """How many connections can be open at once."""
    try:
        import resource
    except ImportError:
        return SELECTED
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + OWN_FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    return CONNECTIONS if soft == resource.RLIM_INFINITY else max(min(CONNECTIONS, soft - OWN_FILES), 50)


def behind_proxy() -> dict[str, Any]:
    """What waitress believes of a proxy's headers: nothing, unless one of the place's own stands before it."""
    if os.environ.get("MICROCARE_BEHIND_PROXY") != "1":
        return {"clear_untrusted_proxy_headers": True}
    # Nobody but the proxy reaches the port, so whoever connects is it; the last address it names is the visitor's.
    return {
        "trusted_proxy": "*",
        "trusted_proxy_count": 1,
        "trusted_proxy_headers": {"x-forwarded-for", "x-forwarded-proto"},
        "clear_untrusted_proxy_headers": True,
    }


def gunicorn(host: str, port: int) -> list[str]:
    """The command that serves the pages with gunicorn. One process, as the sessions' cache wants it; threads share the work."""
    shown = f"[{host}]" if ":" in host and not host.startswith("[") else host
    return [
        sys.executable, "-m", "gunicorn", "microcare.web.wsgi", "--bind", f"{shown}:{port}",
        "--worker-class", "microcare.web.server.patient.Worker", "--workers", "1", "--threads", str(THREADS),
        "--worker-connections", str(connections()), "--keep-alive", str(IDLE), "--log-level", "warning",
        # Django itself takes what a proxy says, and only where one is set: the server believes nobody.
        "--forwarded-allow-ips", "",
    ]  # fmt: skip


def bounded_pauses(stream: socket.socket) -> None:
    """Let a read end where nothing comes for too long, so that a client that stops midway holds no thread."""
    stream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", PAUSE, 0))


def waitress() -> dict[str, Any]:
    """How waitress serves the pages."""
    from microcare.web.server.bodies import LARGEST

    poll = sys.platform != "win32"
    return {
        "threads": THREADS, "ident": None, "max_request_body_size": LARGEST,
        "connection_limit": connections(), "channel_timeout": IDLE, "cleanup_interval": 10, "asyncore_use_poll": poll,
        **behind_proxy(),
    }  # fmt: skip


def serve(host: str, port: int) -> None:
    """Serve the pages in this process, with waitress, until SIGTERM."""
    from waitress import create_server

    from microcare.web.wsgi import application
    from microcare.workers.loop import watch_parent

    listening = create_server(application, host=host, port=port, **waitress())
    stop = threading.Event()

    def leave(*_: object) -> None:
        raise SystemExit(0)

    signal.signal(signal.SIGTERM, leave)
    signal.signal(signal.SIGINT, leave)
    watch_parent(stop, lambda: os.kill(os.getpid(), signal.SIGTERM))
    try:
        listening.run()
    finally:
        stop.set()
