"""Setting an account up, signing in with two factors, and what slows down whoever guesses."""

import pytest

from tests.live import Hub
from tests.web.accounts.conftest import PASSWORD, Member, browser, rest, text_of


def test_the_first_link_makes_an_administrator_once(hub: Hub) -> None:
    from microcare.care import access, accounts

    old, token = accounts.first_link(), accounts.first_link()
    assert browser().get(f"/desk/setup/{old}").status_code == 404
    boss = Member("boss", token).set_up()
    assert access.access_of("boss").may(access.ADMINISTER)
    assert not access.access_of("boss").may(access.SEE)
    assert boss.client.get("/desk/staff").status_code == 200
    again = browser()
    assert again.get(f"/desk/setup/{token}").status_code == 404
    assert again.post(f"/desk/setup/{token}", {"username": "thief", "password": PASSWORD}).status_code == 404
    late = accounts.first_link()
    assert browser().get(f"/desk/setup/{late}").status_code == 404, "somebody runs the hub already"


def test_only_a_hash_of_a_link_is_kept(hub: Hub) -> None:
    from microcare.care import accounts
    from microcare.store.database import rows

    token = accounts.invite("ann", ["coach"], "tea")
    kept = [str(one) for one in rows("SELECT hash FROM staff_link")]
    assert len(kept) == 1 and token not in kept[0]


def test_a_link_is_too_old_after_its_time(hub: Hub) -> None:
    from microcare.care import accounts
    from microcare.store.database import run

    token = accounts.invite("ann", ["coach"], "tea")
    assert browser().get(f"/desk/setup/{token}").status_code == 200
    run("UPDATE staff_link SET expires = expires - %s", [accounts.LINK_LASTS])
    assert browser().get(f"/desk/setup/{token}").status_code == 404


@pytest.mark.parametrize(
    ("password", "good"),
    [
        ("short one", False),
        ("password1234", False),
        ("carlacarla12", False),
        ("onlylowercaseletters", True),
        ("é" * 64, True),
    ],
)
def test_a_password_must_be_long_and_uncommon_and_nothing_else(hub: Hub, password: str, good: bool) -> None:
    from microcare.care import accounts

    token = accounts.invite("carlacarla", ["coach"], "tea")
    answer = browser().post(f"/desk/setup/{token}", {"password": password})
    assert (answer.status_code == 302) is good
    assert (accounts.link_of(token) is None) is good, "a link is used up only by success"


def test_nothing_opens_before_the_second_factor_is_there(hub: Hub) -> None:
    from microcare.care import accounts

    member = Member("ann", accounts.invite("ann", ["coach"], "tea"))
    member.client.post(f"/desk/setup/{member.token}", {"password": PASSWORD})
    for path in ("/desk/", "/desk/account", "/desk/emergency", f"/desk/people/{hub.join()}"):
        answer = member.client.get(path)
        assert (answer.status_code, answer["Location"]) == (302, "/desk/account/second"), path
    assert "is not the code" in text_of(member.client.post("/desk/account/second", {"code": "000000"}))


def test_a_demo_asks_for_no_second_factor_unless_there_is_one(hub: Hub) -> None:
    from microcare.care import accounts
    from microcare.store import deployment

    deployment.put("demo", "1")
    password = accounts.make_facilitator("dora")
    client = browser()
    assert client.post("/desk/login", {"username": "dora", "password": password}).status_code == 302
    assert client.get("/desk/").status_code == 200
    deployment.put("demo", "0")
    assert client.get("/desk/")["Location"] == "/desk/account/second"


def test_a_code_is_good_once_and_brings_one_in(coach: Member) -> None:
    client, code = browser(), coach.code(1)
    assert client.post("/desk/login", {"username": "carla", "password": PASSWORD}).status_code == 200
    assert client.get("/desk/")["Location"].startswith("/desk/login"), "a password alone opens nothing"
    before = client.session.session_key
    assert client.post("/desk/login/second", {"code": code}).status_code == 302
    assert client.session.session_key != before, "nobody can have set the session's key"
    assert client.get("/desk/").status_code == 200
    assert "not good now" in text_of(coach.sign_in(code, browser())), "the same code again"
    assert "not good now" in text_of(coach.sign_in(coach.code(-1), browser())), "an earlier code"


def test_codes_far_from_now_are_not_good(coach: Member) -> None:
    for later in (-3, 3):
        assert "not good now" in text_of(coach.sign_in(coach.code(later), browser()))


def test_a_recovery_code_is_good_once(coach: Member) -> None:
    assert coach.sign_in(coach.recovery[3].upper(), browser()).status_code == 302
    assert "not good now" in text_of(coach.sign_in(coach.recovery[3], browser()))
    assert coach.sign_in(coach.recovery[4].replace("-", " "), browser()).status_code == 302


