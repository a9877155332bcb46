"""Every route, as every role and as nobody, about one's own people and others'."""

from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest

from microcare.care.access import ROLES, SEE
from tests.live import Hub, running_hub

PROGRAMS = {"own": "tea", "other": "elsewhere"}
WHO = [*ROLES, "nobody", "participant"]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    folder: Path = tmp_path_factory.mktemp("access")
    with running_hub(folder, tmp_path_factory.getbasetemp() / "template") as running:
        yield running


@pytest.fixture(scope="module")
def people(hub: Hub) -> dict[str, str]:
    """Somebody of the program that the staff belongs to, and somebody of another one."""
    from microcare.store import people as store

    return {"own": hub.join(), "other": store.add("elsewhere", "Other", "", 0)[0]}


@pytest.fixture(scope="module")
def passwords(hub: Hub) -> dict[str, str]:
    from microcare.care.accounts import make_facilitator

    return {role: make_facilitator(f"a-{role}", roles=[role], program="tea") for role in ROLES}


def routes() -> list[str]:
    from django.urls import URLPattern, URLResolver, get_resolver

    def walk(patterns: list[URLPattern | URLResolver], prefix: str) -> Iterator[str]:
        for pattern in patterns:
            if isinstance(pattern, URLResolver):
                yield from walk(pattern.url_patterns, prefix + str(pattern.pattern))
            else:
                yield prefix + str(pattern.pattern)

    return list(walk(get_resolver().url_patterns, ""))


def test_every_route_has_a_rule_and_every_rule_a_route(hub: Hub) -> None:
    from microcare.web.access import RULES

    assert set(routes()) == set(RULES)


@pytest.mark.parametrize("who", [*ROLES, "none", "gone"])
def test_no_key_opens_what_is_not_its_systems(who: str, hub: Hub, people: dict[str, str]) -> None:
    """Route x method x role x whose, for other systems."""
    from django.test import Client

    from microcare.care import systems
    from microcare.web.access import RULES, SYSTEM

    key = systems.add(f"s-{who}", [who if who in ROLES else "coach"], "tea", "test")
    if who == "gone":
        systems.remove(key.split("_")[1], "test")
    headers = {} if who == "none" else {"Authorization": f"Bearer {key}"}
    for (route, rule), whose, method in product(RULES.items(), PROGRAMS, ("GET", "POST", "DELETE", "PUT")):
        if rule.who != SYSTEM:
            continue
        path = "/" + route.replace("<person>", people[whose]).replace("<table>", "decisions").replace("<webhook>", "x")
        answer = Client(SERVER_NAME="127.0.0.1").generic(
            method, path, b"", content_type="application/json", headers=headers
        )
        status, needs = answer.status_code, rule.methods.get(method)
        told = (who, method, path, status)
        assert answer["Content-Type"].startswith(("application/problem+json", "application/json", "text/csv")), told
        if who not in ROLES:
            assert status == 401, told
        elif needs is None:
            assert status == 405, told
        elif rule.of.about:
            open_ = needs in ROLES[who] and whose == "own"
            assert (status == 404) is not open_, told
        else:
            named = status == 403 and needs in ROLES[who] and "Name one" in answer.content.decode()
            assert (status == 403 and not named) is not (not needs or needs in ROLES[who]), told


def client(who: str, passwords: dict[str, str], hub: Hub, people: dict[str, str]) -> object:
    from django.contrib.auth.models import User
    from django.test import Client

    from microcare.care import entering

    browser = Client(SERVER_NAME="127.0.0.1")
    if who in ROLES:
        # Signing in by password is another test's; here it would be done a thousand times.
        browser.force_login(User.objects.get(username=f"a-{who}"))
    if who == "participant":
        session = browser.session
        session["person"], session["device"] = people["own"], entering.begin(people["own"], "test")
        session.save()
    return browser


def expected(who: str, route: str, whose: str) -> set[int]:
    """What each may meet: a page (or the page's own complaint about what was sent), the way to sign in, or a closed door."""
    from microcare.web.access import PERSON, PUBLIC, RULES, SYSTEM

    rule = RULES[route]
    good = {200, 204, 302, 304, 400, 404, 405, 415}
    if rule.who == SYSTEM:
        return {401}
    if route == "ready":
        # No worker runs here, and that is what it is for.
        return {503}
    if rule.who == PUBLIC:
        return good
    if rule.who == PERSON:
        return good if who == "participant" else {302, 401, 405}
    if who not in ROLES:
        return {302}
    if rule.of.about:
        return good - {404} if rule.capability in ROLES[who] and whose == "own" else {404}
    if route == "desk/safety/do":
        return {403}  # the program it touches is not named
    if rule.of.name == "hub":
        return {403}  # these roles are in one program
    may = not rule.capability or rule.capability in ROLES[who] or rule.instead in ROLES[who]
    if route == "desk/" and not may:
        return {302, 403}
    return good if may else {403}


