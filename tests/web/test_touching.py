"""Every route, as every role in one program, about what is of another program: refused, and nothing is written.

`ATTACKS` says, for every route that touches something, how it is asked about the other program's; a route without one fails.
The same is asked by somebody of that program, who may: an attack that nobody could make would show nothing.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from html import escape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from microcare.care.access import ROLES
from tests.live import TEA, Hub, running_hub

OTHER = TEA.replace("program: tea", "program: coffee").replace("A cup of tea", "A cup of coffee").replace(
    "duty@clinic.test", "canaryduty@clinic.test"
)  # fmt: skip
CANARIES = ("Canaryname", "Canarystop", "canaryduty", "canarymail", "Canarynote")
Tried = list[tuple[str, str, dict[str, Any] | bytes]]
"""Method, address, and what is sent."""
REFUSED = {403, 404}
REASON = "She rang and said she will harm herself tonight"


@dataclass
class Two:
    """Two programs, with a person in each, and one in both."""

    hub: Hub
    own: str
    other: str
    both: str
    alert: str
    """The alert of `other`."""
    both_alert: str
    """The alert that `both` raised in the other program."""
    serial: int
    """The stop of the other program."""


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    from microcare.care import clock, safeguards
    from microcare.care.enroll import enroll, join
    from microcare.store import notes, stops

    folder: Path = tmp_path_factory.mktemp("touching")
    with running_hub(folder, tmp_path_factory.getbasetemp() / "template") as hub:
        hub.publish(OTHER, "coffee")
        own = hub.join()
        other = enroll("coffee", zone="UTC", name="Canaryname", email="canarymail@home.test").person
        both = hub.join()
        join(both, "coffee", zone="UTC")
        notes.add(other, "Canarynote", "somebody", clock.now())
        safeguards.stop("coffee", "test", "Canarystop")
        yield Two(hub, own, other, both, _alerted(other), _alerted(both), stops.stops()[0].serial)


def _alerted(person: str) -> str:
    """Let somebody raise an alert in the other program; its name."""
    from microcare.care import clock
    from microcare.care.receive import receive
    from microcare.hub.stimulus import Answer, Report
    from microcare.store import journals

    receive(person, [Report(key=f"talk-{person}", at=clock.now(), name="talk")])
    asked = next(n for n, a in journals.load(person).state.assessments.items() if a.program == "coffee")
    receive(person, [Answer(key=f"harm-{person}", at=clock.now(), assessment=asked, item="harm", value=2)])
    return next(iter(journals.load(person).state.alerts))


def attacks(two: Two) -> dict[str, Tried]:
    """For each route: method, address, and what is sent, about what is of the other program."""
    from microcare.web.facilitator.deeds import DEEDS

    changed = OTHER.replace("A calm moment a day", "Whatever I like").encode()
    about = f"/desk/people/{two.other}"
    whole = {
        "day": "2026-03-03",
        "time": "12:00",
        "stage": "agreed",
        "how": "call",
        "text": "x",
        "days": "3",
        "mode": "coach",
    }
    adverse = {
        "happened": "2026-03-01",
        "severity": "mild",
        "related": "unknown",
        "expected": "unknown",
        "outcome": "ongoing",
    }
    form = whole | adverse | {"group": "mine", "field": "nickname", "id": two.alert, "code": "false_alarm"}
    deeds: Tried = [
        ("POST", f"{about}/do", form | {"deed": name, "intervention": "coffee/tea", "program": "coffee"})
        for name in DEEDS
    ]
    # Somebody who is in both: what is the other program's stays so.
    for name, more in BOTH.items():
        sent = form | {"deed": name, "program": "coffee", "id": two.both_alert} | more
        deeds.append(("POST", f"/desk/people/{two.both}/do", sent))
    staff: Tried = [
        ("POST", "/desk/staff/do", {"deed": deed, "name": "owner", "program": "coffee", "role": "coach"})
        for deed in ("invite", "give", "take", "disable", "enable", "reset")
    ]
    staff.append(("POST", "/desk/staff/do", {"deed": "give", "name": "owner", "program": "*", "role": "coach"}))
    return {
        "desk/people/<str:person>": [("GET", about, {})],
        "desk/people/<str:person>/deliveries": [("GET", f"{about}/deliveries", {})],
        "desk/people/<str:person>/do": deeds,
        "desk/people/<str:person>/access": [
            ("GET", f"{about}/access", {}), *(("POST", f"{about}/access", {"what": one}) for one in ("back", "all", "code"))
        ],
        "desk/clock": [("POST", "/desk/clock", {})],
        "desk/invite": [("POST", "/desk/invite", {"program": "coffee", "name": "Bo"})],
        "desk/source": [("GET", "/desk/source?program=coffee&version=x&intervention=tea&rule=0", {})],
        "desk/programs": [("POST", "/desk/programs", {"file": changed}), ("POST", "/desk/programs", {"file": NEW})],
        "desk/safety/do": [
            ("POST", "/desk/safety/do", {"deed": "go_on", "serial": str(two.serial), "program": "tea"}),
            ("POST", "/desk/safety/do", {"deed": "stop", "program": "coffee", "why": "because"}),
            ("POST", "/desk/safety/do", {"deed": "stop", "program": "*", "why": "because"}),
            ("POST", "/desk/safety/do", {"deed": "add", "program": "coffee", "roster": "lead", "address": "me@evil.test"}),
            ("POST", "/desk/safety/do", {"deed": "save", "program": "coffee", "roster": "lead",
                                         "was": "lead@clinic.test", "people": "me@evil.test"}),
        ],
        "desk/staff/do": staff,
        "desk/emergencies": [],  # tests/web/accounts/test_emergencies.py: an officer of another program
        "desk/emergency": [],  # for anybody on the staff, about anybody: to read (below)
        "api/v1/people": [("POST", "/api/v1/people", {"program": "coffee"})],
        "api/v1/people/<person>": [("GET", f"/api/v1/people/{two.other}", {})],
        "api/v1/people/<person>/journal": [("GET", f"/api/v1/people/{two.other}/journal", {})],
        "api/v1/people/<person>/stimuli": [
            ("POST", f"/api/v1/people/{person}/stimuli", {"stimuli": [{"key": f"k{n}", "at": 1772438400000, **one}]})
            for n, (person, one) in enumerate(stimuli(two))
        ],
        "api/v1/programs": [("POST", "/api/v1/programs", changed), ("POST", "/api/v1/programs", NEW)],
        "api/v1/exports/<table>": [
            ("GET", "/api/v1/exports/decisions?program=coffee", {}),
            ("GET", "/api/v1/exports/decisions", {}),
        ],
    }  # fmt: skip


NEW = TEA.replace("program: tea", "program: cocoa").encode()
BOTH: dict[str, dict[str, str]] = {
    "assign": {"intervention": "coffee/tea"},
    "message": {},
    "read": {},
    "arrange": {"id": ""},
    "adverse": {},
    "acknowledge": {},
    "resolve": {},
}
"""What touches one program of a person who is in two."""


def stimuli(two: Two) -> list[tuple[str, dict[str, Any]]]:
    """What another system may tell, about the other program's: of its people, of one's own, and of those who are in both."""
    from microcare.store import journals

    state = journals.load(two.both).state
    asked = next((n for n, a in state.assessments.items() if a.program == "coffee"), "q1")
    told: list[tuple[str, dict[str, Any]]] = [
        (two.other, {"kind": "zone", "zone": "UTC"}),
        (two.other, {"kind": "setting", "name": "pause", "value": 1772538400000}),
        (two.own, {"kind": "enroll", "program": "coffee"}),
        (two.both, {"kind": "withdraw", "program": "coffee"}),
        (two.both, {"kind": "withdraw"}),
        (two.both, {"kind": "answer", "assessment": asked, "item": "today", "value": 1}),
        (two.both, {"kind": "assign", "program": "coffee", "intervention": "tea", "by": "x"}),
        (two.both, {"kind": "draw", "program": "coffee", "rule": "daily", "slot": "s", "option": "cup", "probabilities": {"cup": 1}}),
        (two.both, {"kind": "message", "program": "coffee", "by": "x", "reference": ""}),
        (two.both, {"kind": "arrange", "program": "coffee", "by": "x", "when": 1772538400000}),
        (two.both, {"kind": "publish", "program": "coffee", "version": "x"}),
    ]  # fmt: skip
    for kind, more in ALERT.items():
        told.append((two.both, {"kind": kind, "alert": two.both_alert, **more}))
    # What is not there may be anybody's: for somebody who is in both it needs the right to both.
    for kind, named in (("receipt", "delivery"), ("act", "delivery"), ("choice", "offer"), ("decide", "proposal")):
        more = {"stage": "shown"} if kind == "receipt" else {"act": "done"} if kind == "act" else {}
        by = {"by": "x"} if kind == "decide" else {}
        told.append((two.both, {"kind": kind, named: "not there", **more, **by}))
    return told


ALERT: dict[str, dict[str, Any]] = {
    "acknowledge": {"by": "x"},
    "resolve": {"by": "x", "code": "false_alarm"},
    "triage": {"question": "danger", "answer": "no"},
    "notice": {"result": "told"},
}


def routes_that_touch() -> list[str]:
    from microcare.web import objects
    from microcare.web.access import RULES, STAFF, SYSTEM

    free = (objects.NOTHING, objects.OWN, objects.LIST)
    return [route for route, rule in RULES.items() if rule.who in (STAFF, SYSTEM) and rule.of not in free]


def test_a_route_that_touches_something_says_how_it_is_attacked(two: Two) -> None:
    assert set(attacks(two)) == set(routes_that_touch())


def caller(role: str, program: str) -> Any:
    """Somebody of the staff (or a system) with a role in a program: sends and answers."""
    from django.contrib.auth.models import User
    from django.core.files.uploadedfile import SimpleUploadedFile
    from django.test import Client

    from microcare.care import accounts, systems

    name = f"{program[0]}-{role}"
    if not User.objects.filter(username=name).exists():
        accounts.make_facilitator(name, roles=[role], program=program)
    key = systems.add(name, [role], program, "test")
    browser = Client(SERVER_NAME="127.0.0.1")
    browser.force_login(User.objects.get(username=name))

    def send(method: str, path: str, sent: dict[str, Any] | bytes) -> Any:
        if path.startswith("/api/"):
            body = sent if isinstance(sent, bytes) else json.dumps(sent).encode()
            headers = {"Authorization": f"Bearer {key}"}
            return Client(SERVER_NAME="127.0.0.1").generic(
                method, path, body, content_type="application/json", headers=headers
            )
        assert isinstance(sent, dict)
        if "file" in sent:
            sent = {"file": SimpleUploadedFile("program.yaml", sent["file"])}
        return browser.post(path, sent) if method == "POST" else browser.get(path)

    return send


COUNTED = (
    "audit",
    "deployment",
    "django_session",
    "staff_session",
    "api_key",
    "api_answer",
    "auth_user",
    "refused",
    "delivery_mark",
    "delivery_line",
)
"""Tables that say who came, what was refused, and what is counted when somebody looks; not what was done."""


def written() -> dict[str, str]:
    """What lies in the database, table by table."""
    from django.db import connection

    from microcare.store.database import rows

    names = [n for n in connection.introspection.table_names() if n not in COUNTED]
    return {name: sha256(repr(sorted(map(repr, rows(f"SELECT * FROM {name}")))).encode()).hexdigest() for name in names}


@pytest.mark.parametrize("role", ROLES)
def test_nothing_of_another_program_is_touched(role: str, two: Two) -> None:
    from microcare.care import accounts

    if role == next(iter(ROLES)):
        accounts.make_facilitator("owner", roles=["coach"], program="coffee")
    send = caller(role, "tea")
    before = written()
    for route, tried in attacks(two).items():
        for method, path, sent in tried:
            answer = send(method, path, sent)
            assert answer.status_code in REFUSED, (role, route, sent, answer.status_code, answer.content[:300])
    after = written()
    assert [name for name in after if after[name] != before.get(name)] == []


@pytest.mark.parametrize("role", ROLES)
def test_no_list_and_no_page_shows_anything_of_another_program(role: str, two: Two) -> None:
    """Every page and table that can be read, with every way to ask for the other program's."""
    from microcare.web.access import PERSON, PUBLIC, RULES

    send = caller(role, "tea")
    for route, rule in RULES.items():
        if rule.who in (PERSON, PUBLIC) or route == "desk/emergency":
            continue
        path = "/" + route.replace("<str:person>", two.other).replace("<person>", two.other)
        path = path.replace("<table>", "decisions").replace("<webhook>", "x")
        for asked in (
            "",
            "?program=coffee",
            f"?q=canaryna&person={two.other}&about={two.other}",
            "?about=coffee&after=&who=x",
        ):
            body = send("GET", path + asked, {}).content.decode()
            # What shows again what was asked for shows nothing.
            body = body.replace(escape(asked), "").replace(quote(asked), "")
            body = body.replace(f'value="{two.other}"', "")
            found = [word for word in (*CANARIES, two.other) if word in body]
            assert found == [], (role, path + asked, found)


