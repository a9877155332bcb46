"""THE road: whatever reaches a person is taken here. Load, step, commit; nothing else changes a person.

A person is read and stepped outside the write lock; the commit compares the person's version, and on a conflict
everything that is not yet committed is done again from what is there now.

An answer with its safety check, its alert and its notices is committed first and alone, before anything that follows
from it is even computed. If something fails later, the answer stands, the person is marked, and the worker tries again.
What fell due before and fails does not keep a stimulus out: it is taken without it.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from microcare.care import clock
from microcare.care.failure import describe, moving
from microcare.care.programs import programs
from microcare.care.sealing import sealed
from microcare.hub import entry, stimulus
from microcare.hub.advance import advance
from microcare.hub.listening import heard
from microcare.hub.programs import Programs
from microcare.hub.step import Step, step
from microcare.store import commit, journals, texts, wakeups
from microcare.store.commit import write
from microcare.store.journals import Loaded

log = logging.getLogger(__name__)

ATTEMPTS = 50
"""How often a conflict is met by doing it again. Each conflict means that somebody else got on with this person."""

TOGETHER = 64
"""How many steps at most share a commit (an answer shares it with nothing)."""


class BusyError(Exception):
    """Others changed this person all the time; nothing of what is still missing was saved. Send it again."""


@dataclass(frozen=True, slots=True)
class Received:
    """What became of each stimulus, by key."""

    saved: tuple[str, ...] = ()
    """Newly saved."""
    known: tuple[str, ...] = ()
    """Saved before: a repeat is nothing new."""
    refused: tuple[tuple[str, str], ...] = ()
    """Could not be taken (or not all of it), and why."""
    version: int = 0
    """The person's version now."""


class _ConflictError(Exception):
    """The person had changed meanwhile."""


@dataclass(slots=True)
class _Road:
    """One person under way."""

    programs: Programs
    loaded: Loaded
    kept: dict[str, stimulus.Any] = field(default_factory=dict)
    """What has been sealed, by key: what is done again after a conflict keeps no text once more."""
    pending: list[Step] = field(default_factory=list)
    saved: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    error: str = ""

    def take(self, one: stimulus.Any) -> None:
        """Take one stimulus with all that goes before it and follows from it at once."""
        alone = isinstance(one, stimulus.Answer)
        taken = False
        try:
            one = self._sealed(one)
        except Exception as error:
            # Its words cannot be kept: this one is refused, and can be sent again; the others go on.
            self._failed(error)
            self.refused[one.key] = f"it could not be taken: {describe(error)}"
            return
        try:
            for done in moving(self._advance(one)):
                own = done.stimulus is one
                if own and alone:
                    self.flush()
                self.pending.append(done)
                taken = taken or own
                if (own and alone) or len(self.pending) >= TOGETHER:
                    self.flush()
        except _ConflictError:
            raise
        except Exception as error:
            self._failed(error)
            if not taken:
                self._take_without_time(one)

    def _sealed(self, one: stimulus.Any) -> stimulus.Any:
        """It without the person's words; what a text says to the safety rules is heard here, whoever sent it."""
        person, state = self.loaded.person, self._last().state
        one = self.kept[one.key] = sealed(person, state, self.kept.get(one.key, one))
        if not isinstance(one, stimulus.Answer):
            return one
        text = texts.text(person, str(one.value)) if one.reference else ""
        return replace(one, heard=heard(self.programs, state, one, text))

    def _advance(self, one: stimulus.Any) -> Iterator[Step]:
        before = self._last()
        return advance(self.programs, self.loaded.person, before.state, before.due, one)

    def _last(self) -> Step | Loaded:
        return self.pending[-1] if self.pending else self.loaded

    def _take_without_time(self, one: stimulus.Any) -> None:
        """What was due before it failed, or the stimulus itself does: take it as it is, or refuse it."""
        if isinstance(one, stimulus.Answer):
            self.flush()
        try:
            self.pending.append(step(self.programs, self.loaded.person, self._last().state, one))
        except Exception as error:
            self.refused[one.key] = f"it could not be taken: {describe(error)}"
            return
        if isinstance(one, stimulus.Answer):
            self.flush()

    def _failed(self, error: Exception) -> None:
        self.error = describe(error)
        log.exception("a step of %s failed", self.loaded.person)

    def flush(self) -> None:
        """Commit what is pending."""
        if not self.pending:
            return
        person = self.loaded.person
        writing = write(self.loaded, self.pending)
        keep_mark = frozenset([person] if self.error else [])
        if commit.commit([writing], failed=keep_mark):
            raise _ConflictError
        for done in self.pending:
            self._remember(done)
        self.loaded, self.pending = writing.after, []

    def _remember(self, done: Step) -> None:
        if isinstance(done.stimulus, stimulus.Time):
            return
        key = done.stimulus.key
        reasons = [f"{e.what}: {e.reason}" for e in done.entries if isinstance(e, entry.Refused)]
        if reasons:
            self.refused[key] = "; ".join(reasons)
        if not reasons or len(reasons) < len(done.entries):
            self.saved.append(key)


def receive(person: str, stimuli: Sequence[stimulus.Any]) -> Received:
    """Take stimuli of one person, in order. Each key is taken once, however often it is sent.

    Raises UnknownPersonError, and BusyError where the person changes all the time (what was saved stays saved).
    """
    now = clock.now()
    arriving = _unique([_arrived(one, now) for one in stimuli])
    keys = [one.key for one in arriving]
    saved: list[str] = []
    refused: dict[str, str] = {}
    kept: dict[str, stimulus.Any] = {}
    for _ in range(ATTEMPTS):
        # The person first, then their keys: a key that another writer saves in between moves the person's version, and
        # the commit sees it. The other way round it would be missed.
        road = _Road(programs(), journals.load(person), kept)
        known = journals.known(person, keys) - set(saved) - set(refused)
        done = known | set(saved) | set(refused)
        conflict = not _travel(road, [one for one in arriving if one.key not in done], now)
        saved += road.saved
        refused |= road.refused
        if not conflict:
            ordered = tuple(key for key in keys if key in known)
            return Received(tuple(saved), ordered, tuple(refused.items()), road.loaded.version)
    raise BusyError(person)


def _travel(road: _Road, fresh: Sequence[stimulus.Any], now: int) -> bool:
    """Take what is new; False where somebody else changed the person meanwhile."""
    try:
        for one in fresh:
            road.take(one)
        road.flush()
    except _ConflictError:
        return False
    if road.error:
        wakeups.fail(road.loaded.person, road.error, now, road.loaded.tries)
    return True


def _arrived(one: stimulus.Any, now: int) -> stimulus.Any:
    """It arrives now, and occurred no later."""
    if isinstance(one, stimulus.Time):
        raise TypeError("time is not sent: it comes due")
    return replace(one, received=now, at=min(one.at, now) if one.at else now)


def _unique(stimuli: Sequence[stimulus.Any]) -> list[stimulus.Any]:
    first: dict[str, stimulus.Any] = {}
    for one in stimuli:
        first.setdefault(one.key, one)
    return list(first.values())
