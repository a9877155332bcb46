"""A text is listened to before it is sealed, on every road; what was heard is an alert in the answer's own commit."""

from typing import Any

import pytest

from microcare.care import clock
from microcare.care.receive import receive
from microcare.care.verify import verify
from microcare.hub import entry, stimulus
from microcare.store import commit, journals, outbox, texts
from tests.live import DAY, START, TEA, Hub, moment

T = moment(START)
EAR = TEA.replace(
    "rosters:\n",
    """  - on: mood.note
    words: {en: [want to die, suicid*], de: [will sterben], ko: [죽고 싶]}
    say: Please call somebody now.
    alert: {roster: on_duty, acknowledge_within: 15m, then: lead}
rosters:
""",
)
SAID = "Ich will STERBEN."


@pytest.fixture
def person(hub: Hub) -> str:
    hub.publish(EAR)
    return hub.join()


def note(text: str, **more: Any) -> stimulus.Answer:
    return stimulus.Answer(key="k:note", assessment="a1", item="note", value=text, **{"at": T} | more)


def found(person: str) -> list[entry.Alerted]:
    return [x for _, x in journals.entries(person) if isinstance(x, entry.Alerted)]


def written(person: str) -> str:
    return str([x for _, x in journals.entries(person)]).lower()


def test_the_alert_is_raised_in_the_commit_of_the_answer(hub: Hub, person: str, commits: list[list[str]]) -> None:
    receive(person, [note(SAID)])
    assert next(c for c in commits if "alerted" in c) == ["answered", "alerted", "help", "notify"]
    assert [o.effect.__class__.__name__ for o in outbox.of(person)] == ["Help", "Notify"]


def test_the_words_stand_nowhere_but_under_the_persons_key(hub: Hub, person: str) -> None:
    receive(person, [note(SAID)])
    [alert] = found(person)
    assert "sterben" not in written(person)
    assert alert.reference
    assert texts.text(person, str(alert.value)) == SAID
    assert "sterben" not in str(journals.load(person).state).lower()
    assert b"STERBEN" not in (hub.folder / "microcare.sqlite3").read_bytes()
    assert verify(person).good


@pytest.mark.parametrize(
    "said", ["I don't know. I want to die", "suicidal thoughts", "will sterben!", "그냥 죽고싶어요", "I  WANT\nTO–DIE"]
)
def test_every_list_is_looked_for_whatever_the_persons_language(hub: Hub, person: str, said: str) -> None:
    receive(person, [note(said)])
    assert len(found(person)) == 1


@pytest.mark.parametrize("said", ["A quiet day.", "The diet is hard", "", "Want to dine?"])
def test_other_texts_raise_nothing(hub: Hub, person: str, said: str) -> None:
    receive(person, [note(said)])
    assert found(person) == []


def test_a_text_that_is_sealed_already_is_heard_too(hub: Hub, person: str) -> None:
    receive(person, [note(texts.keep(person, SAID), reference=True)])
    assert len(found(person)) == 1


def test_a_text_called_a_reference_is_sealed_and_heard(hub: Hub, person: str) -> None:
    receive(person, [note(SAID, reference=True)])
    assert len(found(person)) == 1
    assert "sterben" not in written(person)


def test_nobody_says_from_outside_what_is_heard(hub: Hub, person: str) -> None:
    version = journals.load(person).state.courses["tea"].version
    receive(person, [note("A quiet day.", heard=(f"{version}/0", f"{version}/1"))])
    receive(
        person,
        [
            stimulus.Answer(
                key="k2", at=T, assessment="a1", item="today", value=2, heard=(f"{version}/0", f"{version}/1")
            )
        ],
    )
    assert found(person) == []


def test_what_was_written_without_a_connection_and_arrives_late_is_heard(hub: Hub, person: str) -> None:
    hub.show(T + 9 * DAY)
    receive(person, [stimulus.Report(key="r", at=clock.now(), name="talk")])
    assert "a1" not in journals.load(person).state.assessments
    receive(person, [note(SAID, at=T + DAY)])
    assert [x.item for x in found(person)] == ["note"]


def test_a_changed_text_is_heard_again(hub: Hub, person: str) -> None:
    receive(person, [note("A quiet day.")])
    receive(person, [stimulus.Answer(key="k:again", at=T, assessment="a1", item="note", value=SAID)])
    assert len(found(person)) == 1


def test_a_conflict_keeps_the_text_once_and_hears_it_once(
    hub: Hub, person: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, lost = commit.commit, list[int]()

    def contested(writings: Any, *, failed: frozenset[str] = frozenset()) -> frozenset[str]:
        if len(lost) < 3:
            lost.append(1)
            return frozenset(["somebody"])
        return real(writings, failed=failed)

    monkeypatch.setattr(commit, "commit", contested)
    receive(person, [note(SAID)])
    assert len(found(person)) == 1
    assert [t for t in texts.texts(person).values() if t == SAID] == [SAID]


def test_a_personal_text_from_another_system_is_sealed(hub: Hub, person: str) -> None:
    receive(person, [stimulus.Setting(key="s", at=T, name="person.nickname", value="Sunshine")])
    receive(person, [stimulus.Setting(key="p", at=T, name="plan.people", value="My sister Eva")])
    state = journals.load(person).state
    assert texts.text(person, str(state.fields["nickname"])) == "Sunshine"
    assert texts.text(person, state.plan["people"]) == "My sister Eva"
    assert not {"sunshine", "eva"} & set(written(person).replace("'", " ").split())
