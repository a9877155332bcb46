"""What a browser is told on every answer, and what no page takes: settings that a security review asks for."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.live import Hub
from tests.web.conftest import Ada, Visitor

ROOT = Path(__file__).resolve().parents[2]
ADDRESSES = (
    "/",
    "/join",
    "/help",
    "/health",
    "/ready",
    "/desk/login",
    "/sw.js",
    "/manifest.webmanifest",
    "/nothing/here",
)
FILES = ("/static/microcare/app.css", "/static/microcare/app.js", "/static/microcare/icon.svg")

SEEN = """
import json, sys
from pathlib import Path
from microcare.main import set_up
set_up(Path(sys.argv[1]), new=True)
from django.conf import settings
from django.test import Client
client = Client(SERVER_NAME=sys.argv[2], headers={"X-Forwarded-Proto": "https"})
answer = client.get("/desk/login")
client.post("/language", {"language": "de", "next": "/join"}, secure=True)
from microcare.care.accounts import make_facilitator
client.post("/desk/login", {"username": "ann", "password": make_facilitator("ann")}, secure=True)
found = {name: {k: str(one[k]) for k in ("secure", "httponly", "samesite", "path", "domain")} for name, one in client.cookies.items()}
print(json.dumps({"cookies": found, "headers": dict(answer.headers), "storage": settings.MESSAGE_STORAGE}))
"""
"""A hub of its own over https, behind a proxy: settings are read once in a process."""


@pytest.fixture(scope="module")
def over_https(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    place = {"MICROCARE_URL": "https://care.clinic.test", "MICROCARE_BEHIND_PROXY": "1"}
    data = str(tmp_path_factory.mktemp("https") / "data")
    command = [sys.executable, "-c", SEEN, data, "care.clinic.test"]
    done = subprocess.run(command, capture_output=True, text=True, check=True, env=os.environ | place)
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_over_https_every_cookie_is_this_hosts_alone(over_https: dict[str, Any]) -> None:
    cookies = over_https["cookies"]
    assert set(cookies) == {"__Host-microcare_session", "__Host-microcare_csrf", "__Host-microcare_language"}
    for name, one in cookies.items():
        assert (one["secure"], one["httponly"], one["path"], one["domain"]) == ("True", "True", "/", ""), name
        assert one["samesite"] in ("Lax", "Strict"), name


def test_over_https_browsers_are_told_to_stay_there_for_a_year(
    over_https: dict[str, Any],
) -> None:
    assert over_https["headers"]["Strict-Transport-Security"] == "max-age=31536000; includeSubDomains"


def test_what_a_page_says_once_lies_in_no_cookie(over_https: dict[str, Any]) -> None:
    assert str(over_https["storage"]).endswith("SessionStorage")


def test_every_answer_and_every_file_carries_the_headers(ada: Ada) -> None:
    for address in (*ADDRESSES, *FILES):
        answer = ada.client.get(address)
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert part in policy, address
        assert "unsafe" not in policy, address
        assert answer.headers["X-Content-Type-Options"] == "nosniff", address
        assert answer.headers["Referrer-Policy"] == "same-origin", address
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin", address
        assert "Access-Control-Allow-Origin" not in answer.headers, address
        assert "Server" not in answer.headers, address
        answer.close()


def test_a_text_says_its_letters(ada: Ada) -> None:
    for address in (*ADDRESSES, *FILES):
        answer = ada.client.get(address)
        kind = answer.headers.get("Content-Type", "")
        answer.close()
        if answer.status_code == 200 and (kind.startswith("text/") or "xml" in kind):
            assert "charset=" in kind and "utf-8" in kind.lower(), f"{address}: {kind}"


def test_a_programs_file_is_no_page_that_somebody_frames(kinds: Ada) -> None:
    import re

    found = re.search(r'"(/media/[^"]+)"', kinds.get().text)
    assert found is not None
    policy = kinds.client.get(found[1]).headers["Content-Security-Policy"]
    for part in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'", "sandbox"):
        assert part in policy


@pytest.mark.parametrize(
    "address", ["/", "/join", "/desk/login", "/health", "/api/v1/people", "/static/microcare/app.css"]
)
def test_nothing_is_sent_back_to_whoever_traces(ada: Ada, address: str) -> None:
    for method in ("TRACE", "TRACK", "CONNECT", "PROPFIND"):
        answer = ada.client.generic(method, address, headers={"X-Mark": "a-mark-of-mine"})
        assert answer.status_code == 405, (method, address)
        assert b"a-mark-of-mine" not in answer.content


def test_no_folder_is_listed(ada: Ada) -> None:
    for address in (
        "/static/",
        "/static/microcare/",
        "/media/",
        "/.git/config",
        "/static/../settings.py",
        "/static/%2e%2e/settings.py",
    ):
        answer = ada.client.get(address)
        assert answer.status_code == 404, address
        answer.close()


def test_what_goes_wrong_says_nothing_of_the_inside(hub: Hub, ada: Ada, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare.web.participant import pages

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("SELECT secret FROM inside")

    monkeypatch.setattr(pages, "reading", fails)
    ada.client.raise_request_exception = False
    for address in ("/", "/journey"):
        answer = ada.client.get(address)
        assert answer.status_code == 500
        for word in (b"secret", b"Traceback", b"RuntimeError", b".py"):
            assert word not in answer.content


def test_every_field_for_a_password_hides_it_and_lets_managers_fill_it() -> None:
    import re

    fields = [
        one
        for page in (ROOT / "src/microcare/web").rglob("*.html")
        for one in re.findall(r"<input[^>]*name=\"(?:password|old|new)\"[^>]*>", page.read_text(encoding="utf-8"))
    ]
    assert len(fields) >= 5
    for one in fields:
        assert (
            'type="password"' in one
            and re.search(r'autocomplete="(current|new)-password"', one)
            and "maxlength" not in one
        )
    scripts = [p.read_text(encoding="utf-8") for p in (ROOT / "src/microcare/web/static").rglob("*.js")]
    assert not any('"paste"' in text for text in scripts)


def test_a_word_that_anybody_may_read_is_never_run_by_a_script() -> None:
    """No script makes markup, code or global words out of texts."""
    for path in (ROOT / "src/microcare/web/static").rglob("*.js"):
        text = path.read_text(encoding="utf-8")
        for bad in (
            "eval(",
            "new Function",
            "document.write",
            "outerHTML =",
            ".innerHTML =",
            ".innerHTML=",
            "insertAdjacentHTML",
        ):
            assert bad not in text, f"{path.name}: {bad}"


@pytest.mark.usefixtures("hub")
def test_nobody_who_is_known_nowhere_is_led_elsewhere() -> None:
    for address in ("/language", "/desk/login"):
        answer = Visitor().client.post(
            address, {"language": "de", "next": "https://evil.test/", "username": "x", "password": "y"}
        )
        assert "evil.test" not in answer.headers.get("Location", ""), address
