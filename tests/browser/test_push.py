"""A notification in a real browser: what the lock screen says, where a tap leads, and what the hub learns of it."""

import json

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import PHONE, Demo
from tests.browser.test_first_minute import join

pytestmark = pytest.mark.browser

SUBSCRIBED = {"endpoint": "https://push.example.org/abc", "keys": {"p256dh": "", "auth": ""}}


def deliver(page: Page, demo: Demo, told: dict[str, str]) -> None:
    """As the browser's push service brings it."""
    devtools = page.context.new_cdp_session(page)
    found: list[str] = []
    devtools.on(
        "ServiceWorker.workerRegistrationUpdated",
        lambda e: found.extend(r["registrationId"] for r in e["registrations"]),
    )
    devtools.send("ServiceWorker.enable")
    for _ in range(50):
        if found:
            break
        page.wait_for_timeout(100)
    for one in found:
        devtools.send(
            "ServiceWorker.deliverPushMessage", {"origin": demo.url, "registrationId": one, "data": json.dumps(told)}
        )


def notices(page: Page) -> list[dict[str, str]]:
    """What is shown outside the page."""
    for _ in range(50):
        found = page.evaluate(
            "navigator.serviceWorker.ready.then((worker) => worker.getNotifications())"
            ".then((all) => all.map((one) => ({ title: one.title, body: one.body, lang: one.lang })))"
        )
        if found:
            return list(found)
        page.wait_for_timeout(100)
    return []


def test_a_notice_says_only_that_something_waits_and_the_hub_learns_that_it_was_shown(
    demo: Demo, browser: Browser
) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.grant_permissions(["notifications"], origin=demo.url)
    page = context.new_page()
    join(page, demo)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    person, delivery = page.locator("#main").get_attribute("data-person") or "", "d1"
    with page.expect_request(lambda request: request.url.endswith("/version"), timeout=20_000):
        deliver(
            page,
            demo,
            {"title": "Something is waiting for you", "language": "en", "person": person, "delivery": delivery},
        )
    assert notices(page) == [{"title": "Something is waiting for you", "body": "", "lang": "en"}]
    for _ in range(50):
        stages = page.evaluate(
            "fetch('/settings/my-data.json').then((all) => all.json()).then((all) => all.journal.filter((x) => x.kind === 'staged'))"
        )
        if any(x["stage"] == "shown" and x["channel"] == "push" for x in stages):
            break
        page.wait_for_timeout(100)
    else:
        raise AssertionError(stages)
    context.close()


def test_the_card_says_truthfully_what_this_browser_can_do(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    page = context.new_page()
    join(page, demo)
    page.goto(f"{demo.url}/settings")
    card = page.locator("#push")
    expect(card).to_be_visible()
    expect(card.locator(".state")).not_to_be_empty()
    # A browser whose push service cannot be reached: nothing is on, and the page does not say that it were.
    context.grant_permissions(["notifications"], origin=demo.url)
    page.evaluate("navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    if card.get_by_role("button", name="Turn on").is_visible():
        card.get_by_role("button", name="Turn on").click()
        expect(card.locator(".state")).to_have_text("That did not work. Please try again when there is a connection.")
        expect(card.get_by_role("button", name="Turn off")).to_be_hidden()
    context.close()


def test_the_hub_takes_a_device_only_from_its_own_page(demo: Demo, phone: Page) -> None:
    join(phone, demo)
    tell = """([path, body, token]) => fetch(path, { method: "POST", body: JSON.stringify(body),
        headers: { "Content-Type": "application/json", "X-CSRFToken": token } }).then((answer) => answer.status)"""
    token = phone.locator("#token input").input_value()
    own = phone.evaluate(
        """async () => { const pair = await crypto.subtle.generateKey({ name: "ECDH", namedCurve: "P-256" }, true, ["deriveBits"]);
        const raw = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
        return btoa(String.fromCharCode(...raw)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", ""); }"""
    )
    good = {"endpoint": "https://push.example.org/abc", "keys": {"p256dh": own, "auth": "c2l4dGVlbiBieXRlcy4uLg"}}
    assert phone.evaluate(tell, ["/push/on", good, "wrong"]) == 403
    assert phone.evaluate(tell, ["/push/on", SUBSCRIBED, token]) == 400
    assert phone.evaluate(tell, ["/push/on", good | {"endpoint": "https://127.0.0.1/abc"}, token]) == 400
    assert phone.evaluate(tell, ["/push/on", good, token]) == 200
    assert phone.evaluate(tell, ["/push/off", good, token]) == 200


def usable_key() -> str:
    """A device's key, as a browser makes it."""
    from cryptography.hazmat.primitives.asymmetric import ec

    from microcare.channels.push import base64url, point

    return base64url(point(ec.generate_private_key(ec.SECP256R1()).public_key()))


LOST = """
const made = {endpoint: "https://push.example.org/anew", unsubscribe: async () => true,
  toJSON: () => ({endpoint: "https://push.example.org/anew", keys: {p256dh: "KEY", auth: "c2l4dGVlbiBieXRlcy4uLg"}})};
PushManager.prototype.getSubscription = async () => null;
PushManager.prototype.subscribe = async () => { if (!self.allowed) throw new DOMException("no", "NotAllowedError"); return made; };
"""
"""A browser that has lost its subscription; the push service, which no test reaches, is all that is put in its place."""


def test_what_the_browser_lost_is_made_anew_when_the_app_is_opened_or_it_is_said(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    context.grant_permissions(["notifications"], origin=demo.url)
    context.add_init_script(LOST.replace("KEY", usable_key()))
    page = context.new_page()
    join(page, demo)
    page.evaluate("localStorage.setItem('push', 'AAAA'); navigator.serviceWorker.ready.then(() => true)")
    page.reload()
    note = page.locator(".push-off")
    expect(note).to_contain_text("Notifications are off on this device")
    context.add_init_script("self.allowed = true")
    with page.expect_response(lambda answer: answer.url.endswith("/push/on")) as told:
        page.reload()
    assert told.value.status == 200
    expect(note).to_have_count(0)
    kept = page.evaluate("fetch('/settings/my-data.json').then((all) => all.json()).then((all) => all.devices)")
    assert [one["endpoint"] for one in kept] == ["https://push.example.org/anew"]
    context.close()


def test_an_alert_on_a_device_of_the_staff_says_only_that_it_waits_and_leads_to_the_alerts(
    demo: Demo, browser: Browser
) -> None:
    context = browser.new_context()
    context.grant_permissions(["notifications"], origin=demo.url)
    page = context.new_page()
    page.goto(f"{demo.url}/desk/account")
    page.fill("#id_username", demo.user)
    page.fill("#id_password", demo.password)
    page.get_by_role("button", name="Sign in", exact=True).click()
    card = page.locator("#alerts-here")
    expect(card).to_be_visible()
    expect(card.locator(".state")).to_have_text("Off on this device.")
    # The browser of a test has no push service: nothing is on, and the page does not say that it were.
    card.get_by_role("button", name="Turn on").click()
    expect(card.locator(".state")).to_have_text("That did not work. Please try again when there is a connection.")
    expect(card.get_by_role("button", name="Turn off")).to_be_hidden()
    deliver(page, demo, {"title": "An alert waits", "language": "en", "desk": "1"})
    assert notices(page) == [{"title": "An alert waits", "body": "", "lang": "en"}]
    opens = "navigator.serviceWorker.ready.then((worker) => worker.getNotifications()).then((all) => all[0].data)"
    assert page.evaluate(opens) == "/desk/alerts"
    context.close()