def test_whoever_may_in_that_program_may(two: Two) -> None:
    """Each attack is a thing that can be done, by somebody of that program; those that touch all programs, by one of all."""
    from microcare.care.access import access_of
    from microcare.web.access import RULES

    refused = []
    senders = [caller(role, program) for program in ("coffee", "*") for role in ROLES]
    for route, tried in attacks(two).items():
        for method, path, sent in tried:
            statuses = [send(method, path, sent).status_code for send in senders]
            if all(status in REFUSED for status in statuses) and route != "desk/source":
                refused.append((route, sent, statuses))
    assert refused == []
    assert access_of("c-coach").may_in("care", "coffee") and RULES


def test_an_emergency_opens_a_page_to_read_and_nothing_else(two: Two) -> None:
    """What "to read" is: the person's page, their journal with its reasons, their deliveries. No deed, no note, no list."""
    from microcare.care import emergencies
    from microcare.care.access import access_of

    send = caller("coach", "tea")
    assert emergencies.open_page("t-coach", two.other, REASON).person == two.other
    before = written()
    for path in ("", "?way=all", "?show=decisions", "/deliveries"):
        assert send("GET", f"/desk/people/{two.other}{path}", {}).status_code == 200
    for method, path, sent in attacks(two)["desk/people/<str:person>/do"]:
        assert send(method, path, sent).status_code == 403, sent
    page = send("GET", f"/desk/people/{two.other}", {}).content.decode()
    assert 'name="deed"' not in page.partition("<main")[2]
    assert two.other not in send("GET", "/desk/?q=canaryna", {}).content.decode()
    assert send("GET", "/desk/source?program=coffee&version=x&intervention=tea", {}).status_code == 403
    assert send("GET", f"/desk/people/{two.other}/access", {}).status_code == 404, "nor a code for their pages"
    assert not access_of("t-coach").may_about("see", two.other)
    assert written() == before
    emergencies.end("t-coach", two.other)
    assert send("GET", f"/desk/people/{two.other}", {}).status_code == 404
