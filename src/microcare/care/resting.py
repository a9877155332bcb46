"""What staff have stopped, for one person: which of their programs rest, and what that means for what waits for them."""

from microcare.care.reading import Person
from microcare.hub.state import State
from microcare.store import stops


def resting(person: Person) -> tuple[str, ...]:
    """Their programs that rest now."""
    return tuple(p for p in person.state.courses if person.programs.stopped(p, person.now))


def rests(person: Person) -> dict[str, object] | None:
    """For pages: whether all of it rests, and what is called how; None where nothing does."""
    found = resting(person)
    voices = [(p, person.voice(p)) for p in found]
    titles = [voice.plain(voice.program.program.title) if voice is not None else p for p, voice in voices]
    return {"all": len(found) == len(person.state.courses), "titles": titles} if found else None


def program_of(state: State, name: str) -> str:
    """The program of something that waits: a delivery, a questionnaire, an offer; empty where it is none of these."""
    found = state.deliveries.get(name) or state.assessments.get(name) or state.offers.get(name)
    return found.program if found is not None else ""


def mark() -> str:
    """Changes with every stop, and with every end of one: open pages ask for it."""
    return "-".join(map(str, stops.stamp()))
