"""Mail against a real SMTP server: neutral, with its key, and truthful about what became of it."""

import socket

import pytest

from microcare.channels.channel import Message, Result
from microcare.channels.email import Email, Server, is_address, parse_server
from microcare.channels.in_app import InApp
from tests.smtp_sink import smtp_sink

MAIL = Message(
    "p1-7-0",
    "ada@home.test",
    "Etwas wartet auf Sie",
    "Für Sie:\n\nhttp://127.0.0.1:8000/\n.\nEnde\n",
    1772434800000,
)


def _email(url: str) -> Email:
    return Email(parse_server(url), "care@clinic.test", timeout=2.0)


def test_a_mail_arrives_as_it_was_written() -> None:
    with smtp_sink() as sink:
        outcome = _email(sink.url).send(MAIL)
        assert outcome.result is Result.ACCEPTED
        [(to, mail)] = sink.mails
    assert to == "ada@home.test"
    assert mail["Subject"] == "Etwas wartet auf Sie"
    assert mail["Message-ID"] == "<p1-7-0@clinic.test>"
    assert mail["From"] == "care@clinic.test"
    assert mail["Date"] == "Mon, 02 Mar 2026 07:00:00 +0000"
    assert mail.get_content_type() == "text/plain"
    body = mail.get_payload(decode=True)
    assert isinstance(body, bytes)
    assert body.decode().replace("\r\n", "\n") == MAIL.body


@pytest.mark.parametrize(
    ("fault", "result", "sent"),
    [
        ("refuse_recipient", Result.FAILED, 0),
        ("refuse_sender", Result.FAILED, 0),
        ("refuse_text", Result.FAILED, 0),
        ("hang_up", Result.FAILED, 0),
        ("silent_after_text", Result.UNCLEAR, 1),
        ("", Result.ACCEPTED, 1),
    ],
)
def test_what_became_of_it_is_told_truthfully(fault: str, result: Result, sent: int) -> None:
    with smtp_sink() as sink:
        sink.fault = fault
        assert _email(sink.url).send(MAIL).result is result
        assert len(sink.mails) == sent


def test_a_server_that_is_not_there_is_a_clear_failure() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    assert _email(f"smtp://127.0.0.1:{port}").send(MAIL).result is Result.FAILED


@pytest.mark.parametrize(
    "to", ["", "ada", "@home.test", "ada@home.test\nBcc: all@x.test", "ada @home.test", "ädä@home.test"]
)
def test_nothing_is_sent_to_what_is_no_address(to: str) -> None:
    assert not is_address(to)
    with smtp_sink() as sink:
        assert _email(sink.url).send(Message("k", to, "s", "b")).result is Result.FAILED
        assert sink.mails == []


def test_without_a_server_mail_fails_clearly() -> None:
    assert Email(None, "care@clinic.test").send(MAIL).result is Result.FAILED


def test_encryption_that_is_asked_for_and_not_offered_stops_the_mail() -> None:
    with smtp_sink() as sink:
        url = sink.url.replace("smtp://", "smtp+starttls://")
        assert _email(url).send(MAIL).result is Result.FAILED
        assert sink.mails == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtp://mail.test", Server("mail.test", 25, "smtp")),
        ("smtps://a:b%40c@mail.test", Server("mail.test", 465, "smtps", "a", "b@c")),
        ("smtp+starttls://a:b@mail.test:2525", Server("mail.test", 2525, "smtp+starttls", "a", "b")),
    ],
)
def test_servers_are_written_as_addresses(url: str, expected: Server) -> None:
    assert parse_server(url) == expected


@pytest.mark.parametrize("url", ["mail.test", "http://mail.test", "smtp://", "smtp://a:b@mail.test"])
def test_servers_that_cannot_be_used(url: str) -> None:
    with pytest.raises(ValueError, match=r"smtp"):
        parse_server(url)


def test_what_is_in_the_app_is_there() -> None:
    assert InApp().send(MAIL).result is Result.ACCEPTED
