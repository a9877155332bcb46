"""What the facilitator reads of each entry: one sentence with its evidence, in the language of whoever asks.

`_` gives a sentence in that language; without one it stays as it is written here.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from microcare.base.moments import SECOND, format_duration, format_local, format_moment
from microcare.base.wording import human_list
from microcare.hub import entry as e
from microcare.hub.explainer import authored_title, shown
from microcare.hub.naming import CODES, Names
from microcare.program.compiled import CompiledProgram


@dataclass(frozen=True, slots=True)
class Say:
    """Gives a sentence in the language of whoever asks; `names`: what they call the parts of a program."""

    translate: Callable[[str], str]
    names: Names = CODES

    def __call__(self, text: str) -> str:
        """A sentence in that language."""
        return self.translate(text)


Program = CompiledProgram | None


TO_COME = ("until", "when", "again", "retry")
"""The fields that hold a moment to come."""


def as_written(text: str) -> str:
    """No other language."""
    return text


def to_facilitator(
    stated: e.Any, program: Program = None, zone: str = "", say: Callable[[str], str] = as_written, names: Names = CODES
) -> str:
    """One sentence with the evidence; `zone`: moments to come are read on the person's wall; `names`: see there."""
    make = TABLE.get(type(stated))
    said = make(stated, program, Say(say, names)) if make is not None else type(stated).__name__
    until = next((found for name in TO_COME if (found := getattr(stated, name, 0))), 0)
    if zone and until:
        said = said.replace(format_moment(until), format_local(zone, until)[:16].replace("T", " "))
    return said


def title_of(program: Program, intervention: str, _: Say, event: str = "") -> str:
    """What people call a micro intervention, or one of its events, in the language that is spoken."""
    found = authored_title(program, intervention, event)
    return event or intervention if program is None or found is None else _.names.title(program, found)


def delivery_title(program: Program, stated: e.Delivered, names: Names, say: Callable[[str], str] = as_written) -> str:
    """What a delivery brings: the title of its event, or that it is a question, an offer, a message."""
    _ = Say(say, names)
    return _named(stated.what, _) or title_of(program, _of_run(stated.run), _, stated.name)


def _of_run(run: str) -> str:
    return run.split(".")[1] if "." in run else ""


def _named(what: str, _: Say) -> str:
    return {
        "assessment": _("Questions"),
        "offer": _("An offer"),
        "contact": _("A word to keep in contact"),
        "message": _("A message"),
        "check_in": _("A reminder of a check-in"),
    }.get(what, "")


def _list(words: tuple[str, ...] | list[str], _: Say) -> str:
    return human_list(words, _("and"))


def _decided(x: e.Decided, p: Program, _: Say) -> str:
    name = _("%(title)s, rule %(rule)s") % {"title": title_of(p, x.intervention, _), "rule": x.rule}
    why = f" ({_list(x.reasons, _)})" if x.reasons else ""
    if x.outcome == "randomized":
        chances = ", ".join(f"{option} {share:g}" for option, share in x.options.items())
        return _("%(name)s: %(chosen)s, drawn from %(chances)s") % {
            "name": name,
            "chosen": x.chosen,
            "chances": chances,
        }
    if x.outcome == "decided":
        return f"{name}: {x.chosen}{why}"
    words = {
        "not_eligible": _("not eligible"), "unknown": _("could not be decided"), "unavailable": _("unavailable"),
        "missed": _("missed"),
    }.get(x.outcome, x.outcome)  # fmt: skip
    return f"{name}: {words}{why}"


def _delivered(x: e.Delivered, p: Program, _: Say) -> str:
    what = _named(x.what, _)
    if not what:
        what = _("Delivered: %(title)s") % {"title": title_of(p, _of_run(x.run), _, x.name)}
    if x.human:
        return what + " " + _("to be done by a person")
    if x.prompt:
        return what + " " + _("as a prompt")
    return what + (
        _(", without a prompt (%(why)s)") % {"why": _list(x.silent, _)} if x.silent else " " + _("in the app")
    )


