"""The facilitators' desk: who may see it, what it shows, and what is done there, by name."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live import TEA, Hub, running_hub

PASSWORD_PAGE = "/desk/login"
ON_NEED = TEA + "model: [{level: 1, goal: Calm, needs: {tense: {present: mood.today <= 0, interventions: [tea]}}}]\n"
"""The same program with a conceptual model: nothing begins by itself."""


@pytest.fixture
def hub(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with running_hub(tmp_path, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


@pytest.fixture
def desk(hub: Hub) -> "Desk":
    from microcare.care.accounts import make_facilitator

    return Desk(make_facilitator("carla"))


class Desk:
    """A browser of a facilitator."""

    def __init__(self, password: str) -> None:
        from django.test import Client

        self.client = Client(SERVER_NAME="127.0.0.1")
        self.password = password

    def sign_in(self) -> "Desk":
        answer = self.client.post(PASSWORD_PAGE, {"username": "carla", "password": self.password, "next": "/desk/"})
        assert answer.status_code == 302
        return self

    def page(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, (path, answer.status_code)
        return str(answer.content.decode())

    def do(self, person: str, **posted: str) -> str:
        answer = self.client.post(f"/desk/people/{person}/do", posted, follow=True)
        assert answer.status_code == 200
        return str(answer.content.decode())


@pytest.mark.parametrize("path", ["/desk/", "/desk/people/nobody"])
def test_nobody_sees_the_desk_without_signing_in(hub: Hub, desk: Desk, path: str) -> None:
    answer = desk.client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith(PASSWORD_PAGE)


def test_nobody_acts_at_the_desk_without_signing_in(hub: Hub, desk: Desk) -> None:
    hub.publish(ON_NEED)
    person = hub.join()
    answer = desk.client.post(f"/desk/people/{person}/do", {"deed": "assign", "intervention": "tea/tea"})
    assert answer.status_code == 302
    assert "Started" not in hub.kinds(person)


def test_a_wrong_password_says_so(hub: Hub, desk: Desk) -> None:
    answer = desk.client.post(PASSWORD_PAGE, {"username": "carla", "password": "no"})
    assert "do not belong together" in answer.content.decode()


def test_an_empty_desk_says_how_to_begin(hub: Hub, desk: Desk) -> None:
    assert "Invite somebody" in desk.sign_in().page("/desk/")


def test_people_are_found_by_name_and_shown_with_reasons(hub: Hub, desk: Desk) -> None:
    person = hub.join()
    desk.sign_in()
    assert "Ada" in desk.page("/desk/?q=ad")
    assert "Nobody is called" in desk.page("/desk/?q=zoe")
    shown = desk.page(f"/desk/people/{person}")
    assert "Evaluation opened" in shown
    assert "Joined tea" in shown
    assert desk.client.get("/desk/people/nobody").status_code == 404


def test_an_assignment_is_entered_under_the_facilitators_name(hub: Hub, desk: Desk) -> None:
    hub.publish(ON_NEED)
    person = hub.join()
    assert "Done." in desk.sign_in().do(person, deed="assign", intervention="tea/tea")
    assert "assigned by carla" in desk.page(f"/desk/people/{person}?show=all")
    assert "Not done" in desk.do(person, deed="assign", intervention="tea/tea")


def test_an_alert_comes_first_is_taken_on_and_resolved(hub: Hub, desk: Desk) -> None:
    from microcare.care import clock
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Answer
    from microcare.store import journals

    person = hub.join()
    hub.join()
    receive(person, [Answer(key="risk", at=clock.now(), assessment="a1", item="harm", value=2)])
    shown = desk.sign_in().page("/desk/")
    assert shown.index('class="urgent"') < shown.index("in A cup of tea")
    assert "nobody has taken it on" in shown
    alert = next(iter(journals.load(person).state.alerts))
    assert "taken it on" in desk.do(person, deed="acknowledge", id=alert)
    desk.do(person, deed="resolve", id=alert, code="called, safe")
    assert not journals.load(person).state.alerts
    assert "resolved by carla (called, safe)" in desk.page(f"/desk/people/{person}")


def test_a_decision_opens_to_its_explanation(hub: Hub, desk: Desk) -> None:
    from microcare.care import clock
    from microcare.care.wake import wake_due

    text = TEA.replace(
        "deliver: cup}", "randomize: {cup: 0.5, nothing: 0.5}, available: {long_day: signals.steps < 9}}"
    )
    hub.publish(text)
    person = hub.join()
    desk.sign_in().do(person, deed="assign", intervention="tea/tea")
    hub.show("2026-03-02T08:00:30Z")
    wake_due(clock.now())
    shown = desk.page(f"/desk/people/{person}?show=decided")
    assert "signals.steps" in shown
    assert "Rule" in shown
    assert "Program version" in shown


def test_the_mode_can_change_at_any_time_and_is_recorded(hub: Hub, desk: Desk) -> None:
    person = hub.join()
    desk.sign_in().do(person, deed="mode", mode="coach")
    assert "mode set to coach" in desk.page(f"/desk/people/{person}")
    assert "Not done" in desk.do(person, deed="mode", mode="nobody")
