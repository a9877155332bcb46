"""Deliver: the outbox to the channels, and what became of it back to the engine as receipts.

Prompts and proposals are at most once: the attempt is entered before it is made, and a result that nobody can tell stays
unclear. Only what is in the app is there for ever, because it is nothing but the database. Notices to staff are at least
once: attempted until a channel takes them, and then again, ever more seldom, until a person has taken the alert on or a
later notice has taken over.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from microcare.care import accounts, clock, mails, notifications
from microcare.care.access import CARE, access_of
from microcare.care.failure import describe
from microcare.care.holding import held
from microcare.care.programs import programs
from microcare.care.receive import receive
from microcare.care.safeguards import on_duty
from microcare.channels.channel import Channel, Message, Outcome, Result, together
from microcare.hub import effect, notices
from microcare.hub.alert import Alert
from microcare.hub.state import State
from microcare.hub.stimulus import Notice, Receipt
from microcare.store import journals, outbox, people
from microcare.store.database import writing
from microcare.store.outbox import Waiting

log = logging.getLogger(__name__)

BATCH = 100
PATIENCE = 20_000
"""How long one round goes on sending prompts, ms."""
FIRST_RETRY, LONGEST_RETRY = 60_000, 30 * 60_000
"""How soon a notice that nobody took is tried again, ms; doubled each time."""
FIRST_REMINDER, LONGEST_REMINDER = 30 * 60_000, 4 * 3_600_000
"""How soon staff are reminded of an alert that nobody has taken on, ms; doubled each time."""

NOBODY = "nobody stands in the roster %s"


@dataclass(slots=True)
class Delivered:
    """What one batch came to, in rows."""

    looked: int = 0
    accepted: int = 0
    failed: int = 0
    unclear: int = 0
    held: int = 0


@dataclass(slots=True)
class _Round:
    """One batch under way."""

    channels: Mapping[str, Channel]
    address: str
    now: int
    done: Delivered = field(default_factory=Delivered)
    tell: list[tuple[Waiting, str, str, int]] = field(default_factory=list)
    """What the engine must be told: the row, its new status, the detail, and when it was handed over (0: it was not)."""
    send: list[Waiting] = field(default_factory=list)


def deliver_due(now: int, channels: Mapping[str, Channel], address: str, limit: int = BATCH) -> Delivered:
    """Look at what waits in the outbox by now, at most `limit` rows. `address`: where the pages are, for links."""
    rows = outbox.claim(now, limit)
    work = _Round(channels, address.rstrip("/"), now, Delivered(looked=len(rows)))
    with writing():
        for one in rows:
            _guarded(work, one, _without_network)
    _send_all(work)
    _tell(work)
    return work.done


def _send_all(work: _Round) -> None:
    """Staff first. A slow mail server must not keep the next round's alerts waiting: what is left has its turn then."""
    began = clock.wall()
    for one in sorted(work.send, key=lambda w: w.once):
        if one.once == "at_most" and clock.wall() - began > PATIENCE:
            outbox.look_again(one, work.now)
        else:
            _guarded(work, one, _over_network)


def _guarded(work: _Round, one: Waiting, act: Callable[[_Round, Waiting], None]) -> None:
    """One row's failure delays no other."""
    try:
        act(work, one)
    except Exception as error:
        log.exception("outbox %s: %s", one.key, describe(error))
        work.done.failed += 1


def _without_network(work: _Round, one: Waiting) -> None:
    """All that is settled by the database alone; the rest is put on the list to send."""
    if one.status in ("accepted", "failed", "unclear", "expired", "cancelled") and one.once == "at_most":
        work.tell.append((one, one.status, one.detail, one.handed))
    elif one.status == "handed":
        # Whoever handed it over has not come back: nobody can tell whether it was sent.
        _settle(work, one, "unclear", "no result came back", handed=one.handed)
    elif isinstance(one.effect, effect.Help):
        outbox.settle(one, "accepted", work.now, told=True, attempted=True)
        work.done.accepted += 1
    elif isinstance(one.effect, effect.Prompt):
        _prompt(work, one, one.effect)
    else:
        work.send.append(one)