def _recommended(x: e.Recommended, p: Program, _: Say) -> str:
    parts = []
    if x.chosen:
        word = {
            "started": _("Started"), "offered": _("Offered"), "listed": _("To choose from"), "proposed": _("Proposed"),
        }.get(x.action, x.action)  # fmt: skip
        parts.append(f"{word}: {human_list([title_of(p, c, _) for c in x.chosen], _('or'))}")
        found = next((c for c in x.candidates if c.intervention == x.chosen[0]), None)
        if found is not None:
            weights = ", ".join(f"{k} {v:.2f}" for k, v in found.parts.items())
            said = _("for the need %(need)s, score %(score)s (%(weights)s)") % {
                "need": _.names.need(p, found.need), "score": f"{found.score:.2f}", "weights": weights,
            }  # fmt: skip
            chance = _(", drawn with probability %(p)s") % {"p": f"{found.probability:.2g}"}
            parts.append(said + (chance if found.probability > 0 else ""))
    else:
        parts.append(_("Nothing to recommend"))
    if x.left_out:
        parts.append(_("left out: %(list)s") % {"list": ", ".join(f"{n} ({r})" for n, r in x.left_out.items())})
    if x.waiting:
        first = ", ".join(_("%(what)s (first: %(why)s)") % {"what": n, "why": r} for n, r in x.waiting.items())
        parts.append(_("waiting: %(list)s") % {"list": first})
    if not x.chosen and x.retry:
        parts.append(_("the next look is at %(moment)s") % {"moment": format_moment(x.retry)})
    return "; ".join(parts)


def _retried(x: e.Retried, p: Program, _: Say) -> str:
    if x.again:
        return _("Looked again, and nothing has changed; the next look is at %(moment)s") % {
            "moment": format_moment(x.again)
        }
    return _("A reason for waiting is over")


def _evaluation(x: e.EvaluationOpened, p: Program, _: Say) -> str:
    some = [
        _("%(count)s of %(measure)s") % {"count": len(items), "measure": _.names.measure(p, m)}
        for m, items in x.asks.items()
    ]
    asks = _("asks %(list)s") % {"list": _list(some, _)} if some else _("nothing to ask")
    known = _("; known already: %(list)s") % {"list": _list(x.known, _)} if x.known else ""
    return _("Evaluation opened (%(why)s): ") % {"why": x.why} + asks + known


def _need(x: e.NeedChanged, p: Program, _: Say) -> str:
    severity = _(", severity %(number)s") % {"number": f"{x.severity:.2f}"} if x.severity is not None else ""
    state = {"present": _("present"), "absent": _("absent"), "unknown": _("unknown")}.get(x.state, x.state)
    evidence = _.names.inputs(p, x.evidence, _) or _("no evidence")
    return (
        _("Need %(need)s: %(state)s") % {"need": _.names.need(p, x.need), "state": state} + f"{severity} ({evidence})"
    )


def _assessed(x: e.Assessed, p: Program, _: Say) -> str:
    scores = ", ".join(f"{k} {shown(v)}" for k, v in x.scores.items())
    return (
        f"{_.names.measure(p, x.measure)} ({x.purpose}): {_('complete') if x.complete else _('incomplete')}, {scores}"
    )


def _proximal(x: e.Proximal, p: Program, _: Say) -> str:
    success = {True: _(", a success"), False: _(", no success"), None: ""}[x.success]
    return (
        _("Proximal outcome of %(what)s: %(value)s") % {"what": x.event or x.point, "value": shown(x.value)} + success
    )


def _outcome(x: e.OverallOutcome, p: Program, _: Say) -> str:
    result = {
        "success": _("success"), "failure": _("failure"), "disengaged": _("disengaged"), "ended": _("ended"),
        "unknown": _("unknown"),
    }.get(x.result, x.result)  # fmt: skip
    what = {"title": title_of(p, x.intervention, _), "result": result}
    said = (_("%(title)s, known better: %(result)s") if x.corrects else _("%(title)s is over: %(result)s")) % what
    return said + (f" ({x.reason})" if x.reason else "")


def _alerted(x: e.Alerted, p: Program, _: Say) -> str:
    asked = _.names.question(p, x.measure, x.item)
    given = _("a text") if x.reference else _.names.answer(p, x.measure, x.item, x.value, _)
    what = {"item": asked, "value": given, "who": x.roster or _("nobody")}
    return _("Alert: %(item)s was answered %(value)s; to be told: %(who)s") % what


