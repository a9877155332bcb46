"""The compiled programs that a step may use, and the secret seeds of their draws."""

from collections.abc import Iterable, Iterator, Mapping

from microcare.program.compiled import CompiledIntervention, CompiledProgram


class Programs:
    """Compiled programs by name and version, which version is current, and each program's secret seed."""

    def __init__(
        self,
        compiled: Iterable[CompiledProgram],
        seeds: Mapping[str, bytes],
        current: Mapping[str, str] | None = None,
    ) -> None:
        self._compiled = {(c.id, c.version): c for c in compiled}
        self._current = dict(current) if current is not None else {c.id: c.version for c in self._compiled.values()}
        self._seeds = dict(seeds)

    def of(self, program: str, version: str) -> CompiledProgram:
        """A program in one version; KeyError where it is not here."""
        return self._compiled[(program, version)]

    def current(self, program: str) -> CompiledProgram | None:
        """The version that people join now."""
        version = self._current.get(program)
        return self._compiled.get((program, version)) if version is not None else None

    def known(self, program: str, version: str) -> bool:
        """Whether that version is here."""
        return (program, version) in self._compiled

    def intervention(self, program: str, version: str, intervention: str) -> CompiledIntervention:
        """A micro intervention of a version."""
        return self._compiled[(program, version)].interventions[intervention]

    def seed(self, program: str) -> bytes:
        """The secret seed of a program's draws."""
        return self._seeds[program]

    def __iter__(self) -> Iterator[CompiledProgram]:
        """All versions here."""
        return iter(self._compiled.values())
