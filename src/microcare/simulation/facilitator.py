"""A virtual facilitator: who answers proposals and does what a human does, after a while. Every choice is drawn."""

from collections.abc import Callable, Iterator

from microcare.base.moments import HOUR, MINUTE
from microcare.hub import entry, stimulus

ANSWERS_AFTER = 4 * HOUR
"""How long they usually take to answer a proposal; a drawn time lies between nothing and twice as long."""
DELIVERS_AFTER = 20 * HOUR
"""How long they usually take to do what a human does."""
APPROVES, DELIVERS = 0.9, 0.9
"""The shares of proposals they approve, and of deliveries they get to."""
NAME = "coach"

Share = Callable[..., float]
"""A number in [0, 1) for a key."""


def facilitate(stated: entry.Any, share: Share) -> Iterator[stimulus.Any]:
    """What a facilitator does about something the hub stated, at the moment at which they do it."""
    if isinstance(stated, entry.Recommended) and stated.action == "proposed":
        key = stated.recommendation
        at = stated.at + MINUTE + int(2 * share("decides", key) * ANSWERS_AFTER)
        if at < stated.expires:
            chosen = stated.chosen[0] if share("approves", key) < APPROVES else ""
            yield stimulus.Decide(key=f"decide:{key}", at=at, proposal=key, by=NAME, intervention=chosen)
    elif isinstance(stated, entry.Delivered) and stated.human:
        at = stated.at + MINUTE + int(2 * share("calls", stated.delivery) * DELIVERS_AFTER)
        if share("human", stated.delivery) < DELIVERS and (not stated.expires or at < stated.expires):
            yield stimulus.Act(key=f"done:{stated.delivery}", at=at, delivery=stated.delivery, act="done", by=NAME)
