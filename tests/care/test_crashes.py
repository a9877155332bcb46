"""SIGKILL at every point of a commit: nothing acknowledged is lost, nothing is there twice, and care goes on."""

from collections import Counter

import pytest

from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.care.verify import verify
from microcare.care.wake import wake_due
from microcare.channels.channel import Channel, Message, Outcome, Result
from microcare.channels.in_app import InApp
from microcare.hub import entry, stimulus
from microcare.store import journals, outbox
from tests.crash import Say, die, in_child
from tests.live import HOUR, START, Hub, moment

POINTS = ("before", "person", "entries", "stimuli", "effects", "after")
T = moment(START)


def _answers() -> list[stimulus.Answer]:
    wanted = [("today", 3), ("harm", 2)]
    return [stimulus.Answer(key=f"k:{i}", at=T, assessment="a1", item=i, value=v) for i, v in wanted]


@pytest.mark.parametrize("number", [1, 2, 3, 4])
@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_answers_are_taken(hub: Hub, point: str, number: int) -> None:
    person = hub.join()

    def work(say: Say) -> None:
        for one in _answers():
            for key in receive(person, [one]).saved:
                say(key)

    acknowledged, died = in_child(work, point, number)
    assert died
    _sound(person)
    assert set(acknowledged) <= journals.known(person, ["k:today", "k:harm"])

    again = receive(person, _answers())
    assert sorted(again.saved + again.known) == ["k:harm", "k:today"]
    wake_due(T + HOUR)
    _sound(person)
    kinds = Counter(hub.kinds(person))
    assert (kinds["Answered"], kinds["Alerted"]) == (2, 1)
    assert sum(e.count for _, e in journals.entries(person) if isinstance(e, entry.Followed)) == 2
    assert journals.load(person).state.followups == ()


def _sound(person: str) -> None:
    """Journal and snapshot agree, and a risk answer is never without its alert and its notices."""
    assert verify(person).good
    risks = [e for _, e in journals.entries(person) if isinstance(e, entry.Answered) and e.item == "harm"]
    alerts = [e for _, e in journals.entries(person) if isinstance(e, entry.Alerted)]
    notices = [o for o in outbox.of(person) if o.once == "at_least" and o.effect.at < T + HOUR / 2]
    assert len(alerts) == len(risks)
    assert len(notices) == 2 * len(alerts)


@pytest.mark.parametrize("point", POINTS)
def test_a_crash_while_people_are_woken(hub: Hub, point: str) -> None:
    people = [hub.join() for _ in range(3)]
    nine = moment("2026-03-02T08:00:00Z")
    hub.show(nine + 1000)
    _, died = in_child(lambda say: wake_due(nine + 1000), point)
    assert died
    assert all(verify(p).good for p in people)
    # The dead worker's claim runs out; then somebody else goes on.
    wake_due(nine + 40_000)
    wake_due(nine + 40_000)
    for person in people:
        assert verify(person).good
        decided = [e for _, e in journals.entries(person) if isinstance(e, entry.Decided)]
        assert [d.outcome for d in decided] == ["decided"]
        prompts = [o for o in outbox.of(person) if o.effect.__class__.__name__ == "Prompt"]
        assert len(prompts) == 1


class _Postman:
    """Writes each mail to a pipe, and may die before or after."""

    name = "email"

    def __init__(self, say: Say, when: str) -> None:
        self.say = say
        self.when = when

    def send(self, message: Message) -> Outcome:
        if self.when == "before":
            die()
        self.say(message.key)
        if self.when == "after":
            die()
        return Outcome(Result.ACCEPTED)

    def rests(self, to: str) -> float:
        return 0.0


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_crash_while_a_mail_is_sent_is_unclear_and_never_repeated(hub: Hub, when: str) -> None:
    person = hub.join()
    receive(person, [stimulus.Answer(key="x", at=T, assessment="a1", item="today", value=1)])
    eleven = moment("2026-03-02T10:00:00Z") + 1000
    wake_due(moment("2026-03-02T08:00:00Z"))
    hub.show(eleven)
    wake_due(eleven)
    ways: dict[str, Channel] = {"in_app": InApp(), "email": _Postman(lambda _: None, when)}

    def work(say: Say) -> None:
        ways["email"] = _Postman(say, when)
        deliver_due(eleven, ways, "")

    sent, died = in_child(work)
    assert died
    later: list[str] = []
    ways["email"] = _Postman(later.append, "")
    for minutes in (0, 1, 3, 10, 60):
        hub.show(eleven + minutes * 60_000)
        deliver_due(eleven + minutes * 60_000, ways, "")
    assert later == []
    assert len(sent) == (1 if when == "after" else 0)
    mails = [o for o in outbox.of(person) if getattr(o.effect, "channel", "") == "email"]
    assert [(m.status, m.told) for m in mails] == [("unclear", True)]
    staged = [e for _, e in journals.entries(person) if isinstance(e, entry.Staged) and e.channel == "email"]
    assert [(s.stage, s.detail[:7]) for s in staged] == [("handed_over", "unclear")]
    assert verify(person).good
