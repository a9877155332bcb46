"""The road: idempotency, the order of commits, and what happens when something goes wrong on the way."""

import threading
from collections.abc import Callable, Iterator

import pytest

from microcare.care import receive as road
from microcare.care.receive import receive
from microcare.care.verify import verify
from microcare.care.wake import wake_due
from microcare.hub import entry, stimulus
from microcare.hub.advance import advance
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.step import Step, step
from microcare.store import database, journals, outbox
from microcare.store.journals import UnknownPersonError
from tests.live import DAY, START, Hub, moment

T = moment(START)


def answer(item: str, value: stimulus.Value, key: str = "", assessment: str = "a1") -> stimulus.Answer:
    return stimulus.Answer(key=key or f"k:{item}", at=T, assessment=assessment, item=item, value=value)


def test_a_person_joins_and_answers(hub: Hub) -> None:
    person = hub.join()
    done = receive(person, [answer("today", 3), answer("harm", 0)])
    assert done.saved == ("k:today", "k:harm")
    assert (done.known, done.refused) == ((), ())
    assert done.version == journals.version(person)
    assert hub.kinds(person).count("Answered") == 2
    assert hub.kinds(person).count("Followed") == 2
    assert verify(person).good


def test_a_known_key_is_nothing_new(hub: Hub) -> None:
    person = hub.join()
    first = receive(person, [answer("today", 3)])
    before = journals.entries(person)
    again = receive(person, [answer("today", 1), answer("today", 2)])
    assert (again.saved, again.known, again.version) == ((), ("k:today",), first.version)
    assert journals.entries(person) == before


def test_the_same_key_twice_in_one_call_counts_once(hub: Hub) -> None:
    person = hub.join()
    done = receive(person, [answer("today", 3), answer("today", 1)])
    assert done.saved == ("k:today",)
    assert [e.value for _, e in journals.entries(person) if isinstance(e, entry.Answered)] == [3]


def test_what_the_engine_refuses_is_kept_as_refused(hub: Hub) -> None:
    person = hub.join()
    done = receive(person, [answer("today", 9), answer("nothing", 1), answer("harm", 0)])
    assert done.saved == ("k:harm",)
    assert [key for key, _ in done.refused] == ["k:today", "k:nothing"]
    assert "from 0 to 4" in done.refused[0][1]
    assert receive(person, [answer("today", 9)]).known == ("k:today",)


def test_nobody_there(hub: Hub) -> None:
    with pytest.raises(UnknownPersonError):
        receive("nobody", [answer("today", 1)])


def test_time_cannot_be_sent(hub: Hub) -> None:
    person = hub.join()
    with pytest.raises(TypeError):
        receive(person, [stimulus.Time(key="x", at=T)])


def test_nothing_occurs_after_its_arrival(hub: Hub) -> None:
    person = hub.join()
    receive(person, [stimulus.Answer(key="k", at=T + 30 * DAY, assessment="a1", item="today", value=1)])
    found = next(e for _, e in journals.entries(person) if isinstance(e, entry.Answered))
    assert found.at == found.received < T + DAY


def test_a_risk_answer_raises_its_alert_and_its_notices_in_its_own_commit(hub: Hub, commits: list[list[str]]) -> None:
    person = hub.join()
    receive(person, [answer("today", 2), answer("harm", 2)])
    risk = next(c for c in commits if "alerted" in c)
    assert risk == ["answered", "alerted", "help", "notify"]


def _breaking(when: Callable[[stimulus.Any], bool]) -> Callable[..., Iterator[Step]]:
    """The engine, with a fault at the steps for which `when` holds."""

    def broken(programs: Programs, person: str, state: State, due: int | None, one: stimulus.Any) -> Iterator[Step]:
        for done in advance(programs, person, state, due, one):
            if when(done.stimulus):
                raise RuntimeError("a fault in a program")
            yield done

    return broken


def test_when_what_follows_fails_the_answer_stands_and_the_worker_goes_on(
    hub: Hub, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    person = hub.join()
    monkeypatch.setattr(road, "advance", _breaking(lambda s: isinstance(s, stimulus.Time)))
    done = receive(person, [answer("today", 2), answer("harm", 2)])
    assert done.saved == ("k:today", "k:harm")
    loaded = journals.load(person)
    assert "RuntimeError" in loaded.failed
    assert loaded.tries == 1
    assert len(loaded.state.followups) == 2
    assert loaded.state.alerts
    assert [o.effect.__class__.__name__ for o in outbox.of(person)] == ["Help", "Notify"]
    assert "a step of" in caplog.text

    monkeypatch.undo()
    assert wake_due(T + 1000).claimed == 0, "a failed person rests"
    assert wake_due(T + 2 * 60_000 + 30_000).stepped == 1
    healed = journals.load(person)
    assert (healed.failed, healed.tries, healed.state.followups) == ("", 0, ())
    assert "Followed" in hub.kinds(person)
    assert verify(person).good


def test_what_was_due_before_keeps_no_answer_out(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    person = hub.join()
    hub.show(T + 3 * DAY)
    monkeypatch.setattr(road, "advance", _breaking(lambda s: isinstance(s, stimulus.Time)))
    assert receive(person, [answer("harm", 3)]).saved == ("k:harm",)
    assert journals.load(person).state.alerts
    assert journals.load(person).failed


def test_a_stimulus_that_breaks_the_engine_loses_no_other(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    person = hub.join()

    def broken_step(programs: Programs, name: str, state: State, one: stimulus.Any) -> Step:
        if isinstance(one, stimulus.Report):
            raise RuntimeError("a fault in a program")
        return step(programs, name, state, one)

    monkeypatch.setattr(road, "advance", _breaking(lambda s: isinstance(s, stimulus.Report)))
    monkeypatch.setattr(road, "step", broken_step)
    mixed: list[stimulus.Any] = [
        stimulus.Setting(key="s1", at=T, name="language", value="de"),
        stimulus.Report(key="r1", at=T, name="talk"),
        answer("today", 2),
        stimulus.Setting(key="s2", at=T, name="language", value="en"),
    ]
    done = receive(person, mixed)
    assert done.saved == ("s1", "k:today", "s2")
    assert [key for key, _ in done.refused] == ["r1"]
    monkeypatch.undo()
    assert receive(person, mixed).saved == ("r1",), "what was not taken can be sent again"
    assert verify(person).good


def test_time_that_stands_still_is_found_out(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    person = hub.join()
    hub.show(T + DAY)

    def still(programs: Programs, name: str, state: State, due: int | None, one: stimulus.Any) -> Iterator[Step]:
        while True:
            yield Step(stimulus.Time(key="t", at=T), state, (), (), T)

    monkeypatch.setattr(road, "advance", still)
    assert receive(person, [answer("today", 2)]).saved == ("k:today",)
    assert "StuckError" in journals.load(person).failed


def test_many_writers_at_once_each_key_once(hub: Hub) -> None:
    person = hub.join()
    wanted = [stimulus.Setting(key=f"s{n}", at=T, name="like.tea", value=n % 3 - 1) for n in range(12)]
    errors: list[BaseException] = []
    saved: list[str] = []

    def write(part: list[stimulus.Setting]) -> None:
        try:
            for one in part:
                saved.extend(receive(person, [one]).saved)
        except BaseException as error:
            errors.append(error)
        finally:
            database.close()

    threads = [threading.Thread(target=write, args=(wanted if n % 2 else wanted[::-1],)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert sorted(saved) == sorted(s.key for s in wanted), "each key was saved by exactly one"
    assert hub.kinds(person).count("Set") == 12
    assert verify(person).good
