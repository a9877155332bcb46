"""What a program leaves to be derived: the measure of a single question, a rule's name, the values a text needs."""

from collections.abc import Iterable, Mapping

from microcare.base.chance import thresholds
from microcare.base.moments import parse_clock
from microcare.base.schedules import DayPattern
from microcare.base.spans import Span
from microcare.base.wording import Template, parse_template
from microcare.program.assessment import Choice, Item, Measure
from microcare.program.compiled import CompiledCase
from microcare.program.decision import Rule
from microcare.program.outcome import Proximal
from microcare.program.parts import Text
from microcare.program.person import PersonField
from microcare.program.scope import is_yes_no

YES_NO = {
    "yes": Choice(label={"en": "Yes", "de": "Ja", "fr": "Oui", "es": "Sí", "it": "Sì", "nl": "Ja", "pt": "Sim"}),
    "no": Choice(label={"en": "No", "de": "Nein", "fr": "Non", "es": "No", "it": "No", "nl": "Nee", "pt": "Não"}),
}


def asked_measure(proximal: Proximal) -> Measure:
    """The measure made from a proximal `ask`: one item, `answer`; yes or no where no answers are given."""
    answers = {} if not is_yes_no(proximal) else {"choices": YES_NO}
    shared = {f: getattr(proximal, f) for f in ("scale", "labels", "choices", "type", "min", "max", "unit")}
    return Measure(items={"answer": Item(text=proximal.ask or "", **(shared | answers))})


def rule_name(rule: Rule, taken: dict[str, int]) -> str:
    """The rule's own name, or one made of what it does; a second of the same name gets a number."""
    if rule.name is not None:
        base = rule.name
    else:
        parts: list[str] = []
        for case in rule.cases:
            parts += [*(case.deliver or ()), *(case.randomize or {})]
            parts += [f"end_{case.end}"] if case.end else []
            parts += [f"offer_{case.offer}"] if case.offer else []
            parts += ["evaluate"] if case.evaluate else []
        base = "_or_".join(dict.fromkeys(parts))[:64] or "rule"
    taken[base] = taken.get(base, 0) + 1
    return base if taken[base] == 1 else f"{base}_{taken[base]}"


def needed_names(text: Text) -> tuple[str, ...]:
    """The values that a text shows and has no fallback for, over all its languages."""
    found: list[str] = []
    for one in [text] if isinstance(text, str) else text.values():
        template = parse_template(one)
        if isinstance(template, Template):
            found += template.needed
    return tuple(dict.fromkeys(found))


def pattern_of(rule: Rule) -> DayPattern | None:
    """The days on which a rule comes due; None where it does not come due by the calendar."""
    if isinstance(rule.every, DayPattern):
        return rule.every
    return DayPattern("day") if isinstance(rule.every, Span) or rule.random is not None or rule.at else None


def by_signal(rule: Rule) -> bool:
    """Whether a rule watches a signal after each of its decision points."""
    return rule.proximal is not None and rule.proximal.signal is not None


def is_scheduled(rule: Rule) -> bool:
    """Whether it comes due again and again by the calendar, rather than once when its trigger comes."""
    return rule.every is not None or rule.random is not None or bool(rule.at)


Places = tuple[tuple[int | None, str, str | None], ...]
"""A rule's times of day as written: a fixed clock, or the person's field that holds it, with its default."""


def times_of(rule: Rule, person: Mapping[str, PersonField]) -> tuple[tuple[int, ...], Places]:
    """The fixed times of a rule, in order, equal ones once; and all its times as they are written."""
    if isinstance(rule.every, Span) and rule.between is not None:
        start, end = rule.between
        return tuple(range(start, end, max(rule.every.milliseconds // 1000, 60))), ()
    places = places_of(rule.at, person)
    return tuple(sorted({c for c, _, _ in places if c is not None})), places


def places_of(times: Iterable[str], person: Mapping[str, PersonField]) -> Places:
    """Times of day as written."""
    places: list[tuple[int | None, str, str | None]] = []
    for clock in times:
        if clock.startswith("person."):
            part = person.get(clock[7:])
            places.append((None, clock[7:], str(part.default) if part and part.default is not None else None))
        else:
            places.append((parse_clock(clock), "", None))
    return tuple(places)


def refused(rule: Rule, on_signal: bool) -> str:
    """What a refusal of the gate means for a rule: as authored, or what its kind calls for.

    What the calendar brings, it brings again: it is dropped. What a signal brings is asked again inside its window, while
    the signal is still news. What comes only once, or waits for something that has happened, is asked again later.
    """
    if rule.when_refused is not None:
        return rule.when_refused
    if is_scheduled(rule) and rule.times != 1:
        return "drop"
    return "next window" if on_signal else "later"


def cuts_of(probabilities: Iterable[float]) -> tuple[int, ...]:
    """Exact thresholds; a check of its own says so where they do not sum to 1."""
    wanted = list(probabilities)
    try:
        return thresholds(wanted) if wanted else ()
    except ValueError:
        return ()


def delivered_by(case: CompiledCase) -> tuple[str, ...]:
    """All events that a case may deliver."""
    return (*(case.deliver or ()), *(e for events in case.events.values() for e in events))
