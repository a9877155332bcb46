"""What a person sets: pause, quiet hours, what they like, their own characteristics, time zone, language, facilitator."""

from microcare.care import clock
from microcare.care.keys import new_key
from microcare.care.programs import programs
from microcare.care.receive import Received, receive
from microcare.hub.state import State
from microcare.hub.stimulus import Setting, Value, Zone
from microcare.store import journals, texts


def set_value(person: str, name: str, value: Value, key: str = "") -> Received:
    """Set anything the engine knows: `language`, `mode`, `quiet`, `pause`, `person.NAME`, `like.INTERVENTION`."""
    return receive(person, [Setting(key=key or new_key("setting"), at=clock.now(), name=name, value=value)])


def pause(person: str, until: int, key: str = "") -> Received:
    """Nothing reaches the person until a moment, ms; 0 ends a pause now."""
    return set_value(person, "pause", until, key)


def quiet_hours(person: str, window: str, key: str = "") -> Received:
    """Quiet hours of their own, like `21:30-07:00`; empty for the program's."""
    return set_value(person, "quiet", window, key)


def like(person: str, intervention: str, liked: int, key: str = "") -> Received:
    """1: liked; 0: neither; -1: not for me."""
    return set_value(person, f"like.{intervention}", liked, key)


def field(person: str, name: str, value: Value, key: str = "") -> Received:
    """A characteristic of the person. A personal text is kept apart; the journal holds its reference."""
    if isinstance(value, str) and _is_text(person, name):
        value = texts.keep(person, value)
    return set_value(person, f"person.{name}", value, key)


def _is_text(person: str, name: str) -> bool:
    known = programs()
    courses = journals.load(person).state.courses
    authored = [known.of(program, course.version).program.person.get(name) for program, course in courses.items()]
    return any(part is not None and part.type == "text" for part in authored)


def zone(person: str, name: str, key: str = "") -> Received:
    """The person is in another time zone."""
    return receive(person, [Zone(key=key or new_key("zone"), at=clock.now(), zone=name)])


def phone(person: str, number: str) -> None:
    """The number the person wants to be called at; empty: none any more."""
    found = phone_stimuli(person, journals.load(person).state, number, new_key("phone"), clock.now())
    if found:
        receive(person, found)


def phone_stimuli(person: str, state: State, number: str, key: str, now: int) -> list[Setting]:
    """The same as a stimulus; none where nothing changes."""
    plain = number.strip()[:40]
    if plain == (texts.text(person, state.phone) if state.phone else ""):
        return []
    return [Setting(key=key, at=now, name="phone", value=texts.keep(person, plain) if plain else None)]


def keep_step(person: str, name: str, text: str) -> None:
    """A step of the person's own safety plan; nothing is entered where it has not changed."""
    reference = journals.load(person).state.plan.get(name, "")
    plain = text.strip()[:2000]
    if plain == (texts.text(person, reference) if reference else ""):
        return
    kept = texts.keep(person, plain) if plain else None
    receive(person, [Setting(key=new_key("plan"), at=clock.now(), name=f"plan.{name}", value=kept)])
