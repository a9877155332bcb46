"""Who is told of an alert: days, hours, zones, over midnight, fall-backs; from the answer to the mail that goes out.

The rosters are those of a published program, the clock shows the moment, and the mail server is a real one: whoever got a
mail was told. Nothing in between is replaced.
"""

import pytest

from microcare.care import clock, safeguards
from microcare.care.deliver import deliver_due
from microcare.care.receive import receive
from microcare.channels.channel import Channel
from microcare.channels.email import Email, parse_server
from microcare.channels.in_app import InApp
from microcare.hub import stimulus
from microcare.store import journals
from tests.live import TEA, Hub, moment
from tests.smtp_sink import smtp_sink

RULE = "    alert: {roster: on_duty, acknowledge_within: 15m, then: lead}\n"
ROSTERS = """rosters:
  on_duty: {people: [duty@clinic.test], hours: always}
  lead: {people: [lead@clinic.test], hours: always}
"""
assert RULE in TEA and ROSTERS in TEA
DUTY, NIGHT, LEAD = "duty@clinic.test", "night@clinic.test", "lead@clinic.test"


def published(hub: Hub, on_duty: str, more: str = "") -> None:
    """The tea program with other rosters."""
    text = f"rosters:\n  on_duty: {{people: [{DUTY}], hours: as said, {on_duty}}}\n{more}"
    text += f"  lead: {{people: [{LEAD}], hours: always}}\n"
    hub.publish(TEA.replace(ROSTERS, text))


def told(hub: Hub, when: str, zone: str = "") -> set[str]:
    """Whom the mail server got mails for, of a risk answer at a moment."""
    from microcare.care.enroll import enroll, every_consent

    hub.show(when)
    person = enroll("tea", zone=zone or "Europe/Berlin", name="Ada", consents=every_consent("tea")).person
    assessment = next(iter(journals.load(person).state.assessments))
    receive(person, [stimulus.Answer(key="risk", at=clock.now(), assessment=assessment, item="harm", value=2)])
    with smtp_sink() as sink:
        ways: dict[str, Channel] = {"in_app": InApp(), "email": Email(parse_server(sink.url), "care@clinic.test")}
        deliver_due(clock.now(), ways, "http://clinic.test")
        found = {to for to, _ in sink.mails}
    state = journals.load(person).state
    alert = next(iter(state.alerts.values()))
    assert set(safeguards.responders(state, "tea", alert.roster, clock.now())) == found, (
        "the desk says whom the mail reached"
    )
    return found


OFFICE = (
    'days: [monday, tuesday, wednesday, thursday, friday], between: "09:00-17:00", zone: Europe/Berlin, otherwise: lead'
)
OVERNIGHT = 'days: [friday, saturday], between: "21:00-06:00", zone: Europe/Berlin, otherwise: lead'
TOKYO = 'between: "09:00-17:00", zone: Asia/Tokyo, otherwise: lead'
THEIRS = 'between: "09:00-17:00", otherwise: lead'
WEEKEND = "days: [saturday, sunday], zone: Europe/Berlin, otherwise: lead"
SPRING = 'between: "01:30-03:30", zone: Europe/Berlin, otherwise: lead'
THERE, NOT_THERE = {DUTY}, {DUTY, LEAD}


@pytest.mark.parametrize(
    ("on_duty", "when", "zone", "expected"),
    [
        # Office hours, to the minute (a minute before: the clock goes on), in winter (UTC+1) and in summer (UTC+2). 2026-03-02 is a Monday.
        (OFFICE, "2026-03-02T07:59:00Z", "", NOT_THERE),
        (OFFICE, "2026-03-02T08:00:00Z", "", THERE),
        (OFFICE, "2026-03-02T15:59:00Z", "", THERE),
        (OFFICE, "2026-03-02T16:00:00Z", "", NOT_THERE),
        (OFFICE, "2026-07-06T07:00:00Z", "", THERE),
        (OFFICE, "2026-07-06T15:00:00Z", "", NOT_THERE),
        (OFFICE, "2026-03-06T12:00:00Z", "", THERE),
        (OFFICE, "2026-03-07T12:00:00Z", "", NOT_THERE),
        (OFFICE, "2026-03-08T12:00:00Z", "", NOT_THERE),
        # Over midnight a duty belongs to the evening on which it began.
        (OVERNIGHT, "2026-03-06T19:59:00Z", "", NOT_THERE),
        (OVERNIGHT, "2026-03-06T20:00:00Z", "", THERE),
        (OVERNIGHT, "2026-03-07T04:59:00Z", "", THERE),
        (OVERNIGHT, "2026-03-07T05:00:00Z", "", NOT_THERE),
        (OVERNIGHT, "2026-03-08T04:30:00Z", "", THERE),
        (OVERNIGHT, "2026-03-08T20:30:00Z", "", NOT_THERE),
        (OVERNIGHT, "2026-03-06T04:30:00Z", "", NOT_THERE),
        # The roster's zone counts where it names one, wherever the person is; else the person's own.
        (TOKYO, "2026-03-02T00:00:00Z", "America/New_York", THERE),
        (TOKYO, "2026-03-02T15:00:00Z", "America/New_York", NOT_THERE),
        (THEIRS, "2026-03-02T15:00:00Z", "America/New_York", THERE),
        (THEIRS, "2026-03-02T15:00:00Z", "Asia/Tokyo", NOT_THERE),
        (THEIRS, "2026-03-02T00:30:00Z", "Asia/Tokyo", THERE),
        # Days without hours are whole days, on the roster's wall.
        (WEEKEND, "2026-03-06T22:59:00Z", "", NOT_THERE),
        (WEEKEND, "2026-03-06T23:00:00Z", "", THERE),
        (WEEKEND, "2026-03-08T22:59:00Z", "", THERE),
        (WEEKEND, "2026-03-08T23:00:00Z", "", NOT_THERE),
        # The night in which the clock is set forward: 01:30 is 00:30Z, 03:30 is 01:30Z; and set back again in autumn.
        (SPRING, "2026-03-29T00:29:00Z", "", NOT_THERE),
        (SPRING, "2026-03-29T00:30:00Z", "", THERE),
        (SPRING, "2026-03-29T01:29:00Z", "", THERE),
        (SPRING, "2026-03-29T01:30:00Z", "", NOT_THERE),
        (SPRING, "2026-10-24T23:30:00Z", "", THERE),
        (SPRING, "2026-10-25T02:29:00Z", "", THERE),
        (SPRING, "2026-10-25T02:30:00Z", "", NOT_THERE),
        # No hours at all: always.
        ("zone: Europe/Berlin, otherwise: lead", "2026-03-08T03:00:00Z", "", THERE),
        # Nobody else is named: those of the roster are told all the same.
        ('between: "09:00-17:00", zone: Europe/Berlin', "2026-03-08T03:00:00Z", "", THERE),
    ],
)  # fmt: skip
def test_who_is_told_at_a_moment(hub: Hub, on_duty: str, when: str, zone: str, expected: set[str]) -> None:
    published(hub, on_duty)
    assert told(hub, when, zone) == expected


