"""The loops around the deeds: they work, sleep, survive a database that is away, and stop when told to."""

import threading
import time
from collections.abc import Callable

import pytest

from microcare.store import database, journals, outbox
from microcare.workers import deliver, loop, wake
from tests.live import START, Hub, moment

NINE = moment("2026-03-02T08:00:00Z")


def _until(true: Callable[[], bool]) -> bool:
    until = time.monotonic() + 10
    while time.monotonic() < until:
        if true():
            return True
        time.sleep(0.02)
    return False


def test_the_loops_bring_a_prompt_to_the_app(hub: Hub) -> None:
    person = hub.join()
    stop = threading.Event()
    threads = [threading.Thread(target=wake.work, args=(stop,))]
    threads += [threading.Thread(target=work) for work in deliver.works(stop).values()]
    for thread in threads:
        thread.start()
    try:
        hub.show(NINE - 500)
        assert _until(lambda: any(o.told for o in outbox.of(person))), outbox.of(person)
    finally:
        stop.set()
        began = time.monotonic()
        for thread in threads:
            thread.join(timeout=5)
    assert time.monotonic() - began < 2
    assert "Staged" in hub.kinds(person)
    assert journals.load(person).failed == ""


def test_a_loop_survives_what_goes_wrong(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "AFTER_ERROR", 0.01)
    stop = threading.Event()
    calls: list[int] = []

    def work(now: int) -> int:
        calls.append(now)
        if len(calls) < 3:
            raise OSError("the disk is full")
        stop.set()
        return 0

    loop.run("test", work, lambda now: None, stop)
    assert len(calls) == 3
    assert abs(calls[0] - moment(START)) < 60_000, "it goes by the hub's clock"


@pytest.mark.parametrize(("coming", "pause"), [(None, 1.0), (50, 0.05), (0, 0.01), (90_000, 1.0)])
def test_a_loop_sleeps_until_the_next_is_due(coming: int | None, pause: float) -> None:
    assert loop._pause(1000, None if coming is None else 1000 + coming) == pause


def test_a_closed_connection_opens_again(hub: Hub) -> None:
    database.close()
    assert database.rows("SELECT 1") == [(1,)]