def _alert_moved(x: e.AlertMoved, p: Program, _: Say) -> str:
    if x.stage == "escalated":
        return _("Nobody took on %(alert)s in time; to be told: %(by)s") % {"alert": _.names.alert(x.alert), "by": x.by}
    stage = {"acknowledged": _("acknowledged"), "resolved": _("resolved")}.get(x.stage, x.stage)
    said = _("%(what)s: %(stage)s by %(by)s") % {"what": _.names.alert(x.alert), "stage": stage, "by": x.by}
    return said + (f" ({_.names.codes(x.code)})" if x.code else "")


def _notified(x: e.Notified, p: Program, _: Say) -> str:
    said = {
        "told": _("%(alert)s: a message went to %(who)s"),
        "unclear": _("%(alert)s: nobody can tell whether the message to %(who)s arrived"),
    }.get(x.result, _("%(alert)s: nobody could be told"))
    said %= {"alert": _.names.alert(x.alert), "who": _list(x.rosters, _) if x.rosters else _("nobody")}
    return said + (_("; it says that it is urgent") if x.urgent and x.result == "told" else "")


def _triaged(x: e.Triaged, p: Program, _: Say) -> str:
    about = {"danger": _("danger now"), "call": _("a call")}.get(x.question, x.question)
    answer = (
        {"yes": _("yes"), "no": _("no"), "unsure": _("not sure")}.get(x.answer, x.answer)
        if _.names.language
        else x.answer
    )
    said = _("%(alert)s: asked about %(about)s, the person said %(answer)s") % {
        "alert": _.names.alert(x.alert), "about": about, "answer": answer,
    }  # fmt: skip
    return said + (_("; it is urgent") if x.urgent else "")


def _messaged(x: e.Messaged, p: Program, _: Say) -> str:
    if not x.reference:
        return _("%(by)s has read what the person wrote") % {"by": x.by}
    return _("Message from %(by)s") % {"by": _("the person") if x.by == "person" else x.by}


def _check_in(x: e.CheckInSet, p: Program, _: Say) -> str:
    said = _("Check-in %(name)s (%(how)s): %(stage)s by %(by)s") % {
        "name": x.check_in, "how": x.how, "stage": x.stage, "by": x.by,
    }  # fmt: skip
    return said + (f", {format_moment(x.when)}" if x.when else "")


def _acted(x: e.Acted, p: Program, _: Say) -> str:
    act = {"done": _("done"), "dismissed": _("dismissed"), "snoozed": _("snoozed"), "dropped": _("dropped")}.get(
        x.act, x.act
    )
    how = _(" after %(span)s") % {"span": format_duration(max(round(x.spent, -3), SECOND))} if x.spent else ""
    until = _(" until %(moment)s") % {"moment": format_moment(x.until)} if x.act == "snoozed" and x.until else ""
    by = {"what": _.names.deliveries(x.delivery), "act": act + how + until, "by": x.by}
    return _("%(what)s: %(act)s by %(by)s") % by + (_(" (arrived late)") if x.late else "")


def _narrated(x: e.Narrated, p: Program, _: Say) -> str:
    return _("Narrative told: %(parts)s") % {"parts": ", ".join(f"{k} ({v})" for k, v in x.parts.items())}


def _answered(x: e.Answered, p: Program, _: Say) -> str:
    given = _("a text") if x.reference else _.names.answer(p, x.measure, x.item, x.value, _)
    said = f"{_.names.question(p, x.measure, x.item)}: {given}"
    return said + (_(" (arrived late)") if x.late else "")


def _started(x: e.Started, p: Program, _: Say) -> str:
    need = _(", for %(need)s") % {"need": _.names.need(p, x.need)} if x.need else ""
    return _("Began: %(title)s") % {"title": title_of(p, x.intervention, _)} + need + f" ({x.by})"


def _moments(x: e.MomentsDrawn, p: Program, _: Say) -> str:
    if len(x.moments) == 1:
        return _("1 random moment drawn for %(rule)s") % {"rule": x.rule}
    return _("%(count)s random moments drawn for %(rule)s") % {"count": len(x.moments), "rule": x.rule}


def _asked(x: e.Asked, p: Program, _: Say) -> str:
    items = _("1 item") if len(x.items) == 1 else _("%(count)s items") % {"count": len(x.items)}
    return _("Asked: %(measure)s (%(purpose)s, %(items)s)") % {
        "measure": _.names.measure(p, x.measure),
        "purpose": x.purpose,
        "items": items,
    }


