"""The interface, request by request: what is taken, what is given, what is refused and how."""

from typing import Any

import pytest

from microcare.care.wake import wake_due
from microcare.hub import entry as e
from microcare.store import audit, journals
from tests.live import HOUR, START, TEA, Hub, moment
from tests.web.api.conftest import System, system

T = moment(START)
PROBLEM = "application/problem+json"


def test_a_person_is_invited_joins_answers_and_is_read(hub: Hub) -> None:
    care, invites = system("clinician"), system("coach")
    made = invites.call("POST", "/people", {"program": "tea", "name": "Ada", "email": "ada@home.test"})
    assert made.status_code == 201
    person = made.said["person"]
    joined = [{"kind": "enroll", "key": "e1", "at": T, "program": "tea", "zone": "Europe/Berlin"}]
    taken = care.call("POST", f"/people/{person}/stimuli", {"stimuli": joined})
    assert taken.status_code == 200, taken.said
    assert taken.said["saved"] == ["e1"]
    asked = list(journals.load(person).state.assessments)
    answers = [
        {"kind": "answer", "key": "a1", "at": T, "assessment": asked[0], "item": "today", "value": 3},
        {"kind": "answer", "key": "a2", "at": T, "assessment": asked[0], "item": "note", "value": "my secret"},
        {"kind": "answer", "key": "a3", "at": T, "assessment": asked[0], "item": "today", "value": 99},
    ]
    taken = care.call("POST", f"/people/{person}/stimuli", {"stimuli": answers})
    assert taken.said["saved"] == ["a1", "a2"]
    assert list(taken.said["refused"]) == ["a3"]
    again = care.call("POST", f"/people/{person}/stimuli", {"stimuli": answers[:1]})
    assert (again.said["saved"], again.said["known"]) == ([], ["a1"])
    state = care.call("GET", f"/people/{person}").said
    assert state["courses"].keys() == {"tea"}
    assert state["running"] == ["tea/tea"]
    read = care.call("GET", f"/people/{person}/journal?kind=answered").said["entries"]
    assert [x["item"] for x in read] == ["today", "note"]
    assert "my secret" not in str(read)
    lines = care.call("GET", "/people").said["people"]
    assert [line["person"] for line in lines] == [person]
    deeds = {(one.who, one.deed) for one in audit.trail(person, limit=50)}
    assert {("system:clinician-tea", "read"), ("system:coach-tea", "invite")} <= deeds


def test_the_journal_is_read_page_by_page(hub: Hub) -> None:
    person, care = hub.join(), system("clinician")
    found, after = [], 0
    while True:
        page = care.call("GET", f"/people/{person}/journal?limit=2&after={after}").said
        assert "entries" in page, page
        found += page["entries"]
        after = page["next"]
        if not after:
            break
    assert [x["sequence"] for x in found] == [n for n, _ in journals.entries(person)]


def test_nobody_speaks_in_anothers_name(hub: Hub) -> None:
    person, care = hub.join(), system("clinician", name="ehr")
    sent = [
        {"kind": "message", "key": "m1", "at": T, "program": "tea", "by": "carla", "reference": "See you on Monday."}
    ]
    assert care.call("POST", f"/people/{person}/stimuli", {"stimuli": sent}).said["saved"] == ["m1"]
    [said] = [x for _, x in journals.entries(person) if isinstance(x, e.Messaged)]
    assert said.by == "system:ehr"
    assert said.reference.startswith("t"), "the words lie apart, under the person's key"


