"""Slowing down whoever guesses: for each name and for each address, whether such an account exists or not.

Nobody is locked out for good: an attacker could otherwise keep a clinic out of its own hub. The pauses double up to a
quarter of an hour, which leaves about a hundred guesses a day (NIST SP 800-63B asks for a limit of such a kind).
"""

from microcare.care import clock
from microcare.store import staff_accounts as store
from microcare.store.database import writing

MINUTE = 60_000
DAY = 86_400_000
FREE_BY_NAME, FREE_BY_ADDRESS = 5, 30
"""So many failures in a row cost nothing; people mistype."""
FIRST_PAUSE, LONGEST_PAUSE = MINUTE // 2, 15 * MINUTE


def attempt(name: str, address: str) -> int:
    """Count an attempt before it is looked at; how long to wait first, ms (0: it may be looked at now).

    Counting before looking leaves no gap for many guesses at the same time; success takes the count back.
    """
    now = clock.wall()
    with writing():
        waits = [max(store.failures(subject)[2] - now, 0) for subject, _ in _subjects(name, address)]
        if not max(waits, default=0):
            for subject, free in _subjects(name, address):
                _count(subject, free, now)
    return max(waits, default=0)


def _count(subject: str, free: int, now: int) -> None:
    count, last, _ = store.failures(subject)
    count = count + 1 if now - last < DAY else 1
    # Doubling more than twenty times says nothing more.
    pause = min(FIRST_PAUSE << min(count - free, 20), LONGEST_PAUSE) if count >= free else 0
    store.set_failures(subject, count, now, now + pause)


def succeeded(name: str, address: str) -> None:
    """They proved who they are: their name starts afresh, and their address has this attempt taken back."""
    now = clock.wall()
    with writing():
        store.forget_failures(_name(name))
        if address:
            count, last, _ = store.failures(_address(address))
            store.set_failures(_address(address), max(count - 1, 0), last, 0)
        store.forget_old_failures(now - DAY)


def forgive(name: str) -> None:
    """An administrator has reset the account: it starts afresh."""
    store.forget_failures(_name(name))


def _name(name: str) -> str:
    return f"name {name.strip().casefold()}"


def _address(address: str) -> str:
    return f"address {address}"


def _subjects(name: str, address: str) -> list[tuple[str, int]]:
    by_name = [(_name(name), FREE_BY_NAME)] if name else []
    return by_name + ([(_address(address), FREE_BY_ADDRESS)] if address else [])
