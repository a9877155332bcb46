"""What can be done at the desk for one person, by name, and the right it needs. Every entry that follows names who it was."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from microcare.base.moments import DAY, EPOCH_DAY, parse_clock, resolve
from microcare.base.written import day_of, is_time
from microcare.care import access, clock, desk, facilitate, touching
from microcare.care.access import Access
from microcare.care.keys import new_key
from microcare.care.reading import Person
from microcare.care.receive import Received, receive
from microcare.hub.stimulus import Setting
from microcare.store import caseload, notes, people
from microcare.store.notes import Adverse

Posted = Mapping[str, str]
Doing = Callable[[Person, Posted, str], list[str]]
"""Does one thing, and says what could not be done, and why."""
LONGEST = 4000
SEVERITIES = ("mild", "moderate", "severe")
RELATED = ("unrelated", "possible", "probable", "certain", "unknown")
EXPECTED = ("expected", "unexpected", "unknown")
OUTCOMES = ("ongoing", "recovered", "recovered with sequelae", "died", "unknown")


def _refused(received: Received) -> list[str]:
    return [reason for _key, reason in received.refused]


def _text(posted: Posted, name: str) -> str:
    return posted.get(name, "").strip()[:LONGEST]


def _program(found: Person, posted: Posted) -> str:
    return posted.get("program", "") or next(iter(found.state.courses), "")


def _mode(found: Person, posted: Posted, by: str) -> list[str]:
    setting = Setting(key=new_key("mode"), at=clock.now(), name="mode", value=posted.get("mode", ""))
    return _refused(receive(found.id, [setting]))


def _assign(found: Person, posted: Posted, by: str) -> list[str]:
    program, _slash, intervention = posted.get("intervention", "").partition("/")
    return _refused(facilitate.assign(found.id, program, intervention, by))


def _approve(found: Person, posted: Posted, by: str) -> list[str]:
    """Approve; only the parts of the narrative that were changed are told in the facilitator's words."""
    proposal, intervention = posted.get("id", ""), posted.get("intervention", "")
    offer = found.state.offers.get(proposal)
    drafted = desk.draft(found, proposal, offer.interventions[0]) if offer is not None and offer.interventions else None
    edited = {}
    for part in desk.QUESTIONS:
        words = _text(posted, part)
        if words and _plain(words) != _plain(getattr(drafted, part, "")):
            edited[part] = words
    return _refused(facilitate.approve(found.id, proposal, by, intervention, edited or None))


def _plain(text: str) -> str:
    return " ".join(text.split())


def _resolve(found: Person, posted: Posted, by: str) -> list[str]:
    code = posted.get("code", "").strip()[:100]
    if not code:
        return [_("say what came of it")]
    if text := _text(posted, "note"):
        notes.add(found.id, text, by, clock.now())
    return _refused(facilitate.resolve(found.id, posted.get("id", ""), by, code))


def _message(found: Person, posted: Posted, by: str) -> list[str]:
    text = _text(posted, "text")
    return _refused(facilitate.message(found.id, _program(found, posted), by, text)) if text else [_("it is empty")]


def _read(found: Person, posted: Posted, by: str) -> list[str]:
    return _refused(facilitate.message(found.id, _program(found, posted), by, ""))


def _moment(found: Person, day: str, time: str) -> int:
    """A day and a time on the person's wall as a moment; 0 where they are none."""
    ordinal, clock_ = day_of(day), parse_clock(time)
    if ordinal is None or clock_ is None or not is_time(time) or abs(ordinal - EPOCH_DAY) > 40_000:
        return 0
    return resolve(found.state.zone, ordinal, clock_)


def _arrange(found: Person, posted: Posted, by: str) -> list[str]:
    stage = posted.get("stage", "agreed")
    when = _moment(found, posted.get("day", ""), posted.get("time", "")) if stage == "agreed" else 0
    if stage == "agreed" and not when:
        return [_("give a day like 2026-03-02 and a time like 18:30")]
    received = facilitate.arrange(
        found.id, _program(found, posted), by, check_in=posted.get("id", ""), stage=stage, when=when, how=posted.get("how", "")
    )  # fmt: skip
    if text := _text(posted, "note"):
        notes.add(found.id, text, by, clock.now())
    return _refused(received)


def _pause(found: Person, posted: Posted, by: str) -> list[str]:
    days = posted.get("days", "")
    if not days.isdecimal() or len(days) > 3:
        return [_("for how many days?")]
    return _refused(facilitate.pause(found.id, clock.now() + int(days) * DAY if int(days) else 0))


