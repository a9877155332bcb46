"""The journal is the truth: fold all of it, and compare with the stored state, byte for byte."""

from dataclasses import dataclass

from microcare.care.failure import describe
from microcare.hub import codec
from microcare.hub.fold import apply
from microcare.hub.state import State
from microcare.store import journals, people

PAGE = 5000


@dataclass(frozen=True, slots=True)
class Verified:
    """What was found: everything in order where there are no problems."""

    person: str
    entries: int
    problems: tuple[str, ...]

    @property
    def good(self) -> bool:
        """Whether journal and snapshot agree."""
        return not self.problems


def verify(person: str) -> Verified:
    """Fold a person's whole journal and compare it with their snapshot; and see that no number is missing."""
    loaded = journals.load(person)
    stored = journals.snapshot(person)
    state = State()
    count = 0
    problems: list[str] = []
    while page := journals.entries(person, after=count, limit=PAGE):
        for number, stated in page:
            count += 1
            if number != count:
                problems.append(f"entry {count} is missing (the next is {number})")
                count = number
            apply(state, stated)
    if count != loaded.sequence:
        problems.append(f"the journal ends with {count}, the snapshot with {loaded.sequence}")
    folded = codec.encode(state)
    # A snapshot of an earlier release is folded anew when it is read, and so says nothing of its own.
    if codec.decode_state(stored).format == state.format and folded != stored:
        place = next(
            (i for i, (a, b) in enumerate(zip(folded, stored, strict=False)) if a != b),
            min(len(folded), len(stored)),
        )
        problems.append(f"the snapshot is not the fold of the journal: they part at byte {place}")
    return Verified(person, count, tuple(problems))


def verify_all() -> list[Verified]:
    """Verify everybody; those with problems. One who cannot be read at all keeps nobody else from being looked at."""
    return [found for person in people.everybody() if not (found := _verified(person)).good]


def _verified(person: str) -> Verified:
    try:
        return verify(person)
    except Exception as error:
        return Verified(person, 0, (f"it cannot be read: {describe(error)}",))
