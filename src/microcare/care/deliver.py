"""Deliver: the outbox to the channels, and what became of it back to the engine as receipts.

Prompts and proposals are at most once: the attempt is entered before it is made, and a result that nobody can tell stays
unclear. Only what is in the app is there for ever, because it is nothing but the database. Notices to staff are at least
once: attempted until a channel takes them, and then again, ever more seldom, until a person has taken the alert on or a
later notice has taken over.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

from microcare.care import accounts, alerting, clock, mails, notifications
from microcare.care.access import CARE, access_of
from microcare.care.alerting import FIRST_RETRY
from microcare.care.failure import describe
from microcare.care.holding import TOO_LATE, held
from microcare.care.programs import programs
from microcare.care.receive import receive
from microcare.channels.channel import Channel, Message, Outcome, Result, together
from microcare.hub import effect
from microcare.hub.state import Delivery, State
from microcare.hub.stimulus import Receipt
from microcare.store import heartbeats, journals, outbox, people
from microcare.store.database import writing
from microcare.store.outbox import Waiting

log = logging.getLogger(__name__)

Submit = Callable[[str, Callable[[], None], int], bool]
"""Puts a job into a lane (its name, the job, in how many threads it may go); False: the lane is full."""
BATCH = 100
PATIENCE = 20_000
"""How long one round goes on sending prompts, ms."""

WIDE = {"alert": 8, "push": 2}
"""In how many threads a lane goes; the others in one."""
FULL = 5_000
"""What found its lane full is brought again after so long, ms."""
FIRST_AGAIN, LONGEST_AGAIN = 60_000, 15 * 60_000
"""How soon a prompt that was refused for now is tried again, ms; doubled each time, as long as its window is open."""


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
    submit: Submit | None = None
    lost: list[tuple[int, int]] = field(default_factory=list)
    """The times that were lost with restores."""


def deliver_due(
    now: int,
    channels: Mapping[str, Channel],
    address: str,
    limit: int = BATCH,
    *,
    lane: str = "",
    submit: Submit | None = None,
) -> Delivered:
    """Look at what waits in the outbox (in one lane) by now, at most `limit` rows. `address`: where the pages are, for links.

    With `submit` nothing waits for the network here: what is to be sent is put into the lane of where it goes.
    """
    rows = outbox.claim(now, limit, lane)
    work = _Round(channels, address.rstrip("/"), now, Delivered(looked=len(rows)), submit=submit)
    work.lost = outbox.lost() if rows else []
    with writing():
        for one in rows:
            _guarded(work, one, _without_network)
    _send_all(work)
    _tell(work)
    return work.done


def _send_all(work: _Round) -> None:
    """Staff first. A slow mail server must not keep the next round's alerts waiting: what is left has its turn then."""
    if work.submit is not None:
        for one in work.send:
            lane = outbox.lane_of(one.effect)
            if not work.submit(_place(lane, one), partial(_apart, work, one), WIDE.get(lane, 1)):
                outbox.look_again(one, work.now + FULL)
        return
    began = clock.wall()
    for one in sorted(work.send, key=lambda w: w.once):
        if one.once == "at_most" and clock.wall() - began > PATIENCE:
            outbox.look_again(one, work.now)
        else:
            _guarded(work, one, _over_network)


def _place(lane: str, one: Waiting) -> str:
    """Where a row goes: notifications by the push services of the person's devices, all else by its lane."""
    return f"push {' '.join(notifications.services(one.person))}" if lane == "push" else lane


def _apart(work: _Round, one: Waiting) -> None:
    """Send one row in a thread of its own, and tell the engine."""
    own = _Round(work.channels, work.address, clock.now())
    _guarded(own, one, _over_network)
    _tell(own)


def _guarded(work: _Round, one: Waiting, act: Callable[[_Round, Waiting], None]) -> None:
    """One row's failure delays no other."""
    heartbeats.tick()
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
    elif _may_be_sent(state.deliveries[prompt.delivery], prompt.channel, work.lost):
        _settle(work, one, "unclear", outbox.MAY_BE_SENT)
        work.done.unclear += 1
    else:
        work.send.append(one)


