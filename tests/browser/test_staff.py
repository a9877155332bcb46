"""The staff in a real browser: the first link, a passkey, a proof anew, the end of an idle session; for everybody."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, _page, free_port

pytestmark = pytest.mark.browser
PASSWORD = "a kettle sings at noon"


@dataclass(frozen=True)
class Place:
    """A hub that is no demo, and its first link."""

    url: str
    link: str
    data: Path

    def command(self, *words: str) -> str:
        """What a command at the machine says."""
        ran = subprocess.run(
            [sys.executable, "-m", "microcare", *words, "--data", str(self.data)],
            capture_output=True, text=True, check=True, env=os.environ | {"MICROCARE_URL": self.url},
        )  # fmt: skip
        return ran.stdout


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    port, log, data = free_port(), tmp_path / "log", tmp_path / "data"
    # Passkeys are bound to a name; a number is none.
    url = f"http://localhost:{port}"
    command = [sys.executable, "-m", "microcare", "up", "--new", "--data", str(data), "--port", str(port)]
    environment = os.environ | {"MICROCARE_URL": url, "MICROCARE_IDLE_MINUTES": "2", "PYTHONUNBUFFERED": "1"}
    with log.open("w", encoding="utf-8") as file:
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, env=environment)
    try:
        for _ in range(300):
            found = re.search(r"http\S+/desk/setup/\S+", log.read_text(encoding="utf-8"))
            if found:
                break
            assert process.poll() is None, log.read_text(encoding="utf-8")
            time.sleep(0.1)
        assert found is not None
        yield Place(url, found[0], data)
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(timeout=20)


@pytest.fixture
def staff(browser: Browser, place: Place) -> Iterator[Page]:
    """A desktop whose device can make passkeys."""
    for page in _page(browser.new_context(viewport=DESKTOP)):
        devtools = page.context.new_cdp_session(page)
        devtools.send("WebAuthn.enable")
        devtools.send(
            "WebAuthn.addVirtualAuthenticator",
            {
                "options": {
                    "protocol": "ctap2",
                    "transport": "internal",
                    "hasResidentKey": True,
                    "hasUserVerification": True,
                    "isUserVerified": True,
                    "automaticPresenceSimulation": True,
                }
            },
        )
        yield page


def found_no_violation(page: Page, where: str) -> None:
    found = Axe().run(page).response["violations"]
    assert [(where, one["id"], [n["html"][:120] for n in one["nodes"]]) for one in found] == []


def for_everybody(page: Page, where: str) -> None:
    """No violation in light and dark, narrow and wide; nothing is cut off on a phone."""
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        for size in (PHONE, DESKTOP):
            page.set_viewport_size(size)
            found_no_violation(page, f"{where} {scheme} {size['width']}")
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), (where, size)
            shots = os.environ.get("MICROCARE_SCREENSHOTS")
            if shots:
                page.screenshot(path=f"{shots}/{where}-{scheme}-{size['width']}.png", full_page=True)


def set_up_with_passkey(page: Page, place: Place) -> None:
    page.goto(place.link)
    page.fill("#id_username", "boss")
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Second factor")).to_be_visible()
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()


def test_a_passkey_from_the_first_link_to_a_proof_anew(place: Place, staff: Page) -> None:
    set_up_with_passkey(staff, place)
    staff.get_by_role("link", name="I have kept them").click()
    staff.get_by_role("button", name="Sign out", exact=True).click()
    staff.goto(f"{place.url}/desk/account")
    staff.get_by_role("button", name="Sign in with a passkey").click()
    expect(staff.get_by_role("heading", name="My account")).to_be_visible()
    staff.get_by_role("button", name="Sign out", exact=True).click()
    # Beside the password it is the second step.
    staff.fill("#id_username", "boss")
    staff.fill("#id_password", PASSWORD)
    staff.get_by_role("button", name="Sign in", exact=True).click()
    staff.get_by_role("button", name="Use a passkey").click()
    expect(staff.get_by_role("link", name="boss")).to_be_visible()
    older(place, "proved", 6)
    staff.goto(f"{place.url}/desk/staff")
    staff.fill("#id_name", "nora")
    staff.get_by_role("button", name="Make the link").click()
    staff.get_by_role("button", name="Use a passkey").click()
    expect(staff.get_by_text("The link for nora")).to_be_visible()


def test_recovery_codes_stand_apart_however_large_the_text(place: Place, staff: Page) -> None:
    set_up_with_passkey(staff, place)
    for size in (PHONE, DESKTOP):
        for text in ("100%", "200%"):
            staff.set_viewport_size(size)
            staff.evaluate(f"document.documentElement.style.fontSize = '{text}'")
            boxes = staff.evaluate(
                """() => [...document.querySelectorAll(".codes code")].flatMap((one) => [...one.getClientRects()])
                  .map((box) => [box.left, box.top, box.right, box.bottom])"""
            )
            assert len(boxes) >= 8
            assert all(left >= 0 and right <= size["width"] for left, _, right, _ in boxes), (size, text, boxes)
            overlapping = [
                (a, b)
                for number, a in enumerate(boxes)
                for b in boxes[number + 1 :]
                if a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
            ]
            assert overlapping == [], (size, text)


def older(place: Place, column: str, minutes: int) -> None:
    """As if so much time had gone by."""
    import sqlite3
    from contextlib import closing

    assert column in ("proved", "seen")
    with closing(sqlite3.connect(place.data / "microcare.sqlite3", timeout=20)) as connection, connection:
        connection.execute(f"UPDATE staff_session SET {column} = {column} - {minutes * 60_000}")


def test_the_time_is_up_and_what_was_typed_comes_back(place: Place, staff: Page) -> None:
    staff.clock.install()
    set_up_with_passkey(staff, place)
    staff.goto(f"{place.url}/desk/staff")
    staff.fill("#id_name", "half a na")
    older(place, "seen", 1)
    staff.clock.run_for(61_000)
    expect(staff.get_by_role("heading", name="Are you still there?")).to_be_visible()
    with staff.expect_response("**/desk/alive"):
        staff.get_by_role("button", name="Stay signed in").click()
    expect(staff.get_by_role("heading", name="Are you still there?")).to_be_hidden()
    # The machine slept: the hub has counted on, the page has not.
    older(place, "seen", 2)
    staff.clock.run_for(61_000)
    expect(staff.get_by_text("You were signed out")).to_be_visible()
    staff.clock.resume()
    staff.get_by_role("button", name="Sign in with a passkey").click()
    expect(staff.get_by_role("heading", name="Staff", exact=True)).to_be_visible()
    expect(staff.locator("#id_name")).to_have_value("half a na")


def test_leaving_in_time_keeps_what_was_typed(place: Place, staff: Page) -> None:
    set_up_with_passkey(staff, place)
    staff.goto(f"{place.url}/desk/staff")
    staff.clock.install()
    staff.reload()
    staff.fill("#id_name", "half a na")
    # Three seconds are left: the page leaves by itself, and takes along what was typed.
    import sqlite3
    from contextlib import closing

    with closing(sqlite3.connect(place.data / "microcare.sqlite3", timeout=20)) as connection, connection:
        connection.execute("UPDATE staff_session SET seen = seen - 116000")
    staff.clock.run_for(61_000)
    expect(staff.get_by_text("You were signed out")).to_be_visible()
    staff.clock.resume()
    staff.get_by_role("button", name="Sign in with a passkey").click()
    expect(staff.locator("#id_name")).to_have_value("half a na")


def test_the_pages_of_the_staff_are_for_everybody(place: Place, staff: Page) -> None:
    staff.goto(place.link)
    for_everybody(staff, "setup")
    staff.fill("#id_username", "boss")
    staff.fill("#id_password", PASSWORD)
    staff.get_by_role("button", name="Go on").click()
    for_everybody(staff, "second-factor")
    staff.get_by_role("button", name="Add a passkey").click()
    expect(staff.get_by_role("heading", name="Recovery codes")).to_be_visible()
    for_everybody(staff, "codes")
    place.command("facilitator", "nora", "--role", "coach", "--role", "safety_officer")
    for path in ("account", "staff", "trail?verify=1", "emergency", "emergencies"):
        staff.goto(f"{place.url}/desk/{path}")
        expect(staff.locator("h1").first).to_be_visible()
        for_everybody(staff, path.partition("?")[0])
    older(place, "proved", 6)
    staff.goto(f"{place.url}/desk/emergency")
    for_everybody(staff, "confirm")
    staff.get_by_role("button", name="Sign out", exact=True).click()
    expect(staff.get_by_role("heading", name="Sign in")).to_be_visible()
    for_everybody(staff, "login")
    staff.fill("#id_username", "boss")
    staff.fill("#id_password", PASSWORD)
    staff.get_by_role("button", name="Sign in", exact=True).click()
    for_everybody(staff, "second-step")
