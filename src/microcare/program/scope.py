"""Which names an expression may use, where it stands, and where each value comes from."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from microcare.expressions.types import Name, Type
from microcare.program.assessment import Answerable, Measure
from microcare.program.intervention import Intervention
from microcare.program.parts import text_in
from microcare.program.person import PersonField
from microcare.program.program import Program

Origin = tuple[str, ...]
"""Where a value comes from: a kind and its keys, like ("signal", "steps"). The hub knows how to look each up."""


@dataclass(frozen=True, slots=True)
class NameDoc:
    """A documented family of names, for the language reference."""

    path: str
    type: str
    meaning: str
    where: str = "everywhere"


NAMES: tuple[NameDoc, ...] = (
    NameDoc("person.FIELD", "as declared", "A characteristic or preference of the person. Of a text only `known()`."),
    NameDoc("signals.NAME", "as declared", "The latest value of a signal, unknown when older than its `fresh` (or `keep`). Has a history."),
    NameDoc("MEASURE.score", "number", "The latest complete score. Has a history. Also `MEASURE.SUBSCORE` for each of `scores`."),
    NameDoc("MEASURE.ITEM", "as answered", "The latest answer to an item. A choice whose answers all have scores is a number. "
            "Of a text or a photo only `known()`."),
    NameDoc("MEASURE.age", "number", "Days since the measure was last completed."),
    NameDoc("MEASURE.completed_at", "moment", "When the measure was last completed."),
    NameDoc("reported.NAME", "boolean", "The person has reported this, and the report still counts."),
    NameDoc("needs.NAME", "boolean", "The need state is present; unknown while it is unknown."),
    NameDoc("target.reached", "boolean", "The clinical goal is reached, as last assessed."),
    NameDoc("last.outcome", "text", "What the last micro intervention came to: success, failure, disengaged, ended, unknown."),
    NameDoc("last.name", "text", "The name of the last micro intervention."),
    NameDoc("last.reason", "text", "The reason for which it ended."),
    NameDoc("last.times", "number", "How often the person has had it."),
    NameDoc("past.INTERVENTION.times", "number", "How often the person has had it. Also `.successes`, `.failures`, `.disengaged`."),
    NameDoc("past.INTERVENTION.outcome", "text", "What it last came to."),
    NameDoc("history.count", "number", "How many micro interventions are behind the person."),
    NameDoc("engagement.felt", "number", "The latest score of the `engagement` measure."),
    NameDoc("engagement.share", "number", "Share of the last prompts' events that were done, 0 to 1, over all runs now open."),
    NameDoc("ownership.score", "number", "The latest score of the `narrative.ownership` measure."),
    NameDoc("local.time", "time", "The time of day on the person's wall."),
    NameDoc("local.hour", "number", "0 to 23."),
    NameDoc("local.minute", "number", "0 to 59."),
    NameDoc("local.weekday", "text", "monday, tuesday, ..."),
    NameDoc("local.weekend", "boolean", "Saturday or Sunday."),
    NameDoc("local.date", "date", "The day on the person's wall."),
    NameDoc("now", "moment", "The moment of the decision."),
    NameDoc("care.away_days", "number", "Days since the person last did anything, or, on the day they come back, how long they had been away."),
    NameDoc("last.days_ago", "number", "Days since the last micro intervention's events were over."),
    NameDoc("care.days", "number", "Days since the person joined the program."),
    NameDoc("EVENT.delivered", "boolean", "It was delivered in this run. Likewise `shown`, `opened`, `done`, `completed`, "
            "`succeeded`, `failed`, `expired`, `dismissed`.", "in an intervention"),
    NameDoc("EVENT.times_delivered", "number", "How often in this run. Likewise for the others.", "in an intervention"),
    NameDoc("EVENT.success", "boolean", "Whether its latest proximal outcome was a success; unknown if not known.", "in an intervention"),
    NameDoc("EVENT.value", "number", "The figure of its latest proximal outcome.", "in an intervention"),
    NameDoc("EVENT.answer", "as answered", "The answer to its latest proximal question. Of a text or a photo only `known()`.", "in an intervention"),
    NameDoc("EVENT.completed_in_a_row", "number", "Completed so often since one was missed or dismissed.", "in an intervention"),
    NameDoc("EVENT.succeeded_in_a_row", "number", "Successes since it last failed.", "in an intervention"),
    NameDoc("EVENT.completed_at", "moment", "When it was last completed. Also `delivered_at`, `done_at`.", "in an intervention"),
    NameDoc("run.days", "number", "Days since this micro intervention began.", "in an intervention"),
    NameDoc("run.quiet_days", "number", "Days for which something has waited without any engagement; 0 if nothing waits.", "in an intervention"),
    NameDoc("run.points", "number", "Decision points so far.", "in an intervention"),
    NameDoc("run.need", "text", "The need state it answers.", "in an intervention"),
    NameDoc("answer", "as answered", "The answer. Of a text or a photo only `known()`.", "in `success` of an `ask`"),
    NameDoc("value", "number", "The figure taken of the signal.", "in `success` of a `signal`"),
    NameDoc("value", "as answered", "The answer just saved, or the total just made. Of a text or a photo only `known()`.", "in a safety rule's `if`"),
    NameDoc("ITEM", "as answered", "The answer to an item of the measure itself. Of a text or a photo only `known()`.", "in `score` and `scores`"),
)  # fmt: skip

PERSON_TYPES = {
    "number": Type.NUMBER,
    "integer": Type.NUMBER,
    "boolean": Type.BOOLEAN,
    "text": Type.TEXT,
    "choice": Type.TEXT,
    "time": Type.TIME,
    "date": Type.DATE,
}
SIGNAL_TYPES = {"number": Type.NUMBER, "boolean": Type.BOOLEAN, "text": Type.TEXT}
EVENT_COUNTS = (
    "delivered",
    "shown",
    "opened",
    "done",
    "completed",
    "succeeded",
    "failed",
    "expired",
    "dismissed",
)
RESULTS = ("success", "failure", "disengaged", "ended", "unknown")
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class Names:
    """A scope: names with their types and origins; inner scopes see the outer ones."""

    def __init__(self, outer: "Names | None" = None) -> None:
        self._outer = outer
        self._names: dict[str, tuple[Name, Origin]] = {}

    def add(
        self,
        path: str,
        type_: Type,
        origin: Origin,
        *,
        history: bool = False,
        options: Collection[str] = (),
        sealed: str = "",
    ) -> None:
        """Make a name known. `sealed`: expressions never see its value; what to write instead."""
        self._names[path] = (Name(path, type_, history, tuple(options), sealed), origin)

    def lookup(self, path: str) -> Name | None:
        """The name at a dotted path."""
        found = self._names.get(path)
        if found is not None:
            return found[0]
        return self._outer.lookup(path) if self._outer is not None else None

    def origin(self, path: str) -> Origin:
        """Where the value of a known name comes from."""
        found = self._names.get(path)
        if found is not None:
            return found[1]
        if self._outer is None:
            raise KeyError(path)
        return self._outer.origin(path)

    def paths(self) -> Collection[str]:
        """All names, for suggestions."""
        return list(self._walk())

    def _walk(self) -> Iterator[str]:
        yield from self._names
        if self._outer is not None:
            yield from self._outer._walk()


def answer_type(item: Answerable) -> Type:
    """The type of an answer in expressions."""
    if item.kind == "scale" or (item.kind == "choice" and scored(item)):
        return Type.NUMBER
    return {
        "choice": Type.TEXT,
        "number": Type.NUMBER,
        "boolean": Type.BOOLEAN,
        "text": Type.TEXT,
        "time": Type.TIME,
        "photo": Type.BOOLEAN,
    }[item.kind]


SEALED = ("text", "photo")
"""Kinds of answers that are kept apart, under the person's own key: the engine holds a reference, and no expression it."""


