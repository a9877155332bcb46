"""Alerts at the desk: in words, by name, on every page, and still there when they are resolved; the switch beside them."""

from itertools import pairwise

import pytest

from microcare.hub.state import State
from tests.live import TEA, Hub
from tests.web.conftest import join, state_of
from tests.web.test_rosters import staff

LABELS = TEA.replace(
    "scale: 0..3}", "scale: 0..3, labels: {0: Not at all, 2: {en: Now and then, de: Ab und zu}}}"
).replace(
    "text: Did you think of harming yourself?",
    "text: {en: Did you think of harming yourself?, de: Hast du daran gedacht dir etwas anzutun?}",
)
QUESTION = "“Did you think of harming yourself?”"
ANSWER = "“Now and then” (2, from 0 to 3)"


def at_risk(hub: Hub, program: str = "tea", value: int = 2) -> str:
    """A person whose answer worried."""
    from microcare.care import clock
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Answer

    person = hub.join(program)
    receive(person, [Answer(key="risk", at=clock.now(), assessment="a1", item="harm", value=value)])
    return person


PAGES = (
    "/desk/",
    "/desk/alerts",
    "/desk/safety",
    "/desk/monitor",
    "/desk/account",
    "/desk/invite",
    "/desk/emergency",
    "/desk/programs",
)


def test_every_page_of_the_desk_names_the_alert_in_words(hub: Hub) -> None:
    hub.publish(LABELS)
    clara = staff("clara", "clinician")
    for role in ("designer",):
        from microcare.care.accounts import change_role

        change_role("clara", role, "tea")
    person = at_risk(hub)
    for page in (*PAGES, f"/desk/people/{person}", f"/desk/people/{person}/deliveries"):
        shown = clara.get(page).text
        assert f"{QUESTION} was answered {ANSWER}" in shown, page
        assert "mood.harm" not in shown.split("<pre>")[0], page
        assert "Ada" in shown


def test_the_journal_says_it_in_words_in_the_language_of_whoever_reads(hub: Hub) -> None:
    hub.publish(LABELS)
    clara = staff("clara", "clinician")
    person = at_risk(hub)
    clara.post(f"/desk/people/{person}/do", deed="acknowledge", id="alert1")
    clara.post(f"/desk/people/{person}/do", deed="resolve", id="alert1", code="plan")
    shown = clara.get(f"/desk/people/{person}?show=all").text
    sentences = [part.partition("<pre>")[0] for part in shown.split("<summary>")]
    alerts = [s for s in sentences if "harming" in s]
    assert any(f"{QUESTION}: {ANSWER}" in s for s in alerts), "the answer"
    assert any(f"Alert: {QUESTION} was answered {ANSWER}" in s for s in alerts)
    assert any(f"{QUESTION}: acknowledged by clara" in s for s in alerts)
    assert any(f"{QUESTION}: resolved by clara (safety plan agreed)" in s for s in alerts)
    assert not [s for s in sentences if "mood.harm" in s or "alert1" in s]
    clara.client.cookies["microcare_language"] = "de"
    german = clara.get(f"/desk/people/{person}").text
    assert "“Hast du daran gedacht dir etwas anzutun?”" in german
    assert "“Ab und zu” (2, von 0 bis 3)" in german


def test_who_has_taken_it_on_is_named(hub: Hub) -> None:
    clara, cora = staff("clara", "clinician"), staff("cora", "coach")
    person = at_risk(hub)
    assert "Nobody has taken it on" in cora.get("/desk/safety").text
    cora.post(f"/desk/people/{person}/do", deed="acknowledge", id="alert1")
    assert "cora has taken it on" in clara.get(f"/desk/people/{person}").text
    assert "taken on by cora" in clara.get("/desk/alerts").text
    assert "1 alert is taken on and not resolved" in clara.get("/desk/monitor").text
    # The person says anew that they are in danger: it waits for somebody again.
    from microcare.care import clock
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Triage

    receive(person, [Triage(key="t", at=clock.now(), alert="alert1", question="danger", answer="yes")])
    assert "Nobody has taken it on" in clara.get("/desk/monitor").text
    assert "cora has taken it on" not in clara.get(f"/desk/people/{person}").text


def test_what_is_resolved_stays_with_who_when_and_code(hub: Hub) -> None:
    clara = staff("clara", "clinician")
    person = at_risk(hub)
    clara.post(f"/desk/people/{person}/do", deed="acknowledge", id="alert1")
    hub.show("2026-03-02T09:30:00Z")
    clara.post(f"/desk/people/{person}/do", deed="resolve", id="alert1", code="handed_over")
    assert not state_of_person(person).alerts
    for page in ("/desk/alerts", f"/desk/people/{person}"):
        shown = clara.get(page).text
        assert QUESTION in shown
        assert "taken on by clara, 2026-03-02 08:0" in shown
        assert "resolved by clara, 2026-03-02 10:30" in shown
        assert "handed over to other care" in shown
    assert "No alert is open" in clara.get("/desk/alerts").text
    assert 'class="now-alerts"' not in clara.text


