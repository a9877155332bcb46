"""A week, played in a real browser: a designer publishes, a coach invites, a participant lives with it on a phone."""

import base64
import io
import os
import re
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Literal

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect

from tests.browser.conftest import DESKTOP, PHONE, Demo

pytestmark = [pytest.mark.browser, pytest.mark.slow]
MOOD = Path(__file__).parents[2] / "programs" / "mood"
PICTURES = os.environ.get("MICROCARE_PICTURES", "")
"""A folder for pictures of the main screens; without it none are taken."""
SHOWN = frozenset(
    re.findall(r"images/([\w-]+)\.png", (Path(__file__).parents[2] / "docs" / "screens.md").read_text(encoding="utf-8"))
)
"""The pictures that the documentation shows."""
Look = Callable[[Page, str], None]


@pytest.fixture
def look() -> Look:
    """Take pictures of a page, light and dark."""

    def take(page: Page, name: str) -> None:
        schemes: tuple[Literal["light"], Literal["dark"]] = ("light", "dark")
        for scheme in schemes if PICTURES else ():
            if f"{name}-{scheme}" in SHOWN:
                page.emulate_media(color_scheme=scheme)
                page.evaluate("scrollTo(0, 0)")
                page.wait_for_timeout(400)
                page.screenshot(path=Path(PICTURES) / f"{name}-{scheme}.png", animations="disabled")
        if PICTURES:
            page.emulate_media(color_scheme="light")

    return take


def zipped() -> bytes:
    """The mood program as a designer would upload it, accompanied by a coach."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for path in sorted(MOOD.rglob("*")):
            if path.is_file():
                text = path.read_bytes().replace(b"facilitator: app", b"facilitator: coach")
                archive.writestr(f"mood/{path.relative_to(MOOD).as_posix()}", text)
    return made.getvalue()


def joins_the_staff(context: BrowserContext, demo: Demo, name: str, role: str) -> Page:
    """A member of the staff with one role opens their link, chooses a password, and adds an app that shows codes."""
    command = [sys.executable, "-m", "microcare", "facilitator", name, "--role", role, "--data", str(demo.data)]
    said = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    found = re.search(r"/desk/setup/\S+", said)
    assert found, said
    page = context.new_page()
    page.set_default_timeout(10_000)
    page.goto(demo.url + found[0])
    page.get_by_label("Password").fill("a kettle sings at noon")
    page.get_by_role("button", name="Go on").click()
    secret = base64.b32decode((page.locator(".spelled").text_content() or "").replace(" ", ""))
    page.get_by_label("Code").fill(TOTP(secret, 6, SHA1(), 30).generate(int(time.time())).decode())
    page.get_by_role("button", name="Add the app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    return page


def answer(page: Page, label: str) -> None:
    """Tap an answer, and wait until its question is gone."""
    question = page.locator(".question:visible")
    text = question.locator("legend").inner_text()
    question.get_by_role("button", name=label).first.click()
    expect(page.get_by_text(text, exact=True).locator("visible=true")).to_have_count(0)


def jump(page: Page, to: str) -> None:
    """Let the demo's clock go on."""
    page.get_by_role("button", name=to).click()
    page.wait_for_load_state()