def sealed(item: Answerable, path: str) -> str:
    """What to write where an expression looks at an answer that is kept apart; empty where it may look."""
    if item.kind not in SEALED:
        return ""
    other = "a safety rule can listen for `words:`; " if item.kind == "text" else ""
    return f"Ask `known({path})`, or give the question `choices`; {other}".rstrip("; ") + "."


def scored(item: Answerable) -> bool:
    """Whether every choice has a score, so that an answer counts as that number."""
    return bool(item.choices) and all(choice.score is not None for choice in item.choices.values())


def half_scored(item: Answerable) -> bool:
    """Whether some of its choices have a score and others none: then no answer to it counts as a number."""
    return any(choice.score is not None for choice in item.choices.values()) and not scored(item)


def counts(item: Answerable) -> bool:
    """Whether an item belongs to the automatic sum: a scale, a number, a choice with scores.

    One of which only some choices have a score belongs to it and keeps it unknown: `check` refuses it.
    """
    return item.kind in ("scale", "number") or scored(item) or half_scored(item)


def is_yes_no(item: Answerable) -> bool:
    """Whether a question has no answers of its own, and so is answered yes or no."""
    return item.scale is None and not item.choices and item.type is None


def program_names(program: Program, measures: Mapping[str, Measure]) -> Names:
    """The names known everywhere in a program."""
    names = Names()
    _fixed(names)
    for field, part in program.person.items():
        cure = f"Ask `known(person.{field})`, or declare it as a choice." if part.type == "text" else ""
        origin = ("person", field, part.type)
        names.add(f"person.{field}", PERSON_TYPES[part.type], origin, options=_options(part), sealed=cure)
    for name, signal in program.signals.items():
        names.add(
            f"signals.{name}", SIGNAL_TYPES[signal.type], ("signal", name), history=True, options=signal.options
        )  # fmt: skip
    for need in program.needs:
        names.add(f"needs.{need}", Type.BOOLEAN, ("need", need))
    for report in (*program.reports, *program.needs):
        names.add(f"reported.{report}", Type.BOOLEAN, ("reported", report))
    for name, measure in measures.items():
        _measure(names, name, measure)
    for intervention in program.interventions:
        for count in ("times", "successes", "failures", "disengaged"):
            names.add(f"past.{intervention}.{count}", Type.NUMBER, ("past", intervention, count))
        names.add(f"past.{intervention}.outcome", Type.TEXT, ("past", intervention, "result"), options=RESULTS)
    if program.engagement is not None and program.engagement.measure in measures:
        names.add("engagement.felt", Type.NUMBER, ("score", program.engagement.measure, "score"), history=True)
    if program.narrative.ownership is not None and program.narrative.ownership.measure in measures:
        names.add(
            "ownership.score",
            Type.NUMBER,
            ("score", program.narrative.ownership.measure, "score"),
            history=True,
        )
    return names


