"""Names and content hashes."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from microcare.base.ids import canonical, digest, is_identifier

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@pytest.mark.parametrize("name", ["a", "dinner_time", "a1", "a_", "x" * 64])
def test_identifiers(name: str) -> None:
    assert is_identifier(name)


@pytest.mark.parametrize("name", ["", "A", "1a", "_a", "a-b", "a b", "a\n", "ä", "a١", "x" * 65, "a.b"])
def test_no_identifiers(name: str) -> None:
    assert not is_identifier(name)


def test_digest_never_changes() -> None:
    """It is the version of published programs."""
    assert digest(b"") == "cae66941d9efbd404e4d88758ea67670"
    assert digest(b"a") != digest(b"b")
    assert len(digest(b"a")) == 32


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ({"b": 1, "a": [1.0, 2.5, None, True]}, '{"a":[1,2.5,null,true],"b":1}'),
        ({1: "x"}, '{"1":"x"}'),
        ({"é": "\u2028"}, '{"é":"\u2028"}'),
        (frozenset({"b", "a"}), '["a","b"]'),
        ({3, 1}, "[1,3]"),
        (("a", (1,)), '["a",[1]]'),
        (-0.0, "0"),
    ],
)
def test_canonical(value: object, text: str) -> None:
    assert canonical(value) == text.encode()


def test_half_a_surrogate_pair_can_be_hashed() -> None:
    assert canonical("\ud800") != canonical("\ud801")


@pytest.mark.parametrize("value", [math.nan, math.inf, {1: 2, "1": 3}])
def test_values_without_one_spelling(value: object) -> None:
    with pytest.raises(ValueError, match=r".+"):
        canonical(value)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="object"):
        canonical([object()])


@given(st.dictionaries(st.text(), plain))
def test_the_order_of_keys_does_not_matter(value: dict[str, object]) -> None:
    assert canonical(value) == canonical(dict(reversed(value.items())))


@given(plain, plain)
def test_different_values_differ(one: object, other: object) -> None:
    """1 and 1.0 are one value, true and 1 are not; Python's own equality cannot tell the last two apart."""
    if canonical(one) == canonical(other):
        assert one == other
