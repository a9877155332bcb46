"""What other servers say of somebody is never kept as they said it: whoever is erased is not named by a mail server's answer."""

import base64
import logging
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable

import pytest

from microcare.care import withdraw
from microcare.care.failure import Formatter, StuckError, describe
from microcare.channels import said
from microcare.channels.channel import Message, Outcome
from microcare.channels.email import Email, parse_server
from microcare.hub import entry
from microcare.store import journals, outbox
from microcare.store.database import rows
from tests.care.test_deliver import ELEVEN, MINUTE, NINE, quiet_person, run_until
from tests.live import HOUR, Hub
from tests.safety.test_erasure import everything
from tests.smtp_sink import ECHOES, smtp_sink

WHO = "kanarienvogel-7731@home.test"
SAID = (
    b"kanari", b"envoge", b"l-7731", b"=6b", b"=6B", base64.b64encode(WHO.encode())[:12], WHO.upper()[:6].encode(),
)  # fmt: skip
"""Any of these is (a piece of) the address."""


def kept(hub: Hub, person: str) -> bytes:
    """All bytes of the hub, and all rows, with what stands in the memory of no page."""
    tables = ("outbox", "journal", "stimulus", "delivery_line", "audit")
    return everything(hub.folder) + "".join(str(rows(f"SELECT * FROM {name}")) for name in tables).encode()


@pytest.mark.parametrize("stage", ["RCPT", "DATA", "TAKEN"])
@pytest.mark.parametrize("echo", ECHOES)
def test_a_mail_server_that_quotes_the_address_leaves_nothing_of_it(
    hub: Hub, caplog: pytest.LogCaptureFixture, echo: Callable[[str], tuple[str, ...]], stage: str
) -> None:
    with smtp_sink() as sink:
        sink.echo, sink.stage = echo, stage
        person = quiet_person(hub, WHO)
        run_until(hub, sink, NINE, ELEVEN, ELEVEN + MINUTE, ELEVEN + 5 * HOUR)
    assert any(isinstance(e, entry.Staged) and e.channel == "email" for _, e in journals.entries(person)), (
        "it was tried"
    )
    for words in SAID:
        assert words not in kept(hub, person)
        assert words.decode() not in caplog.text
    withdraw.erase(person)
    for words in SAID:
        assert words not in kept(hub, person)


def test_what_was_answered_is_still_said_in_words_of_our_own(hub: Hub) -> None:
    with smtp_sink() as sink:
        sink.echo = ECHOES[0]
        person = quiet_person(hub, WHO)
        run_until(hub, sink, NINE, ELEVEN)
    [mail] = [w for w in outbox.of(person) if getattr(w.effect, "channel", "") == "email"]
    assert mail.detail == "refused: 550 5.1.1 (there is no such mailbox, or it is not permitted; about the address)"


ERRORS: list[tuple[BaseException, str]] = [
    (smtplib.SMTPRecipientsRefused({WHO: (550, WHO.encode())}), "its answer is none"),
    (smtplib.SMTPDataError(554, WHO.encode()), "554 (it was rejected)"),
    (smtplib.SMTPResponseException(299, f"2.0.0 {WHO}"), "an unknown code"),
    (smtplib.SMTPServerDisconnected(WHO), "the connection broke off"),
    (socket.gaierror(8, WHO), "its name leads nowhere"),
    (ssl.SSLCertVerificationError(WHO), "its certificate is not valid"),
    (TimeoutError(WHO), "it did not answer in time"),
    (OSError(WHO), "the connection did not come about"),
    (ValueError(WHO), "it failed"),
]
"""Errors of the network, each with the address in it, and what is said of each."""


@pytest.mark.parametrize(("error", "words"), ERRORS)
def test_an_error_of_the_network_is_said_by_its_kind(error: BaseException, words: str) -> None:
    assert said.fault(error) == words


@pytest.mark.parametrize("raw", [b"5.1.1" + WHO.encode(), b"4.99.1 x", b"5.1.12345 x", WHO.encode() + b" 5.1.1"])
def test_a_number_that_is_no_code_is_not_read_as_one(raw: bytes) -> None:
    assert said.reply(550, raw) == said.reply(550)


def test_statuses_have_the_words_of_the_standard() -> None:
    assert said.status(503) == "503 Service Unavailable"
    assert said.status(777) == "an unknown status"


def test_a_log_says_where_something_failed_and_not_what_it_held() -> None:
    def fail() -> None:
        try:
            raise KeyError(WHO)
        except KeyError as error:
            raise ValueError(f"{WHO} is wrong") from error

    with pytest.raises(ValueError, match="is wrong") as caught:
        fail()
    record = logging.LogRecord("x", logging.ERROR, __file__, 1, "it failed", None, caught._excinfo)
    line = Formatter("%(message)s").format(record)
    assert "KeyError at" in line
    assert "ValueError at" in line
    assert WHO not in line
    assert WHO not in describe(caught.value)
    assert "stays due" in describe(StuckError("the instant 5 stays due and nothing happens"))


def test_a_mail_server_that_quotes_at_its_greeting_is_not_quoted() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]

        def greet() -> None:
            peer, _ = server.accept()
            peer.sendall(f"554 {WHO} go away\r\n".encode())
            peer.close()

        thread = threading.Thread(target=greet, daemon=True)
        thread.start()
        channel = Email(parse_server(f"smtp://127.0.0.1:{port}"), "care@clinic.test", timeout=2.0)
        outcome: Outcome = channel.send(Message("k", WHO, "s", "b"))
        thread.join(5)
    assert outcome.detail == "the mail server could not be reached: 554 (it was rejected)"
