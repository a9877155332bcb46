"""How sessions end, what is kept when they do, and what must be proved anew."""

import json

from tests.live import ZONE, Hub
from tests.web.accounts.conftest import PASSWORD, Member, age, browser, text_of


def test_an_idle_session_is_over_and_leads_back_to_the_same_page(hub: Hub, coach: Member) -> None:
    page = f"/desk/people/{hub.join()}"
    age(14.9)
    assert coach.client.get(page).status_code == 200, "and that was a deed"
    age(14.9)
    assert coach.client.get(page).status_code == 200
    age(15)
    answer = coach.client.get(page)
    assert answer["Location"] == f"/desk/login?next={page}"
    assert coach.sign_in(coach.code(1), next=page)["Location"] == page
    assert coach.client.get(page).status_code == 200


def test_asking_whether_the_time_is_up_is_no_deed(coach: Member) -> None:
    age(10)
    assert coach.client.get("/desk/alive").json()["left"] in range(295, 301)
    assert coach.client.get("/desk/alive").json()["left"] in range(295, 301)
    assert coach.client.post("/desk/alive").json()["left"] in range(895, 901)
    age(15)
    assert coach.client.get("/desk/alive").json() == {"left": 0}
    assert coach.client.post("/desk/alive").json() == {"left": 0}
    assert coach.client.get("/desk/").status_code == 302


def test_no_session_is_longer_than_a_working_day(coach: Member) -> None:
    age(12 * 60 - 1, "began")
    assert coach.client.get("/desk/").status_code == 200
    age(1, "began")
    assert coach.client.get("/desk/").status_code == 302


def test_what_was_being_sent_goes_on_after_signing_in(hub: Hub, coach: Member) -> None:
    import re
    from html import unescape

    person = hub.join()
    age(16)
    words = 'I rang <Ada> & "it" helped'
    stopped = coach.client.post(f"/desk/people/{person}/do", {"deed": "mode", "mode": "coach", "words": words})
    assert stopped.status_code == 401
    page = text_of(stopped)
    again = re.search(r'name="again" value="([^"]*)"', page)
    assert again is not None
    carried = unescape(again[1])
    assert ["words", words] in json.loads(carried)
    after = text_of(coach.sign_in(coach.code(1), next=f"/desk/people/{person}/do", again=carried))
    assert f'action="/desk/people/{person}/do"' in after
    assert 'name="mode" value="coach"' in after
    assert "Set" not in hub.kinds(person)[-1:], "nothing was done yet"


def test_what_was_typed_is_given_back_once_and_lies_sealed_meanwhile(hub: Hub, coach: Member) -> None:
    from microcare.store.database import rows

    page = f"/desk/people/{hub.join()}"
    draft = json.dumps({"path": page, "typed": [[0, "rationale", "because she sleeps badly"]]})
    out = coach.client.post("/desk/away", {"next": page, "draft": draft})
    assert f'name="next" value="{page}"' in text_of(out)
    assert coach.client.get(page).status_code == 302
    assert b"sleeps" not in bytes(rows("SELECT body FROM staff_draft")[0][0])
    coach.sign_in(coach.code(1))
    assert "because she sleeps badly" in text_of(coach.client.get(page))
    assert "because she sleeps badly" not in text_of(coach.client.get(page))


def test_a_participant_in_the_same_browser_stays(hub: Hub, coach: Member) -> None:
    from microcare.care.enroll import enroll, every_consent

    joined = enroll("tea", zone=ZONE, name="Ada", email="", consents=every_consent("tea"))
    coach.client.post("/join", {"code": joined.code})
    assert coach.client.get("/").status_code == 200
    age(16)
    assert coach.client.get("/desk/").status_code == 302
    assert coach.client.get("/").status_code == 200


def test_a_session_without_its_row_opens_nothing(coach: Member) -> None:
    from microcare.store.database import run

    run('DELETE FROM staff_session WHERE "user" = %s', ["carla"])
    assert coach.client.get("/desk/").status_code == 302


def test_sessions_are_listed_and_ended(coach: Member) -> None:
    elsewhere = browser("10.9.8.7")
    coach.sign_in(coach.code(1), elsewhere)
    page = text_of(coach.client.get("/desk/account"))
    assert "10.9.8.7" in page
    coach.client.post("/desk/account/do", {"deed": "end_others"})
    assert elsewhere.get("/desk/").status_code == 302
    assert coach.client.get("/desk/").status_code == 200