def _time(found: Person, posted: Posted, by: str) -> list[str]:
    return _refused(facilitate.set_time(found.id, posted.get("field", ""), posted.get("time", "")))


def _note(found: Person, posted: Posted, by: str) -> list[str]:
    text = _text(posted, "text")
    if not text:
        return [_("it is empty")]
    notes.add(found.id, text, by, clock.now())
    return []


_group_name = re.compile(r"[\w .\-]{1,60}")


def _group(found: Person, posted: Posted, by: str) -> list[str]:
    name = posted.get("group", "").strip()
    if _group_name.fullmatch(name) is None:
        return [_("a group's name has letters, digits, spaces, dots and dashes")]
    if posted.get("away"):
        caseload.take_from_group(found.id, name)
    else:
        caseload.put_in_group(found.id, name)
    return []


def _adverse(found: Person, posted: Posted, by: str) -> list[str]:
    """Enter an adverse event."""
    text, happened = _text(posted, "text"), posted.get("happened", "")
    wanted = (("severity", SEVERITIES), ("related", RELATED), ("expected", EXPECTED), ("outcome", OUTCOMES))
    if not text or not _moment(found, happened, "12:00") or any(posted.get(n) not in known for n, known in wanted):
        return [_("say what happened, on which day, how bad it was, and what is known of it")]
    one = Adverse(
        found.id, clock.now(), happened, posted["severity"], bool(posted.get("serious")), posted["related"],
        posted["expected"], posted["outcome"], _program(found, posted), by, text,
    )  # fmt: skip
    notes.add_adverse(one)
    return []


@dataclass(frozen=True, slots=True)
class Deed:
    """A thing that can be done: the right it needs, what that is asked of, and how it is done."""

    capability: str
    of: Callable[[Person, Posted], frozenset[str] | None]
    """The programs that it touches; None: the person as a whole."""
    do: Doing

    def may(self, allowed: Access, found: Person, posted: Posted) -> bool:
        """Whether somebody may, for what it touches. An emergency opens a page to read, and no deed."""
        return touching.may(allowed, self.capability, found.id, self.of(found, posted))


def _whole(found: Person, posted: Posted) -> None:
    """The person as a whole."""


def _course(found: Person, posted: Posted) -> frozenset[str]:
    program = _program(found, posted)
    return frozenset({program}) if program else people.programs_of(found.id)


def _assigned(found: Person, posted: Posted) -> frozenset[str]:
    program = posted.get("intervention", "").partition("/")[0]
    return frozenset({program}) if program else people.programs_of(found.id)


def _offered(found: Person, posted: Posted) -> frozenset[str]:
    return touching.owner(found.id, posted.get("id", ""), found.state.offers)


def _with_them(found: Person, posted: Posted) -> frozenset[str]:
    return touching.owner(found.id, posted.get("id", ""), found.state.deliveries)


def _alert(found: Person, posted: Posted) -> frozenset[str]:
    return touching.owner(found.id, posted.get("id", ""), found.state.alerts)


def _agreed(found: Person, posted: Posted) -> frozenset[str]:
    id = posted.get("id", "")
    owner = touching.owner(found.id, id, found.state.check_ins) if id else frozenset()
    return _course(found, posted) | owner


DEEDS: dict[str, Deed] = {
    "mode": Deed(access.CARE, _whole, _mode),
    "assign": Deed(access.CARE, _assigned, _assign),
    "approve": Deed(access.CARE, _offered, _approve),
    "decline": Deed(
        access.CARE, _offered, lambda f, posted, by: _refused(facilitate.decline(f.id, posted.get("id", ""), by))
    ),
    "done": Deed(
        access.CARE, _with_them, lambda f, posted, by: _refused(facilitate.done(f.id, posted.get("id", ""), by))
    ),
    "message": Deed(access.CARE, _course, _message),
    "read": Deed(access.CARE, _course, _read),
    "arrange": Deed(access.CARE, _agreed, _arrange),
    "pause": Deed(access.CARE, _whole, _pause),
    "time": Deed(access.CARE, _whole, _time),
    "group": Deed(access.CARE, _whole, _group),
    "note": Deed(access.SEE, _whole, _note),
    "adverse": Deed(access.ACKNOWLEDGE, _course, _adverse),
    "acknowledge": Deed(
        access.ACKNOWLEDGE,
        _alert,
        lambda f, posted, by: _refused(facilitate.acknowledge(f.id, posted.get("id", ""), by)),
    ),
    "resolve": Deed(access.RESOLVE, _alert, _resolve),
}
"""What can be done, and what it needs."""
