"""The world around the engine: a queue of stimuli and a virtual clock. Care itself is the same `step` as in the live hub."""

from collections.abc import Callable, Iterator
from heapq import heappop, heappush

from microcare.base.moments import DAY, local_day, local_midnight
from microcare.hub import entry, stimulus
from microcare.hub.advance import advance, wake
from microcare.hub.listening import apart
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step
from microcare.simulation.virtual import VirtualPerson

Reaction = Callable[[State, entry.Any], Iterator[stimulus.Any]]


class World:
    """One person's time: stimuli in order, due instants between them. Every step can be looked at as it happens."""

    def __init__(self, programs: Programs, person: str, state: State | None = None) -> None:
        self.programs = programs
        self.person = person
        self.state = state or State()
        self.due: int | None = None
        self.now = 0
        self._queue: list[tuple[int, int, stimulus.Any]] = []
        self._count = 0
        self._seen: set[str] = set()

    def send(self, *stimuli: stimulus.Any) -> None:
        """Let stimuli arrive at their moments; one whose key was seen before is nothing new."""
        for one in stimuli:
            if one.key not in self._seen:
                self._seen.add(one.key)
                self._count += 1
                heappush(self._queue, (max(one.arrived, one.at), self._count, one))

    def run(self, until: int, virtual: VirtualPerson | None = None) -> Iterator[Step]:
        """Let time pass until a moment; each step is given as it happens, with the virtual person reacting."""
        while True:
            arrives = self._queue[0][0] if self._queue else None
            if arrives is not None and arrives <= until and (self.due is None or arrives <= self.due):
                one = heappop(self._queue)[2]
                if virtual is not None and isinstance(one, stimulus.Choice):
                    one = virtual.choose(self.state, one) or one
                if isinstance(one, stimulus.Answer):
                    one = apart(self.programs, self.state, one)
                steps = advance(self.programs, self.person, self.state, self.due, one)
            elif self.due is not None and self.due <= until:
                # One instant at a time; what a stimulus made due in its past (travel) is asked now.
                steps = wake(self.programs, self.person, self.state, self.due, max(self.due, self.now))
            else:
                self.now = until
                return
            for taken in steps:
                self.state, self.due = taken.state, taken.due
                self.now = max(self.now, taken.stimulus.arrived)
                if virtual is not None:
                    for stated in taken.entries:
                        self.send(*virtual.react(self.state, stated))
                yield taken


def live(
    programs: Programs,
    virtual: VirtualPerson,
    zone: str,
    start: int,
    days: int,
    extra: tuple[stimulus.Any, ...] = (),
) -> Iterator[Step]:
    """A virtual person joins a program and lives with it for so many days."""
    world = World(programs, virtual.person)
    joins = stimulus.Enroll(
        key="enroll", at=start, program=virtual.program.id, zone=zone, fields=virtual.fields(local_day(zone, start)),
        consents={name: purpose.version for name, purpose in virtual.program.program.consent.items()},
    )  # fmt: skip
    world.send(joins, *extra)
    end = start + days * DAY
    day = local_day(zone, start)
    while world.now < end:
        world.send(*(s for s in virtual.signals(zone, day) if s.at > start))
        world.send(*(r for r in virtual.reports(zone, day) if r.at > start))
        day += 1
        yield from world.run(min(local_midnight(zone, day) - 1, end), virtual)
        if local_midnight(zone, day) > end:
            yield from world.run(end, virtual)
            return
