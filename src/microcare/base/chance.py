"""Chance without a random source: a draw is a keyed hash of what is decided, compared with exact thresholds.

Who has the seed can compute every draw again; who has not cannot foretell any. So the seed is a secret.
"""

from bisect import bisect_right
from collections.abc import Sequence
from fractions import Fraction
from hashlib import blake2b

WHOLE = 2**64
"""A draw is a whole number from 0 up to, not including, this one."""

_LONGEST_KEY = 64
"""The longest key BLAKE2b takes, in bytes."""


def draw(seed: bytes, *key: str) -> int:
    """A whole number in [0, 2**64), uniform over keys and always the same for one seed and key.

    Keyed BLAKE2b (RFC 7693). Each part of the key is preceded by its length, so that ("a", "b") is not ("ab", "").
    """
    secret = seed if len(seed) <= _LONGEST_KEY else blake2b(seed).digest()
    state = blake2b(key=secret, digest_size=8, person=b"microcare draw")
    for part in key:
        data = part.encode("utf-8", "surrogatepass")
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return int.from_bytes(state.digest(), "big")


def thresholds(probabilities: Sequence[float]) -> tuple[int, ...]:
    """The cumulative probabilities in units of 2**-64, for `pick`.

    Each probability counts as the decimal number that is written (0.1 is a tenth), so ten tenths are a whole. A
    threshold is off by at most 2**-65; the last is 2**64 exactly when the probabilities sum to 1 exactly. Where they
    sum to less, the rest belongs to no option. Raises ValueError for one outside 0 to 1, or a sum above 1.
    """
    total = Fraction(0)
    cuts: list[int] = []
    for probability in probabilities:
        # The text is what the author wrote, the float only its nearest double. `float` also unwraps other number types.
        exact = Fraction(repr(float(probability)))
        if exact < 0:
            raise ValueError(f"{probability} is not a probability")
        total += exact
        if total > 1:
            raise ValueError("the probabilities sum to more than 1")
        cuts.append(round(total * WHOLE))
    if total < 1:
        # A remainder too small to see must not round up to certainty.
        cuts = [min(cut, WHOLE - 1) for cut in cuts]
    return tuple(cuts)


def pick(u: int, cuts: Sequence[int]) -> int:
    """The index of the option that a draw falls on: the first whose threshold is above it.

    An option of probability 0 is never picked. Raises ValueError where the probabilities leave the draw to no option.
    """
    index = bisect_right(cuts, u)
    if index == len(cuts):
        raise ValueError("the draw falls on no option: the probabilities do not sum to 1")
    return index
