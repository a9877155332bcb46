"""Alerts on their way to staff: told until a channel takes it, and then reminded until a person has taken the alert on."""

import logging
from collections.abc import Mapping

from microcare.care import clock, desk_devices, mails
from microcare.care.failure import describe
from microcare.care.receive import receive
from microcare.care.safeguards import on_duty, rosters_of
from microcare.channels.channel import Channel, Message, Outcome, Result, together
from microcare.hub import effect, notices
from microcare.hub.alert import Alert
from microcare.hub.state import State
from microcare.hub.stimulus import Notice
from microcare.store import journals, outbox
from microcare.store.outbox import Waiting

log = logging.getLogger(__name__)

FIRST_RETRY, LONGEST_RETRY = 60_000, 30 * 60_000
"""How soon a notice that nobody took is tried again, ms; doubled each time."""
FIRST_REMINDER, LONGEST_REMINDER = 30 * 60_000, 4 * 3_600_000
"""How soon staff are reminded of an alert that nobody has taken on, ms; doubled each time."""
NOBODY = "nobody stands in the roster %s"


def notify(channels: Mapping[str, Channel], address: str, one: Waiting, notice: effect.Notify) -> bool | None:
    """Tell staff of an alert, until somebody takes it on; whether any was told. None: nobody has to be told any more."""
    try:
        state = journals.load(one.person).state
    except journals.UnreadableError:
        return _tell_blind(channels, address, one, notice)
    alert = state.alerts.get(notice.alert)
    if alert is None or alert.stage == "acknowledged":
        outbox.settle(one, "acknowledged", clock.now(), told=True)
        return None
    reminder = one.status == "accepted"
    if reminder and outbox.superseded(one, notice.alert):
        outbox.settle(one, "accepted", clock.now(), detail="a later notice took over", told=True)
        return None
    outcomes = _tell_staff(channels, address, one, notice, state, reminder=reminder)
    outcome = together([o for _, o in outcomes] or [Outcome(Result.FAILED, NOBODY % notice.roster)])
    known = _enter(one, notice, alert, outcomes)
    taken = outcome.result is Result.ACCEPTED
    first, longest = (FIRST_REMINDER, LONGEST_REMINDER) if taken or reminder else (FIRST_RETRY, LONGEST_RETRY)
    # What the engine could not be told is told with the next attempt, which then comes soon.
    again = clock.now() + (min(first << min(one.attempts, 20), longest) if known else FIRST_RETRY)
    status = "accepted" if taken or reminder else "pending"
    outbox.settle(one, status, clock.now(), detail=outcome.detail, told=True, next_try=again, attempted=True)
    if not taken:
        log.error("alert %s of %s reached nobody: %s", notice.alert, one.person, outcome.detail)
    return taken


def _tell_blind(channels: Mapping[str, Channel], address: str, one: Waiting, notice: effect.Notify) -> bool:
    """The person's record cannot be read: whoever answers alerts of the program is told of it all the same, again and again."""
    people = dict.fromkeys(to for roster in rosters_of(notice.program).values() for to in roster.people)
    subject, body = mails.to_staff("alert", notice.level, f"{address}/desk/", urgent=True)
    outcomes = [
        _both(channels, Message(f"{one.key}-{one.attempts}-{n}", to, subject, body, clock.now()))
        for n, to in enumerate(people)
    ]
    outcome = together(outcomes or [Outcome(Result.FAILED, NOBODY % notice.roster)])
    taken = outcome.result is Result.ACCEPTED
    first, longest = (FIRST_REMINDER, LONGEST_REMINDER) if taken else (FIRST_RETRY, LONGEST_RETRY)
    again = clock.now() + min(first << min(one.attempts, 20), longest)
    outbox.settle(one, "pending", clock.now(), detail=outcome.detail, next_try=again, attempted=True)
    return taken


def _tell_staff(
    channels: Mapping[str, Channel], address: str, one: Waiting, notice: effect.Notify, state: State, *, reminder: bool
) -> list[tuple[str, Outcome]]:
    """Try each of those who are to be told; what came of each, with their roster."""
    urgent = state.alerts[notice.alert].urgent
    kind = "reminder" if reminder else "alert"
    subject, body = mails.to_staff(kind, notice.level, f"{address}/desk/", urgent=urgent)
    # The same key until one was taken, so that no mailbox gets it twice; a reminder is a message of its own.
    key = f"{one.key}-r{one.attempts}" if reminder else one.key
    roster_of: dict[str, str] = {}
    for roster, people in on_duty(state, notice.program, notice.roster, clock.now()).items():
        for to in people:
            roster_of.setdefault(to, roster)
    return [
        (roster, _both(channels, Message(f"{key}-{n}", to, subject, body, clock.now())))
        for n, (to, roster) in enumerate(roster_of.items())
    ]


def _both(channels: Mapping[str, Channel], message: Message) -> Outcome:
    """By both ways, their devices first, for mail may hang: told where either took it."""
    devices = list(desk_devices.notify(channels, message.to, message.key))
    return together([*devices, attempt(channels, "email", message)])


def _enter(one: Waiting, notice: effect.Notify, alert: Alert, outcomes: list[tuple[str, Outcome]]) -> bool:
    """Let the engine know what came of it, where that is news: pages say only what is entered. False: it could not be."""
    by_result = {
        result: tuple(dict.fromkeys(roster for roster, o in outcomes if o.result is result))
        for result in (Result.ACCEPTED, Result.UNCLEAR)
    }
    if by_result[Result.ACCEPTED]:
        result, rosters = "told", by_result[Result.ACCEPTED]
    elif by_result[Result.UNCLEAR]:
        result, rosters = "unclear", by_result[Result.UNCLEAR]
    else:
        result, rosters = "nobody", ()
    key = f"notice:{one.sequence}:{one.index}:{one.attempts}"
    came = Notice(
        key=key, at=clock.now(), alert=notice.alert, result=result, rosters=rosters,
        urgent=alert.urgent and result == "told",
    )  # fmt: skip
    if not notices.is_news(alert, came):
        return True
    try:
        receive(one.person, [came])
    except Exception as error:
        log.exception("what came of telling staff of %s could not be entered yet: %s", one.person, describe(error))
        return False
    return True


def attempt(channels: Mapping[str, Channel], channel: str, message: Message) -> Outcome:
    """Hand a message to a channel."""
    found = channels.get(channel)
    if found is None:
        return Outcome(Result.FAILED, f"there is no channel {channel}")
    rests = found.rests(message.to)
    if rests:
        # Whoever waits behind this one, and could be told another way, waits for nothing.
        return Outcome(Result.FAILED, f"the other side of {channel} fails and is left alone for now", rests)
    return found.send(message)