@pytest.mark.parametrize(
    ("sent", "status", "words"),
    [
        (b"{", 422, "cannot be read"),
        (b"\xff", 422, "cannot be read"),
        ({"stimuli": [{"kind": "time", "key": "k", "at": 1}]}, 422, "not sent from outside"),
        ({"stimuli": [{"kind": "sleep", "key": "k", "at": 1}]}, 422, "cannot be read"),
        ({"stimuli": [{"kind": "report", "key": "", "at": 1, "name": "x"}]}, 422, "1 to 200"),
        ({"stimuli": [{"kind": "report", "key": "k", "at": 0, "name": "x"}]}, 422, "ms since 1970"),
        ({"stimuli": [], "more": 1}, 422, "cannot be read"),
        ({"stimuli": [{"kind": "report", "key": str(n), "at": 1, "name": "x"} for n in range(501)]}, 413, "500"),
        (b'{"stimuli": ' + b"[" * 5000 + b"]" * 5000 + b"}", 422, "cannot be read"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken_is_told_and_changes_nothing(hub: Hub, sent: Any, status: int, words: str) -> None:
    person = hub.join()
    before = len(journals.entries(person))
    answer = system("clinician").call("POST", f"/people/{person}/stimuli", sent)
    assert (answer.status_code, answer["Content-Type"]) == (status, PROBLEM), answer.content
    assert words in answer.said["detail"]
    assert len(journals.entries(person)) == before


def test_a_kind_needs_its_own_right(hub: Hub) -> None:
    person, coach = hub.join(), system("coach")
    sent = {"stimuli": [{"kind": "resolve", "key": "k", "at": T, "alert": "alert1", "by": "x", "code": "y"}]}
    assert coach.call("POST", f"/people/{person}/stimuli", sent).status_code == 403


def test_a_repeat_is_nothing_new(hub: Hub) -> None:
    coach = system("coach")
    body = {"program": "tea", "name": "Ada"}
    first = coach.call("POST", "/people", body, Idempotency_Key="one")
    second = coach.call("POST", "/people", body, Idempotency_Key="one")
    assert first.said == second.said
    assert second["Idempotent-Replayed"] == "true"
    assert coach.call("POST", "/people", {"program": "tea"}, Idempotency_Key="one").status_code == 422
    assert coach.call("POST", "/people", body, Idempotency_Key="x" * 201).status_code == 400
    other = system("coach", name="another").call("POST", "/people", body, Idempotency_Key="one")
    assert other.said["person"] != first.said["person"], "another system's keys are its own"
    refused = coach.call("POST", "/people", {"program": "none"}, Idempotency_Key="two")
    assert (refused.status_code, refused["Content-Type"]) == (403, PROBLEM)
    nowhere = system("coach", program="*").call("POST", "/people", {"program": "none"}, Idempotency_Key="two")
    assert (nowhere.status_code, nowhere["Content-Type"]) == (422, PROBLEM)
    assert coach.call("POST", "/people", body, Idempotency_Key="two").status_code == 201, (
        "what was refused may be mended"
    )


def test_programs_are_checked_and_published(hub: Hub) -> None:
    designer, other = system("designer", program="*"), system("designer", program="elsewhere")
    broken = TEA.replace("deliver: cup", "deliver: cop").encode()
    checked = designer.call("POST", "/programs/check", broken)
    assert (checked.status_code, checked.said["version"]) == (200, "")
    assert any("cop" in f["message"] and f["place"].startswith("program.yaml:") for f in checked.said["findings"])
    refused = designer.call("POST", "/programs", broken)
    assert (refused.status_code, refused["Content-Type"]) == (422, PROBLEM)
    assert refused.said["errors"] == checked.said["findings"]
    assert designer.call("POST", "/programs/check", TEA.encode()).said["published"] is False
    changed = TEA.replace("A calm moment a day", "A calm moment").replace("6h", "5h").encode()
    before = designer.call("GET", "/programs").said["programs"][0]["version"]
    assert other.call("POST", "/programs", changed).status_code == 403
    made = designer.call("POST", "/programs", changed)
    assert (made.status_code, made.said["published"]) == (201, True)
    assert designer.call("GET", "/programs").said["programs"][0]["version"] == made.said["version"] != before


def test_a_move_that_is_refused_is_said_to_whoever_asked_and_stands_in_the_journal(hub: Hub) -> None:
    person, care = hub.join(), system("clinician")
    version = hub.publish(TEA.replace("\n  tea:", "\n  mint:"))
    asked = {"kind": "publish", "key": "m1", "at": T, "program": "tea", "version": version, "running": "move"}
    taken = care.call("POST", f"/people/{person}/stimuli", {"stimuli": [asked]})
    assert taken.said["refused"] == {"m1": "publish tea: tea runs and is not in the new version"}
    (read,) = care.call("GET", f"/people/{person}/journal?kind=refused").said["entries"]
    assert (read["what"], read["reason"]) == ("publish tea", "tea runs and is not in the new version")
    assert journals.load(person).state.courses["tea"].version != version


def test_exports_are_of_the_programs_own_people(hub: Hub) -> None:
    hub.show(T)
    hub.join()
    for _ in range(3):
        wake_due(moment("2026-03-02T08:00:00Z"))
    analyst = system("analyst")
    table = analyst.call("GET", "/exports/decisions?program=tea")
    assert table.status_code == 200
    assert "tea" in table.content.decode().splitlines()[1]
    assert "Ada" not in table.content.decode()
    assert analyst.call("GET", "/exports/decisions").status_code == 403
    assert analyst.call("GET", "/exports/decisions?program=elsewhere").status_code == 403
    assert system("analyst", program="*").call("GET", "/exports/decisions").status_code == 200
    assert analyst.call("GET", "/exports/secrets?program=tea").status_code == 422
    assert ("system:analyst-tea", "export") in {(one.who, one.deed) for one in audit.trail("", limit=20)}


def test_who_did_not_agree_to_research_is_left_out(hub: Hub) -> None:
    from microcare.care.enroll import enroll

    hub.publish(TEA + "consent:\n  studies: {title: Research, text: Under a number., covers: research}\n")
    yes = enroll("tea", zone="UTC", consents={"studies": 1}).person
    no = enroll("tea", zone="UTC").person
    for person in (yes, no):
        [asked] = journals.load(person).state.assessments
        given = {"kind": "answer", "key": "a1", "at": T, "assessment": asked, "item": "harm", "value": 0}
        system("clinician").call("POST", f"/people/{person}/stimuli", {"stimuli": [given]})
    for name in ("interventions", "answers"):
        table = system("analyst").call("GET", f"/exports/{name}?program=tea")
        assert table["X-Left-Out"] == "1"
        assert yes in table.content.decode()
        assert no not in table.content.decode()


def test_alerts_are_listed_for_those_who_take_care_of_them(hub: Hub) -> None:
    person, care = hub.join(), system("clinician")
    [asked] = journals.load(person).state.assessments
    risk = {"kind": "answer", "key": "r1", "at": T, "assessment": asked, "item": "harm", "value": 3}
    care.call("POST", f"/people/{person}/stimuli", {"stimuli": [risk]})
    [found] = care.call("GET", "/alerts").said["alerts"]
    assert (found["person"], found["program"]) == (person, "tea")
    assert found["what"] == "“Did you think of harming yourself?” was answered 3, from 0 to 3"
    assert system("clinician", program="elsewhere").call("GET", "/alerts").said["alerts"] == []


def test_too_many_requests_are_told_when_to_come_again(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare.web.api import keys

    monkeypatch.setattr(keys, "RATE", 2)
    hasty = system("coach", name="hasty")
    statuses = [hasty.call("GET", "/programs").status_code for _ in range(3)]
    assert statuses in ([200, 200, 429], [200, 429, 429], [200, 200, 200]), "a new minute may begin between"
    assert hasty.call("GET", "/programs")["Content-Type"].startswith("application/")


def test_a_key_is_over_when_it_expires(hub: Hub) -> None:
    from microcare.care import clock, systems

    for expires, status in ((clock.wall() - 1, 401), (clock.wall() + HOUR, 200)):
        key = systems.add(f"until{status}", ["coach"], "tea", "test", expires)
        assert System(key).call("GET", "/programs").status_code == status
    for wrong in ("", "mc", "mc_x", "mc_x_y", key[:-1], "xx" + key[2:]):
        assert System(wrong).call("GET", "/programs").status_code == 401


def test_nothing_of_a_key_lies_in_the_database(hub: Hub) -> None:
    from microcare.store.database import rows

    made = system("coach")
    secret = made.key.split("_", 2)[2]
    assert all(secret not in str(row) for row in rows("SELECT * FROM api_key"))
