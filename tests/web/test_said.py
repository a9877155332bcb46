"""What a person has just said they need is answered first; whatever else waited steps back until it is seen to."""

from pathlib import Path

import pytest

from microcare.care import answering
from microcare.care.enroll import every_consent
from microcare.care.journeys import Today
from tests.live import HOUR, Hub
from tests.web.conftest import Ada, join

PROGRAMS = Path(__file__).parents[2] / "programs"
ACUTE = {"parenting": "acute_strain", "mood": "overwhelmed", "veterans": "on_edge"}
EXERCISE = {"parenting": "Longer out than in", "mood": "Longer out than in", "veterans": "Five, four, three"}


def living(program: str, answered: bool = True) -> Ada:
    """Somebody in a program that ships, with its first questions answered or not."""
    from microcare.care.publish import publish

    assert publish(PROGRAMS / program).version
    one = join(program, consents=every_consent(program))
    one.get()
    for _ in range(12):
        if answered and 'name="kind" value="answer"' in one.text:
            one.do('name="kind" value="answer"', value="0")
    return one


def says(one: Ada, report: str, key: str = "report:aaaaaaaa") -> Ada:
    """Say what one needs."""
    one.post("/do", kind="report", name=report, key=key)
    return one


def today(one: Ada) -> Today:
    from microcare.care import clock, journeys

    return journeys.today(one.person, clock.now())


def kinds(shown: Today) -> list[str]:
    return [i.title for i in shown.items]


def test_it_is_too_much_comes_first_with_help_relief_and_the_question_of_safety(hub: Hub) -> None:
    from microcare.care import facilitate

    one = living("parenting")
    facilitate.message(one.person, "parenting", "boss", "How was the weekend?")
    waited = kinds(today(one))
    assert waited[0] == "A message for you"
    shown = today(says(one, "acute_strain"))
    assert kinds(shown) == ["Longer out than in", "How you are", *waited]
    assert shown.answers == 2
    # What was opened keeps its place.
    delivery = shown.items[0].id
    one.stimuli({"kind": "receipt", "key": "opened:aaaa", "delivery": delivery, "stage": "opened"})
    assert today(one).items[0].id == delivery
    top, _mark, rest = one.get().text.partition("<h2")
    assert 'href="tel:112"' in top
    assert 'href="/help">Help now' in top.partition("said-first")[2]
    assert "It is too much right now" in top
    assert rest.index("This belongs to it") < rest.index("How you are") < rest.index("This can wait")
    assert rest.index("This can wait") < rest.index(waited[0]) < rest.index(waited[1])


@pytest.mark.parametrize("program", ACUTE)
@pytest.mark.parametrize("answered", [True, False])
@pytest.mark.parametrize("when", ["2026-03-02T07:00:00Z", "2026-03-02T23:30:00Z"])
def test_what_relieves_stands_at_the_top_at_once(hub: Hub, program: str, answered: bool, when: str) -> None:
    one = living(program, answered)
    hub.show(when)
    shown = today(says(one, ACUTE[program]))
    assert kinds(shown)[0] == EXERCISE[program]
    assert shown.said is not None
    assert shown.said.acute
    if not answered:
        # The questions that were open already hold the one about safety.
        asked = [i.questions for i in shown.items[: shown.answers] if i.questions is not None]
        assert any(q.item in ("afraid", "alive", "dark") for one_ in asked for q in one_.questions)


def test_the_question_of_safety_comes_after_the_first_relief_and_before_more_of_it(hub: Hub) -> None:
    one = says(living("parenting"), "acute_strain")
    one.get().do('name="act" value="done"')
    assert "How is it now?" in one.text
    one.do('name="kind" value="answer"', value="worse")
    assert kinds(today(one))[:3] == ["How you are", "Something stronger than breathing", "A guide for the breath"]


def test_when_it_is_seen_to_the_rest_comes_back(hub: Hub) -> None:
    one = living("parenting")
    waited = kinds(today(one))
    says(one, "acute_strain").get().do('name="act" value="done"')
    one.do('name="kind" value="answer"', value="better")
    for _ in range(6):
        if 'name="item" value="' in one.get().text:
            one.do('name="kind" value="answer"', value="0")
    one.get().do('name="act" value="done"')
    shown = today(one)
    assert (shown.said, shown.answers, shown.relief) == (None, 0, None)
    assert kinds(shown) == waited
    assert "said-first" not in one.get().text


def test_somebody_of_the_team_who_writes_after_it_comes_before_all(hub: Hub) -> None:
    from microcare.care import clock, facilitate

    one = says(living("parenting"), "acute_strain")
    hub.show(clock.now() + 60_000)
    facilitate.message(one.person, "parenting", "boss", "I call you in five minutes.")
    assert kinds(today(one))[:2] == ["A message for you", "Longer out than in"]


def test_said_again_it_still_shows_help_and_what_relieves(hub: Hub) -> None:
    """The same micro intervention runs already, so nothing new comes; nobody is told that there is nothing to do."""
    from microcare.care import clock

    one = says(living("veterans"), "on_edge")
    one.get()
    for _ in range(12):
        if 'name="act" value="done"' in one.text:
            one.do('name="act" value="done"')
        elif 'name="kind" value="answer"' in one.text:
            one.do('name="kind" value="answer"', value="0")
    hub.show(clock.now() + HOUR)
    shown = today(says(one, "on_edge", "report:bbbbbbbb"))
    assert shown.said is not None
    assert (shown.answers, shown.relief.title if shown.relief is not None else "") == (0, "Five, four, three")
    page = one.get().text
    assert "Help now" in page.partition("said-first")[2]
    assert page.index("said-first") < page.index("Five, four, three") < page.index('id="item"')
    hub.show(clock.now() + 2 * HOUR)
    assert today(one).said is None


def test_what_is_not_acute_comes_first_without_speaking_of_danger(hub: Hub) -> None:
    one = says(living("parenting"), "few_talks")
    shown = today(one)
    assert shown.said is not None
    assert not shown.said.acute
    assert shown.answers == 1
    assert "Is somebody in danger?" not in one.get().text
    assert "We only talk about what has to be done" in one.text


def test_something_else_and_what_no_program_knows_change_no_order(hub: Hub) -> None:
    one = living("parenting")
    before = kinds(today(one))
    assert kinds(today(says(one, ""))) == before
    assert kinds(today(says(one, "nonsense", "report:cccccccc"))) == before
    assert today(one).said is None


def test_the_phone_keeps_help_and_what_relieves_for_a_time_without_a_line(hub: Hub) -> None:
    one = living("parenting")
    page = one.get("/need").text
    assert page.count("<template data-want=") == 1
    kept = page.partition('<template data-want="acute_strain">')[2].partition("</template>")[0]
    for words in ('href="tel:112"', 'href="/help"', "Longer out than in", "data-timer", "The hub has not heard it yet"):
        assert words in kept, words
    assert 'data-send="' not in kept, "what is no delivery cannot be done or put off"


def test_what_is_contraindicated_is_never_shown_for_relief(hub: Hub) -> None:
    from microcare.care import clock
    from microcare.care.publish import publish
    from microcare.care.reading import read_person

    assert publish(PROGRAMS / "mood").version
    found = {}
    for uneasy in (False, True):
        one = join("mood", consents=every_consent("mood"), fields={"breath_unpleasant": uneasy})
        shown = answering.firsts(read_person(one.person, clock.now()))
        found[uneasy] = [
            x.relief.title if x.relief is not None else None for x in shown if x.said.name == "overwhelmed"
        ]
    assert found[False] == ["Longer out than in"]
    assert found[True] == ["Back to here"]
