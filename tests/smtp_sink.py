"""A real SMTP server on loopback that keeps what it is given, and can misbehave on purpose."""

import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message

FAULTS = (
    "",
    "refuse_recipient",
    "refuse_text",
    "silent_after_text",
    "refuse_sender",
    "hang_up",
    "greylist",
    "refuse_for_now",
    "busy",
)
ANSWERS = {"refuse_recipient": "550 nobody", "greylist": "451 come back later"}
"""To a recipient."""


@dataclass
class Sink:
    """What arrived, and how the server behaves: one of FAULTS."""

    port: int = 0
    fault: str = ""
    mails: list[tuple[str, Message]] = field(default_factory=list)
    slow: str = ""
    """A mail to this address is kept waiting for its answer until `release` is set."""
    held: bool = False
    release: threading.Event = field(default_factory=threading.Event)
    sessions: int = 0
    sockets: list[socket.socket] = field(default_factory=list)

    @property
    def url(self) -> str:
        """The server, as settings name it."""
        return f"smtp://127.0.0.1:{self.port}"

    def end_sessions(self) -> None:
        """End all sessions that are open, without a word."""
        for one in self.sockets:
            with suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)


class _Session(socketserver.StreamRequestHandler):
    sink: Sink

    def say(self, line: str) -> None:
        self.wfile.write(f"{line}\r\n".encode())

    def handle(self) -> None:
        sink = self.sink
        if sink.fault == "hang_up":
            return None
        sink.sessions += 1
        sink.sockets.append(self.connection)
        if sink.fault == "busy":
            return self.say("421 too busy")
        self.say("220 sink")
        to = ""
        while line := self.rfile.readline().decode().strip():
            word = line.upper()
            if word.startswith("RCPT"):
                to = line.partition("<")[2].partition(">")[0]
                self.say(ANSWERS.get(sink.fault, "250 ok"))
            elif word.startswith("MAIL"):
                self.say("553 not you" if sink.fault == "refuse_sender" else "250 ok")
            elif word == "DATA":
                self.say("354 go on")
                if not self.text(to):
                    return None
            elif word == "QUIT":
                self.say("221 bye")
                return None
            else:
                self.say("250 ok")

    def text(self, to: str) -> bool:
        body = b""
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            body += line[1:] if line.startswith(b"..") else line
        if self.sink.fault == "refuse_text":
            self.say("554 no")
            return True
        if self.sink.fault == "refuse_for_now":
            self.say("451 not now")
            return True
        if to == self.sink.slow:
            self.sink.held = True
            self.sink.release.wait(30)
        self.sink.mails.append((to, message_from_bytes(body)))
        if self.sink.fault == "silent_after_text":
            return False
        self.say("250 taken")
        return True


@contextmanager
def smtp_sink() -> Iterator[Sink]:
    """A server for the length of a test."""
    sink = Sink()
    handler = type("Session", (_Session,), {"sink": sink})

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server(("127.0.0.1", 0), handler) as server:
        sink.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        try:
            yield sink
        finally:
            server.shutdown()
            thread.join()
