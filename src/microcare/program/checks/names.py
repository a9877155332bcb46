"""Every name stands for something: events, interventions, measures, signals, rosters, fields."""

from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked, Path
from microcare.program.content import Form
from microcare.program.decision import Option
from microcare.program.outcome import Proximal


def check(c: Checked) -> Iterator[Issue]:
    """Names that stand for nothing, each with the nearest that does."""
    yield from _actions(c)
    yield from _clocks(c)
    yield from _measures(c)
    yield from _model(c)
    yield from _narrative(c)


def _actions(c: Checked) -> Iterator[Issue]:
    for name, path, action in c.actions():
        events = c.program.interventions[name].events
        for index, event in enumerate(action.deliver or ()):
            if event != "nothing" and event not in events:
                yield c.unknown((*path, "deliver", index), "unknown_event", "event", event, events)
        for option, share in (action.randomize or {}).items():
            wanted = share.deliver if isinstance(share, Option) else (option,)
            for index, event in enumerate(wanted):
                if event != "nothing" and event not in events:
                    inner: Path = ("deliver", index) if isinstance(share, Option) else ()
                    yield c.unknown(
                        (*path, "randomize", option, *inner), "unknown_event", "event", event, {*events, "nothing"}
                    )
        if action.offer is not None and action.offer not in c.program.interventions:
            yield c.unknown(
                (*path, "offer"),
                "unknown_intervention",
                "intervention",
                action.offer,
                c.program.interventions,
            )


def _clocks(c: Checked) -> Iterator[Issue]:
    times = {f"person.{n}" for n, f in c.program.person.items() if f.type == "time"}
    for _, path, rule in c.rules():
        for index, clock in enumerate(rule.at):
            if clock.startswith("person.") and clock not in times:
                yield c.unknown((*path, "at", index), "unknown_time", "field of type time called", clock, times)


def _proximals(c: Checked) -> Iterator[tuple[Path, Proximal]]:
    for name, intervention in c.program.interventions.items():
        for event, part in intervention.events.items():
            if part.proximal is not None:
                yield ("interventions", name, "events", event, "proximal"), part.proximal
    for _, path, rule in c.rules():
        if rule.proximal is not None:
            yield (*path, "proximal"), rule.proximal


def _measures(c: Checked) -> Iterator[Issue]:
    p = c.program
    wanted: list[tuple[Path, str | None]] = []
    for path, proximal in _proximals(c):
        wanted.append(((*path, "measure"), proximal.measure))
        if proximal.signal is not None and proximal.signal not in p.signals:
            yield c.unknown((*path, "signal"), "unknown_signal", "signal", proximal.signal, p.signals)
    for name, intervention in p.interventions.items():
        if intervention.outcome is not None:
            wanted.append((("interventions", name, "outcome", "measure"), intervention.outcome.measure))
        for event, part in intervention.events.items():
            forms = [(index, b.form) for index, b in enumerate(part.content) if isinstance(b, Form)]
            where: Path = ("interventions", name, "events", event, "content")
            wanted += [((*where, index, "form"), form) for index, form in forms]
            for index, form in forms[1:]:
                yield c.error((*where, index, "form"), "second_form", f"an event asks one form, and `{form}` is another",
                              "Put it into an event of its own, and deliver both together: `deliver: [one, two]`.")  # fmt: skip
    for path, need in c.needs():
        level = p.model[int(path[1])]
        wanted += [((*path, "measures", n), m) for n, m in enumerate(level.needs[need].measures)]
    for index, trigger in enumerate(p.evaluate):
        wanted += [(("evaluate", index, "measures", n), m) for n, m in enumerate(trigger.measures)]
        wanted += [(("evaluate", index, "only", n), m) for n, m in enumerate(trigger.only)]
    if p.target is not None:
        wanted.append((("target", "assess", "measure"), p.target.assess.measure))
    if p.engagement is not None:
        wanted.append((("engagement", "measure"), p.engagement.measure))
    if p.narrative.ownership is not None:
        wanted.append((("narrative", "ownership", "measure"), p.narrative.ownership.measure))
    for place, measure in wanted:
        if measure is not None and measure not in p.measures:
            yield c.unknown(place, "unknown_measure", "measure", measure, p.measures)


def _model(c: Checked) -> Iterator[Issue]:
    seen: dict[str, Path] = {}
    for path, need in c.needs():
        if need in seen:
            first = c.source.place(seen[need], key=True)
            yield c.error(
                path,
                "twice",
                f"the need state `{need}` stands here twice; first at {first}",
                "Rename one.",
                True,
            )
        seen.setdefault(need, path)
        for index, name in enumerate(c.program.model[int(path[1])].needs[need].interventions):
            if name not in c.program.interventions:
                known = c.program.interventions
                yield c.unknown((*path, "interventions", index), "unknown_intervention", "intervention", name, known)


def _narrative(c: Checked) -> Iterator[Issue]:
    for part in ("rationale", "relation", "past", "future"):
        for index, variant in enumerate(getattr(c.program.narrative, part)):
            for place, name in enumerate(variant.for_):
                if name not in c.program.interventions:
                    where = ("narrative", part, index, "for", place)
                    yield c.unknown(where, "unknown_intervention", "intervention", name, c.program.interventions)
