"""Every page: no fault that axe finds, light and dark, phone and desk, twice the text, and written from right to left.

The pages are those of the table of routes: a new route without a line here fails.
"""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import axe_playwright_python
import pytest
from playwright.sync_api import Browser, Page, ViewportSize

from tests.browser.conftest import DESKTOP, PHONE, free_port
from tests.browser.everything import Everything
from tests.web.accounts.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("every page")]

AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text(encoding="utf-8")
NARROW = ViewportSize(width=320, height=640)
NOT_PAGES = {
    "help/country", "health", "ready",
    "language", "leave", "help/seen", "push/on", "push/off", "do", "stimuli", "photo", "photo/<str:reference>", "version",
    "demo", "media/<str:program>/<str:version>", "manifest.webmanifest", "sw.js", "settings/my-data.<str:form>", "desk/login/passkey",
    "join/<str:code>", "desk/logout", "desk/alive", "desk/now", "desk/away", "desk/account/do", "desk/account/passkey", "desk/staff/do",
    "desk/account/device", "desk/clock",
    "desk/safety/do", "desk/safety/adverse-events.csv", "desk/people/<str:person>/do", "desk/monitor/numbers.csv",
}  # fmt: skip
"""Routes that take something, or answer with a file."""
PAGES = {
    "": [("participant", "?at={at}"), ("worried", ""), ("participant", "")],
    "join": [("nobody", "")],
    "join/about": [("invited", "")],
    "need": [("participant", "")],
    "journey": [("participant", ""), ("participant", "?as=list")],
    "help": [("participant", ""), ("nobody", ""), ("worried", "")],
    "help/plan": [("participant", "")],
    "messages": [("participant", "")],
    "settings": [("participant", "")],
    "settings/consent": [("participant", "")],
    "settings/data": [("participant", "")],
    "settings/who": [("participant", "")],
    "settings/leave": [("participant", "")],
    "settings/devices": [("participant", "")],
    "desk/": [("staff", ""), ("staff", "?q=nobody")],
    "desk/login": [("nobody", "")],
    "desk/login/second": [("half", "")],
    "desk/setup/<str:token>": [("nobody", ""), ("nobody", "x")],
    "desk/confirm": [("staff", "")],
    "desk/account": [("staff", "")],
    "desk/account/second": [("staff", "")],
    "desk/staff": [("staff", "")],
    "desk/trail": [("staff", "")],
    "desk/works": [("staff", "")],
    "desk/alerts": [("staff", "")],
    "desk/emergency": [("staff", "")],
    "desk/emergencies": [("staff", "")],
    "desk/invite": [("staff", "")],
    "desk/programs": [("staff", "")],
    "desk/source": [("staff", "?program=gallery&version={gallery}&intervention=tea&rule=0")],
    "desk/safety": [("staff", "")],
    "desk/people/<str:person>": [("staff", ""), ("staff", "?journal=all")],
    "desk/people/<str:person>/deliveries": [("staff", "")],
    "desk/people/<str:person>/access": [("staff", "")],
    "desk/monitor": [("staff", "")],
}
"""Each page: who looks, and what stands behind the route."""
LOOKS = [(route, who, more) for route, looks in PAGES.items() for who, more in looks]


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Everything]]:
    folder, port = tmp_path_factory.mktemp("everything"), free_port()
    log = folder / "log"
    with log.open("w", encoding="utf-8") as file:
        command = [sys.executable, "-m", "tests.browser.everything", str(folder), str(port)]
        process = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT)
    try:
        for _ in range(400):
            said = log.read_text(encoding="utf-8")
            if said.endswith("}\n"):
                break
            assert process.poll() is None, said
            time.sleep(0.1)
        yield f"http://localhost:{port}", Everything(**json.loads(said.splitlines()[-1]))
    finally:
        process.kill()
        process.wait(timeout=20)


def test_every_route_is_a_page_that_is_looked_at_or_none(hub: tuple[str, Everything]) -> None:
    # The interface for other systems has no pages.
    assert {route for route in hub[1].routes if not route.startswith("api/")} == set(PAGES) | NOT_PAGES
    assert not set(PAGES) & NOT_PAGES


def address(url: str, found: Everything, route: str, more: str) -> str:
    """Where a page is."""
    for place, value in found.paths.items():
        if place.startswith("<"):
            route = route.replace(place, value)
    return f"{url}/{route}{more.replace('{gallery}', found.paths['gallery']).replace('{at}', found.paths['at'])}"


def opened(browser: Browser, hub: tuple[str, Everything], look: tuple[str, str, str], mirrored: bool = False) -> Page:
    """A page as somebody opens it, on a phone in light."""
    url, found = hub
    route, who, more = look
    context = browser.new_context(
        viewport=PHONE, service_workers="block", color_scheme="light", reduced_motion="reduce"
    )
    key = found.cookies.get(f"{who}-mirrored" if mirrored and f"{who}-mirrored" in found.cookies else who, "")
    if key:
        context.add_cookies([{"name": "microcare_session", "value": key, "url": url}])
    if mirrored:
        context.add_cookies([{"name": "microcare_language", "value": "ar", "url": url}])
    page = context.new_page()
    answer = page.goto(address(url, found, "desk/login" if who == "half" else route, more))
    assert answer is not None
    assert answer.status < 400 or more == "x", f"{answer.status} {page.url}"
    if who == "half":
        page.fill("[name=username]", "boss")
        page.fill("[name=password]", PASSWORD)
        page.click("button.main-act")
        page.wait_for_selector("[name=code]")
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    page.evaluate(AXE)
    return page


