"""The pages of the delivery monitor: numbers for those who may see them, names only for those who may see people."""

import re

import pytest
from django.test import Client

from tests.care.test_monitor import live
from tests.live import Hub


def client(role: str, program: str = "tea") -> Client:
    from microcare.care.accounts import make_facilitator

    password = make_facilitator(f"a-{role}", roles=[role], program=program)
    browser = Client(SERVER_NAME="127.0.0.1")
    assert browser.get("/desk/login").status_code == 200
    assert browser.login(username=f"a-{role}", password=password)
    return browser


def text(browser: Client, path: str) -> str:
    answer = browser.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    return str(answer.content.decode())


def test_a_coach_sees_the_numbers_the_reasons_and_who(hub: Hub) -> None:
    person = live(hub)
    page = text(client("coach"), "/desk/monitor")
    for words in ("From plan to completion", "dismissed", "Ada", f"/desk/people/{person}/deliveries", "Planned"):
        assert words in page


def test_an_analyst_sees_the_numbers_and_nobody_by_name(hub: Hub) -> None:
    person = live(hub)
    browser = client("analyst")
    page = text(browser, "/desk/monitor")
    assert "From plan to completion" in page and "dismissed" in page
    assert "Ada" not in page and person not in page
    assert browser.get(f"/desk/people/{person}/deliveries").status_code == 404


def test_nobody_counts_other_programs(hub: Hub) -> None:
    live(hub)
    browser = client("analyst", "elsewhere")
    for path in ("/desk/monitor", "/desk/monitor?program=tea"):
        page = text(browser, path)
        assert "Nothing was planned in these days" in page and "dismissed" not in page


@pytest.mark.parametrize(
    "query",
    ["?from=x&to=9999-99-99", "?from=0001-01-01&to=9999-12-31", "?status=no&reason=%00", "?name=cup", "?program=="],
)
def test_any_filter_is_answered(hub: Hub, query: str) -> None:
    person = live(hub)
    browser = client("coach")
    for path in ("/desk/monitor", "/desk/monitor/numbers.csv", f"/desk/people/{person}/deliveries"):
        assert browser.get(path + query).status_code == 200


@pytest.mark.parametrize("day", ["20260302", "2026-W10-1", "2026-02-30", " 2026-03-02"])
def test_a_day_that_is_none_is_said(hub: Hub, day: str) -> None:
    person = live(hub)
    browser = client("coach")
    for path in ("/desk/monitor", f"/desk/people/{person}/deliveries"):
        said = text(browser, f"{path}?from={day}&to=2026-03-05")
        assert "is no day of the calendar" in said and "Write one like 2026-03-02" in said
        assert "is no day of the calendar" not in text(browser, f"{path}?from=2026-03-02&to=2026-03-05")


def test_a_persons_deliveries_with_their_reasons(hub: Hub) -> None:
    person = live(hub)
    browser = client("coach")
    page = text(browser, f"/desk/people/{person}/deliveries")
    for words in ("A cup of tea: Tea", "dismissed", "Completed", "2026-03-02 09:00"):
        assert words in page
    only = text(browser, f"/desk/people/{person}/deliveries?status=completed")
    assert "A cup of tea: Tea" in only and "dismissed" not in only


def test_the_numbers_leave_as_a_table_and_that_is_written_down(hub: Hub) -> None:
    from microcare.store import audit

    live(hub)
    found = text(client("analyst"), "/desk/monitor/numbers.csv?program=tea")
    assert found.splitlines()[0].startswith("program,what,intervention,name,planned")
    assert any(line.startswith("tea,event,tea,cup,3,3,") for line in found.splitlines())
    (line,) = audit.trail("tea", limit=1)
    assert (line.who, line.deed, line.detail) == ("a-analyst", "export", "delivery numbers")


def test_the_journal_at_the_desk_calls_deliveries_by_their_titles(hub: Hub) -> None:
    person = live(hub)
    browser = client("coach")
    for kind in ("", "all", "delivered"):
        page = text(browser, f"/desk/people/{person}?kind={kind}")
        spoken = re.sub(r"<pre.*?</pre>", "", page, flags=re.S)
        assert not re.findall(r">[^<>]*\bd\d+\b[^<>]*<", spoken)
    assert "Tea: dismissed by person" in text(browser, f"/desk/people/{person}")
