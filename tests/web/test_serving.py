"""Both web servers as real processes: many open browsers, slow ones, large bodies, a proxy before them."""

import http.client
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from microcare.web.server import bodies
from tests.workers.test_up import ROOT, free_port

pytestmark = pytest.mark.slow
BROWSERS, SLOW = 200, 40
ELSEWHERE = "203.0.113.7"


@dataclass(frozen=True)
class Served:
    """A hub that is up behind a proxy, which is this test."""

    port: int
    data: Path
    server: str

    def call(
        self, method: str, path: str, body: bytes | Iterator[bytes] = b"", **headers: str
    ) -> tuple[int, dict[str, str]]:
        """One request, as the proxy passes it on."""
        said = {
            "Host": "care.test",
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.9.9.9, {ELSEWHERE}",
        } | headers
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            with suppress(BrokenPipeError, ConnectionResetError):
                connection.request(method, path, body, said, encode_chunked=not isinstance(body, bytes))
            answer = connection.getresponse()
            answer.read()
            return answer.status, {k.lower(): v for k, v in answer.getheaders()}
        finally:
            connection.close()


@pytest.fixture(scope="module", params=["waitress", "gunicorn"])
def served(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder, port = tmp_path_factory.mktemp(request.param), free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("MICROCARE")}
    env |= {"PYTHONPATH": str(ROOT / "src"), "MICROCARE_BEHIND_PROXY": "1", "MICROCARE_URL": "https://care.test"}
    code = (
        "import sys\nfrom pathlib import Path\nfrom microcare.main import up\n"
        f"sys.exit(up(Path('data'), port={port}, server='{request.param}', new=True))"
    )
    with (folder / "log").open("w") as log:
        process = subprocess.Popen([sys.executable, "-c", code], cwd=folder, env=env, stdout=log, stderr=log)
    hub = Served(port, folder / "data", request.param)
    try:
        for _ in range(600):
            with suppress(OSError):
                if hub.call("GET", "/health")[0] == 200:
                    break
            assert process.poll() is None, (folder / "log").read_text()
            time.sleep(0.1)
        yield hub
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(60)


def test_many_open_browsers_keep_nobody_out(served: Served) -> None:
    with ExitStack() as stack:
        for _ in range(BROWSERS):
            browser = http.client.HTTPConnection("127.0.0.1", served.port, timeout=60)
            stack.callback(browser.close)
            browser.request("GET", "/health", headers={"Host": "care.test"})
            answer = browser.getresponse()
            assert (answer.status, answer.read()) == (200, b"ok\n")
        assert served.call("GET", "/health")[0] == 200


HALVES = {
    "head": b"POST /stimuli HTTP/1.1\r\nHost: care.te",
    "body": b"POST /api/v1/people HTTP/1.1\r\nHost: care.test\r\nContent-Length: 1000\r\n\r\n{",
}


@pytest.mark.parametrize("half", HALVES)
def test_clients_that_stop_midway_keep_nobody_out_for_long(served: Served, half: str) -> None:
    with ExitStack() as stack:
        for _ in range(SLOW):
            slow = stack.enter_context(socket.create_connection(("127.0.0.1", served.port)))
            slow.sendall(HALVES[half])
        assert served.call("GET", "/health")[0] == 200


@pytest.mark.parametrize(
    "path", ["/stimuli", "/photo", "/join", "/desk/login", "/api/v1/people", "/desk/programs", "/nowhere"]
)
def test_a_body_that_says_it_is_too_large_is_refused_before_it_is_sent(served: Served, path: str) -> None:
    with socket.create_connection(("127.0.0.1", served.port), timeout=60) as stream:
        head = (
            f"POST {path} HTTP/1.1\r\nHost: care.test\r\nX-Forwarded-Proto: https\r\nContent-Length: 1000000000\r\n\r\n"
        )
        stream.sendall(head.encode())
        assert stream.recv(100).split()[1] == b"413"


def test_a_body_in_pieces_is_counted_as_it_comes(served: Served) -> None:
    def pieces(size: int) -> Iterator[bytes]:
        for _ in range(0, size, 1 << 16):
            yield b"x" * (1 << 16)

    assert served.call("POST", "/join", pieces(bodies.USUAL + (1 << 17)))[0] == 413
    assert served.call("POST", "/join", pieces(1 << 18))[0] in (400, 403), "it reached the pages"


def test_behind_a_proxy_the_clients_own_address_is_known_and_https_is_kept(served: Served) -> None:
    status, headers = served.call("GET", "/join")
    assert status == 200
    assert "max-age=31536000" in headers["strict-transport-security"]
    assert served.call("GET", "/api/v1/people", Authorization="Bearer mc_1_2")[0] == 401
    with sqlite3.connect(served.data / "microcare.sqlite3") as database:
        lines = [" ".join(map(str, line)) for line in database.execute("SELECT who, deed, detail FROM audit")]
    assert any(ELSEWHERE in line for line in lines), lines
    assert not any("10.9.9.9" in line for line in lines), "what the client says of itself is not believed"