def _prompt(work: _Round, one: Waiting, prompt: effect.Prompt) -> None:
    state = journals.load(one.person).state
    why = held(programs(), state, prompt, work.now)
    if why is not None and why.until:
        outbox.look_again(one, why.until)
        work.done.held += 1
    elif why is not None:
        _settle(work, one, why.status, why.reason)
        work.done.held += 1
    elif prompt.channel == "in_app":
        _settle(work, one, "accepted", "")
        work.done.accepted += 1
    else:
        work.send.append(one)


def _settle(work: _Round, one: Waiting, status: str, detail: str, *, was: str = "", handed: int = 0) -> None:
    """Enter what became of a row; the engine is told afterwards, or, should that fail, a minute later."""
    again = work.now + FIRST_RETRY
    if outbox.settle(one, status, clock.now(), detail=detail, next_try=again, was=was, handed=handed):
        work.tell.append((one, status, detail, handed))


def _over_network(work: _Round, one: Waiting) -> None:
    match one.effect:
        case effect.Prompt() as prompt:
            _send_prompt(work, one, prompt)
        case effect.Propose() as proposal:
            _send_proposal(work, one, proposal)
        case effect.Notify() as notice:
            _notify(work, one, notice)
        case effect.Help():
            raise AssertionError("help pages need no network")


def _send_prompt(work: _Round, one: Waiting, prompt: effect.Prompt) -> None:
    """Ask once more, enter the attempt, and only then make it."""
    loaded = journals.load(one.person)
    if held(programs(), loaded.state, prompt, clock.now()) is not None:
        outbox.look_again(one, work.now)
        return
    handed = clock.now()
    if not outbox.hand_over(one, handed, loaded.version):
        outbox.look_again(one, work.now)
        return
    if prompt.channel == "push":
        outcome = notifications.send(work.channels, one.key, one.person, loaded.state, prompt, handed)
    else:
        subject, body = mails.to_person(loaded.state.language, f"{work.address}/")
        outcome = _attempt(work, prompt.channel, Message(one.key, people.email_of(one.person), subject, body, handed))
    _settled(work, one, outcome, handed)


def _send_proposal(work: _Round, one: Waiting, proposal: effect.Propose) -> None:
    loaded = journals.load(one.person)
    if not _waits(loaded.state, proposal.subject):
        return _settle(work, one, "cancelled", "it is over")
    if proposal.expires and clock.now() >= proposal.expires:
        return _settle(work, one, "expired", "expired before it could be sent")
    handed = clock.now()
    if not outbox.hand_over(one, handed, loaded.version):
        return outbox.look_again(one, work.now)
    kind = {"m": "message", "c": "check_in"}.get(proposal.subject[:1], "proposal")
    subject, body = mails.to_staff(kind, 0, f"{work.address}/desk/")
    outcomes = [
        _attempt(work, "email", Message(f"{one.key}-{n}", to, subject, body, handed))
        for n, to in enumerate(_concerned(loaded.state, proposal))
    ]
    return _settled(work, one, together(outcomes or [Outcome(Result.ACCEPTED, "on the desk")]), handed)


def _concerned(state: State, proposal: effect.Propose) -> list[str]:
    """Who is told: whoever agreed on the check-in; else those who facilitate, of those who act in that program."""
    agreed = state.check_ins.get(proposal.subject)
    if agreed is not None and access_of(agreed.by).may_in(CARE, proposal.program):
        own = accounts.addresses_of([agreed.by])
        if own:
            return own
    found = programs().current(proposal.program)
    return accounts.addresses_for(proposal.program, CARE, state.mode or (found.program.facilitator if found else ""))


def _waits(state: State, subject: str) -> bool:
    """Whether it still waits for a facilitator: a proposal, an event to deliver, a message, a check-in."""
    if subject.startswith("m"):
        return bool(state.unread)
    return subject in state.offers or subject in state.deliveries or subject in state.check_ins


def _settled(work: _Round, one: Waiting, outcome: Outcome, handed: int) -> None:
    _settle(work, one, outcome.result.value, outcome.detail, was="handed", handed=handed)
    if outcome.result is Result.ACCEPTED:
        work.done.accepted += 1
    elif outcome.result is Result.UNCLEAR:
        work.done.unclear += 1
    else:
        work.done.failed += 1


def _attempt(work: _Round, channel: str, message: Message) -> Outcome:
    found = work.channels.get(channel)
    if found is None:
        return Outcome(Result.FAILED, f"there is no channel {channel}")
    return found.send(message).without(message.to)