def _fixed(names: Names) -> None:
    names.add("now", Type.MOMENT, ("now",))
    names.add("target.reached", Type.BOOLEAN, ("target",))
    names.add("engagement.share", Type.NUMBER, ("share",))
    names.add("care.days", Type.NUMBER, ("care_days",))
    names.add("care.away_days", Type.NUMBER, ("away_days",))
    names.add("history.count", Type.NUMBER, ("history_count",))
    names.add("last.outcome", Type.TEXT, ("last", "result"), options=RESULTS)
    names.add("last.name", Type.TEXT, ("last", "intervention"))
    names.add("last.reason", Type.TEXT, ("last", "reason"))
    names.add("last.times", Type.NUMBER, ("last", "times"))
    names.add("last.days_ago", Type.NUMBER, ("last", "days_ago"))
    for part, type_ in (
        ("time", Type.TIME),
        ("hour", Type.NUMBER),
        ("minute", Type.NUMBER),
        ("date", Type.DATE),
    ):
        names.add(f"local.{part}", type_, ("local", part))
    names.add("local.weekday", Type.TEXT, ("local", "weekday"), options=WEEKDAYS)
    names.add("local.weekend", Type.BOOLEAN, ("local", "weekend"))


def _options(field: PersonField) -> tuple[str, ...]:
    return tuple(field.options) if field.type == "choice" else ()


