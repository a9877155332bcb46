"""Move the demo's clock ahead, doing on the way all that comes due, in its order. Only a demo's clock can be moved."""

from collections.abc import Mapping

from microcare.care import clock
from microcare.care.deliver import deliver_due
from microcare.care.wake import wake_due
from microcare.channels.channel import Channel
from microcare.channels.in_app import InApp
from microcare.store import deployment, outbox, wakeups

INSTANTS = 20_000
"""How many instants one jump works off at most."""


class NotADemoError(Exception):
    """This is a real deployment: its clock is the clock."""


def jump(ms: int, channels: Mapping[str, Channel] | None = None, address: str = "") -> int:
    """Move the clock ahead by so many milliseconds; returns the moment it shows then.

    Without `channels` mail is not sent: it fails, as it does in a demo that has no mail server.
    """
    if not deployment.is_demo():
        raise NotADemoError("only a demo's clock can be moved")
    if ms < 0:
        raise ValueError("a clock moves ahead")
    target = clock.now() + ms
    ways = channels if channels is not None else {"in_app": InApp()}
    for _ in range(INSTANTS):
        now = clock.now()
        if wake_due(now).claimed or deliver_due(now, ways, address).looked:
            continue
        coming = [moment for moment in (wakeups.next_due(now), outbox.next_try(now)) if moment is not None]
        following = min(coming, default=target)
        if following >= target:
            break
        _show(following)
    _show(target)
    while wake_due(clock.now()).claimed or deliver_due(clock.now(), ways, address).looked:
        pass
    return clock.now()


def _show(moment: int) -> None:
    """Let the clock show a moment, unless it shows a later one."""
    ahead = moment - clock.wall()
    if ahead > deployment.clock()[0]:
        deployment.put("offset", str(ahead))
