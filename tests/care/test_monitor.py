"""The delivery monitor: each planned delivery's line, the study's numbers, and who is stuck."""

from typing import Any

import pytest

from microcare.hub import entry as e
from microcare.hub.deliveries import COMPLETED, HELD, MISSED, NOT_MEANT, OPEN, Line, lines_of
from tests.live import DAY, HOUR, START, Hub, moment

Facts = dict[str, object]


def at(number: int, kind: Any, **facts: object) -> Any:
    return kind(at=number, received=number, **facts)


def decided(outcome: str = "randomized", **more: object) -> Any:
    facts: Facts = {
        "point": "p1", "program": "tea", "run": "r1", "intervention": "tea", "version": "v", "rule": "daily",
        "rule_index": 0, "slot": "s", "planned": 5, "outcome": outcome,
    }  # fmt: skip
    return at(10, e.Decided, **(facts | more))


def delivered(what: str = "event", name: str = "cup", **more: object) -> Any:
    return at(11, e.Delivered, **({"delivery": "d1", "program": "tea", "what": what, "name": name} | more))


def staged(number: int, stage: str, detail: str = "") -> Any:
    return at(number, e.Staged, delivery="d1", stage=stage, channel="email", detail=detail)


def acted(number: int, act: str, **more: object) -> Any:
    return at(number, e.Acted, delivery="d1", act=act, **more)


def undelivered(reason: str) -> Any:
    return at(30, e.Undelivered, delivery="d1", reason=reason)


def asked() -> Any:
    return at(
        9, e.Asked, assessment="a1", program="tea", measure="mood", items=("today",), purpose="evaluation", expires=99
    )  # fmt: skip


def assessed(complete: bool, **more: object) -> Any:
    return at(
        25, e.Assessed, assessment="a1", program="tea", measure="mood", purpose="evaluation", complete=complete, **more
    )  # fmt: skip


EVENT = (decided(), delivered(point="p1", run="r1"))
CASES: list[tuple[str, tuple[e.Any, ...], str, int, str]] = [
    ("unavailable", (decided("unavailable", reasons=("driving",)),), HELD, 0, "unavailable: driving"),
    ("held", (decided("unavailable", reasons=("driving", "quiet hours")),), HELD, 0, "held: quiet hours"),
    ("safety", (decided("unavailable", reasons=("safety hold",)),), HELD, 0, "held: safety hold"),
    ("unknown", (decided("unknown", reasons=("steps unknown",)),), HELD, 0, "not known: steps unknown"),
    ("late", (decided("missed", reasons=("its window closed",)),), MISSED, 0, "asked too late"),
    ("not eligible", (decided("not_eligible"),), NOT_MEANT, 0, "not eligible"),
    ("nothing drawn", (decided(drawn="7", chosen="nothing"),), NOT_MEANT, 0, "the draw said nothing"),
    ("on its way", (*EVENT, staged(12, "handed_over"), staged(13, "accepted")), OPEN, 3, ""),
    ("done", (*EVENT, staged(14, "opened"), acted(15, "done")), COMPLETED, 6, ""),
    ("done, then taken away", (*EVENT, acted(15, "done"), undelivered("the intervention ended")), COMPLETED, 6, ""),
    ("done late", (*EVENT, undelivered("expired"), acted(31, "done", late=True)), COMPLETED, 6, ""),
    ("dismissed", (*EVENT, acted(15, "dismissed")), MISSED, 5, "dismissed"),
    ("dropped", (*EVENT, acted(15, "dropped")), MISSED, 5, "given up midway"),
    ("expired", (*EVENT, undelivered("expired")), MISSED, 1, "expired"),
    ("expired after opening", (*EVENT, staged(14, "opened"), undelivered("expired")), MISSED, 5, "expired after it was opened"),
    ("failed", (*EVENT, staged(14, "failed", "no such address"), undelivered("expired")), MISSED, 1, "never opened: email failed"),
    ("unclear", (*EVENT, staged(14, "handed_over", "unclear: timeout"), undelivered("expired")), MISSED, 2, "never opened: email unclear"),
    ("replaced", (*EVENT, undelivered("a newer one came")), MISSED, 1, "a newer one came"),
    ("silent", (delivered(silent=("quiet hours",)), undelivered("expired")), MISSED, 1, "waited without a prompt: quiet hours"),
    ("answered", (asked(), delivered("assessment", "a1"), assessed(True)), COMPLETED, 6, ""),
    ("answered in part", (asked(), delivered("assessment", "a1"), staged(20, "opened"), assessed(False)), MISSED, 5, "answered in part"),
    ("not answered", (asked(), delivered("assessment", "a1"), assessed(False)), MISSED, 1, "expired"),
    ("an offer taken", (delivered("offer", "o1"), at(20, e.OfferClosed, offer="o1", answer="declined")), COMPLETED, 6, ""),
    ("an offer left", (delivered("offer", "o1"), at(20, e.OfferClosed, offer="o1", answer="expired")), MISSED, 1, "expired"),
]  # fmt: skip


