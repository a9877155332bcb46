"""What people did counts in the order in which it happened, and is found again however much has come since."""

from itertools import permutations

import pytest

from microcare.hub import entry, stimulus
from microcare.hub.state import EventRecord
from microcare.hub.streaks import Went, in_a_row, noted
from tests.cast import Case, Story, compiled_of

RUN = "test.walk.1"


def program(expires: str = "1h", every: str = "day", **event: object) -> Case:
    """An event that comes again and again."""
    walk: Case = {
        "lasts": "120d", "disengaged_after": "120d", "events": {"go": {"expires": expires, **event}},
        "rules": [{"on": "start", "every": every, "deliver": "go", **({"at": "09:00"} if every == "day" else {"between": "08:00-22:00"})}],
    }  # fmt: skip
    return {"interventions": {"walk": walk}}


def record(story: Story) -> EventRecord:
    """What is known of the event."""
    return story.world.state.runs[RUN].events["go"]


def done(story: Story, delivery: str, when: str, received: str) -> None:
    """The person did it then; it arrives later."""
    one = stimulus.Act(
        key=story.key(), at=story.moment(when), received=story.moment(received), delivery=delivery, act="done"
    )
    story.pass_time(received).send(one)


def answered(story: Story, measure: str, delivery: str, when: str, received: str, value: str) -> None:
    """They answered the question about a delivery then; it arrives later."""
    name = next(x.assessment for x in story.of(entry.Asked) if x.delivery == delivery)
    one = stimulus.Answer(
        key=story.key(), at=story.moment(when), received=story.moment(received), assessment=name, item="answer", value=value
    )  # fmt: skip
    story.pass_time(received).send(one)


@pytest.mark.parametrize("order", list(permutations(("d1", "d2", "d3"))))
def test_completed_in_a_row_goes_by_what_happened_not_by_what_arrived(order: tuple[str, ...]) -> None:
    """d1 to d3 were all done in time, on a phone without a network; d4 was not, or was."""
    story = Story(compiled_of(program())).enroll("mon 08:00").pass_time("thu 11:00")
    days = {"d1": "mon", "d2": "tue", "d3": "wed"}
    for place, name in enumerate(order):
        done(story, name, f"{days[name]} 09:10", f"thu 12:0{place}")
    assert record(story).in_a_row == 0, "what came last was missed"
    assert record(story).done_at == story.moment("wed 09:10")
    done(story, "d4", "thu 09:10", "thu 13:00")
    assert (record(story).in_a_row, record(story).completed) == (4, 4)
    story.check()


def test_an_outcome_that_arrives_late_is_not_the_last_one() -> None:
    proximal = {"ask": "Did it help?", "within": "2h", "success": 'answer == "yes"'}
    story = Story(compiled_of(program(proximal=proximal))).enroll("mon 08:00")
    for day in ("mon", "tue", "wed"):
        story.act(f"{day} 09:05", "go")
    story.pass_time("wed 09:06")
    answered(story, "go", "d3", "wed 09:06", "wed 09:06", "no")
    assert (record(story).success, record(story).won_in_a_row) == (False, 0)
    answered(story, "go", "d1", "mon 09:10", "wed 10:00", "yes")
    answered(story, "go", "d2", "tue 09:10", "wed 10:01", "yes")
    assert (record(story).success, record(story).value) == (False, "no"), "the last one failed, whatever arrives"
    assert (record(story).won_in_a_row, record(story).succeeded, record(story).failed) == (0, 2, 1)
    story.act("thu 09:05", "go")
    answered(story, "go", "d4", "thu 09:06", "thu 09:07", "yes")
    assert (record(story).success, record(story).won_in_a_row) == (True, 1)
    story.check()


def test_what_was_done_in_time_is_taken_however_much_is_over_since() -> None:
    story = Story(compiled_of(program(expires="30m", every="90m"))).enroll("mon 08:00").pass_time("sun+1 12:00")
    assert len(story.of(entry.Delivered)) > 100
    done(story, "d1", "mon 08:10", "sun+1 12:30")
    assert not story.of(entry.Refused)
    (acted,) = (x for x in story.of(entry.Acted) if x.act == "done")
    assert (acted.delivery, acted.late, acted.at) == ("d1", True, story.moment("mon 08:10"))
    done(story, "d2", "mon 20:00", "sun+1 12:31")
    assert "it is over" in story.of(entry.Refused)[-1].reason, "given after its time it is no deed"
    story.check()


def test_a_long_streak_is_counted_whole_and_late_news_finds_its_place() -> None:
    went: Went = ()
    for number in range(1, 61):
        went = noted(went, f"d{number}", True)
    assert (in_a_row(went), len(went)) == (60, 20)
    missed = noted(went, "d55", False)
    assert in_a_row(missed) == 5
    assert in_a_row(noted(missed, "d55", True)) == 60
    assert in_a_row(noted(went, "d3", False)) == 60, "too long ago to be told apart"
