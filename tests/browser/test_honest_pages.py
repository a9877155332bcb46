"""Pages that do not deceive: nothing moves under the finger, an old page says that it is old, large text is whole."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Demo
from tests.browser.test_first_minute import check_in, join

pytestmark = pytest.mark.browser


def box(page: Page, name: str) -> tuple[float, float]:
    """Where something that can be tapped stands."""
    found = page.get_by_text(name, exact=True).first.bounding_box()
    assert found is not None
    return round(found["x"]), round(found["y"])


def test_nothing_moves_under_the_finger_and_an_old_page_is_never_another(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    check_in(phone)
    expect(phone.get_by_text("Not now", exact=True)).to_be_visible()
    phone.get_by_text("Not now", exact=True).scroll_into_view_if_needed()
    before = box(phone, "Later"), box(phone, "Not now")
    phone.get_by_text("Later", exact=True).evaluate("(one) => one.click()")
    expect(phone.get_by_role("button", name="In 1 hour")).to_be_visible()
    assert (box(phone, "Later"), box(phone, "Not now")) == before, "what stood there stands there still"
    assert phone.evaluate("document.documentElement.scrollWidth <= innerWidth")
    phone.get_by_text("Later", exact=True).evaluate("(one) => one.click()")

    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.goto(demo.url)
    phone.wait_for_function("caches.open('pages').then((all) => all.match('/')).then(Boolean)")
    phone.context.set_offline(True)
    phone.goto(f"{demo.url}/journey")
    assert phone.url.startswith(f"{demo.url}/?"), "Today stands under its own address"
    expect(phone.locator("#main")).to_have_attribute("data-page", "today")
    expect(phone.locator(".tabs [aria-current=page]")).to_have_text("Today")
    expect(phone.locator("#strip")).to_contain_text("that page is not on this phone. This is how it was on Monday")
    phone.context.set_offline(False)
    phone.evaluate("dispatchEvent(new Event('online'))")
    expect(phone.locator("#strip")).to_be_hidden(timeout=20_000)
