"""Webhooks against a listener on this machine: signed, told again until taken, and nothing that was said."""

import base64
import hmac
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from microcare.care import clock
from microcare.care.systems import TRIES, tell_due
from microcare.store import commit, systems
from tests.live import START, Hub, moment
from tests.web.api.conftest import System, system

T = moment(START)


@dataclass
class Listener:
    url: str = ""
    status: int = 204
    got: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@contextmanager
def listening() -> Iterator[Listener]:
    found = Listener()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            found.got.append(({n.lower(): v for n, v in self.headers.items()}, body))
            self.send_response(found.status)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}/told"
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(autouse=True)
def _local(hub: Hub, settings: Any = None) -> Iterator[None]:
    from django.test import override_settings

    with override_settings(PUSH_LOCAL=True):
        yield


def hooked(listener: Listener, *kinds: str) -> tuple[System, bytes]:
    ehr = system("clinician", name="ehr")
    made = ehr.call("POST", "/webhooks", {"url": listener.url, "kinds": list(kinds)})
    assert made.status_code == 201, made.content
    return ehr, base64.b64decode(made.said["secret"].removeprefix("whsec_"))


def tell() -> int:
    return tell_due(clock.now() + 1000, local=True)


def test_what_happens_is_told_signed_and_says_no_word(hub: Hub) -> None:
    with listening() as listener:
        ehr, secret = hooked(listener, "enrolled", "alerted")
        person = hub.join()
        assert tell() == 1
        [(headers, body)] = listener.got
        told = json.loads(body)
        assert (told["type"], told["person"], told["program"]) == ("enrolled", person, "tea")
        assert set(told) == {"type", "person", "sequence", "at", "program"}
        signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
        wanted = base64.b64encode(hmac.new(secret, signed, sha256).digest()).decode()
        assert headers["webhook-signature"] == f"v1,{wanted}"
        assert tell() == 0, "told once"
        [line] = ehr.call("GET", "/webhooks").said["webhooks"]
        assert line["states"] == {"accepted": 1}


def test_what_was_not_taken_is_told_again_and_then_said_to_be_stuck(hub: Hub) -> None:
    with listening() as listener:
        ehr, _ = hooked(listener, "enrolled")
        hub.join()
        listener.status = 500
        assert tell() == 1
        assert tell() == 0, "not at once"
        for _ in range(TRIES):
            hub.show(clock.now() + 7 * 3_600_000)
            tell()
        assert len(listener.got) == TRIES
        assert len({headers["webhook-id"] for headers, _ in listener.got}) == 1
        [line] = ehr.call("GET", "/webhooks").said["webhooks"]
        assert line["states"] == {"failed": 1}
        assert line["said"] == "500 Internal Server Error", "never what it answered"


def test_it_is_written_with_the_entry_or_not_at_all(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    class Down(Exception):
        pass

    def down(point: str) -> None:
        if point == "effects":
            raise Down

    with listening() as listener:
        hooked(listener, "enrolled")
        monkeypatch.setattr(commit, "reached", down)
        with pytest.raises(Down):
            hub.join()
        monkeypatch.undo()
        assert tell() == 0


def test_only_ones_own_webhooks_are_seen_and_removed(hub: Hub) -> None:
    with listening() as listener:
        ehr, _ = hooked(listener, "enrolled")
        other = system("clinician", name="other")
        [line] = ehr.call("GET", "/webhooks").said["webhooks"]
        assert other.call("GET", "/webhooks").said["webhooks"] == []
        assert other.call("DELETE", f"/webhooks/{line['webhook']}").status_code == 404
        hub.join()
        assert ehr.call("DELETE", f"/webhooks/{line['webhook']}").status_code == 204
        assert tell() == 0
        assert listener.got == []


def test_who_may_not_see_the_program_is_not_told(hub: Hub) -> None:
    with listening() as listener:
        stranger = system("clinician", program="elsewhere", name="stranger")
        assert stranger.call("POST", "/webhooks", {"url": listener.url, "kinds": ["enrolled"]}).status_code == 201
        hub.join()
        tell()
        assert listener.got == []


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"url": "ftp://x.example.org", "kinds": ["enrolled"]}, "url"),
        ({"url": "https://x.example.org", "kinds": ["decided"]}, "decided"),
        ({"url": "https://x.example.org", "kinds": []}, ""),
        ({"url": "https://x.example.org"}, ""),
        ({"url": "https://x.example.org", "kinds": ["enrolled"], "more": 1}, ""),
    ],
)
def test_what_cannot_be_listened_to(hub: Hub, body: dict[str, object], words: str) -> None:
    answer = system("clinician").call("POST", "/webhooks", body)
    assert answer.status_code == 422
    assert words in answer.said["detail"]
    assert systems.hooks() == []


def test_nothing_is_told_of_another_programs_people(hub: Hub) -> None:
    """Neither where the entry names its program, nor where it names none."""
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Acknowledge, Answer, Report
    from microcare.store import journals
    from tests.live import TEA

    hub.publish(TEA.replace("program: tea", "program: coffee"), "coffee")
    with listening() as listener:
        hooked(listener, *systems.TOLD)
        person = hub.join("coffee")
        receive(person, [Report(key="talk", at=clock.now(), name="talk")])
        asked = next(iter(journals.load(person).state.assessments))
        receive(person, [Answer(key="harm", at=clock.now(), assessment=asked, item="harm", value=2)])
        alert = next(iter(journals.load(person).state.alerts))
        receive(person, [Acknowledge(key="taken", at=clock.now(), alert=alert, by="somebody")])
        kinds = {(one.kind, one.program) for one in systems.due(clock.now() + 1000, 100)}
        assert {program for _kind, program in kinds} == {"coffee", ""}, "some entries name no program"
        assert tell() > 0
        assert listener.got == []
        own = hub.join("tea")
        tell()
        assert {json.loads(body)["person"] for _headers, body in listener.got} == {own}
