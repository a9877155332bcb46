"""Many virtual people, each a life of their own: the same seed gives the same people, in any number of processes."""

from collections.abc import Iterator
from dataclasses import dataclass

from microcare.base import chance
from microcare.base.moments import DAY
from microcare.hub import codec
from microcare.hub.programs import Programs
from microcare.program.compiled import CompiledProgram
from microcare.simulation.response import RespondingPerson, Response
from microcare.simulation.virtual import PERSONAS
from microcare.simulation.world import live


@dataclass(frozen=True, slots=True)
class Population:
    """Who is simulated: how many people for how many days, joining from a moment on over so many days."""

    people: int
    days: int
    start: int
    zone: str
    seed: int
    response: Response
    joining: int = 7

    def name(self, number: int) -> str:
        """A person's name in the study."""
        return f"p{number + 1:0{len(str(self.people))}}"


def life(program: CompiledProgram, population: Population, number: int) -> Iterator[bytes]:
    """The journal of one person, as encoded entries in order."""
    secret = population.seed.to_bytes(8, "big", signed=True)
    person = population.name(number)
    # What chance plants in a person and what it draws in the trial must not be the same numbers.
    study, nature = b"study" + secret, b"nature" + secret
    persona = PERSONAS[_persona(population.response, nature, person)]
    virtual = RespondingPerson(person, persona, program, nature, population.response, population.zone)
    start = population.start + (chance.draw(nature, person, "joins") * max(population.joining, 1) >> 64) * DAY
    for taken in live(Programs([program], {program.id: study}), virtual, population.zone, start, population.days):
        yield from (codec.encode(stated) for stated in taken.entries)


def _persona(response: Response, seed: bytes, person: str) -> str:
    whole = sum(response.people.values())
    share = chance.draw(seed, person, "persona") / float(1 << 64) * whole
    for name, weight in response.people.items():
        share -= weight
        if share < 0:
            return name
    return next(reversed(response.people), "average")
