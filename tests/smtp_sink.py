"""A real SMTP server on loopback that keeps what it is given, and can misbehave on purpose."""

import base64
import socket
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message
from urllib.parse import quote

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
ECHOES: tuple[Callable[[str], tuple[str, ...]], ...] = (
    lambda to: (f"550 5.1.1 <{to}> is not known here",),
    lambda to: (f"550 {to.upper()}",),
    lambda to: (f"550 5.1.1 {base64.b64encode(to.encode()).decode()}",),
    lambda to: (f"550 {quote(to, safe='')} ={'='.join(f'{b:02X}' for b in to.encode())}",),
    lambda to: (*(f"550-{to[at : at + 6]}" for at in range(0, len(to), 6)), "550 that was it"),
    lambda to: (f"451 4.7.1 {to} greylisted",),
    lambda to: (f"599 {to}",),
    lambda to: (f"421 {to} goodbye",),
)
"""How a server that means no good, or no harm, quotes whom it was given: plain, upper-cased, in base64, quoted, in pieces."""
ANSWERS = {"refuse_recipient": "550 nobody", "greylist": "451 come back later"}
"""To a recipient."""


@dataclass
class Sink:
    """What arrived, and how the server behaves: one of FAULTS."""

    port: int = 0
    fault: str = ""
    mails: list[tuple[str, Message]] = field(default_factory=list)
    echo: Callable[[str], tuple[str, ...]] | None = None
    """How it answers to a recipient: one of ECHOES."""
    stage: str = "RCPT"
    """What it answers so: RCPT, DATA (to the text), or TAKEN (to the text, which it takes)."""
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
                for quoted in (
                    sink.echo(to) if sink.echo and sink.stage == "RCPT" else [ANSWERS.get(sink.fault, "250 ok")]
                ):
                    self.say(quoted)
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
        if self.sink.echo and self.sink.stage != "RCPT":
            for quoted in self.sink.echo(to):
                self.say(quoted if self.sink.stage == "DATA" else f"250{quoted[3:]}")
            return True
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