@pytest.mark.parametrize("demo", ["activity"], indirect=True)
def test_a_week(demo: Demo, browser: Browser, look: Look) -> None:
    phone = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True).new_page()
    phone.set_default_timeout(10_000)

    # A designer publishes. The first try has an error, which is told with its place.
    designer = joins_the_staff(browser.new_context(viewport=DESKTOP), demo, "dora", "designer")
    designer.goto(f"{demo.url}/desk/programs")
    broken: FilePayload = {
        "name": "broken.yaml",
        "mimeType": "text/yaml",
        "buffer": b"program: mood\ntitle: x\nintervention: {}\n",
    }
    designer.get_by_label("File").set_input_files(broken)
    designer.get_by_role("button", name="Check and publish").click()
    expect(designer.get_by_role("heading", name="Not published: mend these first")).to_be_visible()
    expect(designer.get_by_text("program.yaml:3:1")).to_be_visible()
    look(designer, "programs-desktop")
    designer.get_by_label("File").set_input_files(
        {"name": "mood.zip", "mimeType": "application/zip", "buffer": zipped()}
    )
    designer.get_by_role("button", name="Check and publish").click()
    expect(designer.get_by_text("Lighter days")).to_be_visible()

    # A coach invites.
    coach = joins_the_staff(browser.new_context(viewport=DESKTOP), demo, "carla", "clinician")
    coach.goto(f"{demo.url}/desk/invite")
    coach.get_by_label("Program").select_option("mood")
    coach.get_by_label("What we call them").fill("Sasha")
    coach.get_by_role("button", name="Make an invitation").click()
    link = coach.locator("a.code").inner_text()
    person_link = re.sub(r"^https?://[^/]+", demo.url, link)

    # Monday: the participant joins on a phone and answers; what helps is proposed to the coach, who approves.
    phone.goto(person_link)
    look(phone, "join-phone")
    phone.get_by_role("button", name="Go on").click()
    for purpose in phone.locator("[name=agree]").all():
        purpose.check()
    look(phone, "about-phone")
    phone.get_by_role("button", name="Begin").click()
    expect(phone.locator(".question:visible")).to_be_visible()
    look(phone, "question-phone")
    for label in (
        "nearly all the time",
        "on most days",
        "nearly all the time",
        "on some days",
        "not at all",
        "not at all",
    ):
        answer(phone, label)
    coach.goto(f"{demo.url}/desk/")
    expect(coach.get_by_text("a proposal to answer")).to_be_visible()
    look(coach, "people-desktop")
    coach.get_by_role("link", name=re.compile("Sasha")).first.click()
    expect(coach.get_by_role("heading", name="A proposal waits for you")).to_be_visible()
    coach.get_by_text("The narrative, as they will read it").click()
    coach.get_by_label("Why this").fill("You said it is hard to get going. So we begin very small.")
    look(coach, "person-proposal-desktop")
    coach.get_by_role("button", name="Approve").click()
    expect(coach.get_by_text("Done.")).to_be_visible()

    # The narrative in the coach's words, and something to do.
    phone.goto(demo.url)
    phone.get_by_text("Why this?").click()
    expect(phone.get_by_text("So we begin very small.")).to_be_visible()
    look(phone, "event-phone")
    phone.locator(".main-act:visible").first.click()
    expect(phone.locator(".question:visible, .rest, .upnext-title, .card").first).to_be_visible()

    # A message each way, and a check-in.
    coach.reload()
    coach.get_by_label("Write to them").fill("Good that you began. How was it?")
    coach.get_by_role("button", name="Send").click()
    phone.goto(demo.url)
    expect(phone.get_by_text("How was it?")).to_be_visible()
    look(phone, "message-phone")
    phone.get_by_role("link", name="Answer").click()
    phone.get_by_label("Write to whoever accompanies you").fill("Easier than I thought.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.locator(".talk").get_by_text("Easier than I thought.")).to_be_visible()
    look(phone, "messages-phone")
    coach.reload()
    expect(coach.locator(".talk").get_by_text("Easier than I thought.")).to_be_visible()

    # Tuesday: declines what is offered, and reports a need.
    phone.goto(demo.url)
    jump(phone, "Tomorrow")
    phone.goto(f"{demo.url}/need")
    phone.get_by_role("button", name="It is too much right now").click()
    expect(phone.locator("#main")).to_be_visible()
    coach.goto(f"{demo.url}/desk/")
    expect(coach.get_by_role("link", name=re.compile("Sasha")).first).to_be_visible()

    # Without a connection: what is done is kept, told truthfully, and sent later.
    phone.goto(f"{demo.url}/messages")
    phone.evaluate("navigator.serviceWorker.ready.then(() => true)")
    phone.context.set_offline(True)
    phone.get_by_label("Write to whoever accompanies you").fill("Written on the train.")
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_text("Saved on this phone.")).to_be_visible()
    phone.context.set_offline(False)
    phone.goto(f"{demo.url}/messages")
    expect(phone.locator(".talk").get_by_text("Written on the train.")).to_be_visible(timeout=20_000)

    # The days go on until the regular look at things; a risk answer shows help at once.
    risk = phone.get_by_text("I had thoughts of not wanting to be alive").locator("visible=true")
    phone.goto(demo.url)
    for _ in range(60):
        shown = phone.locator(".question:visible")
        if risk.count():
            break
        if shown.count():
            answer(phone, shown.locator("button.answer").first.inner_text())
        else:
            jump(phone, "Tomorrow")
            phone.goto(demo.url)
    expect(risk).to_be_visible()
    answer(phone, "on several days")
    expect(phone.locator("#help-card")).to_be_visible()
    expect(phone.get_by_text("Are you in danger now")).to_be_visible()
    look(phone, "help-phone")
    phone.get_by_role("button", name="I am not sure").first.click()
    expect(phone.get_by_text("Shall somebody of the team call you as soon as they can?").first).to_be_visible()
    phone.get_by_label("Your phone number").first.fill("0170 123")
    phone.get_by_role("button", name="Yes, please call me").first.click()
    expect(phone.get_by_text("You asked to be called at 0170 123.").first).to_be_visible()
    expect(phone.get_by_text("We could not tell them that you want a call.").first).to_be_visible(timeout=30_000)

    # The coach sees it first, takes it on, notes, and resolves it with a code.
    coach.goto(f"{demo.url}/desk/")
    expect(coach.get_by_text("may be in danger now")).to_be_visible()
    look(coach, "people-alert-desktop")
    coach.get_by_role("link", name=re.compile("Sasha")).first.click()
    coach.get_by_role("button", name="I take it on").click()
    expect(coach.locator("#alerts").get_by_text("has taken it on (")).to_be_visible()
    look(coach, "person-alert-desktop")
    phone.goto(f"{demo.url}/help")
    expect(phone.get_by_text("Somebody of the team has seen your answer")).to_be_visible()
    coach.locator(".alarm-card summary").first.click()
    coach.get_by_label("What came of it").first.select_option("safe")
    coach.get_by_role("button", name="Resolve, with all of its episode").first.click()
    expect(coach.get_by_text("Done.")).to_be_visible()
    expect(coach.locator(".alarm-card")).to_have_count(0)
    look(coach, "person-desktop")
    coach.set_viewport_size(PHONE)
    look(coach, "person-staff-phone")
    coach.goto(f"{demo.url}/desk/")
    look(coach, "people-staff-phone")
    coach.set_viewport_size(DESKTOP)
    coach.goto(f"{demo.url}/desk/safety")
    expect(coach.get_by_role("heading", name="Who answers alerts")).to_be_visible()
    look(coach, "safety-desktop")

    # The person's own plan stands on the help page.
    phone.goto(f"{demo.url}/help/plan")
    phone.get_by_label("Whom can I ask for help?").fill("Kim, 0170 123")
    phone.get_by_role("button", name="Save").click()
    expect(phone.get_by_text("Kim, 0170 123")).to_be_visible()
    look(phone, "help-plan-phone")
    phone.goto(f"{demo.url}/journey")
    look(phone, "journey-phone")
    phone.goto(f"{demo.url}/settings")
    look(phone, "settings-phone")
