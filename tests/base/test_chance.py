"""Draws and thresholds: exact at their edges, uniform over many."""

import math
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from microcare.base.chance import WHOLE, draw, pick, thresholds

SEED = bytes(range(32))

# Whole numbers of ten-thousandths that sum to one, as authors write them: 0.6, 0.25, 0.0001.
shares = st.lists(st.integers(0, 10_000), min_size=0, max_size=6).map(
    lambda cuts: [(b - a) / 10_000 for a, b in pairwise([0, *sorted(cuts), 10_000])]
)


def test_a_draw_never_changes() -> None:
    """A changed draw would contradict what journals say; these numbers stay for ever."""
    assert draw(SEED, "person", "point", "option") == 2_377_395_566_048_923_617
    assert draw(b"", "") == 1_588_980_680_239_365_901


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (("a", "b"), ("ab", "")),
        (("a", "b"), ("ab",)),
        ((), ("",)),
        (("a", ""), ("a",)),
        (("a", "b"), ("b", "a")),
    ],
)
def test_parts_of_a_key_keep_apart(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    assert draw(SEED, *one) != draw(SEED, *other)


def test_the_seed_counts_whole() -> None:
    long = bytes(100)
    assert len({draw(seed, "a") for seed in (b"", b"\x01", SEED, long, long + b"\x01", bytes(64))}) == 6


@given(st.binary(max_size=80), st.lists(st.text(max_size=20), max_size=4))
@example(b"", ["\ud800"])
def test_draws_are_in_range_and_repeat(seed: bytes, key: list[str]) -> None:
    assert 0 <= draw(seed, *key) < WHOLE
    assert draw(seed, *key) == draw(seed, *key)


def test_draws_are_uniform() -> None:
    """Chi-squared over 256 bins of the highest and of the lowest byte; its 1e-6 limits at 255 degrees are 155, 381."""
    count = 50_000
    for shift in (56, 0):
        bins = [0] * 256
        for number in range(count):
            bins[draw(SEED, "person", str(number)) >> shift & 255] += 1
        chi = sum((found - count / 256) ** 2 / (count / 256) for found in bins)
        assert 155 < chi < 381


@pytest.mark.parametrize("probabilities", [[0.6, 0.4], [0.1] * 10, [0.7, 0.2, 0.1], [1], [0, 1], [0.333, 0.333, 0.334]])
def test_exact_sums_end_at_the_whole(probabilities: list[float]) -> None:
    assert thresholds(probabilities)[-1] == WHOLE


@pytest.mark.parametrize(
    "probabilities",
    [[0.333, 0.333, 0.333], [1 / 3] * 3, [0.5], [0.9999999999999999, 9.99999999999999e-17], [0]],
)
def test_a_missing_rest_belongs_to_no_option(probabilities: list[float]) -> None:
    cuts = thresholds(probabilities)
    assert cuts[-1] < WHOLE
    with pytest.raises(ValueError, match="no option"):
        pick(WHOLE - 1, cuts)


@pytest.mark.parametrize("probabilities", [[-0.1, 1.1], [1.1], [0.6, 0.5], [math.nan], [math.inf], [0.1] * 11])
def test_no_probabilities(probabilities: list[float]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        thresholds(probabilities)


@given(shares)
def test_every_option_has_its_exact_share(probabilities: list[float]) -> None:
    """Options partition the whole; each has its share to within one unit of 2**-64; zero is never picked."""
    cuts = thresholds(probabilities)
    assert list(cuts) == sorted(cuts)
    assert cuts[-1] == WHOLE
    assert len(cuts) == len(probabilities)
    low = 0
    for index, (probability, high) in enumerate(zip(probabilities, cuts, strict=True)):
        assert abs(high - low - Fraction(repr(probability)) * WHOLE) <= 1
        if probability == 0:
            assert high == low
        else:
            assert pick(low, cuts) == index
            assert pick(high - 1, cuts) == index
        low = high


@given(shares, st.integers(0, WHOLE - 1))
def test_pick_is_the_first_threshold_above(probabilities: list[float], u: int) -> None:
    cuts = thresholds(probabilities)
    assert pick(u, cuts) == next(index for index, cut in enumerate(cuts) if u < cut)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=5))
def test_any_floats(probabilities: list[float]) -> None:
    total = sum(Fraction(repr(p)) for p in probabilities)
    assume(total <= 1)
    cuts = thresholds(probabilities)
    assert list(cuts) == sorted(cuts)
    assert (cuts[-1] == WHOLE) == (total == 1)


def test_frequencies() -> None:
    """Of 40,000 draws with 0.6, 0.3, 0, 0.1, each share lies within five standard errors."""
    probabilities, count = [0.6, 0.3, 0.0, 0.1], 40_000
    cuts = thresholds(probabilities)
    found = [0] * 4
    for number in range(count):
        found[pick(draw(SEED, "p", str(number), "option"), cuts)] += 1
    for probability, seen in zip(probabilities, found, strict=True):
        assert abs(seen - count * probability) <= 5 * math.sqrt(count * probability * (1 - probability))
