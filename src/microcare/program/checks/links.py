"""Links lead where they say: over https, to apps, or to a mail address."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked
from microcare.program.content import ExternalApp, Link, Peer


def check(c: Checked) -> Iterator[Issue]:
    """Addresses a phone would not, or should not, open."""
    for name, intervention in c.program.interventions.items():
        for event, part in intervention.events.items():
            for index, block in enumerate(part.content):
                path = ("interventions", name, "events", event, "content", index)
                if isinstance(block, Link) and not block.link.startswith("https://"):
                    yield c.error(path, "link", f"`{block.link[:60]}` is no https address", "Begin it with https://.")
                elif isinstance(block, Peer) and not block.peer.startswith(("https://", "mailto:")):
                    yield c.error(path, "link", f"`{block.peer[:60]}` is no https or mailto address", "Write it out.")
                elif isinstance(block, ExternalApp) and _dangerous(block.app):
                    yield c.error(path, "link", f"`{block.app[:60]}` is no address of an app",
                                  "Use its https address, or its own scheme like `calm://`.")  # fmt: skip


def _dangerous(address: str) -> bool:
    scheme = address.partition(":")[0].lower().strip()
    return ":" not in address or scheme in ("javascript", "data", "file", "vbscript", "http", "blob")
