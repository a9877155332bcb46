"""Which language somebody reads: the person's own setting; for the staff and for nobody yet, their choice or the browser's."""

import re

import pytest
from django.test import Client

from tests.live import TEA, Hub
from tests.web.conftest import Ada, Visitor


def page(client: Client, path: str = "/desk/login", **headers: str) -> tuple[str, str, str]:
    """Language, direction and text of a page."""
    text = client.get(path, headers=headers).content.decode()
    found = re.search(r'<html lang="([^"]+)" dir="([^"]+)">', text)
    assert found is not None
    return found[1], found[2], text


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [("de", "de"), ("de-AT,de;q=0.9", "de"), ("fr", "en"), ("", "en"), ("fr,de;q=0.5,en;q=0.3", "de"), ("en", "en")],
)
def test_the_browser_says_what_nobody_has_chosen(visitor: Visitor, asked: str, spoken: str) -> None:
    assert page(visitor.client, **{"Accept-Language": asked})[:2] == (spoken, "ltr")


def test_a_choice_outlasts_what_the_browser_says(visitor: Visitor) -> None:
    answer = visitor.client.post("/language", {"language": "de", "next": "/desk/login"})
    assert answer["Location"] == "/desk/login"
    assert page(visitor.client, **{"Accept-Language": "en"})[0] == "de"


@pytest.mark.parametrize(("language", "next_"), [("xx", "/desk/login"), ("", "/")])
def test_a_language_that_nobody_speaks_is_not_chosen(visitor: Visitor, language: str, next_: str) -> None:
    visitor.client.post("/language", {"language": language, "next": next_})
    assert page(visitor.client)[0] == "en"


def test_a_choice_leads_nowhere_else(visitor: Visitor) -> None:
    answer = visitor.client.post("/language", {"language": "de", "next": "https://elsewhere.example.org/"})
    assert answer["Location"].startswith("/")


def test_a_persons_own_setting_counts_before_the_browser(kinds: Ada) -> None:
    kinds.post("/settings", what="language", language="de")
    for asked in ("en", "fr", ""):
        language, _direction, text = page(kinds.client, "/settings", **{"Accept-Language": asked})
        assert language == "de"
        assert "Ruhezeiten" in text


def test_a_refusal_is_in_the_persons_language(kinds: Ada) -> None:
    kinds.post("/settings", what="language", language="de")
    said = kinds.stimuli({"kind": "act", "key": "act:nothing:1", "delivery": "nothing", "act": "done", "at": 1}).json()
    assert [one["reason"] for one in said["refused"]] == ["es ist vorbei"]


def test_texts_of_another_language_are_marked(hub: Hub) -> None:
    from microcare.care.settings import set_value
    from tests.web.conftest import join

    hub.publish(TEA.replace("safety:", "help: {say: Go where somebody is.}\nsafety:", 1))
    one = join("tea")
    set_value(one.person, "language", "de")
    text = one.get("/help").text
    assert '<html lang="de" dir="ltr">' in text
    assert '<div class="blocks" lang="en" dir="ltr">' in text


def test_what_is_compressed_is_text_and_whole(kinds: Ada) -> None:
    packed = {"Accept-Encoding": "gzip"}
    assert kinds.client.get("/settings", headers=packed)["Content-Encoding"] == "gzip"
    media = re.search(r'src="(/media/[^"]+)"', kinds.get().text)
    assert media is not None
    for more in ({}, {"Range": "bytes=0-9"}):
        assert "Content-Encoding" not in kinds.client.get(media[1], headers=packed | more)