def test_another_password_ends_the_other_sessions(coach: Member) -> None:
    elsewhere = browser()
    coach.sign_in(coach.code(1), elsewhere)
    new = "another kettle whistles"
    wrong = coach.client.post("/desk/account/do", {"deed": "password", "old": "no", "new": new}, follow=True)
    assert "is not this one" in text_of(wrong)
    weak = coach.client.post(
        "/desk/account/do", {"deed": "password", "old": PASSWORD, "new": "password1234"}, follow=True
    )
    assert "too common" in text_of(weak)
    coach.client.post("/desk/account/do", {"deed": "password", "old": PASSWORD, "new": new})
    assert coach.client.get("/desk/").status_code == 200
    assert elsewhere.get("/desk/").status_code == 302


def test_the_last_factor_stays(coach: Member) -> None:
    from microcare.store import staff_accounts

    only = staff_accounts.factors("carla", "totp")[0]
    answer = coach.client.post("/desk/account/do", {"deed": "remove", "id": only.id}, follow=True)
    assert "the last one" in text_of(answer)
    assert staff_accounts.has_strong("carla")


def test_one_takes_nobody_elses_factor_or_session_away(boss: Member, coach: Member) -> None:
    from microcare.store import staff_accounts

    mine = staff_accounts.factors("boss", "totp")[0]
    session = staff_accounts.sessions("boss", 0, 0)[0]
    coach.client.post("/desk/account/do", {"deed": "remove", "id": mine.id})
    coach.client.post("/desk/account/do", {"deed": "end", "id": session.id})
    assert staff_accounts.factor(mine.id) is not None
    assert boss.client.get("/desk/staff").status_code == 200


def test_secrets_lie_sealed(coach: Member) -> None:
    from microcare.store import master, staff_accounts

    bodies = [one.body for one in staff_accounts.factors("carla")]
    assert len(bodies) == 11
    assert not any(coach.secret in body for body in bodies)
    assert not any(code.replace("-", "").encode() in body for code in coach.recovery for body in bodies)
    body = staff_accounts.factors("carla", "totp")[0].body
    assert master.open_sealed(body, "totp carla") == coach.secret
    assert master.open_sealed(body, "totp boss") is None, "moved to somebody else's row"


def test_what_is_dangerous_is_asked_anew_and_goes_on_then(boss: Member, coach: Member) -> None:
    import re
    from html import unescape

    from microcare.care import access

    age(6, "proved")
    posted = {"deed": "give", "name": "carla", "role": "clinician", "program": "tea"}
    asked = text_of(boss.client.post("/desk/staff/do", posted))
    assert "Is it you?" in asked
    assert not access.access_of("carla").may(access.RESOLVE)
    again = re.search(r'name="again" value="([^"]*)"', asked)
    assert again is not None
    carried = {"next": "/desk/staff/do", "again": unescape(again[1])}
    assert "not right" in text_of(boss.client.post("/desk/confirm", {"password": "no", **carried}))
    assert "Is it you?" in text_of(boss.client.post("/desk/staff/do", posted))
    before = boss.client.session.session_key
    after = text_of(boss.client.post("/desk/confirm", {"password": PASSWORD, **carried}))
    assert boss.client.session.session_key != before
    assert 'name="role" value="clinician"' in after and "data-again" in after
    assert boss.client.post("/desk/staff/do", posted).status_code == 302
    assert access.access_of("carla").may(access.RESOLVE)


def test_every_fresh_route_asks_anew(boss: Member) -> None:
    from microcare.care import accounts
    from microcare.care.access import ROLES
    from microcare.web.access import RULES

    for role in ROLES:
        accounts.change_role("boss", role, "*")
    age(6, "proved")
    fresh = [route for route, rule in RULES.items() if rule.fresh]
    assert "desk/staff/do" in fresh
    for route in fresh:
        assert "Is it you?" in text_of(boss.client.post("/" + route, {"deed": "x"})), route


def test_proving_is_slowed_down_after_failures(coach: Member) -> None:
    said = [coach.client.post("/desk/confirm", {"password": f"no {n}"}).status_code for n in range(6)]
    assert said == [200] * 5 + [429]
