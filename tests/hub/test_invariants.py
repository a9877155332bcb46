"""What must always hold, for random programs, random people, and any interleaving of what reaches them."""

import os
from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from microcare.base import chance
from microcare.hub import codec, entry
from microcare.hub.fold import fold_all
from microcare.hub.state import State
from microcare.hub.step import Step
from tests.hub.oracles import Watch, forgotten, looked_at, option_of, planned, redrawn
from tests.hub.random_lives import Cast, Life, Move, casts, moves

SOAK = int(os.environ.get("MICROCARE_SOAK", "200"))
"""How many lives the soak lives; for a night let it be 100000."""
lives = st.lists(moves, min_size=20, max_size=60)


def live(cast: Cast, story: list[Move]) -> tuple[Life, Watch]:
    """Live a life and watch every step of it."""
    life, watch = Life(cast), Watch(cast)
    begin = [Move("enroll", 0, 0, 0, 4), *([Move("enroll", 1000, 0, 1, 4)] if len(story) % 2 else [])]
    for number, move in enumerate([*begin, *story, Move("wait", 86_400_000, 0, 0, 0)]):
        before, kept = life.state, codec.encode(life.state)
        for taken in life.move(number, move):
            assert codec.encode(before) == kept, "the state that was given stays as it was"
            before, kept = taken.state, codec.encode(taken.state)
            watch.look(taken)
            assert all(len(r.postponed) <= 1 for run in taken.state.runs.values() for r in run.rules.values())
            refused = [x for x in taken.entries if isinstance(x, entry.Refused)]
            if refused and len(refused) == len(taken.entries):
                assert unchanged(life.steps, taken.state), "what is refused changes nothing"
        assert life.due is None or life.due > life.now, "nothing is due in the past"
        looked_at(life.state, life.programs)
        forgotten(life.state, life.programs, life.now)
    for one in life.state.deliveries.values():
        assert one.done or not one.expires or one.expires > life.now, "what has expired is taken away"
    return life, watch


def unchanged(steps: list[Step], state: State) -> bool:
    """Whether the last step left the state as it was, but for the moment of its last entry."""
    before = steps[-2].state if len(steps) > 1 else State()
    one, other = before.copy(), state.copy()
    one.last = other.last = 0
    return codec.encode(one) == codec.encode(other)


def all_holds(cast: Cast, story: list[Move]) -> None:
    """Live a life; then look at it as a whole."""
    life, watch = live(cast, story)
    planned(watch, life.steps)
    stored = codec.encode(life.state)
    read = [codec.decode_entry(codec.encode(x)) for x in life.entries()]
    assert codec.encode(fold_all(State(), read)) == stored, "the state is the fold of the entries"
    assert codec.decode_state(stored) == life.state
    assert codec.encode(codec.decode_state(stored)) == stored
    again = Life(cast)
    for now, one in life.log:
        for _ in again.wake(now) if one is None else again.send(one):
            pass
    assert [codec.encode(x) for x in again.entries()] == [codec.encode(x) for x in life.entries()]


@given(casts, lives)
@settings(max_examples=40)
def test_whatever_happens_all_holds(cast: Cast, story: list[Move]) -> None:
    all_holds(cast, story)


@pytest.mark.slow
@given(casts, lives)
@settings(max_examples=SOAK)
def test_soak(cast: Cast, story: list[Move]) -> None:
    all_holds(cast, story)


@pytest.mark.slow
@given(
    st.binary(min_size=1, max_size=80),
    st.sampled_from(((0.5, 0.5), (0.6, 0.4), (0.1, 0.2, 0.7), (1 / 3, 1 / 3, 1 / 3))),
)
@settings(max_examples=5)
def test_draws_come_as_often_as_they_say(seed: bytes, probabilities: tuple[float, ...]) -> None:
    """Chi-square over many people and days; 1 in 100 000 samples of a true generator would be refused."""
    options = dict(zip("abc", probabilities, strict=False))
    cuts = chance.thresholds(list(options.values()))
    drawn = [
        chance.pick(chance.draw(seed, f"person{p}", f"p.i0.1/r0/2026-03-{day:02}/0", "option"), cuts)
        for p in range(1000)
        for day in range(1, 31)
    ]
    found = Counter(drawn)
    square = sum((found[i] - len(drawn) * p) ** 2 / (len(drawn) * p) for i, p in enumerate(options.values()))
    assert square < {2: 19.51, 3: 23.03}[len(options)]


@given(st.binary(min_size=1, max_size=64), st.text(max_size=20))
def test_a_draw_can_be_checked_by_its_definition(seed: bytes, point: str) -> None:
    drawn = redrawn(seed, "ada", point)
    assert chance.draw(seed, "ada", point, "option") == drawn
    options = {"a": 0.1, "b": 0.2, "c": 0.7}
    cuts = chance.thresholds(list(options.values()))
    assert list(options)[chance.pick(drawn, cuts)] == option_of(drawn, options)
