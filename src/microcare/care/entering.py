"""How people get in and stay in: a code is for entering once, a browser stays theirs for as long as it is used.

By the real clock always: a demo whose clock is moved signs nobody out.
"""

from microcare.base.moments import DAY, HOUR
from microcare.care import clock
from microcare.store import audit, entering
from microcare.store.entering import Device

CODE_LASTS = entering.CODE_LASTS
"""So long an invitation is good."""
OWN_CODE_LASTS = HOUR
"""So long a code is good that somebody makes for another device of their own."""
DEVICE_LASTS = 365 * DAY
"""So long a browser that is not used stays theirs; each use begins it anew."""
SEEN_EVERY = DAY
"""Being used is noted at most so often."""
BROWSERS = (
    ("Edg", "Edge"), ("OPR", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("FxiOS", "Firefox"), ("Firefox", "Firefox"),
    ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
SYSTEMS = (
    ("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Macintosh", "Mac"), ("Linux", "Linux"),
)  # fmt: skip


def now() -> int:
    """The moment by which all of this is counted."""
    return clock.wall()


def called(agent: str) -> str:
    """What a browser calls itself, in a few words; empty where it does not say."""
    found = [next((name for sign, name in table if sign in agent), "") for table in (BROWSERS, SYSTEMS)]
    return ", ".join(name for name in found if name)


def new_code(person: str, by: str, lasts: int = CODE_LASTS) -> str:
    """A code for one more device of a person; it is shown once, and their codes before open nothing any more."""
    code = entering.make_code(person, clock.wall() + lasts)
    audit.append(clock.now(), by, "code made", person)
    return code


def take_back(person: str, by: str) -> bool:
    """A person's code opens nothing any more; whether there was one."""
    if not entering.forget_codes(person):
        return False
    audit.append(clock.now(), by, "code taken back", person)
    return True


def code_ends(person: str) -> int:
    """Until when a person's code is good; 0: there is none."""
    return entering.code_ends(person, clock.wall())


def enter(code: str) -> str | None:
    """Use a code up; whose it was, None where it opens nothing."""
    return entering.take_code(code, clock.wall())


def begin(person: str, agent: str, before: str = "") -> str:
    """A browser becomes a person's; the token for its session. `before`: the token that it held until now."""
    leave(before)
    now = clock.wall()
    token = entering.add_device(person, called(agent), now, now - 2 * DEVICE_LASTS)
    audit.append(clock.now(), person, "signed in", person)
    return token


def device(token: str) -> Device | None:
    """A session's browser, also one that was ended or was away for too long."""
    return entering.device(token)


def stands(found: Device) -> bool:
    """Whether it still is the person's."""
    return not found.ended and clock.wall() - found.seen < DEVICE_LASTS


def use(found: Device) -> bool:
    """It is used; whether that was noted, so that its cookie is to be renewed, too."""
    now = clock.wall()
    if now - found.seen < SEEN_EVERY:
        return False
    entering.see(found.id, now)
    return True


def devices(person: str) -> list[Device]:
    """Where a person is signed in, the newest first."""
    return entering.devices(person, clock.wall() - DEVICE_LASTS)


def notify(token: str, push: str) -> None:
    """Notifications go to this browser, until it is ended."""
    found = entering.device(token)
    if found is not None:
        entering.notify(found.id, push)


def end(person: str, id: str, by: str) -> bool:
    """End a browser of theirs: it opens nothing any more, is notified no more, and clears what it keeps when it asks next."""
    if not entering.end(id, person, clock.wall()):
        return False
    audit.append(clock.now(), by, "device ended", person)
    return True


def end_others(person: str, token: str, by: str) -> int:
    """End all browsers of theirs but this one (none: all); how many there were."""
    here = entering.device(token)
    others = [one for one in devices(person) if here is None or one.id != here.id]
    return sum(end(person, one.id, by) for one in others)


def leave(token: str) -> None:
    """Somebody signs out of this browser themselves."""
    found = entering.device(token)
    if found is not None:
        entering.end(found.id, found.person, clock.wall())
