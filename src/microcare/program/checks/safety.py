"""A risk answer reaches somebody: its rule has help to show, people to tell, and a question that is asked."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked
from microcare.program.checks.outcomes import asked_measures

ROSTER = 'Add `rosters: {%s: {people: [name@example.org], hours: "weekdays 9 to 17"}}`.'


def check(c: Checked) -> Iterator[Issue]:
    """Safety rules without responders, hours, or help; risk items that are never asked."""
    p = c.program
    asked = asked_measures(c)
    for index, rule in enumerate(p.safety):
        path = ("safety", index)
        measure = rule.on.split(".")[0]
        if measure in p.measures and measure not in asked:
            yield c.warning((*path, "on"), "risk_never_asked", f"`{measure}` is never asked, so this can never be seen",
                            "Ask it in an evaluation, or delete the rule.", key=False)  # fmt: skip
        if rule.show is None and rule.say is None:
            yield c.error(
                path,
                "no_help",
                "a risk answer shows the person nothing",
                "Add `show: safety/crisis.md`, or `say:`.",
            )
        if rule.alert is None:
            yield c.error(path, "no_alert", "nobody is told of this risk answer",
                          "Add `alert: {roster: on_duty, acknowledge_within: 15m}`.")  # fmt: skip
            continue
        for word in ("roster", "then"):
            name = getattr(rule.alert, word)
            if name is not None and name not in p.rosters:
                found = c.unknown((*path, "alert", word), "no_roster", "roster", name, p.rosters)
                cure = found.cure if "Did you mean" in found.cure else ROSTER % name
                yield c.error((*path, "alert", word), "no_roster", found.message, cure)
    for name, roster in p.rosters.items():
        if not roster.people:
            yield c.error(
                ("rosters", name),
                "empty_roster",
                f"nobody is on the roster `{name}`",
                "Add `people: [...]`.",
                True,
            )
        alerted = {n for r in p.safety if r.alert is not None for n in (r.alert.roster, r.alert.then)}
        if not roster.hours:
            say = c.error if name in alerted else c.warning
            yield say(("rosters", name), "no_hours", f"the roster `{name}` does not say when somebody is there",
                      'Add `hours: "weekdays 9 to 17"`; participants are told.')  # fmt: skip
        if roster.otherwise is not None and roster.otherwise not in p.rosters:
            yield c.unknown(("rosters", name, "otherwise"), "no_roster", "roster", roster.otherwise, p.rosters)