@pytest.mark.parametrize("who", WHO)
def test_nobody_gets_what_is_not_theirs(who: str, hub: Hub, people: dict[str, str], passwords: dict[str, str]) -> None:
    for route, whose, method in product(routes(), PROGRAMS, ("get", "post")):
        if route in ("leave", "desk/logout"):
            continue
        browser = client(who, passwords, hub, people)
        path = "/" + route.replace("<str:person>", people[whose])
        path = path.replace("<person>", people[whose])
        for name in ("code", "reference", "program", "version", "token", "form", "table", "webhook"):
            path = path.replace(f"<str:{name}>", "x").replace(f"<{name}>", "x")
        answer = getattr(browser, method)(path, {"deed": "acknowledge"} if method == "post" else None)
        assert answer.status_code in expected(who, route, whose), (who, method, path, answer.status_code)
        if answer.status_code == 302 and not route.startswith("desk/login"):
            elsewhere = answer["Location"]
            allowed = (
                "/desk/safety",
                "/desk/programs",
                "/desk/invite",
                "/join",
                "/desk/login",
                "/desk/people/" + people["own"],
                "/",
                "http",
            )
            assert elsewhere.startswith(allowed), (who, path, elsewhere)


@pytest.mark.parametrize("who", ROLES)
def test_a_role_does_only_its_deeds(who: str, hub: Hub, people: dict[str, str], passwords: dict[str, str]) -> None:
    from microcare.web.facilitator.deeds import DEEDS

    browser = client(who, passwords, hub, people)
    for deed, capability in ((name, one.capability) for name, one in DEEDS.items()):
        answer = browser.post(f"/desk/people/{people['own']}/do", {"deed": deed})  # type: ignore[attr-defined]
        if SEE not in ROLES[who]:
            assert answer.status_code == 404
        else:
            assert answer.status_code == (302 if capability in ROLES[who] else 403), (who, deed)


def test_the_list_shows_only_ones_own_people(hub: Hub, people: dict[str, str], passwords: dict[str, str]) -> None:
    browser = client("coach", passwords, hub, people)
    page = browser.get("/desk/").content.decode()  # type: ignore[attr-defined]
    assert people["own"] in page and people["other"] not in page
    for wanted in ("Other", people["other"]):
        found = browser.get("/desk/", {"q": wanted}).content.decode()  # type: ignore[attr-defined]
        assert f"/desk/people/{people['other']}" not in found


def test_reading_and_doing_is_written_down(hub: Hub, people: dict[str, str], passwords: dict[str, str]) -> None:
    from microcare.store import audit
    from microcare.store.database import run

    browser = client("clinician", passwords, hub, people)
    browser.get(f"/desk/people/{people['own']}")  # type: ignore[attr-defined]
    browser.post(f"/desk/people/{people['own']}/do", {"deed": "mode", "mode": "coach"})  # type: ignore[attr-defined]
    newest = audit.trail(people["own"], limit=2)
    assert [(line.who, line.deed) for line in newest] == [("a-clinician", "mode"), ("a-clinician", "read")]
    assert audit.broken() == 0
    run("UPDATE audit SET who = 'somebody' WHERE serial = %s", [newest[1].serial])
    assert audit.broken() == newest[1].serial
    run("UPDATE audit SET who = 'a-clinician' WHERE serial = %s", [newest[1].serial])
    assert audit.broken() == 0
    last = audit.trail(limit=1)[0]
    run("DELETE FROM audit WHERE serial = %s", [last.serial])
    assert audit.broken() == last.serial, "cut off at the end"
    stated: list[int | str] = [last.serial, last.at, last.who, last.deed, last.about, last.detail]
    run("INSERT INTO audit (serial, at, who, deed, about, detail, seal) VALUES (%s, %s, %s, %s, %s, %s, 'x')", stated)
    assert audit.broken() == last.serial, "put in by somebody else"
    run("DELETE FROM deployment WHERE key = %s", [audit.HEAD])
    assert audit.broken() == last.serial, "and the note of the end, too"
    run("DELETE FROM audit WHERE serial = %s", [1])
    assert audit.broken() == 1, "taken out at the beginning"
