"""Take the pictures of the documentation again, from a demo hub that a person has lived with for some weeks."""

import signal
import tempfile
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, Page, ViewportSize, sync_playwright

from tests.browser.conftest import PHONE, Demo, start
from tests.chromium import FLAGS, chromium

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
DESK = ViewportSize(width=1280, height=860)
STEPS = 110
"""How many things the person does or lets pass before the journey is drawn."""


def main() -> None:
    """Start a demo, live with it, and take the pictures."""
    path = chromium()
    if path is None:
        raise SystemExit("no Chromium was found (set CHROMIUM to its path)")
    IMAGES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        demo, process = start("parenting", Path(folder) / "demo")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            take(browser, demo)
        finally:
            browser.close()
            process.send_signal(signal.SIGINT)
            process.wait(timeout=20)


def take(browser: Browser, demo: Demo) -> None:
    """All pictures."""
    page = phone(browser, demo, "light")
    for label in ("4", "0", "4", "0"):
        page.locator(".question:visible").get_by_role("button", name=label).first.click()
        page.wait_for_timeout(700)
    page.wait_for_selector("text=Why noticing works")
    page.reload()
    shot(page, "today-phone-light")
    shot(phone(browser, demo, "dark"), "today-phone-dark")
    live(page)
    page.goto(f"{demo.url}/journey")
    shot(page, "journey-phone-light")
    dark = phone(browser, demo, "dark")
    dark.goto(f"{demo.url}/journey")
    shot(dark, "journey-phone-dark")
    desk(browser, demo)


def phone(browser: Browser, demo: Demo, shade: str) -> Page:
    """A phone that is signed in."""
    scheme: Literal["dark", "light"] = "dark" if shade == "dark" else "light"
    page = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True, color_scheme=scheme).new_page()
    page.goto(demo.join)
    page.get_by_role("button", name="Go on").click()
    page.wait_for_selector("main")
    return page


def live(page: Page) -> None:
    """Do what comes; where nothing is there, let a day pass."""
    for step in range(STEPS):
        answers = page.locator(".question:visible .answer")
        acts = page.locator(".acts .main-act:visible")
        if answers.count():
            answers.nth(min(answers.count() - 1, (step * 7) % 5)).click()
        elif acts.count():
            acts.first.click()
        else:
            page.get_by_role("button", name="Tomorrow").click()
        page.wait_for_timeout(350)
        if page.locator(".helpcard:visible").count():
            page.get_by_role("button", name="I have read this").click()


def desk(browser: Browser, demo: Demo) -> None:
    """The facilitators' page of the same person."""
    page = browser.new_context(viewport=DESK).new_page()
    page.goto(f"{demo.url}/desk/")
    page.fill("#id_username", demo.user)
    page.fill("#id_password", demo.password)
    page.get_by_role("button", name="Sign in").click()
    page.locator(".people a").first.click()
    shot(page, "desk")


def shot(page: Page, name: str) -> None:
    """One picture."""
    page.wait_for_timeout(400)
    page.screenshot(path=IMAGES / f"{name}.png")
    print(f"docs/images/{name}.png")


if __name__ == "__main__":
    main()
