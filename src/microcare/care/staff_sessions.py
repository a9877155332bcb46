"""How long somebody on the staff stays signed in, and when they must prove anew who they are. By the real clock always:
a demo whose clock is moved signs nobody out."""

from dataclasses import dataclass

from django.conf import settings

from microcare.care import clock
from microcare.store import deployment
from microcare.store import staff_accounts as store
from microcare.store.staff_accounts import Session

MINUTE = 60_000
LONGEST = 12 * 60 * MINUTE
"""So long a session lasts at most: a working day."""
FRESH = 5 * MINUTE
"""So long after a proof nothing is asked anew."""
SEEN_EVERY = MINUTE // 4
"""Being seen is noted at most so often."""
DRAFTS_LAST = 12 * 60 * MINUTE


@dataclass(frozen=True, slots=True)
class Standing:
    """How somebody stands: their session (None: it is over), whether it may do things, whether they proved it lately."""

    session: Session | None
    enrolled: bool = True
    """False: their second factor is still to be set up, and until then nothing else opens."""
    fresh: bool = False


def idle() -> int:
    """After so long without a deed somebody is signed out, ms."""
    return int(settings.IDLE_MINUTES) * MINUTE


def begin(user: str, strong: bool, address: str, agent: str) -> str:
    """Somebody signed in; the token for their browser's session."""
    now = clock.wall()
    store.forget_sessions(now - idle(), now - LONGEST)
    return store.add_session(user, now, strong, address[:60], agent[:200])


def standing(user: str, token: str, touch: bool = True) -> Standing:
    """How somebody stands with this token; with `touch` they are seen doing something."""
    now, found = clock.wall(), store.session(token) if token else None
    if found is None or found.user != user or now - found.seen >= idle() or now - found.began >= LONGEST:
        return Standing(None)
    if touch and now - found.seen >= SEEN_EVERY:
        store.see_session(found.id, now)
    enrolled = found.strong
    if not enrolled:
        if store.has_strong(user):
            # They came in before they had a second factor, and have one by now: from elsewhere.
            return Standing(None)
        enrolled = deployment.is_demo()
    return Standing(found, enrolled, 0 <= now - found.proved < FRESH)


def prove(session: Session, strong: bool) -> None:
    """They proved anew who they are."""
    store.prove_session(session.id, clock.wall(), strong)


def all_of(user: str) -> list[Session]:
    """Everywhere somebody is signed in."""
    now = clock.wall()
    return store.sessions(user, now - idle(), now - LONGEST)


def keep_draft(user: str, text: str) -> None:
    """Keep what they had typed when their time ran out."""
    store.keep_draft(user, text[:100_000], clock.wall())


def take_draft(user: str) -> str:
    """Give it back, once."""
    return store.take_draft(user, clock.wall() - DRAFTS_LAST)