@pytest.mark.parametrize(("entries", "status", "reach", "reason"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_what_became_of_a_planned_delivery(entries: tuple[e.Any, ...], status: str, reach: int, reason: str) -> None:
    (line,) = lines_of(entries).values()
    assert (line.status, line.reach, line.reason) == (status, reach, reason)
    assert bool(line.missed) == (status == MISSED)
    assert bool(line.completed) == (status == COMPLETED)


def test_a_delivery_keeps_the_moment_it_was_planned_for() -> None:
    (line,) = lines_of([*EVENT, staged(20, "opened"), acted(21, "done"), staged(22, "opened")]).values()
    assert (line.planned, line.due, line.opened, line.completed) == (5, 11, 20, 21)
    assert (line.intervention, line.name) == ("tea", "cup")


def live(hub: Hub) -> str:
    """Ada drinks tea on the first day, dismisses it on the second, and lets the third pass."""
    from microcare.care.receive import receive
    from microcare.care.wake import wake_due
    from microcare.hub.stimulus import Act
    from microcare.store import journals

    hub.show(START)
    hub.publish()
    person = hub.join()
    for day, act in enumerate(("done", "dismissed", "")):
        now = moment(START) + day * DAY + 2 * HOUR
        hub.show(now)
        while wake_due(now).claimed:
            pass
        for key, delivery in journals.load(person).state.deliveries.items():
            if act and delivery.what == "event" and not delivery.done:
                receive(person, [Act(key=f"act{day}", at=now, delivery=key, act=act)])
    return person


def test_the_summary_is_what_the_journal_tells_however_often_it_is_brought_up_to_date(hub: Hub) -> None:
    from microcare.store import journals, monitor

    person = live(hub)
    assert monitor.behind() == 1
    assert monitor.catch_up(10) == 1
    hub.show(moment(START) + 4 * DAY)
    from microcare.care.wake import wake_due

    while wake_due(moment(START) + 4 * DAY).claimed:
        pass
    assert monitor.catch_up(10) == 1 and monitor.catch_up(10) == 0 and monitor.behind() == 0
    told = lines_of(stated for _, stated in journals.entries(person))
    kept: dict[str, Line] = {line.key: line for line in monitor.lines_of(person, monitor.Filter(), 1000)}
    assert kept == told
    assert {line.status for line in told.values()} >= {COMPLETED, MISSED}


def test_the_study_is_the_sum_of_its_people(hub: Hub) -> None:
    from microcare.care import monitor
    from microcare.store.monitor import Filter

    person = live(hub)
    found = monitor.study(Filter())
    counts = [step.count for step in found.steps]
    assert counts == sorted(counts, reverse=True) and counts[0] > 0
    assert sum(day.total for day in found.days) == counts[0] == sum(part.planned for part in found.parts)
    cup = next(part for part in found.parts if part.name == "cup")
    assert (cup.planned, cup.completed, cup.missed + cup.open) == (3, 1, 2)
    assert ("missed", "dismissed", 1) in found.reasons
    (who,) = monitor.persons(Filter(name="cup"))
    assert (who.person, who.name, who.completed) == (person, "Ada", 1)
    assert monitor.study(Filter(programs=())).steps[0].count == 0
    assert monitor.study(Filter(name="cup", status="completed")).steps[-1].count == 1


def test_stuck_people_are_listed_with_the_reason(hub: Hub) -> None:
    from microcare.care import monitor
    from microcare.store.database import run

    person = live(hub)
    now = moment(START) + 2 * DAY + 2 * HOUR
    assert not any("step failed" in one.why for one in monitor.stuck(now, None))
    run("UPDATE person SET failed = 'a rule went wrong', due = %s WHERE id = %s", [now - HOUR, person])
    run("UPDATE outbox SET status = 'failed', detail = 'mailbox full', settled = %s WHERE person = %s", [now, person])
    why = " / ".join(one.why for one in monitor.stuck(now, {"tea"}))
    for words in ("a step failed: a rule went wrong", "no worker has come", "mailbox full"):
        assert words in why
    assert monitor.stuck(now, {"elsewhere"}) == ()
