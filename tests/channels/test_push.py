"""Web Push: the RFC's own example, the signature, what a device reads, and which addresses are refused."""

import json

import pytest

from microcare.channels import outward, push
from microcare.channels.channel import Message, Result
from tests.push_sink import Browser, Service, push_service

DAY = 86_400_000


def test_the_example_of_rfc_8291() -> None:
    """Appendix A of RFC 8291, byte for byte."""
    found = push.encrypt(
        b"When I grow up, I want to be a watermelon",
        push.from_base64url("BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4"),
        push.from_base64url("BTBZMqHH6r4Tts7J_aSIgg"),
        salt=push.from_base64url("DGv6ra1nlYgDCS1FRnbzlw"),
        own=push.private_key(push.from_base64url("yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw")),
    )
    assert push.base64url(found) == (
        "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7"
        "A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN"
    )


def device(service: Service, name: str = "one") -> str:
    return json.dumps({"endpoint": service.endpoint(name), **service.browser.keys})


def channel() -> push.Push:
    return push.Push(push.private_key(push.new_private_key()), "mailto:care@clinic.test", local=True, timeout=2.0)


def test_a_device_reads_what_was_sent_and_the_service_only_when_and_for_whom() -> None:
    with push_service() as service:
        sent = channel().send(
            Message("k1", device(service), body='{"title": "x"}', at=1_000_000, expires=1_000_000 + 90_000)
        )
        assert sent.result is Result.ACCEPTED
        [(path, headers, read)] = service.got
    assert (path, read) == ("/push/one", {"title": "x"})
    assert (headers["ttl"], headers["urgency"], headers["content-encoding"]) == ("90", "normal", "aes128gcm")
    assert len(headers["topic"]) == 32


@pytest.mark.parametrize(
    ("status", "result"),
    [(201, Result.ACCEPTED), (202, Result.ACCEPTED), (404, Result.GONE), (410, Result.GONE),
     (429, Result.FAILED), (413, Result.FAILED), (503, Result.FAILED)],
)  # fmt: skip
def test_what_the_service_answers(status: int, result: Result) -> None:
    with push_service() as service:
        service.status = status
        assert channel().send(Message("k1", device(service), body="{}")).result is result


def test_who_is_not_there_got_nothing() -> None:
    with push_service() as service:
        to = device(service)
    assert channel().send(Message("k1", to, body="{}")).result is Result.FAILED


@pytest.mark.parametrize("to", ["", "{}", '{"endpoint": "http://127.0.0.1/x", "p256dh": "aa", "auth": "bb"}', "[1]"])
def test_what_is_no_device_is_forgotten(to: str) -> None:
    assert channel().send(Message("k1", to, body="{}")).result is Result.GONE


def test_a_message_fits_into_one_record() -> None:
    browser = Browser()
    keys = [push.from_base64url(browser.keys[name]) for name in ("p256dh", "auth")]
    assert browser.read(push.encrypt(b"x" * push.LONGEST, *keys)) == b"x" * push.LONGEST
    with pytest.raises(ValueError, match="too long"):
        push.encrypt(b"x" * (push.LONGEST + 1), *keys)


@pytest.mark.parametrize(
    ("url", "wrong"),
    [
        ("https://updates.push.services.mozilla.com/wpush/v2/abc", ""),
        ("https://fcm.googleapis.com/fcm/send/abc:def", ""),
        ("http://push.example.org/x", "must begin with https"),
        ("https://push.example.org:8443/x", "port"),
        ("https://127.0.0.1/x", "no public host"),
        ("https://[::1]/x", "no public host"),
        ("https://localhost/x", "no public host"),
        ("https://user@push.example.org/x", "more than an address"),
        ("https://push.example.org/x#y", "more than an address"),
        ("https://push.example.org/a b", "no address"),
        ("https://[push/x", "no address"),
        ("", "no address"),
        ("https://push.example.org/" + "x" * 3000, "no address"),
    ],
)
def test_which_addresses_are_reached(url: str, wrong: str) -> None:
    found = outward.problem(url)
    assert wrong in found
    assert bool(wrong) == bool(found)


def test_a_name_that_leads_into_the_own_house_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """As a name server that belongs to somebody else may answer."""
    monkeypatch.setattr("socket.getaddrinfo", lambda *a, **k: [(2, 1, 6, "", ("10.0.0.7", 443))])
    with pytest.raises(outward.RefusedAddressError):
        outward.post("https://push.example.org/x", b"", {})
