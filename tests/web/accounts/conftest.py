"""A hub that is no demo, with an administrator and a coach who have set their accounts up."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.live import Hub, running_hub

if TYPE_CHECKING:
    from django.test import Client

PASSWORD = "a kettle sings at noon"


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        from microcare.store import deployment

        deployment.put("demo", "0")
        yield running


def browser(address: str = "127.0.0.1") -> "Client":
    from django.test import Client

    return Client(SERVER_NAME="localhost", REMOTE_ADDR=address)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


@dataclass
class Member:
    """Somebody on the staff: a browser, a password, an app that shows codes."""

    name: str
    token: str
    client: "Client" = field(default_factory=browser)
    password: str = PASSWORD
    secret: bytes = b""
    recovery: list[str] = field(default_factory=list)

    def code(self, later: int = 0) -> str:
        """What the app shows, some steps of half a minute later; each step is good once."""
        import time

        from cryptography.hazmat.primitives.hashes import SHA1
        from cryptography.hazmat.primitives.twofactor.totp import TOTP

        return TOTP(self.secret, 6, SHA1(), 30).generate(int(time.time()) + 30 * later).decode()

    def set_up(self) -> "Member":
        """Open the link, choose a password, add the app."""
        import base64

        answer = self.client.post(f"/desk/setup/{self.token}", {"username": self.name, "password": self.password})
        assert answer.status_code == 302, text_of(answer)
        page = text_of(self.client.get("/desk/account/second"))
        spelled = re.search(r'class="spelled">([A-Z2-7 ]+)<', page)
        assert spelled is not None
        self.secret = base64.b32decode(spelled[1].replace(" ", ""))
        shown = text_of(self.client.post("/desk/account/second", {"code": self.code()}))
        self.recovery = re.findall(r"<code>([2-9a-z-]{17})</code>", shown)
        assert len(self.recovery) == 10
        return self

    def sign_in(self, code: str, client: "Client | None" = None, **carried: str) -> Any:
        """Password, then the code; the answer to the second step."""
        where = client or self.client
        first = where.post("/desk/login", {"username": self.name, "password": self.password, **carried})
        assert "Second step" in text_of(first)
        return where.post("/desk/login/second", {"code": code, **carried})


@pytest.fixture
def boss(hub: Hub) -> Member:
    """The first administrator."""
    from microcare.care import accounts

    return Member("boss", accounts.first_link()).set_up()


@pytest.fixture
def coach(hub: Hub, boss: Member) -> Member:
    """A coach in the tea program."""
    from microcare.care import accounts

    return Member("carla", accounts.invite("carla", ["coach"], "tea")).set_up()


def age(minutes: float, column: str = "seen", user: str = "") -> None:
    """Let the sessions be older: as if so much time had gone by."""
    from microcare.store.database import run

    assert column in ("seen", "proved", "began")
    sql = f"UPDATE staff_session SET {column} = {column} - %s WHERE \"user\" = %s OR %s = ''"
    run(sql, [int(minutes * 60_000), user, user])


def rest(minutes: float) -> None:
    """Let the pauses after failures be over by so much."""
    from microcare.store.database import run

    run("UPDATE staff_failure SET until = until - %s, last = last - %s", [int(minutes * 60_000)] * 2)