def state_of_person(person: str) -> State:
    from microcare.store import journals

    return journals.load(person).state


def test_many_resolved_alerts_are_read_page_by_page(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    from microcare.care import alerts, facilitate

    monkeypatch.setattr(alerts, "PAGE", 2)
    people = [at_risk(hub) for _ in range(5)]
    for minute, person in enumerate(people):
        hub.show(f"2026-03-02T09:0{minute}:00Z")
        facilitate.resolve(person, "alert1", "clara", "safe")
    seen, before = [], 0
    while True:
        found, before = alerts.resolved_ones(None, before)
        seen += [s.person for s in found]
        if not before:
            break
    assert seen == people[::-1]


def test_all_of_an_episode_is_resolved_together_and_a_later_one_stands_alone(hub: Hub) -> None:
    from microcare.care import alerts, clock, facilitate
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Answer
    from microcare.store import journals

    person = at_risk(hub)
    receive(person, [Answer(key="again", at=clock.now(), assessment="a1", item="harm", value=3)])
    facilitate.resolve(person, "alert1", "clara", "safe")
    hub.show("2026-03-06T07:00:00Z")
    receive(person, [Answer(key="later", at=clock.now(), assessment="a1", item="harm", value=1)])
    found = alerts.stories(person, journals.load(person).state)
    assert [bool(s.resolved) for s in found] == [s.alert not in journals.load(person).state.alerts for s in found]
    assert {s.alert for s in found if s.resolved} >= {"alert1"}


def test_nobody_sees_alerts_of_people_that_are_not_theirs(hub: Hub) -> None:
    person = at_risk(hub)
    for role, program in (("clinician", "elsewhere"), ("administrator", "*"), ("analyst", "*"), ("designer", "tea")):
        other = staff(f"x-{role}", role, program)
        for page in ("/desk/now", "/desk/account", "/desk/emergency", f"/desk/now?person={person}"):
            answer = other.client.get(page)
            assert answer.status_code == 200, (role, page)
            assert "Ada" not in answer.content.decode(), (role, page)
            assert person not in answer.content.decode(), (role, page)
        assert other.client.get(f"/desk/now?person={person}")["X-Person"] == "0"


def test_the_stamp_changes_with_whatever_is_shown_and_else_says_so_cheaply(hub: Hub) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from microcare.care import facilitate, safeguards

    clara = staff("clara", "clinician")
    stamps = [clara.client.get("/desk/now")["ETag"]]

    def changed() -> None:
        stamps.append(clara.client.get("/desk/now")["ETag"])

    person = at_risk(hub)
    changed()
    facilitate.acknowledge(person, "alert1", "clara")
    changed()
    facilitate.resolve(person, "alert1", "clara", "safe")
    changed()
    safeguards.stop("tea", "olga", "a wrong text")
    changed()
    assert all(a != b for a, b in pairwise(stamps)), stamps
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = clara.client.get("/desk/now", headers={"If-None-Match": stamps[-1]})
    assert answer.status_code == 304
    assert answer.content == b""
    assert not [q["sql"] for q in queries if "journal" in q["sql"]], "it reads nobody's journal"
    assert len(queries) < 12


def test_asking_keeps_nobody_signed_in_and_a_session_that_is_over_says_so(hub: Hub) -> None:
    from microcare.care import staff_sessions
    from microcare.store.database import run

    clara = staff("clara", "clinician")
    assert clara.client.get("/desk/now").status_code == 200
    run("UPDATE staff_session SET seen = seen - %s", [staff_sessions.idle() - 30_000])
    seen = clara.client.get("/desk/alive").json()["left"]
    assert clara.client.get("/desk/now").status_code == 200
    assert clara.client.get("/desk/alive").json()["left"] <= seen
    run("UPDATE staff_session SET seen = seen - %s", [60_000])
    assert clara.client.get("/desk/now").status_code == 401


def test_a_draft_is_not_taken_by_the_bar(hub: Hub) -> None:
    from microcare.care import staff_sessions

    clara = staff("clara", "clinician")
    staff_sessions.keep_draft("clara", '{"path": "/desk/", "typed": []}')
    clara.client.get("/desk/now")
    assert "data-draft" in clara.get("/desk/").text


# -- The switch ---------------------------------------------------------------------------------------------------------


def test_the_switch_stands_on_every_page_for_whoever_may_and_asks_for_a_reason(hub: Hub) -> None:
    from microcare.care import programs

    olga = staff("olga", "safety_officer", "*")
    person = hub.join()
    for page in (
        "/desk/",
        "/desk/alerts",
        "/desk/safety",
        "/desk/monitor",
        "/desk/account",
        "/desk/emergency",
        f"/desk/people/{person}",
    ):
        shown = olga.get(page).text
        assert "Stop everything" in shown, page
        assert 'name="sure" value="yes" required' in shown, page
    olga.post("/desk/safety/do", deed="stop", program="*", why=" ", back="/desk/monitor")
    assert "Say what to stop, and why" in olga.text
    assert not programs.programs().stopped("tea", 2**50)
    olga.post("/desk/safety/do", deed="stop", program="*", why="a wrong text went out", back="/desk/monitor")
    assert "From plan to completion" in olga.text or "Nothing was planned" in olga.text, "back at the page they were on"
    assert programs.programs().stopped("tea", 2**50)
    coach = staff("cora", "coach")
    for page in ("/desk/", "/desk/account", "/desk/invite"):
        shown = coach.get(page).text
        assert "Everything is stopped" in shown
        assert "by olga: a wrong text went out" in shown
        assert "data-stop" not in shown, "a coach may not"


def test_whoever_may_stop_one_program_neither_stops_nor_starts_another(hub: Hub) -> None:
    from microcare.care import safeguards
    from microcare.store import stops

    hub.publish(TEA.replace("program: tea", "program: coffee"), "coffee")
    olga = staff("olga", "safety_officer", "tea")
    shown = olga.get("/desk/safety").text
    assert "Stop a program" in shown
    assert '<option value="*">' not in shown
    assert "<option>coffee</option>" not in shown
    for program in ("*", "coffee"):
        assert olga.client.post("/desk/safety/do", {"deed": "stop", "program": program, "why": "x"}).status_code == 403
    assert stops.stops() == []
    safeguards.stop("*", "boss", "all of it")
    safeguards.stop("tea", "boss", "tea too")
    lasting = {s.program: s.serial for s in stops.stops()}
    assert olga.client.post("/desk/safety/do", {"deed": "go_on", "serial": lasting["*"]}).status_code == 403
    olga.post("/desk/safety/do", deed="go_on", serial=lasting["tea"])
    assert [s.program for s in stops.stops() if not s.until] == ["*"]
    olga.post("/desk/safety/do", deed="go_on", serial=lasting["tea"])
    assert "let go on already" in olga.text
    assert olga.client.post("/desk/safety/do", {"deed": "go_on", "serial": "99"}).status_code == 302


def test_a_persons_pages_say_that_the_program_rests_and_that_help_stays(hub: Hub) -> None:
    from microcare.care import safeguards

    ada = join("tea")
    safeguards.stop("tea", "olga", "a wrong text went out")
    for page in ("/", "/need", "/journey", "/journey?as=list", "/messages", "/settings", "/settings/data", "/help"):
        shown = ada.get(page).text
        assert "The program rests: your team has stopped it for now." in shown, page
        assert "help is there as always" in shown, page
        assert "a wrong text" not in shown
    assert "How is today?" not in ada.get().text
    assert "by itself" not in ada.text, "nothing is promised to come"
    assert "Most days are like this" not in ada.text
    assert ada.client.get("/version")["X-Stops"] != "0-0"
    from microcare.store import stops

    safeguards.go_on(stops.stops()[0].serial, "olga")
    assert "The program rests" not in ada.get().text
    assert "How is today?" in ada.text


def test_of_two_programs_only_the_stopped_one_rests(hub: Hub) -> None:
    from microcare.care import safeguards
    from microcare.care.enroll import every_consent
    from microcare.care.enroll import join as join_too

    hub.publish(
        TEA.replace("program: tea", "program: coffee")
        .replace("title: A cup of tea", "title: Coffee")
        .replace("How is today?", "How is the coffee?"),
        "coffee",
    )
    ada = join("tea")
    join_too(ada.person, "coffee", zone="Europe/Berlin", consents=every_consent("coffee"))
    safeguards.stop("tea", "olga", "a wrong text went out")
    shown = ada.get().text
    assert "A cup of tea rests: your team has stopped it for now." in shown
    assert "How is the coffee?" in shown
    assert "How is today?" not in shown
    assert set(state_of(ada).courses) == {"tea", "coffee"}


def test_mails_to_staff_carry_nothing_of_the_alert(hub: Hub) -> None:
    from microcare.care import mails

    for kind in ("alert", "reminder"):
        said = "\n".join(mails.to_staff(kind, 1, "http://clinic.test/desk/"))
        assert not {"harm", "Ada", "mood", "strain"} & set(said.replace(".", " ").split())
