"""Breaking the glass: one page, for an hour, with a reason, before everybody's eyes."""

import re

import pytest

from tests.live import Hub
from tests.web.accounts.conftest import Member, text_of

REASON = "She rang and said she will harm herself tonight"


@pytest.fixture
def analyst(hub: Hub, boss: Member) -> Member:
    """Somebody whose role opens nobody's page."""
    from microcare.care import accounts

    return Member("anna", accounts.invite("anna", ["analyst"], "tea")).set_up()


def open_page(member: Member, whom: str, reason: str = REASON) -> object:
    return member.client.post("/desk/emergency", {"whom": whom, "reason": reason})


def test_one_page_opens_to_read_for_an_hour_and_all_is_written_down(hub: Hub, analyst: Member) -> None:
    from microcare.store import audit, emergencies
    from microcare.store.database import run

    person, other = hub.join(), hub.join()
    page = f"/desk/people/{person}"
    assert analyst.client.get(page).status_code == 404
    answer = analyst.client.post("/desk/emergency", {"whom": person, "reason": REASON})
    assert answer["Location"] == page
    line = audit.trail(person, limit=1)[0]
    [kept] = emergencies.of(person)
    assert (line.who, line.deed, line.detail) == ("anna", "emergency", kept.id), "the trail names it for good"
    assert kept.reason == REASON, "why is kept with the person's texts"
    shown = text_of(analyst.client.get(page))
    assert "You opened this page in an emergency" in shown
    assert [one.deed for one in audit.trail(person, limit=2)] == ["read", "emergency"]
    assert analyst.client.get(f"/desk/people/{other}").status_code == 404, "only this one"
    assert analyst.client.post(f"{page}/do", {"deed": "mode", "mode": "coach"}).status_code == 403, "only to read"
    assert analyst.client.get("/desk/")["Location"] == "/desk/monitor", "nobody's list, but what is open"
    run("UPDATE emergency SET until = until - %s", [60 * 60_000])
    assert analyst.client.get(page).status_code == 404
    assert audit.broken() == 0


def test_somebody_of_another_program_may_too_and_can_close_it(hub: Hub, coach: Member) -> None:
    from microcare.store import people

    person = people.add("elsewhere", "Bea Blue", "", 0)[0]
    assert coach.client.get(f"/desk/people/{person}").status_code == 404
    answer = coach.client.post("/desk/emergency", {"whom": " bea  blue", "reason": REASON})
    assert answer["Location"] == f"/desk/people/{person}"
    coach.client.post("/desk/emergency", {"end": person})
    assert coach.client.get(f"/desk/people/{person}").status_code == 404


@pytest.mark.parametrize(
    ("whom", "reason", "said"),
    [
        ("Ada", "because", "write in a sentence"),
        ("Ad", REASON, "Nobody is called exactly so"),
        ("", REASON, "Nobody is called exactly so"),
        ("Ada", REASON, "Several people are called so"),
    ],
)
def test_it_does_not_open_by_guessing(hub: Hub, analyst: Member, whom: str, reason: str, said: str) -> None:
    from microcare.store import audit, emergencies

    hub.join()
    hub.join()
    assert said in text_of(analyst.client.post("/desk/emergency", {"whom": whom, "reason": reason}))
    assert emergencies.all_of_them() == []
    assert (audit.trail(limit=1)[0].deed == "emergency refused") is (reason == REASON)


def test_others_are_told_and_look_at_it(hub: Hub, boss: Member, analyst: Member, coach: Member) -> None:
    from microcare.store import audit, emergencies

    person = hub.join()
    open_page(analyst, person)
    assert 'class="count">1</b>' in text_of(boss.client.get("/desk/staff"))
    page = text_of(boss.client.get("/desk/emergencies"))
    assert REASON in page and "anna opened the page of Ada" in page
    assert coach.client.get("/desk/emergencies").status_code == 403
    id = re.findall(r'name="id" value="([0-9a-f]+)"', page)[0]
    boss.client.post("/desk/emergencies", {"id": id, "finding": "right to do so"})
    found = emergencies.all_of_them()[0]
    assert (found.reviewer, found.finding) == ("boss", "right to do so")
    assert audit.trail(person, limit=1)[0].deed == "emergency reviewed"
    assert 'class="count"' not in text_of(boss.client.get("/desk/staff"))


def test_nobody_looks_at_their_own(hub: Hub, boss: Member) -> None:
    from microcare.store import emergencies

    open_page(boss, hub.join())
    found = emergencies.all_of_them()[0]
    boss.client.post("/desk/emergencies", {"id": found.id, "finding": "fine"})
    assert emergencies.all_of_them()[0].reviewed == 0


def test_an_officer_of_another_program_does_not_see_it(hub: Hub, boss: Member, analyst: Member) -> None:
    from microcare.care import accounts
    from microcare.store import emergencies

    officer = Member("otto", accounts.invite("otto", ["safety_officer"], "elsewhere")).set_up()
    open_page(analyst, hub.join())
    assert REASON not in text_of(officer.client.get("/desk/emergencies"))
    officer.client.post("/desk/emergencies", {"id": emergencies.all_of_them()[0].id, "finding": "x"})
    assert emergencies.all_of_them()[0].reviewed == 0


def test_those_who_look_at_it_are_mailed(hub: Hub, boss: Member, analyst: Member) -> None:
    from django.contrib.auth.models import User

    from microcare.care import emergencies

    User.objects.filter(username="boss").update(email="boss@clinic.test")
    User.objects.filter(username="anna").update(email="anna@clinic.test")
    assert emergencies.addresses(hub.join()) == ["boss@clinic.test"]
