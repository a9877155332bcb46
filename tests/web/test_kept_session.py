"""A browser keeps its session: only signing out takes its cookie, however requests and answers overlap."""

from django.test import Client

from tests.live import Hub
from tests.web.conftest import Ada, Visitor, join

COOKIE = "microcare_session"


def before_signing_in_again(one: Ada) -> Client:
    """Another request of the same browser, on its way with the old key while somebody signs in again."""
    other = Client(SERVER_NAME="127.0.0.1")
    other.cookies[COOKIE] = one.client.cookies[COOKIE].value
    one.enter(one.code)
    assert one.client.cookies[COOKIE].value != other.cookies[COOKIE].value
    return other


def test_an_answer_that_finds_no_session_takes_no_cookie_away(ada: Ada) -> None:
    other = before_signing_in_again(ada)
    for path in ("/version", "/", "/need", "/help", "/settings", "/desk/now"):
        answer = other.get(path, headers={"Accept": "application/json"})
        assert COOKIE not in answer.cookies, path
        assert "Cookie" in answer.headers.get("Vary", ""), path
    late = other.post("/stimuli", b"{}", content_type="application/json", headers={"Accept": "application/json"})
    assert (late.status_code, COOKIE in late.cookies) == (401, False)
    assert ada.get("/settings/data").status == 200


def test_a_key_that_was_changed_opens_nothing(ada: Ada) -> None:
    other = before_signing_in_again(ada)
    assert other.get("/").headers["Location"] == "/join"


def test_signing_out_takes_the_cookie(ada: Ada) -> None:
    answer = ada.client.post("/leave")
    assert answer.cookies[COOKIE]["max-age"] == 0
    assert "Type the code" in ada.get("/").text


def test_whoever_was_signed_out_can_sign_in_again(hub: Hub) -> None:
    one = join("tea")
    one.client.post("/leave")
    stale = Visitor()
    stale.client.cookies[COOKIE] = "a" * 32
    stale.enter(one.code)
    assert "Type the code" not in stale.get("/").text
    assert stale.client.cookies[COOKIE].value != "a" * 32
