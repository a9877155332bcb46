"""Nothing waits for itself, and nothing sets itself off without end."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.decision import options_of
from microcare.program.derived import is_scheduled
from microcare.program.triggers import parse_trigger


def check(c: Checked) -> Iterator[Issue]:
    """Prerequisites that need each other, events whose delivery delivers them again at once, offers of oneself."""
    yield from _prerequisites(c)
    for name, path, action in c.actions():
        if action.offer == name and action.end is None:
            yield c.warning((*path, "offer"), "offers_itself", f"`{name}` offers itself while it is running, and is not offered then",
                            "Offer another; or add `end: ...`, so that it is over first.", key=False)  # fmt: skip
    for name, intervention in c.program.interventions.items():
        at_once: dict[str, set[str]] = {}
        places: dict[str, Path] = {}
        for index, rule in enumerate(intervention.rules):
            trigger = parse_trigger(rule.on)
            if trigger is None or trigger.kind != "event" or trigger.stage != "delivered" or is_scheduled(rule):
                continue
            if rule.after is not None or rule.condition is not None or rule.times is not None:
                continue
            delivered = {e for case in rule.cases for e in case.deliver or ()}
            delivered |= {e for case in rule.cases for _, events in options_of(case).values() for e in events}
            at_once.setdefault(trigger.name, set()).update(delivered & set(intervention.events))
            places.setdefault(trigger.name, ("interventions", name, "rules", index))
        for event in _in_circles(at_once):
            yield c.error((*places[event], "on"), "endless", f"the delivery of `{event}` leads to its own delivery, without end",
                          f"Wait for the person (`{event}.completed`), or say `after`.")  # fmt: skip


def _prerequisites(c: Checked) -> Iterator[Issue]:
    if c.compiled is None:
        return
    needed: dict[str, set[str]] = {}
    for name, part in c.compiled.interventions.items():
        readers = part.requires.inputs.readers if part.requires is not None else ()
        needed[name] = {
            r.origin[1] for r in readers if r.origin[0] == "past" and r.origin[1] in c.compiled.interventions
        }
    for name in _in_circles(needed):
        others = ", ".join(sorted(n for n in needed[name] if name in _reached(needed, n)))
        yield c.warning(("interventions", name, "requires"), "circle",
                        f"`{name}` requires {others}, which in the end requires `{name}`: none of them may ever begin",
                        "Take the prerequisite away from one of them.", key=False)  # fmt: skip


def _in_circles(graph: dict[str, set[str]]) -> list[str]:
    """Those from which a way leads back to themselves."""
    return [name for name in graph if any(name in _reached(graph, other) for other in graph[name])]


def _reached(graph: dict[str, set[str]], start: str) -> set[str]:
    """Everything a way leads to from here, this included."""
    found, waiting = {start}, [start]
    while waiting:
        for other in graph.get(waiting.pop(), ()):
            if other not in found:
                found.add(other)
                waiting.append(other)
    return found
