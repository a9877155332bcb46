"""gunicorn's worker with threads, which waits for no client longer than a pause may be."""

from typing import Any

from gunicorn.workers.gthread import ThreadWorker

from microcare.web.server.serving import bounded_pauses


class Worker(ThreadWorker):  # type: ignore[misc]
    """A thread reads a request; a client that stops midway gives it back."""

    def enqueue_req(self, conn: Any) -> None:
        """Bound the pauses of a connection before a thread takes it."""
        bounded_pauses(conn.sock)
        super().enqueue_req(conn)