def _measure(names: Names, name: str, measure: Measure) -> None:
    for score in ("score", *measure.scores):
        names.add(f"{name}.{score}", Type.NUMBER, ("score", name, score), history=True)
    names.add(f"{name}.age", Type.NUMBER, ("age", name))
    names.add(f"{name}.completed_at", Type.MOMENT, ("scored_at", name))
    for item, part in measure.items.items():
        type_ = answer_type(part)
        options = tuple(part.choices) if type_ is Type.TEXT else ()
        path = f"{name}.{item}"
        names.add(path, type_, ("item", name, item), options=options, sealed=sealed(part, path))


def item_names(measure: Measure) -> Names:
    """The names known in a measure's own scores: its items."""
    names = Names()
    for item, part in measure.items.items():
        names.add(
            item, answer_type(part), ("answer", item), options=tuple(part.choices), sealed=sealed(part, item)
        )  # fmt: skip
    return names


def intervention_names(outer: Names, intervention: Intervention) -> Names:
    """The names known in an intervention's rules: its events, and the run itself."""
    names = Names(outer)
    for part, type_ in (("days", Type.NUMBER), ("quiet_days", Type.NUMBER), ("points", Type.NUMBER)):
        names.add(f"run.{part}", type_, ("run", part))
    names.add("run.need", Type.TEXT, ("run", "need"))
    for name, event in intervention.events.items():
        for count in EVENT_COUNTS:
            names.add(f"{name}.{count}", Type.BOOLEAN, ("event", name, count))
            names.add(f"{name}.times_{count}", Type.NUMBER, ("event_count", name, count))
        names.add(f"{name}.success", Type.BOOLEAN, ("event_value", name, "success"))
        names.add(f"{name}.completed_in_a_row", Type.NUMBER, ("event_count", name, "in_a_row"))
        names.add(f"{name}.succeeded_in_a_row", Type.NUMBER, ("event_count", name, "won_in_a_row"))
        names.add(f"{name}.in_a_row", Type.NUMBER, ("event_count", name, "in_a_row"))
        for moment in ("completed_at", "delivered_at", "done_at"):
            names.add(f"{name}.{moment}", Type.MOMENT, ("event_moment", name, moment))
        if event.proximal is not None:
            if event.proximal.ask is not None:
                type_ = Type.TEXT if is_yes_no(event.proximal) else answer_type(event.proximal)
                options = ("yes", "no") if is_yes_no(event.proximal) else tuple(event.proximal.choices)
                path = f"{name}.answer"
                cure = sealed(event.proximal, path)
                names.add(path, type_, ("event_value", name, "value"), options=options, sealed=cure)
            else:
                names.add(f"{name}.value", Type.NUMBER, ("event_value", name, "value"))
    return names


def looked_at(measure: Measure, part: str) -> tuple[Type, tuple[str, ...]]:
    """The type of what a safety rule looks at, and its options: an answer to an item, or a score."""
    item = measure.items.get(part)
    return (answer_type(item), tuple(item.choices)) if item is not None else (Type.NUMBER, ())


def with_value(
    outer: Names, name: str, type_: Type, options: Collection[str] = (), item: Answerable | None = None
) -> Names:
    """The names known where one value is being looked at: `answer` or `value`, of an item where it is answered."""
    names = Names(outer)
    cure = sealed(item, name) if item is not None else ""
    names.add(name, type_, ("given",), options=options, sealed=cure)
    return names


def label(text: object, language: str = "en") -> str:
    """A text in a language, for descriptions."""
    return text_in(text, language) if isinstance(text, str | dict) else str(text)
