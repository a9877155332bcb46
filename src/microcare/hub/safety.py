"""Safety: on each saved answer, before every other rule; never randomized, never limited, never silenced."""

from microcare.hub import effect, entry
from microcare.hub.stimulus import Value
from microcare.hub.view import View, number_of
from microcare.hub.work import Work, holds

EPISODE = 48 * 3_600_000
"""Risk answers closer together than this belong to one episode, as long as its first alert is not resolved."""

LONGEST = 4 * 3_600_000
"""At least so often an alert that nobody takes on goes further, ms."""


def check(work: Work, program: str, measure: str, item: str, value: Value, at: int) -> None:
    """Check an answer that has just been saved against the safety rules of its program, and raise what is due."""
    course = work.state.courses.get(program)
    if course is None:
        return
    compiled = work.programs.of(program, course.version)
    for rule in compiled.safety.get((measure, item), ()):
        given = number_of(compiled.measures[measure].items[item], value)
        view = View(compiled, work.state, work.now, None, given)
        if holds(rule.condition, view) is not True:
            continue
        alert = rule.rule.alert
        name = work.name("alert", "alert")
        episode = _episode(work, at) or name
        within = alert.acknowledge_within.exact if alert is not None else 0
        work.say(
            entry.Alerted(
                at=at,
                received=work.now,
                alert=name,
                episode=episode,
                program=program,
                rule=rule.index,
                measure=measure,
                item=item,
                value=value,
                roster=alert.roster if alert is not None else "",
                then=alert.then or "" if alert is not None else "",
                acknowledge_by=work.now + within if alert is not None else 0,
                hold=rule.rule.hold,
            )
        )
        work.effects.append(effect.Help(at=work.now, alert=name))
        if alert is not None:
            work.effects.append(effect.Notify(at=work.now, alert=name, program=program, roster=alert.roster))


def _episode(work: Work, at: int) -> str:
    """The open episode that a risk answer at that moment belongs to."""
    for alert in reversed(work.state.alerts.values()):
        if abs(at - alert.raised) < EPISODE:
            return alert.episode
    return ""


def _patience(within: int, level: int) -> int:
    """How long the next ones have. Twice at the authored pace; then ever more seldom, lest nobody looks any more, ms."""
    return max(within, 60_000, min(within << max(level - 1, 0), LONGEST))


def escalate(work: Work, name: str) -> None:
    """Nobody took an alert on in time: it goes further, and further again, until somebody does."""
    alert = work.state.alerts[name]
    program = (
        work.programs.of(alert.program, work.state.courses[alert.program].version)
        if (alert.program in work.state.courses)
        else work.programs.current(alert.program)
    )
    within = 15 * 60_000
    if program is not None and alert.rule < len(program.program.safety):
        authored = program.program.safety[alert.rule].alert
        within = authored.acknowledge_within.exact if authored is not None else within
    roster = alert.then or alert.roster
    work.say(
        entry.AlertMoved(
            at=work.now,
            received=work.now,
            alert=name,
            stage="escalated",
            by=roster,
            acknowledge_by=work.now + _patience(within, alert.level),
        )
    )
    work.effects.append(
        effect.Notify(at=work.now, alert=name, program=alert.program, roster=roster, level=alert.level + 1)
    )
