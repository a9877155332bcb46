"""A real hub, with a browser of a person (without scripts: what every page must do by itself)."""

import html
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from tests.live import ZONE, Hub, running_hub
from tests.web import gallery


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    """A hub with its own database; it is Monday morning in Berlin."""
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


class Visitor:
    """A browser without scripts."""

    def __init__(self, checks: bool = False) -> None:
        from django.test import Client

        self.client = Client(SERVER_NAME="127.0.0.1", enforce_csrf_checks=checks)
        self.text = ""
        self.status = 0

    def get(self, path: str = "/") -> "Visitor":
        """Open a page."""
        return self._took(self.client.get(path, follow=True))

    def post(self, path: str, **posted: Any) -> "Visitor":
        """Send a form."""
        return self._took(self.client.post(path, posted, follow=True))

    def _took(self, answer: Any) -> "Visitor":
        self.text, self.status = html.unescape(answer.content.decode(errors="replace")), answer.status_code
        return self

    def enter(self, code: str) -> "Visitor":
        """Use an invitation."""
        return self.post("/join", code=code)

    def form(self, having: str) -> dict[str, str]:
        """The hidden fields of the first form that has a text."""
        for found in re.findall(r"<form.*?</form>", self.text, flags=re.S):
            if having in found:
                hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', found)
                fields = {name: value for name, value in hidden if name != "csrfmiddlewaretoken"}
                # They have looked at it for a second.
                return fields | ({"shown": str(int(fields["shown"]) - 1000)} if "shown" in fields else {})
        raise AssertionError(f"no form has {having!r}:\n{self.text}")

    def do(self, having: str, **more: Any) -> "Visitor":
        """Send the form that has a text, as a browser would."""
        return self.post("/do", **(self.form(having) | more))

    def answer(self, *values: str) -> "Visitor":
        """Answer the questions that are shown, one after the other."""
        for value in values:
            self.do('name="kind" value="answer"', value=value)
        return self

    def stimuli(self, *stimuli: dict[str, Any]) -> Any:
        """Post to the batch endpoint."""
        body = msgspec.json.encode({"stimuli": stimuli})
        return self.client.post(
            "/stimuli", body, content_type="application/json", headers={"Accept": "application/json"}
        )


@pytest.fixture
def visitor(hub: Hub) -> Visitor:
    """Somebody who is not signed in."""
    return Visitor()


@pytest.fixture
def ada(hub: Hub) -> "Ada":
    """Ada, in the tea program, signed in."""
    return join("tea")


class Ada(Visitor):
    """A person who is signed in."""

    person: str

    @property
    def code(self) -> str:
        """A new code of theirs: each is good once."""
        from microcare.care import entering

        return entering.new_code(self.person, "test")


def join(program: str, **more: Any) -> Ada:
    """A person who has joined a program and is signed in."""
    from microcare.care.enroll import enroll

    joined = enroll(program, zone=ZONE, name="Ada", email="ada@home.test", **more)
    one = Ada()
    one.person = joined.person
    one.enter(joined.code)
    return one


@pytest.fixture
def kinds(hub: Hub, tmp_path: Path) -> Ada:
    """Ada, in the program of all kinds, with all of it before her."""
    from microcare.care.publish import publish

    done = publish(gallery.write(tmp_path / "gallery"))
    assert done.version, done.issues
    one = join("gallery", fields={"nickname": "Ada *the first*"})
    one.get().answer("3", "0", "7.5", "07:15", "true", "a secret note")
    one.do("Yes, let us try", intervention="tea")
    return one


def state_of(one: Ada) -> Any:
    """The person's state, as it is kept."""
    from microcare.store import journals

    return journals.load(one.person).state