def _notify(work: _Round, one: Waiting, notice: effect.Notify) -> None:
    """Tell staff of an alert, until somebody takes it on."""
    state = journals.load(one.person).state
    alert = state.alerts.get(notice.alert)
    if alert is None or alert.stage == "acknowledged":
        outbox.settle(one, "acknowledged", clock.now(), told=True)
        return
    reminder = one.status == "accepted"
    if reminder and outbox.superseded(one, notice.alert):
        outbox.settle(one, "accepted", clock.now(), detail="a later notice took over", told=True)
        return
    outcomes = _tell_staff(work, one, notice, state, reminder=reminder)
    outcome = together([o for _, o in outcomes] or [Outcome(Result.FAILED, NOBODY % notice.roster)])
    known = _enter(one, notice, alert, outcomes)
    taken = outcome.result is Result.ACCEPTED
    first, longest = (FIRST_REMINDER, LONGEST_REMINDER) if taken or reminder else (FIRST_RETRY, LONGEST_RETRY)
    # What the engine could not be told is told with the next attempt, which then comes soon.
    again = clock.now() + (min(first << min(one.attempts, 20), longest) if known else FIRST_RETRY)
    status = "accepted" if taken or reminder else "pending"
    outbox.settle(one, status, clock.now(), detail=outcome.detail, told=True, next_try=again, attempted=True)
    if taken:
        work.done.accepted += 1
    else:
        work.done.failed += 1
        log.error("alert %s of %s reached nobody by mail: %s", notice.alert, one.person, outcome.detail)


def _tell_staff(
    work: _Round, one: Waiting, notice: effect.Notify, state: State, *, reminder: bool
) -> list[tuple[str, Outcome]]:
    """Try each of those who are to be told; what came of each, with their roster."""
    urgent = state.alerts[notice.alert].urgent
    kind = "reminder" if reminder else "alert"
    subject, body = mails.to_staff(kind, notice.level, f"{work.address}/desk/", urgent=urgent)
    # The same key until one was taken, so that no mailbox gets it twice; a reminder is a message of its own.
    key = f"{one.key}-r{one.attempts}" if reminder else one.key
    roster_of: dict[str, str] = {}
    for roster, addresses in on_duty(state, notice.program, notice.roster, clock.now()).items():
        for address in addresses:
            roster_of.setdefault(address, roster)
    return [
        (roster, _attempt(work, "email", Message(f"{key}-{n}", to, subject, body, clock.now())))
        for n, (to, roster) in enumerate(roster_of.items())
    ]


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


def _tell(work: _Round) -> None:
    """Receipts, one call for each person; a row is done when the engine knows."""
    by_person: dict[str, list[tuple[Waiting, str, str, int]]] = {}
    for item in work.tell:
        by_person.setdefault(item[0].person, []).append(item)
    told: list[tuple[Waiting, str]] = []
    for person, items in by_person.items():
        try:
            stimuli = [r for item in items for r in _receipts(*item, clock.now())]
            if stimuli:
                receive(person, stimuli)
        except Exception as error:
            log.exception("the receipts of %s could not be taken yet: %s", person, describe(error))
            continue
        told += [(item[0], item[1]) for item in items]
    with writing():
        for one, status in told:
            outbox.mark_told(one, status)


def _receipts(one: Waiting, status: str, detail: str, handed: int, now: int) -> list[Receipt]:
    """What became of a row, in the engine's words."""
    if isinstance(one.effect, effect.Prompt):
        delivery, channel = one.effect.delivery, one.effect.channel
    elif isinstance(one.effect, effect.Propose) and one.effect.subject.startswith("d"):
        delivery, channel = one.effect.subject, "desk"
    else:
        return []

    def receipt(stage: str, at: int, text: str = "") -> Receipt:
        key = f"receipt:{one.sequence}:{one.index}:{stage}"
        return Receipt(key=key, at=at, delivery=delivery, stage=stage, channel=channel, detail=text)

    found: list[Receipt] = []
    if handed:
        found.append(receipt("handed_over", handed, f"unclear: {detail}" if status == "unclear" else ""))
    if status == "accepted":
        found.append(receipt("accepted", now))
    elif status != "unclear":
        found.append(receipt("failed", now, detail))
    return found
