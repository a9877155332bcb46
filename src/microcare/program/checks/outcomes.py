"""What matters is assessed, and what is assessed is used."""

import re
from collections.abc import Iterator

from microcare.base.issues import Issue
from microcare.program.checks.common import Checked
from microcare.program.content import Form


def check(c: Checked) -> Iterator[Issue]:
    """Interventions without an overall outcome, measures nobody asks, items and signals nobody uses."""
    p = c.program
    for name, intervention in p.interventions.items():
        if intervention.outcome is None:
            yield c.warning(("interventions", name), "no_outcome", f"`{name}` has no overall outcome",
                            "Add `outcome: {measure: ..., success: ...}`: did it reach its own aim?")  # fmt: skip
        proximals = [e.proximal for e in intervention.events.values()] + [r.proximal for r in intervention.rules]
        if intervention.events and all(proximal is None for proximal in proximals):
            yield c.note(("interventions", name), "no_proximal", f"no event of `{name}` has a proximal assessment",
                         "Add `proximal:` to at least one, or its effect cannot be seen.")  # fmt: skip
    asked = asked_measures(c)
    for name, measure in p.measures.items():
        if name not in asked:
            yield c.warning(("measures", name), "never_asked", f"the measure `{name}` is never asked",
                            "Use it under a need state, as an outcome, a proximal assessment or a form.")  # fmt: skip
        if not measure.items:
            yield c.error(("measures", name), "no_items", f"the measure `{name}` has no items",
                          "Add `items:`, or `file:` with a FHIR questionnaire.", True)  # fmt: skip
    yield from _signals(c)
    if p.target is not None and c.compiled is not None and c.compiled.target is not None:
        seen = {r.origin[1] for r in c.compiled.target.inputs.readers if r.origin[0] in ("score", "item")}
        if seen and p.target.assess.measure not in seen:
            yield c.warning(("target", "assess"), "target_unseen",
                            f"the goal is reached by {', '.join(sorted(seen))}, and {p.target.assess.measure} is what is asked",
                            "Assess what `reached` looks at.")  # fmt: skip


def asked_measures(c: Checked) -> set[str]:
    """The measures that something asks the person."""
    p = c.program
    asked = {m for t in p.evaluate for m in (*t.measures, *t.only)}
    if c.compiled is not None:
        asked |= {m for need in c.compiled.needs for m in need.measures}
    asked |= {m for level in p.model for need in level.needs.values() for m in need.measures}
    for intervention in p.interventions.values():
        asked |= {intervention.outcome.measure} if intervention.outcome is not None else set()
        for event in intervention.events.values():
            asked |= {event.proximal.measure} if event.proximal is not None and event.proximal.measure else set()
            asked |= {b.form for b in event.content if isinstance(b, Form)}
    asked |= {p.target.assess.measure} if p.target is not None else set()
    asked |= {f.measure for f in (p.engagement, p.narrative.ownership) if f is not None}
    return asked


def _signals(c: Checked) -> Iterator[Issue]:
    """A signal is used where its name stands in any file of the program besides its declaration."""
    texts = "\n".join(
        t.decode("utf-8", "replace") for n, t in c.source.files.items() if n.endswith((".yaml", ".yml", ".md"))
    )
    for name in c.program.signals:
        if not re.search(rf"\b(?:(?:signals|today|usual|more|less)\.|signal:\s*){re.escape(name)}\b", texts):
            yield c.note(
                ("signals", name),
                "unused_signal",
                f"nothing uses the signal `{name}`",
                "Delete it, or use it.",
            )
