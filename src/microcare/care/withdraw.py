"""Withdraw from a program, or from all; and erase who somebody is."""

from microcare.care import clock
from microcare.care.keys import new_key
from microcare.care.receive import Received, receive
from microcare.hub.stimulus import Withdraw
from microcare.store import audit, database, erasures, people


def withdraw(person: str, program: str = "", key: str = "") -> Received:
    """The person leaves a program, or all of them. What is on its way to them is held back."""
    return receive(person, [Withdraw(key=key or new_key("withdraw"), at=clock.now(), program=program)])


def erase(person: str, by: str = "") -> Received:
    """The person leaves everything, and who they are is erased, with all they have written and sent.

    The journal stays for the science, and names nobody. `by`: whoever does it, where that is not the person.
    """
    left = withdraw(person)
    # First, so that whoever is erased here and comes back with an old backup is erased there.
    erasures.note(person, clock.wall())
    people.erase(person, clock.wall())
    audit.append(clock.now(), by or person, "erase", person)
    database.scrub()
    return left
