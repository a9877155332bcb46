"""Which questionnaire of an evaluation is answered first, and which question in it, changes nothing."""

from itertools import permutations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from microcare.base.moments import MINUTE
from microcare.hub import entry, stimulus
from tests.cast import Case, Story, compiled_of

MEASURES = ("mood", "sleep", "worry")
PRESENT = (
    "{a}.x >= 2", "{a}.score >= 3", "{a}.x + {b}.x >= 4", "{a}.x >= 2 && {b}.y <= 1", "{a}.x >= 2 || {b}.x >= 3", "!known({a}.x)",
    "if_unknown({a}.score, 8) >= 5", "mean({a}.score, \"9d\") >= 3", "reported.awful || {a}.x >= 3", "{a}.x >= 2 && known({b}.y)",
)  # fmt: skip
SEVERITY = ("{a}.x / 4", "{a}.score / 8", "({a}.y + {b}.x) / 8")
MAY = ("{a}.x <= 2", "{a}.score >= 2", "known({a}.y)")
ANSWERS = st.integers(0, 4)


@st.composite
def about(draw: st.DrawFn, texts: tuple[str, ...]) -> str:
    """A condition over one or two of the measures."""
    a, b = draw(st.permutations(MEASURES))[:2]
    return draw(st.sampled_from(texts)).format(a=a, b=b)


@st.composite
def programs(draw: st.DrawFn) -> Case:
    """A program whose evaluations ask three questionnaires."""
    names = ["i0", "i1", "i2"]
    levels: list[Case] = []
    for level in (1, 2, 3)[: draw(st.integers(1, 3))]:
        needs: Case = {}
        for place in range(draw(st.integers(1, 2))):
            need: Case = {
                "present": draw(about(PRESENT)), "stale_after": draw(st.sampled_from(("1d", "60d"))), "measures": list(MEASURES),
                "interventions": draw(st.lists(st.sampled_from(names), min_size=1, max_size=2, unique=True)),
            }  # fmt: skip
            if draw(st.booleans()):
                need["severity"] = draw(about(SEVERITY))
            if draw(st.integers(0, 2)) == 0:
                need["present"], need["absent"] = (
                    draw(about(("{a}.x + {b}.x >= 5",))),
                    "mood.x + sleep.x + worry.x <= 4",
                )
            needs[f"n{level}{place}"] = need
        levels.append({"level": level, "waits": draw(st.booleans()), "needs": needs})
    one: Case = {
        "lasts": "1d",
        "rest": "0m",
        "events": {"go": {}},
        "rules": [{"on": "start", "every": "day", "at": "20:00", "deliver": "go"}],
    }
    found = {
        n: one | ({draw(st.sampled_from(("requires", "resource"))): draw(about(MAY))} if draw(st.booleans()) else {})
        for n in names
    }
    return {
        "reports": {"awful": {"text": "Awful", "keep": "1d"}},
        "measures": {m: {"items": {"x": {"scale": "0..4"}, "y": {"scale": "0..4"}}} for m in MEASURES},
        "model": levels, "interventions": found, "recommend": {"at_once": draw(st.sampled_from((1, 1, 3)))},
        "evaluate": [{"every": "2 days", "at": "09:00", "measures": list(MEASURES), "within": "1d"}],
    }  # fmt: skip


def outcome_of(
    program: Any, first: list[int], second: list[int], order: tuple[tuple[str, str], ...]
) -> tuple[object, ...]:
    """What two evaluations came to: the first answered as they are asked, the second in an order."""
    story = Story(program).enroll("mon 08:00")
    given_first = dict(zip([(m, i) for m in MEASURES for i in "xy"], first, strict=True))
    given_then = dict(zip([(m, i) for m in MEASURES for i in "xy"], second, strict=True))
    for day, answers, items in (("wed", given_first, tuple(given_first)), ("fri", given_then, order)):
        at = story.moment(f"{day} 09:01")
        story.pass_time(at)
        asked = {a.measure: k for k, a in story.world.state.assessments.items()}
        assert len(asked) == len(MEASURES)
        before = len(story.entries)
        for place, (measure, item) in enumerate(items):
            story.send(
                stimulus.Answer(
                    key=story.key(), at=at + place * MINUTE, assessment=asked[measure], item=item, value=answers[measure, item]
                )
            )  # fmt: skip
        assert not story.world.state.assessments
    needs = {k: (n.state, n.severity) for k, n in story.world.state.needs.items() if n.state != "unknown"}
    begun = [(x.intervention, x.need) for x in story.entries[before:] if isinstance(x, entry.Started)]
    return needs, sorted(begun)


@given(
    programs(),
    st.lists(ANSWERS, min_size=6, max_size=6),
    st.lists(ANSWERS, min_size=6, max_size=6),
    st.randoms(use_true_random=False),
)
def test_the_order_of_questionnaires_changes_nothing(
    written: Case, first: list[int], second: list[int], chance: Any
) -> None:
    program = compiled_of(written)
    found = []
    for order in permutations(MEASURES):
        found.append(outcome_of(program, first, second, tuple((m, i) for m in order for i in chance.sample("xy", 2))))
    mixed = [(m, i) for m in MEASURES for i in "xy"]
    chance.shuffle(mixed)
    found.append(outcome_of(program, first, second, tuple(mixed)))
    assert all(one == found[0] for one in found), found