NIGHTS = (
    f'  night: {{people: [{NIGHT}], hours: nights, between: "17:00-09:00", zone: Europe/Berlin, otherwise: lead}}\n'
)
CHAIN = 'days: [monday, tuesday, wednesday, thursday, friday], between: "09:00-17:00", zone: Europe/Berlin, otherwise: night'


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        ("2026-03-02T12:00:00Z", {DUTY}),
        ("2026-03-02T20:00:00Z", {DUTY, NIGHT}),
        ("2026-03-07T12:00:00Z", {DUTY, NIGHT, LEAD}),
        ("2026-03-08T05:00:00Z", {DUTY, NIGHT}),
    ],
)
def test_a_chain_of_fall_backs_goes_on_until_somebody_is_there(hub: Hub, when: str, expected: set[str]) -> None:
    published(hub, CHAIN, NIGHTS)
    assert told(hub, when) == expected


def test_rosters_that_name_each_other_end(hub: Hub) -> None:
    more = f'  night: {{people: [{NIGHT}], hours: nights, between: "01:00-02:00", zone: Europe/Berlin, otherwise: on_duty}}\n'
    published(hub, 'between: "01:00-02:00", zone: Europe/Berlin, otherwise: night', more)
    assert told(hub, "2026-03-02T12:00:00Z") == {DUTY, NIGHT}


def test_rosters_count_as_the_newest_version_has_them(hub: Hub) -> None:
    person = hub.join()
    state = journals.load(person).state
    hub.publish(TEA.replace(DUTY, "successor@clinic.test"))
    assert safeguards.responders(state, "tea", "on_duty", moment("2026-03-02T12:00:00Z")) == ("successor@clinic.test",)
    # A roster that the newest version does not know any more must not mean that nobody is told.
    hub.publish(TEA.replace("on_duty", "watch"))
    assert set(safeguards.responders(state, "tea", "on_duty", moment("2026-03-02T12:00:00Z"))) == {DUTY, LEAD}


def test_a_list_that_was_set_here_keeps_the_rosters_hours(hub: Hub) -> None:
    published(hub, OFFICE)
    safeguards.set_roster("tea", "on_duty", [DUTY], [DUTY, NIGHT], "olga")
    assert told(hub, "2026-03-02T12:00:00Z") == {DUTY, NIGHT}
    assert told(hub, "2026-03-02T20:00:00Z") == {DUTY, NIGHT, LEAD}


def test_nobody_is_taken_off_unseen(hub: Hub) -> None:
    safeguards.set_roster("tea", "on_duty", [DUTY], [DUTY, NIGHT], "olga")
    with pytest.raises(safeguards.OutdatedError):
        safeguards.set_roster("tea", "on_duty", [DUTY], [DUTY, LEAD], "rita")
    with pytest.raises(ValueError, match="somebody must be told"):
        safeguards.set_roster("tea", "on_duty", [DUTY, NIGHT], [], "rita")
    assert told(hub, "2026-03-02T12:00:00Z") == {DUTY, NIGHT}
    # Back at the program's own list, later versions of it count again.
    safeguards.set_roster("tea", "on_duty", [DUTY, NIGHT], [DUTY], "olga")
    hub.publish(TEA.replace(DUTY, "successor@clinic.test"))
    assert told(hub, "2026-03-02T12:00:00Z") == {"successor@clinic.test"}