@pytest.mark.parametrize("name", ["carla", "nobody-of-that-name"])
def test_guessing_is_slowed_down_alike_whether_there_is_an_account_or_not(coach: Member, name: str) -> None:
    from microcare.care.lockout import FREE_BY_NAME

    said = []
    for number in range(FREE_BY_NAME + 1):
        client = browser(f"10.0.0.{number}")
        answer = client.post("/desk/login", {"username": name, "password": "wrong"})
        said.append((answer.status_code, "do not belong together" in text_of(answer), "too many" in text_of(answer)))
    assert said == [(200, True, False)] * FREE_BY_NAME + [(429, False, True)]
    right = browser().post("/desk/login", {"username": name, "password": PASSWORD})
    assert right.status_code == 429, "not even the right one is looked at"
    rest(1)
    after = browser().post("/desk/login", {"username": name, "password": PASSWORD})
    assert ("Second step" in text_of(after)) is (name == "carla")


def test_the_pauses_grow_up_to_a_limit_and_end_with_success(coach: Member) -> None:
    from microcare.care import lockout

    waits = []
    for _ in range(12):
        assert lockout.attempt("carla", "") == 0
        waits.append(round(lockout.attempt("carla", "") / 1000))
        rest(lockout.LONGEST_PAUSE / 60_000 + 0.01)
    assert waits[: lockout.FREE_BY_NAME - 1] != waits[-1:]
    assert [w for w in waits if w] == sorted(w for w in waits if w)
    assert max(waits) == lockout.LONGEST_PAUSE / 1000
    lockout.succeeded("carla", "")
    assert [lockout.attempt("carla", "") for _ in range(lockout.FREE_BY_NAME)] == [0] * lockout.FREE_BY_NAME


def test_guessing_codes_is_slowed_down_too(coach: Member) -> None:
    from microcare.care.lockout import FREE_BY_NAME

    client = browser()
    client.post("/desk/login", {"username": "carla", "password": PASSWORD})
    said = [client.post("/desk/login/second", {"code": f"00000{n}"}).status_code for n in range(FREE_BY_NAME)]
    assert said[-1] == 429
    assert client.post("/desk/login/second", {"code": coach.code(1)}).status_code == 429


def test_one_address_that_tries_many_names_is_slowed_down(hub: Hub) -> None:
    from microcare.care.lockout import FREE_BY_ADDRESS, attempt

    assert [attempt(f"name{n}", "10.1.1.1") for n in range(FREE_BY_ADDRESS)] == [0] * FREE_BY_ADDRESS
    assert attempt("another", "10.1.1.1") > 0
    assert attempt("another", "10.1.1.2") == 0


def test_failures_are_in_the_trail_without_what_was_typed_for_a_name(coach: Member) -> None:
    from microcare.store import audit

    browser().post("/desk/login", {"username": "my secret password", "password": "x"})
    browser("10.2.3.4").post("/desk/login", {"username": "carla", "password": "x"})
    newest = audit.trail(limit=2)
    assert [(line.who, line.deed, line.detail) for line in newest] == [
        ("carla", "sign-in failed", "10.2.3.4"),
        ("somebody", "sign-in failed", "127.0.0.1"),
    ]


def test_a_disabled_account_is_out_at_once(boss: Member, coach: Member) -> None:
    assert coach.client.get("/desk/").status_code == 200
    boss.client.post("/desk/staff/do", {"deed": "disable", "name": "carla"})
    assert coach.client.get("/desk/").status_code == 302
    answer = browser().post("/desk/login", {"username": "carla", "password": PASSWORD})
    assert "do not belong together" in text_of(answer)
    boss.client.post("/desk/staff/do", {"deed": "enable", "name": "carla"})
    assert coach.sign_in(coach.code(1)).status_code == 302


def test_a_reset_takes_everything_away_and_makes_a_link(boss: Member, coach: Member) -> None:
    import re

    page = text_of(boss.client.post("/desk/staff/do", {"deed": "reset", "name": "carla"}))
    token = re.search(r"/desk/setup/([\w-]+)<", page)
    assert token is not None
    assert coach.client.get("/desk/").status_code == 302
    wrong = browser().post("/desk/login", {"username": "carla", "password": PASSWORD})
    assert "do not belong together" in text_of(wrong)
    renewed = Member("carla", token[1], password="another kettle whistles").set_up()
    assert renewed.client.get("/desk/").status_code == 200


@pytest.mark.parametrize("address", ["https://evil.test/desk/", "//evil.test/desk/", "/join", "javascript:alert(1)"])
def test_signing_in_leads_nowhere_else(coach: Member, address: str) -> None:
    assert coach.sign_in(coach.code(1), browser(), next=address)["Location"] == "/desk/"
