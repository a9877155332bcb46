"""What a person agreed to, as they read it, and as they change it."""

from collections.abc import Mapping
from dataclasses import dataclass

from microcare.care.facilitate import move
from microcare.care.programs import programs
from microcare.care.reading import Person
from microcare.care.settings import set_value
from microcare.care.spoken import written
from microcare.hub.consent import lacking
from microcare.program.compiled import CompiledProgram
from microcare.store import journals


@dataclass(frozen=True, slots=True)
class Asked:
    """One purpose, as a person is asked about it."""

    program: str
    purpose: str
    title: str
    text: str
    covers: str
    version: int
    agreed: int = 0
    """The version they agreed to; 0: they did not."""

    @property
    def name(self) -> str:
        """Its name in forms and settings."""
        return f"{self.program}.{self.purpose}"

    @property
    def given(self) -> bool:
        """Whether they agreed to the text as it is now."""
        return self.agreed >= self.version

    @property
    def changed(self) -> bool:
        """Whether they agreed to an earlier text."""
        return bool(self.agreed) and not self.given


def asked(program: CompiledProgram, language: str, agreed: Mapping[str, int]) -> tuple[Asked, ...]:
    """What a program asks of those who join."""
    authored = program.program
    return tuple(
        Asked(program.id, name, written(found.title, language, authored.language), written(found.text, language, authored.language),
              found.covers, found.version, agreed.get(f"{program.id}.{name}", 0))
        for name, found in authored.consent.items()
    )  # fmt: skip


def purposes(person: Person) -> tuple[Asked, ...]:
    """What their programs ask, as they are published now, and what the person agreed to."""
    current = [c for name in person.state.courses if (c := person.programs.current(name)) is not None]
    return tuple(one for c in current for one in asked(c, person.state.language, person.state.consents))


def open_ones(person: Person) -> tuple[Asked, ...]:
    """What has changed since they agreed, and what is new and care rests on: the person is asked again."""
    return tuple(p for p in purposes(person) if p.changed or (p.covers == "care" and not p.given))


def change(person: Person, name: str, give: bool) -> bool:
    """Give a consent, or take it back; False where there is no such one.

    Who agrees to the care as it is now moves to the program as it is now; what runs is finished as it was.
    """
    found = next((p for p in purposes(person) if p.name == name), None)
    if found is None:
        return False
    set_value(person.id, f"consent.{name}", found.version if give else 0)
    if give and found.covers == "care":
        _move(person, found.program)
    return True


def _move(person: Person, program: str) -> None:
    """To the program as it is now, where they have agreed to all that it rests on."""
    current, course = programs().current(program), person.state.courses[program]
    if current is None or course.version == current.version:
        return
    if not lacking(current, journals.load(person.id).state.consents):
        move(person.id, program, current.version)