def _target(x: e.TargetChecked, p: Program, _: Say) -> str:
    words = {
        True: _("Clinical goal reached"), False: _("Clinical goal not reached"), None: _("Clinical goal unknown"),
    }  # fmt: skip
    return f"{words[x.reached]} ({_.names.inputs(p, x.inputs, _)})"


def _over(x: e.Ended, p: Program, _: Say) -> str:
    run = x.run.split(".")[1] if "." in x.run else x.run
    return _("The events of %(what)s are over (%(why)s)") % {"what": run, "why": x.reason}


def _offer_closed(x: e.OfferClosed, p: Program, _: Say) -> str:
    said = _("Offer %(answer)s") % {"answer": x.answer}
    return said + (f": {title_of(p, x.intervention, _)}" if x.intervention else "")


TABLE: dict[type, Callable[[Any, Program, Say], str]] = {
    e.Enrolled: lambda x, p, _: _("Joined %(program)s, in %(zone)s") % {"program": x.program, "zone": x.zone},
    e.Withdrew: lambda x, p, _: _("Left %(program)s") % {"program": x.program} if x.program else _("Left all programs"),
    e.Moved: lambda x, p, _: _("%(program)s moved to version %(version)s") % {"program": x.program, "version": x.version[:8]},
    e.Set: lambda x, p, _: _("%(name)s set to %(value)s") % {"name": x.name, "value": shown(x.value)},
    e.Refused: lambda x, p, _: _("Not taken: %(what)s (%(why)s)") % {"what": x.what, "why": x.reason},
    e.Answered: _answered,
    e.Followed: lambda x, p, _: _("What follows from the answer was looked at"),
    e.Alerted: _alerted,
    e.AlertMoved: _alert_moved,
    e.Notified: _notified,
    e.Triaged: _triaged,
    e.Messaged: _messaged,
    e.CheckInSet: _check_in,
    e.Signaled: lambda x, p, _: f"{x.name} = {shown(x.value)}",
    e.Reported: lambda x, p, _: _("The person said: %(words)s") % {"words": x.name or _("I need something")},
    e.Staged: lambda x, p, _: f"{_.names.deliveries(x.delivery)}: {x.stage.replace('_', ' ')} ({x.channel})",
    e.Acted: _acted,
    e.Imported: lambda x, p, _: _("A draw made elsewhere for %(what)s: %(option)s")
    % {"what": f"{x.rule} {x.slot}", "option": x.option},
    e.Started: _started,
    e.Began: lambda x, p, _: _("Rule %(rule)s waits for its time") % {"rule": x.rule},
    e.Closed: lambda x, p, _: _("Rule %(rule)s is over (%(why)s)") % {"rule": x.rule, "why": x.reason},
    e.MomentsDrawn: _moments,
    e.Postponed: lambda x, p, _: _("Rule %(rule)s asks again at %(moment)s (%(why)s)")
    % {"rule": x.rule, "moment": format_moment(x.until), "why": _list(x.reasons, _)},
    e.Decided: _decided,
    e.Delivered: _delivered,
    e.Fallback: lambda x, p, _: _("%(what)s: tried again by %(channel)s")
    % {"what": _.names.deliveries(x.delivery), "channel": x.channel},
    e.Undelivered: lambda x, p, _: _("%(what)s: taken away (%(why)s)")
    % {"what": _.names.deliveries(x.delivery), "why": x.reason},
    e.Asked: _asked,
    e.Assessed: _assessed,
    e.Proximal: _proximal,
    e.Completed: lambda x, p, _: _("Completed: %(event)s") % {"event": x.event},
    e.Ended: _over,
    e.OverallOutcome: _outcome,
    e.EvaluationOpened: _evaluation,
    e.EvaluationClosed: lambda x, p, _: _("Evaluation done"),
    e.NeedChanged: _need,
    e.Recommended: _recommended,
    e.Retried: _retried,
    e.Waits: lambda x, p, _: _("Nothing comes by itself in %(program)s any more (%(why)s)") % {"program": x.program, "why": "; ".join(x.why)},
    e.OfferClosed: _offer_closed,
    e.Narrated: _narrated,
    e.TargetChecked: _target,
    e.Stopped: lambda x, p, _: _("%(program)s was stopped for this person: %(why)s") % {"program": x.program, "why": x.reason},
}  # fmt: skip
"""One sentence maker for each kind of entry."""
