"""The report in a browser: at a desk and on a phone, in light and dark, without a fault that axe finds, and from the keyboard."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, ViewportSize

from microcare.optimization.levels.analysis import analyze
from microcare.optimization.levels.material import Material
from microcare.optimization.report.files import write
from tests.browser.conftest import DESKTOP, PHONE
from tests.optimization.test_levels import table
from tests.optimization.test_levels_second import runs

pytestmark = pytest.mark.browser
NARROW = ViewportSize(width=320, height=640)


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A report with every part: effects, curves, characteristics, sequences, weeks, limits; and a very long name."""
    order = runs(120).assign(
        started_utc="2026-03-02T08:00:00Z", day=0, outcome="success", dose=4, days=5.0, ownership=2.0
    )
    order["ownership"] = np.arange(len(order)) % 5
    delivered = pd.DataFrame(
        {
            "person": np.repeat(order["person"].unique(), 30), "what": "event", "intervention": "breathing", "event": "breath",
            "prompt": 1, "decided_utc": [f"2026-03-{d + 2:02}T12:00:00Z" for d in range(30) for _ in range(1)] * 120,
            "opened": 1, "completed": 0, "felt": np.nan, "proximal": None, "proximal_success": np.nan,
        }
    )  # fmt: skip
    titles = {
        "breathing": "Breathing in, breathing out, and not thinking of Donaudampfschifffahrtsgesellschaften",
        "a": "A walk",
    }
    made = Material(
        "trial", {"decisions": table(), "interventions": order, "events": delivered}, titles, synthetic=True
    )
    out = tmp_path_factory.mktemp("report") / "report.html"
    write(analyze(made), out, "What works in a program with a rather long title")
    return out


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest) -> Literal["light", "dark"]:
    found: Literal["light", "dark"] = request.param
    return found


@pytest.fixture(params=[DESKTOP, PHONE, NARROW], ids=["desk", "phone", "narrow"])
def page(
    request: pytest.FixtureRequest, browser: Browser, report: Path, scheme: Literal["light", "dark"]
) -> Iterator[Page]:
    """The page, everything unfolded, and no request to elsewhere."""
    context = browser.new_context(viewport=request.param, color_scheme=scheme)
    left: list[str] = []
    context.on("request", lambda asked: left.append(asked.url) if not asked.url.startswith("file:") else None)
    opened = context.new_page()
    opened.goto(report.as_uri())
    opened.evaluate("document.querySelectorAll('details').forEach(d => { d.open = true })")
    yield opened
    context.close()
    assert left == []


def test_it_has_no_fault_and_fits_the_screen(page: Page) -> None:
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.locator("section").count() >= 6
    assert page.locator("svg").count() >= 4


def test_what_is_wide_can_be_scrolled_by_keyboard(page: Page) -> None:
    for region in page.get_by_role("region").all():
        region.focus()
        assert region.evaluate("e => e === document.activeElement")
        assert region.get_attribute("aria-label")
