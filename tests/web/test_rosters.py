"""A roster at the desk: the whole list that results is shown before it is saved, and a change can be undone."""

import re

import pytest

from tests.live import Hub
from tests.web.conftest import Visitor

DUTY, NIGHT, LEAD = "duty@clinic.test", "night@clinic.test", "lead@clinic.test"


def staff(name: str, role: str = "safety_officer", program: str = "tea") -> Visitor:
    from microcare.care.accounts import make_facilitator

    one = Visitor().get("/desk/login")
    assert one.client.login(username=name, password=make_facilitator(name, roles=[role], program=program))
    return one


@pytest.fixture
def olga(hub: Hub) -> Visitor:
    return staff("olga")


def people() -> tuple[str, ...]:
    from microcare.care.safeguards import rosters_of

    return rosters_of("tea")["on_duty"].people


def proposed(page: str) -> list[str]:
    """The list that a page asks to be saved."""
    return re.findall(r'name="people" value="([^"]+)"', page)


def change(one: Visitor, deed: str, address: str = "") -> Visitor:
    return one.post("/desk/safety/do", deed=deed, program="tea", roster="on_duty", address=address)


def save(one: Visitor) -> Visitor:
    was = re.findall(r'name="was" value="([^"]+)"', one.text)
    return one.post("/desk/safety/do", deed="save", program="tea", roster="on_duty", was=was, people=proposed(one.text))


def test_an_added_address_leaves_the_programs_own(olga: Visitor) -> None:
    change(olga, "add", NIGHT)
    assert proposed(olga.text) == [DUTY, NIGHT]
    assert DUTY in olga.text
    assert "whole list that results" in olga.text
    assert people() == (DUTY,), "nothing is saved before it was shown"
    save(olga)
    assert set(people()) == {DUTY, NIGHT}
    assert "Saved" in olga.text
    assert DUTY in olga.get("/desk/safety").text
    assert f"The program itself names: {DUTY}" in olga.text


def test_a_change_can_be_undone_as_long_as_the_list_is_as_it_left_it(olga: Visitor) -> None:
    save(change(olga, "add", NIGHT))
    assert "You have changed on_duty" in olga.get("/desk/safety").text
    olga.post("/desk/safety/do", deed="undo", program="tea")
    assert people() == (DUTY,)
    assert "You have changed" not in olga.text
    save(change(olga, "add", NIGHT))
    rita = staff("rita")
    save(change(rita, "add", LEAD))
    assert "You have changed" not in olga.get("/desk/safety").text
    assert set(people()) == {DUTY, NIGHT, LEAD}


def test_two_who_change_one_list_do_not_undo_each_other_unseen(olga: Visitor) -> None:
    change(olga, "add", NIGHT)
    save(change(staff("rita"), "add", LEAD))
    save(olga)
    assert "Somebody else has changed this roster meanwhile" in olga.text
    assert set(people()) == {DUTY, LEAD}


def test_the_last_one_stays_and_what_is_no_address_is_refused(olga: Visitor) -> None:
    assert "Somebody must be told" in change(olga, "remove", DUTY).text
    for wrong in ("", "nobody", "a@", "a@b.test\nBcc: x@y.test", "<a@b.test>"):
        assert "Give an e-mail address" in change(olga, "add", wrong).text, wrong
    olga.post("/desk/safety/do", deed="save", program="tea", roster="on_duty", was=[DUTY], people=[DUTY, "nobody"])
    assert "Nothing was changed" in olga.text
    olga.post("/desk/safety/do", deed="save", program="tea", roster="on_duty", was=[DUTY])
    assert "Nothing was changed" in olga.text
    assert people() == (DUTY,)


def test_the_programs_own_can_be_taken_off_and_come_back(olga: Visitor) -> None:
    save(change(olga, "add", NIGHT))
    save(change(olga, "remove", DUTY))
    assert people() == (NIGHT,)
    change(olga, "own")
    assert proposed(olga.text) == [DUTY]
    assert NIGHT in olga.text, "who is no longer told is named"
    save(olga)
    assert people() == (DUTY,)
    assert "set here" not in olga.get("/desk/safety").text


@pytest.mark.parametrize(("role", "program"), [("coach", "tea"), ("safety_officer", "elsewhere"), ("designer", "tea")])
def test_who_may_not_changes_nothing(hub: Hub, role: str, program: str) -> None:
    one = staff("nora", role, program)
    for deed in ("add", "remove", "own", "save", "undo"):
        answer = one.client.post(
            "/desk/safety/do", {"deed": deed, "program": "tea", "roster": "on_duty", "address": NIGHT, "was": [DUTY], "people": [NIGHT]}
        )  # fmt: skip
        assert answer.status_code == 403, deed
    assert people() == (DUTY,)


def test_whose_clock_counts_is_said(hub: Hub, olga: Visitor) -> None:
    from tests.live import TEA

    hours = 'hours: always, between: "09:00-17:00"'
    hub.publish(TEA.replace(f"people: [{DUTY}], hours: always", f"people: [{DUTY}], {hours}"))
    assert "by the clock of each person" in olga.get("/desk/safety").text
    hub.publish(TEA.replace(f"people: [{DUTY}], hours: always", f"people: [{DUTY}], {hours}, zone: Asia/Tokyo"))
    assert "not there now" not in olga.get("/desk/safety").text
    hub.show("2026-03-02T12:00:00Z")
    assert "not there now" in olga.get("/desk/safety").text
