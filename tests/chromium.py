"""Where Chromium is: the system's if present, else Playwright's own."""

import os
import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def chromium() -> str | None:
    """The path of a Chromium that can be started, or None."""
    for name in (os.environ.get("CHROMIUM", ""), *NAMES):
        found = shutil.which(name) if name else None
        if found:
            return found
    cache = Path.home() / ".cache" / "ms-playwright"
    for found_path in sorted(cache.glob("chromium-*/chrome-linux*/chrome"), reverse=True):
        return str(found_path)
    return None
