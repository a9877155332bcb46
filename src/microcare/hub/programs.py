"""The compiled programs that a step may use, and the secret seeds of their draws."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from microcare.program.compiled import CompiledIntervention, CompiledProgram

EVERY = "*"


@dataclass(frozen=True, slots=True)
class Stop:
    """Staff have stopped a program (or, `*`, every one) from `since` until before `until` (0: it lasts), in ms."""

    program: str
    since: int
    until: int = 0


class UnknownVersionError(KeyError):
    """A version that somebody is in is not here. That is no fault of the program: it must be brought back."""


class Programs:
    """Compiled programs by name and version, which version is current, each program's secret seed, and stops."""

    def __init__(
        self,
        compiled: Iterable[CompiledProgram],
        seeds: Mapping[str, bytes],
        current: Mapping[str, str] | None = None,
        stops: Sequence[Stop] = (),
    ) -> None:
        self._stops = tuple(stops)
        self._compiled = {(c.id, c.version): c for c in compiled}
        self._current = dict(current) if current is not None else {c.id: c.version for c in self._compiled.values()}
        self._seeds = dict(seeds)

    def of(self, program: str, version: str) -> CompiledProgram:
        """A program in one version; UnknownVersionError where it is not here."""
        found = self._compiled.get((program, version))
        if found is None:
            raise UnknownVersionError(f"{program} {version}")
        return found

    def current(self, program: str) -> CompiledProgram | None:
        """The version that people join now."""
        version = self._current.get(program)
        return self._compiled.get((program, version)) if version is not None else None

    def known(self, program: str, version: str) -> bool:
        """Whether that version is here."""
        return (program, version) in self._compiled

    def intervention(self, program: str, version: str, intervention: str) -> CompiledIntervention:
        """A micro intervention of a version."""
        return self.of(program, version).interventions[intervention]

    def seed(self, program: str) -> bytes:
        """The secret seed of a program's draws."""
        return self._seeds[program]

    def stopped(self, program: str, now: int) -> bool:
        """Whether staff have stopped it at that moment."""
        return any(
            s.program in (EVERY, program) and s.since <= now and (not s.until or now < s.until) for s in self._stops
        )

    def __iter__(self) -> Iterator[CompiledProgram]:
        """All versions here."""
        return iter(self._compiled.values())
