"""Chance without hidden state: a draw is a keyed hash of what it is for, compared with exact thresholds.

The same key always gives the same draw, so that every decision replays bit for bit; without the secret seed nobody can
tell a draw beforehand.
"""

from collections.abc import Sequence
from fractions import Fraction
from functools import lru_cache
from hashlib import blake2b

WHOLE = 1 << 64


def draw(seed: bytes, *key: str) -> int:
    """A uniform integer in [0, 2**64) for a key. Parts are length-prefixed, so that ("a", "b") is not ("ab", "")."""
    state = blake2b(digest_size=8, key=seed[:64])
    for part in key:
        data = part.encode()
        state.update(len(data).to_bytes(4, "big"))
        state.update(data)
    return int.from_bytes(state.digest(), "big")


def thresholds(probabilities: Sequence[float]) -> tuple[int, ...]:
    """Exact cumulative thresholds in 2**64ths, from the decimal text of each probability.

    The last is 2**64 where they sum to exactly 1. Raises ValueError for a probability outside 0 to 1 or a sum above 1.
    """
    return _thresholds(tuple(map(repr, map(float, probabilities))))


@lru_cache(maxsize=4096)
def _thresholds(texts: tuple[str, ...]) -> tuple[int, ...]:
    total, cuts = Fraction(0), []
    for text in texts:
        share = Fraction(text)
        if not 0 <= share <= 1:
            raise ValueError(f"{text} is not a probability")
        total += share
        cuts.append(int(total * WHOLE))
    if total > 1:
        raise ValueError(f"the probabilities sum to {float(total)}")
    return tuple(cuts)


def pick(drawn: int, cuts: Sequence[int]) -> int:
    """The place of the option that a draw falls to: the first whose threshold lies above it."""
    for place, cut in enumerate(cuts):
        if drawn < cut:
            return place
    raise ValueError("the draw lies beyond all options: their probabilities do not sum to 1")
