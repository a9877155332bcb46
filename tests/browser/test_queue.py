"""What the phone keeps goes to the hub although one thing of it cannot: that one is set aside and said, the others go on."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.browser.conftest import PHONE, Demo
from tests.browser.test_app import kept
from tests.browser.test_first_minute import join

pytestmark = pytest.mark.browser
KEEP = """
  const person = document.querySelector("#main").dataset.person;
  for (const n of [1, 2, 3, 4, 5, 6])
    await queue.add(person, { kind: "report", key: n === 3 ? "poison:0003" : `report:000${n}`, name: "talk", at: Date.now() });
"""
SEND = """
  try { return await window.sends(person, document.querySelector("#token input").value); }
  catch (problem) { return { status: problem.status, ...problem.done }; }
"""


@pytest.fixture
def phone(browser: Browser) -> Iterator[Page]:
    """A phone whose service worker does not send what is kept behind the test's back."""
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, service_workers="block")
    yield context.new_page()
    context.close()


def sent(page: Page, status: int) -> dict[str, Any]:
    """What comes of sending six things, where whatever holds the third is answered so on its way."""

    def on_its_way(route: Route) -> None:
        if "poison" in (route.request.post_data or ""):
            route.fulfill(status=status, body="no")
        else:
            route.continue_()

    page.route("**/stimuli", on_its_way)
    # The page itself sends nothing of it meanwhile.
    page.evaluate("() => { window.sends = window.flushQueue; window.flushQueue = () => new Promise(() => {}); }")
    found: dict[str, Any] = page.evaluate(f"async () => {{ {KEEP} {SEND} }}")
    return found


def test_a_part_that_is_refused_as_a_whole_goes_one_by_one(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    expect(phone.locator("#main")).to_be_visible()
    done = sent(phone, 400)
    assert [one["key"] for one in done["refused"] if one.get("why")] == ["poison:0003"]
    assert done["sent"] == 5
    assert kept(phone) == 0


def test_what_the_hub_fails_at_waits_and_the_others_go_on(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    expect(phone.locator("#main")).to_be_visible()
    done = sent(phone, 500)
    assert done["status"] == 500
    assert done["sent"] == 5
    assert kept(phone) == 1, "nothing is dropped because the hub failed"
    phone.unroute("**/stimuli")
    person = 'const person = document.querySelector("#main").dataset.person;'
    assert phone.evaluate(f"async () => {{ {person} {SEND} }}")["sent"] == 1
    assert kept(phone) == 0
