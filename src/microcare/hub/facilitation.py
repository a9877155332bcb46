"""What passes between a facilitator and the person: triage of an alert, messages, agreed check-ins."""

from microcare.base.moments import DAY, HOUR, MINUTE
from microcare.hub import delivery, effect, entry
from microcare.hub import stimulus as s
from microcare.hub.scheduler import ANNOUNCED
from microcare.hub.work import Work

URGENT = 5 * MINUTE
"""By then somebody must have taken on an alert whose person may be in danger now."""
QUESTIONS = {"danger": ("yes", "unsure", "no"), "call": ("yes", "no")}
"""The two stages of triage, and their answers."""
WAITS = 30 * DAY
"""So long a message waits in the app for the person."""
HOW = ("call", "visit", "video", "message")
STAGES = ("agreed", "kept", "missed", "cancelled")


def _refuse(work: Work, what: str, reason: str) -> None:
    work.say(entry.Refused(at=work.stimulus.at, received=work.now, what=what, reason=reason))


def triage(work: Work, x: s.Triage) -> None:
    """The person says how urgent it is. A denial changes nothing: the alert stays until somebody resolves it."""
    alert = work.state.alerts.get(x.alert)
    if alert is None:
        return _refuse(work, f"triage {x.alert}", "there is no such open alert")
    if x.answer not in QUESTIONS.get(x.question, ()):
        return _refuse(work, f"triage {x.alert}", f"{x.answer} is no answer to {x.question}")
    urgent = x.answer in ("yes", "unsure")
    # Said twice, it is told once; said anew after somebody took the alert on, it is told again.
    told = alert.triage.get(x.question) == x.answer and alert.stage == "open"
    again = urgent and bool(alert.roster) and not told
    by = work.now + URGENT
    due = min(by, alert.acknowledge_by) if alert.acknowledge_by > work.now else by
    work.say(
        entry.Triaged(
            at=x.at, received=work.now, alert=x.alert, question=x.question, answer=x.answer, urgent=urgent,
            acknowledge_by=due if again else 0,
        )
    )  # fmt: skip
    if again:
        level = work.state.alerts[x.alert].level
        for roster in dict.fromkeys(name for name in (alert.roster, alert.then) if name):
            work.effects.append(
                effect.Notify(at=work.now, alert=x.alert, program=alert.program, roster=roster, level=level)
            )
    return None


def message(work: Work, x: s.Message) -> None:
    """Words from one side to the other."""
    program = work.course(x.program)
    if program is None:
        return _refuse(work, "message", "not in this program")
    if x.by == "person" and not x.reference:
        return _refuse(work, "message", "it is empty")
    name = work.name("message", "m")
    work.say(
        entry.Messaged(at=x.at, received=work.now, message=name, program=x.program, by=x.by, reference=x.reference)
    )
    if x.by == "person":
        work.effects.append(effect.Propose(at=work.now, program=x.program, subject=name, expires=work.now + 7 * DAY))
    elif x.reference:
        delivery.notice(work, program, "message", name, work.now + WAITS)
    return None


def arrange(work: Work, x: s.Arrange) -> None:
    """Agree on a check-in, move it, or say what became of it."""
    program = work.course(x.program)
    if program is None:
        return _refuse(work, "check-in", "not in this program")
    if x.stage not in STAGES or (x.stage == "agreed" and x.how not in HOW):
        return _refuse(
            work, "check-in", f"{x.stage} {x.how}: it is agreed ({', '.join(HOW)}), kept, missed or cancelled"
        )
    if x.check_in and x.check_in not in work.state.check_ins:
        return _refuse(work, f"check-in {x.check_in}", "there is no such check-in")
    if not x.check_in and x.stage != "agreed":
        return _refuse(work, "check-in", "which one?")
    if x.stage == "agreed" and x.when <= work.now:
        return _refuse(work, "check-in", "its time is in the past")
    name = x.check_in or work.name("check_in", "c")
    for told in [k for k, d in work.state.deliveries.items() if d.what == "check_in" and d.name == name]:
        delivery.close(work, told, "the check-in was changed")
    work.say(
        entry.CheckInSet(
            at=x.at, received=work.now, check_in=name, program=x.program, stage=x.stage, by=x.by, when=x.when, how=x.how
        )
    )
    return None


def announce(work: Work, name: str) -> None:
    """A check-in comes: both sides are reminded."""
    found = work.state.check_ins[name]
    work.say(
        entry.CheckInSet(
            at=work.now, received=work.now, check_in=name, program=found.program, stage="announced", by="hub",
            when=found.when, how=found.how,
        )
    )  # fmt: skip
    program = work.course(found.program)
    if program is None or work.now > found.when:
        return
    delivery.notice(work, program, "check_in", name, max(found.when + HOUR, work.now + ANNOUNCED))
    work.effects.append(effect.Propose(at=work.now, program=found.program, subject=name, expires=found.when))