def faults(page: Page) -> list[str]:
    """What axe finds, in short."""
    found: list[dict[str, Any]] = page.evaluate(
        """() => axe.run(document, {resultTypes: ["violations"], rules: {"target-size": {enabled: true}}}).then((said) => said.violations)"""
    )
    return [
        f"{one['id']}: {node['html'][:160]} {node['failureSummary'][:200]}" for one in found for node in one["nodes"]
    ]


def too_wide(page: Page) -> list[str]:
    """What makes a page scroll sideways."""
    return list(
        page.evaluate(
            """() => {
              const wide = innerWidth, over = document.documentElement.scrollWidth > wide;
              if (!over) return [];
              const out = [...document.querySelectorAll("body *")].filter((one) => {
                const box = one.getBoundingClientRect();
                return box.width && (box.right > wide + 1 || box.left < -1);
              });
              return [`scrolls: ${document.documentElement.scrollWidth}`, ...out.slice(0, 6).map((one) => one.outerHTML.slice(0, 140))];
            }"""
        )
    )


def too_small(page: Page) -> list[str]:
    """Controls that are smaller than 24 px in one direction; links within a sentence are as high as their line."""
    return list(
        page.evaluate(
            """() => [...document.querySelectorAll("button, input:not([type=hidden]), select, textarea, summary, nav a, a.button")]
              .filter((one) => !one.closest("[hidden]") && one.checkVisibility())
              .map((one) => [one, (one.closest("label") || one).getBoundingClientRect()])
              .filter(([one, box]) => box.width && (box.width < 24 || box.height < 24))
              .map(([one, box]) => `${box.width}x${box.height} ${one.outerHTML.slice(0, 140)}`)"""
        )
    )


def cut(page: Page) -> list[str]:
    """Words of which a part lies outside a box that hides what is outside; what is for a screen reader alone is none."""
    return list(
        page.evaluate(
            """() => {
              const found = new Set(), texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
              const hides = (how) => how === "hidden" || how === "clip";
              while (texts.nextNode()) {
                const text = texts.currentNode, own = text.parentElement;
                if (!text.data.trim() || !own.checkVisibility({ visibilityProperty: true }) || own.closest(".quiet-only, svg, option")) continue;
                const range = document.createRange();
                range.selectNodeContents(text);
                const words = [...range.getClientRects()].filter((one) => one.width && one.height);
                for (let box = own; box && box !== document.body; box = box.parentElement) {
                  const style = getComputedStyle(box), edge = box.getBoundingClientRect();
                  if (style.display === "inline") continue;
                  // Who can scroll there can read it all.
                  const across = hides(style.overflowX), down = hides(style.overflowY);
                  if (words.some((one) => (across && (one.left < edge.left - 1 || one.right > edge.right + 1)) ||
                      (down && (one.top < edge.top - 3 || one.bottom > edge.bottom + 3)))) {
                    found.add(`${text.data.trim().slice(0, 60)} | in ${box.outerHTML.slice(0, 100)}`);
                  }
                  if (!across && style.overflowX !== "visible") break;
                  if (style.position === "fixed") break;
                }
              }
              return [...found];
            }"""
        )
    )


def test_words_that_are_cut_are_found(browser: Browser) -> None:
    page = browser.new_page(viewport=PHONE)
    try:
        page.set_content("""<body style="font: 2rem sans-serif">
          <p style="height: 1.5rem; overflow: hidden">too high</p>
          <p style="width: 6rem; overflow: hidden; white-space: nowrap; text-overflow: ellipsis">too wide for this box</p>
          <div style="overflow: clip; height: 3rem"><p><b>one</b></p><p><i>deep within</i></p></div>
          <p style="width: 6rem; overflow: auto; white-space: nowrap">this box can be scrolled</p>
          <p style="overflow: hidden">all of it is here</p>""")
        assert [one.split(" | ")[0] for one in cut(page)] == ["too high", "too wide for this box", "deep within"]
    finally:
        page.close()


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[1]} /{look[0]}{look[2]}")
def test_a_page_is_for_everybody(browser: Browser, hub: tuple[str, Everything], look: tuple[str, str, str]) -> None:
    page = opened(browser, hub, look)
    try:
        found = {
            f"{size['width']} {scheme}": faults_in(page, size, scheme)
            for size in (PHONE, DESKTOP)
            for scheme in ("light", "dark")
        }
        page.emulate_media(color_scheme="light")
        page.set_viewport_size(NARROW)
        found |= {"320": too_wide(page), "targets": too_small(page)}
        # Twice the text, at 320 as on a phone.
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        page.set_viewport_size(PHONE)
        found |= {"200 %": faults(page), "200 % wide": too_wide(page), "200 % cut": cut(page)}
        assert {where: what for where, what in found.items() if what} == {}
    finally:
        page.context.close()


def faults_in(page: Page, size: ViewportSize, scheme: str) -> list[str]:
    """What axe finds at a size, in light or dark."""
    page.set_viewport_size(size)
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    return faults(page)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: f"{look[1]} /{look[0]}{look[2]}")
def test_a_page_can_be_read_from_right_to_left(
    browser: Browser, hub: tuple[str, Everything], look: tuple[str, str, str]
) -> None:
    page = opened(browser, hub, look, mirrored=True)
    try:
        assert page.evaluate("[document.documentElement.lang, document.documentElement.dir]") == ["ar", "rtl"]
        found = {"rtl": faults(page)}
        page.set_viewport_size(NARROW)
        found |= {"rtl 320": too_wide(page)}
        assert {where: what for where, what in found.items() if what} == {}
    finally:
        page.context.close()
