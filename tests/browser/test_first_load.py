"""The first load on a phone: all that comes over the line until the first page stands and the app is kept, at most 150 kB."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PHONE, Demo
from tests.browser.test_first_minute import join

pytestmark = pytest.mark.browser
MOST = 150_000
"""Bytes as they are served, headers too."""


def test_the_first_load_on_a_phone_is_small(demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, has_touch=True, is_mobile=True)
    try:
        page = context.new_page()
        counted: dict[str, float] = {}
        names: dict[str, str] = {}
        devtools = context.new_cdp_session(page)
        devtools.send("Network.enable")
        devtools.on("Network.responseReceived", lambda e: names.update({e["requestId"]: e["response"]["url"]}))
        devtools.on("Network.loadingFinished", lambda e: counted.update({e["requestId"]: e["encodedDataLength"]}))
        # What the service worker fetches for itself is not in the page's own account.
        behind: dict[str, int] = {}
        context.on(
            "requestfinished",
            lambda r: behind.update({f"{len(behind)} {r.url}": _size(r)}) if r.service_worker is not None else None,
        )
        join(page, demo)
        page.evaluate("navigator.serviceWorker.ready.then(() => true)")
        page.wait_for_timeout(1500)
        whole = sum(counted.values()) + sum(behind.values())
        assert len(counted) > 5, "the page's files were counted"
        assert any("app.css" in url for url in behind), "the app's files were counted"
        listed = {f"{key} {names.get(key, '')}": size for key, size in counted.items()} | behind
        assert whole <= MOST, f"{whole:.0f} bytes: {listed}"
    finally:
        context.close()


def _size(request: object) -> int:
    from playwright.sync_api import Request

    assert isinstance(request, Request)
    sizes = request.sizes()
    return sizes["responseBodySize"] + sizes["responseHeadersSize"]
