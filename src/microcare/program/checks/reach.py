"""Everything can be reached: events by a rule, interventions by a need, needs by an intervention."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked
from microcare.program.content import Human
from microcare.program.decision import options_of


def check(c: Checked) -> Iterator[Issue]:
    """Events no rule delivers, interventions no need state leads to, need states nothing answers."""
    p = c.program
    delivered: dict[str, set[str]] = {name: set() for name in p.interventions}
    offered: set[str] = set()
    for name, _, action in c.actions():
        delivered[name] |= set(action.deliver or ())
        delivered[name] |= {e for _, events in options_of(action).values() for e in events}
        offered |= {action.offer} if action.offer else set()
    for name, intervention in p.interventions.items():
        if not intervention.events:
            yield c.error(
                ("interventions", name),
                "no_events",
                f"`{name}` has no events",
                "Add one under `events`.",
                True,
            )
        for event in intervention.events:
            if event not in delivered[name]:
                path = ("interventions", name, "events", event)
                yield c.warning(path, "unreachable_event", f"no rule delivers the event `{event}`",
                                f"Add a rule with `deliver: {event}`.")  # fmt: skip
        if intervention.events and not intervention.rules:
            yield c.error(("interventions", name), "no_rules", f"`{name}` has no rules, so nothing is ever delivered",
                          "Add `rules: [{on: start, deliver: ...}]`.", True)  # fmt: skip
    yield from _model(c, offered)
    yield from _facilitated(c, offered)


def _facilitated(c: Checked, offered: set[str]) -> Iterator[Issue]:
    """Interventions that the app never recommends, because nobody is named to do what a human does in them."""
    p = c.program
    if p.rosters or p.facilitator in ("coach", "clinician"):
        return
    for name, intervention in p.interventions.items():
        for event, part in intervention.events.items():
            blocks = [i for i, block in enumerate(part.content) if isinstance(block, Human)]
            if blocks and (p.model or name in offered):
                yield c.warning(("interventions", name, "events", event, "content", blocks[0]), "no_facilitator",
                                f"a human does `{event}`, and nobody is named who does: `{name}` is never recommended",
                                "Name them under `rosters`, or write `facilitator: coach`.", key=False)  # fmt: skip


def _model(c: Checked, offered: set[str]) -> Iterator[Issue]:
    p = c.program
    answered = {i for level in p.model for need in level.needs.values() for i in need.interventions}
    for path, need in c.needs():
        if not p.model[int(path[1])].needs[need].interventions:
            yield c.warning(path, "uncovered_need", f"nothing answers the need state `{need}`",
                            "Name micro interventions under `interventions`, or build one (see `microcare coverage`).")  # fmt: skip
    for name in p.interventions:
        if p.model and name not in answered and name not in offered:
            yield c.warning(("interventions", name), "unreachable_intervention", f"no need state leads to `{name}`",
                            "Name it under a need state's `interventions`; else only a facilitator can assign it.")  # fmt: skip
    if p.model and p.needs and not p.evaluate:
        yield c.error(("model",), "no_evaluation", "nothing ever evaluates the need states",
                      "Add `evaluate: [{on: start}, {on: intervention_ended}, {every: 3 months}]`.", True)  # fmt: skip
    if not p.interventions:
        yield c.error((), "no_interventions", "the program has no interventions", "Add one under `interventions`.")
