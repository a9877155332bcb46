"""What facilitators do: answer proposals, assign, take on and resolve alerts, move people to a new version.

`by` is the facilitator's user name: every entry names who it was.
"""

from collections.abc import Mapping

from microcare.care import clock
from microcare.care.keys import new_key
from microcare.care.receive import Received, receive
from microcare.hub.stimulus import Acknowledge, Act, Arrange, Assign, Decide, Message, Publish, Resolve, Setting
from microcare.store import texts


def approve(
    person: str,
    proposal: str,
    by: str,
    intervention: str,
    narrative: Mapping[str, str] | None = None,
    key: str = "",
) -> Received:
    """Approve a proposal, with the proposed intervention or another one. Edited parts of the narrative are kept apart."""
    edited = {part: texts.keep(person, text) for part, text in (narrative or {}).items()}
    decided = Decide(
        key=key or new_key("decide"),
        at=clock.now(),
        proposal=proposal,
        by=by,
        intervention=intervention,
        narrative=edited,
    )
    return receive(person, [decided])


def decline(person: str, proposal: str, by: str, key: str = "") -> Received:
    """Decline a proposal."""
    return receive(person, [Decide(key=key or new_key("decide"), at=clock.now(), proposal=proposal, by=by)])


def assign(person: str, program: str, intervention: str, by: str, key: str = "") -> Received:
    """Start an intervention. It may override levels and rest; never consent, contraindication or safety."""
    wanted = Assign(key=key or new_key("assign"), at=clock.now(), program=program, intervention=intervention, by=by)
    return receive(person, [wanted])


def done(person: str, delivery: str, by: str, key: str = "") -> Received:
    """A facilitator's own act for the person (an event done by a human) is done."""
    return receive(person, [Act(key=key or new_key("act"), at=clock.now(), delivery=delivery, act="done", by=by)])


def acknowledge(person: str, alert: str, by: str, key: str = "") -> Received:
    """Take an alert on."""
    return receive(person, [Acknowledge(key=key or new_key("acknowledge"), at=clock.now(), alert=alert, by=by)])


def resolve(person: str, alert: str, by: str, code: str, key: str = "") -> Received:
    """Resolve an alert (with all of its episode), with a code for what came of it."""
    return receive(person, [Resolve(key=key or new_key("resolve"), at=clock.now(), alert=alert, by=by, code=code)])


def move(person: str, program: str, version: str, running: str = "finish", key: str = "") -> Received:
    """Move a person's course to another version; running interventions `finish` on the old one, or `move`."""
    wanted = Publish(
        key=key or new_key("publish"), at=clock.now(), program=program, version=version, running=running
    )  # fmt: skip
    return receive(person, [wanted])


def message(person: str, program: str, by: str, text: str, key: str = "") -> Received:
    """Write to the person; without a text: what they wrote has been read and needs no answer."""
    reference = texts.keep(person, text) if text else ""
    wanted = Message(key=key or new_key("message"), at=clock.now(), program=program, by=by, reference=reference)
    return receive(person, [wanted])


def arrange(
    person: str,
    program: str,
    by: str,
    *,
    check_in: str = "",
    stage: str = "agreed",
    when: int = 0,
    how: str = "",
    key: str = "",
) -> Received:
    """Agree on a check-in (or move one), or say what became of it."""
    wanted = Arrange(
        key=key or new_key("arrange"), at=clock.now(), program=program, by=by, check_in=check_in, stage=stage, when=when, how=how
    )  # fmt: skip
    return receive(person, [wanted])


def pause(person: str, until: int, key: str = "") -> Received:
    """Pause everything for the person until a moment (0: go on)."""
    return receive(person, [Setting(key=key or new_key("pause"), at=clock.now(), name="pause", value=until)])


def set_time(person: str, field: str, value: str, key: str = "") -> Received:
    """A time that was agreed on with the person, like that of dinner."""
    return receive(person, [Setting(key=key or new_key("field"), at=clock.now(), name=f"person.{field}", value=value)])
