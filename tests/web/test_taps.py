"""A form answers the question it was shown for, and only when somebody can have read it."""

import pytest

from microcare.web.participant.doing import MOMENT
from tests.live import START, Hub, moment
from tests.web.conftest import Ada, state_of

ANSWER = 'name="kind" value="answer"'


def given(ada: Ada) -> dict[str, object]:
    """What is answered in the open questionnaire."""
    return dict(next(iter(state_of(ada).assessments.values())).answers)


@pytest.mark.parametrize(("after", "taken"), [(0, False), (MOMENT - 20, False), (MOMENT + 1, True), (60_000, True)])
def test_a_form_that_comes_before_anybody_can_have_read_it_is_not_taken(
    hub: Hub, ada: Ada, monkeypatch: pytest.MonkeyPatch, after: int, taken: bool
) -> None:
    from microcare.care import clock

    now = moment(START) + 60_000
    monkeypatch.setattr(clock, "now", lambda: now)
    fields = ada.get().form(ANSWER) | {"shown": str(now)}
    now += after
    ada.post("/do", **fields, value="3")
    assert given(ada) == ({"today": 3} if taken else {})
    assert ("had only just appeared" in ada.text) is not taken
    if not taken:
        assert "How is today?" in ada.text


def test_a_second_tap_on_the_same_page_changes_nothing(ada: Ada) -> None:
    fields = ada.get().form(ANSWER)
    ada.post("/do", **fields, value="3")
    ada.post("/do", **fields, value="0")
    assert given(ada) == {"today": 3}
    assert "Did you think of harming yourself?" in ada.text


def test_an_answer_counts_for_the_question_it_was_shown_for(ada: Ada) -> None:
    first = ada.get().form(ANSWER)
    ada.answer("3")
    second = ada.form(ANSWER)
    assert (first["item"], second["item"]) == ("today", "harm")
    # The page of the first question is still open elsewhere: what is tapped there is about that question.
    ada.post("/do", **(first | {"key": "another:page:1"}), value="1")
    assert given(ada) == {"today": 1}
    ada.post("/do", **second, value="0")
    assert given(ada) == {"today": 1, "harm": 0}


@pytest.mark.parametrize("shown", ["", "x", "-1", "9" * 40, "1e9", "²"])
def test_a_form_that_does_not_say_when_it_was_shown_is_taken(ada: Ada, shown: str) -> None:
    ada.post("/do", **(ada.get().form(ANSWER) | {"shown": shown}), value="3")
    assert given(ada) == {"today": 3}