def _may_be_sent(delivery: Delivery, channel: str, lost: list[tuple[int, int]]) -> bool:
    """Whether a delivery was decided anew after a restore, and may have gone out by this channel when its time came first.

    That was after the backup and before the restore; so a channel whose turn comes later than that had not come.
    """
    after = min((moment for name, moment in delivery.channels if name == channel), default=0) - delivery.decided
    return any(first < delivery.decided <= last and first + after <= last for first, last in lost)


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
            taken = alerting.notify(work.channels, work.address, one, notice)
            work.done.accepted += taken is True
            work.done.failed += taken is False
        case effect.Help():
            raise AssertionError("help pages need no network")


def _send_prompt(work: _Round, one: Waiting, prompt: effect.Prompt) -> None:
    """Ask once more, enter the attempt, and only then make it."""
    loaded = journals.load(one.person)
    if held(programs(), loaded.state, prompt, clock.now()) is not None:
        outbox.look_again(one, work.now)
        return None
    rests = _rests(work, one, prompt)
    if rests:
        outcome = Outcome(Result.FAILED, f"the other side of {prompt.channel} fails and is left alone for now", rests)
        return _settled(work, one, outcome, 0, loaded.state)
    handed = clock.now()
    if not outbox.hand_over(one, handed, loaded.version):
        outbox.look_again(one, work.now)
        return None
    if prompt.channel == "push":
        outcome = notifications.send(work.channels, one.key, one.person, loaded.state, prompt, handed)
    else:
        subject, body = mails.to_person(loaded.state.language, f"{work.address}/")
        outcome = alerting.attempt(
            work.channels, prompt.channel, Message(one.key, people.email_of(one.person), subject, body, handed)
        )
    _settled(work, one, outcome, handed, loaded.state)


def _rests(work: _Round, one: Waiting, prompt: effect.Prompt) -> float:
    """For how many seconds nothing should be tried there; asked before the attempt is entered."""
    channel = work.channels.get(prompt.channel)
    if channel is None:
        return 0.0
    return notifications.rests(channel, one.person) if prompt.channel == "push" else channel.rests("")


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
        alerting.attempt(work.channels, "email", Message(f"{one.key}-{n}", to, subject, body, handed))
        for n, to in enumerate(_concerned(loaded.state, proposal))
    ]
    return _settled(work, one, together(outcomes or [Outcome(Result.ACCEPTED, "on the desk")]), handed, loaded.state)


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


def _settled(work: _Round, one: Waiting, outcome: Outcome, handed: int, state: State) -> None:
    """Enter what became of an attempt (`handed`: 0 where none was made). What was refused for now is tried again."""
    was = "handed" if handed else "pending"
    again = _again(one, outcome, state)
    if again:
        detail = f"tried again later: {outcome.detail}"
        outbox.settle(one, "pending", clock.now(), detail=detail, next_try=again, was=was)
        work.done.held += 1
        return
    _settle(work, one, outcome.result.value, outcome.detail, was=was, handed=handed)
    if outcome.result is Result.ACCEPTED:
        work.done.accepted += 1
    elif outcome.result is Result.UNCLEAR:
        work.done.unclear += 1
    else:
        work.done.failed += 1


def _again(one: Waiting, outcome: Outcome, state: State) -> int:
    """When what certainly was not sent is tried again; 0: never, for it is of no use, too late, or another channel follows."""
    if outcome.again is None:
        return 0
    now = clock.now()
    at = now + max(int(outcome.again * 1000), min(FIRST_AGAIN << min(one.attempts, 20), LONGEST_AGAIN))
    last = one.effect.expires or one.effect.at + TOO_LATE
    if isinstance(one.effect, effect.Prompt):
        delivery = state.deliveries.get(one.effect.delivery)
        if delivery is None or delivery.tried < len(delivery.channels):
            return 0
    return at if at < last else 0


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
