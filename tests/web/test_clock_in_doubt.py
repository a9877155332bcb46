"""A clock in doubt is said at the desk and by readiness; an administrator of all programs settles it."""

import pytest

from microcare.care import clock, readiness
from microcare.care.clock import Reading
from tests.live import DAY, Hub
from tests.web.test_rosters import staff


def test_the_desk_says_it_and_an_administrator_of_all_programs_confirms(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert clock.keep()
    real = clock.read
    monkeypatch.setattr(clock, "read", lambda: Reading(real().wall + 365 * DAY, real().boot, real().up))
    assert "ahead" in readiness.clocks()[0]
    carl = staff("carl", "coach", "*").get("/desk/")
    assert "in doubt" in carl.text
    assert "Tell them" in carl.text
    for one in (carl, staff("part", "administrator", "tea")):
        assert one.post("/desk/clock").status == 403
    assert clock.doubt() is not None
    anna = staff("anna", "administrator", "*").get("/desk/staff")
    assert "It is right" in anna.text
    assert "The clock is confirmed" in anna.post("/desk/clock").text
    assert clock.doubt() is None
    assert readiness.clocks() == []
    assert "in doubt" not in anna.get("/desk/staff").text
