"""The language reference, generated from the models: every part with its words, from the descriptions in the code."""

import re
from collections.abc import Iterable, Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from microcare.base.spans import Span, format_span
from microcare.expressions.functions import DEPARTURES, FUNCTIONS, OPERATORS
from microcare.program import (
    assessment,
    conceptual_model,
    consent,
    content,
    decision,
    evaluation,
    event,
    intervention,
    narrative,
    outcome,
    person,
    safety,
)
from microcare.program.event import ALIASES, NATURE, Goal
from microcare.program.examples import CONTENT, FOLDER, PARTS, START
from microcare.program.guidance import answers, schedules
from microcare.program.program import ChannelStep, Limits, Program
from microcare.program.scope import NAMES, NameDoc
from microcare.program.texts import TEXT_NAMES
from microcare.program.triggers import STAGES

ORDER: tuple[tuple[type[BaseModel], str], ...] = (
    (Program, "the file itself"),
    (person.PersonField, "under `person:`, by name"),
    (person.Signal, "under `signals:`, by name"),
    (person.Report, "under `reports:`, by name"),
    (assessment.Measure, "under `measures:`, by name"),
    (assessment.Item, "under a measure's `items:`, by name"),
    (assessment.Choice, "under `choices:`, by value"),
    (outcome.Target, "`target:`"),
    (outcome.TargetAssessment, "`target.assess:`"),
    (conceptual_model.Level, "in the list `model:`"),
    (conceptual_model.Need, "under a level's `needs:`, by name"),
    (evaluation.EvaluationTrigger, "in the list `evaluate:`"),
    (evaluation.Recommend, "`recommend:`"),
    (evaluation.Weights, "`recommend.weights:`"),
    (intervention.Intervention, "under `interventions:`, by name"),
    (outcome.OverallOutcome, "an intervention's `outcome:`"),
    (event.Event, "under an intervention's `events:`, by name"),
    (outcome.Proximal, "an event's (or a rule's) `proximal:`"),
    (decision.Rule, "in an intervention's list `rules:`"),
    (decision.Case, "in a rule's list `choose:`"),
    (
        decision.Option,
        "under `randomize:`, by name, where an option delivers other events than its name says",
    ),
    (narrative.Narrative, "`narrative:`"),
    (narrative.Variant, "in the lists of `narrative:`"),
    (narrative.Wording, "under a variant's `vary:`, by name"),
    (evaluation.Felt, "`engagement:` and `narrative.ownership:`"),
    (evaluation.Contact, "`contact:`"),
    (Limits, "`limits:`"),
    (ChannelStep, "in the list `channels:`"),
    (consent.Purpose, "under `consent:`, by name"),
    (safety.HelpPage, "`help:`"),
    (safety.HelpNumber, "in the list `numbers:` of `help:`"),
    (safety.SafetyRule, "in the list `safety:`"),
    (safety.Alert, "a safety rule's `alert:`"),
    (safety.Roster, "under `rosters:`, by name"),
)
"""The parts in reading order, with where each stands."""

VALIDATORS = (
    ("_every", "how often"),
    ("_span", "length of time"),
    ("_window", "part of the day"),
    ("_scale", "scale"),
    ("_share", "probability, or an [option](#option), by name"),
    ("_clock", "time, or a list of times"),
    ("_named", "expression, or expressions by name"),
    ("_content", "path, or list of [content](#content-of-events)"),
    ("_goal", "a [goal](#goals-of-events)"),
    ("_expression", "expression"),
)
"""What each validator of the models stands for, in an author's words."""


def reference() -> Iterator[str]:
    """The reference, line by line, in Markdown."""
    yield "# Language reference"
    yield ""
    yield "Generated from the models by `make docs`. For a gentle start read the [tutorial](../guides/tutorial.md)."
    yield ""
    yield from _start()
    yield from _values()
    for part, where in ORDER:
        yield from _part(part, where)
    yield from _content()
    yield from _goals()
    yield from _triggers()
    yield from schedules()
    yield from _names("Names in expressions", NAMES, "Names that rules and scores may use, and where each is known.")
    yield from _expressions()
    yield from _names("Values in texts", TEXT_NAMES, "What stands in braces in a text: `{child_name}`, `{last.title}`. "
                      "`{name|instead}` says what stands there while the value is missing; `{{` and `}}` are braces.")  # fmt: skip
    yield from answers()


def _start() -> Iterator[str]:
    yield "## A whole program"
    yield ""
    yield (
        "A program is one YAML file. This one asks how tired somebody is, recommends a walk where it helps, draws each "
        "day whether to prompt for it, praises three in a row, and asks in the end whether it reached its aim. "
        "Save it as `program.yaml`, then `microcare check program.yaml` and `microcare preview program.yaml`."
    )
    yield from ("", "```yaml", *START.rstrip().splitlines(), "```", "")
    yield (
        "Or it is a folder with `program.yaml`. A file or folder beside it that is named like a section *is* that section, "
        "so nothing needs to be included. Saying the same thing twice is an error. Paths of files are written from the "
        "program's folder and stay inside it."
    )
    yield from ("", "```text", *FOLDER.rstrip().splitlines(), "```", "")
    yield (
        "`suite: ../suite/walking` brings the interventions, measures, person fields, signals and reports of a shared folder, "
        "laid out in the same way without a `program.yaml`; its paths are written from there. "
        "YAML is read as version 1.2: `on`, `yes`, `no` and `18:30` are words. Tags, merge keys and a second document are refused."
    )
    yield ""
    yield (
        "For completion in an editor with a YAML language server, begin the file with "
        "`# yaml-language-server: $schema=PATH/program.schema.json` (`microcare schema --out PATH/program.schema.json` writes it)."
    )
    yield ""


def _values() -> Iterator[str]:
    yield "## Kinds of value"
    yield ""
    yield "| kind | how it is written |"
    yield "|---|---|"
    yield "| name | lower-case letters, digits, underscores; a letter first: `first_walk` |"
    yield "| text | words, with places for values; or one text per language: `{en: Hello, de: Hallo}` |"
    yield "| length of time | `30m`, `2h`, `1h30m`, `3d`, `2 weeks`, `3 months`. Days and longer are counted on the wall calendar |"
    yield '| part of the day | `"21:30-07:00"`; it may cross midnight |'
    yield '| time | `"18:30"`, or a person\'s field that holds one: `person.dinner_time` |'
    yield "| how often | `day`, `2 days`, `weekday`, `weekend`, `monday, thursday`, `week`, `month`; `90m` inside `between` |"
    yield "| scale | `0..4` |"
    yield (
        "| expression | see [Expressions](#expressions). Quote it when it contains `: ` or ` #`, begins with "
        '`!`, `"` or `{`, or has a comma inside braces or brackets: `"!why.success"` |'
    )
    yield ""


def _part(part: type[BaseModel], where: str) -> Iterator[str]:
    yield f"## {_title(part)}"
    yield ""
    yield f"*Stands: {where}.*"
    yield ""
    yield from (line.strip() for line in (part.__doc__ or "").strip().splitlines())
    yield ""
    yield "| word | value | default | meaning |"
    yield "|---|---|---|---|"
    for name, info in part.model_fields.items():
        yield f"| `{info.alias or name}` | {_type(info)} | {_default(info)} | {_cell(info.description or '')} |"
    yield ""
    example = PARTS.get(part.__name__)
    if example is not None:
        yield from ("```yaml", *example.splitlines(), "```", "")


def _title(part: type[BaseModel]) -> str:
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", part.__name__)
    return words[0] + words[1:].lower()


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


def _type(info: FieldInfo) -> str:
    shown = str(info.annotation).replace("typing.", "")
    found_kind = _kind(shown + str(info.metadata), shown)
    if found_kind is not None:
        return found_kind
    if "Literal[" in shown:
        found = re.search(r"Literal\[([^\]]*)\]", shown)
        words = [w.strip().strip("'") for w in found[1].split(",")] if found else []
        rest = "whole number or " if shown.startswith("int") else ""
        return rest + ", ".join(f"`{w}`" for w in words)
    if "Goal" in shown:
        return "a [goal](#goals-of-events)"
    return _plain_type(shown, info)


def _kind(text: str, shown: str) -> str | None:
    """What a field's validators say of it."""
    for name, words in VALIDATORS:
        if f"function {name}" in text:
            return f"{words} by name" if shown.startswith("dict") and words == "expression" else words
    if "function _identifier" in text and "dict" not in shown and not _models_in(shown):
        return "list of names, or one" if "tuple" in shown else "name"
    return "text" if shown.startswith("str | dict[str, str]") else None


def _models_in(shown: str) -> bool:
    return "<class 'microcare" in shown or "microcare.program" in shown.replace("microcare.program.parts", "")


def _plain_type(shown: str, info: FieldInfo) -> str:
    models = _models(info.annotation)
    linked = ", ".join(f"[{_title(m).lower()}](#{_title(m).lower().replace(' ', '-')})" for m in models)
    if models and shown.startswith("dict"):
        return f"{linked} by name"
    if models and shown.startswith("tuple"):
        return f"list of {linked}"
    if models:
        return linked
    if shown.startswith("tuple"):
        return "list of names" if "Identifier" in shown or "PlainValidator" in shown else "list"
    if shown.startswith("dict"):
        return "expression by name" if "expression" in shown else "by name"
    simple = {"int": "whole number", "float": "number", "str": "text", "bool": "`true` or `false`"}
    return (
        ", ".join(meaning for word, meaning in simple.items() if re.search(rf"\b{re.escape(word)}\b", shown)) or "value"
    )


def _models(kind: Any) -> list[type[BaseModel]]:
    known = {part for part, _ in ORDER}
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind] if kind in known else []
    return [m for inner in get_args(kind) for m in _models(inner)]


def _default(info: FieldInfo) -> str:
    if info.is_required():
        return "**required**"
    value = info.get_default(call_default_factory=True)
    if isinstance(value, Span):
        return format_span(value)
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if value is None or value == () or value == {} or isinstance(value, BaseModel | tuple):
        return ""
    return f"`{value}`"


def _content() -> Iterator[str]:
    yield "## Content of events"
    yield ""
    yield "`content:` is a Markdown file's path, or a list of pieces; the first word of a piece says its kind."
    yield ""
    for kind, part in content.KINDS.items():
        yield f"### `{kind}`"
        yield ""
        yield (part.__doc__ or "").strip()
        yield ""
        yield "| word | value | default | meaning |"
        yield "|---|---|---|---|"
        for name, info in part.model_fields.items():
            yield f"| `{name}` | {_type(info)} | {_default(info)} | {_cell(info.description or '')} |"
        yield from ("", "```yaml", *CONTENT[kind].splitlines(), "```", "")


def _goals() -> Iterator[str]:
    yield "## Goals of events"
    yield ""
    yield "| goal | nature | also written |"
    yield "|---|---|---|"
    for goal in Goal:
        also = ", ".join(f"`{a}`" for a, g in ALIASES.items() if g is goal)
        yield f"| `{goal.value}` | {NATURE[goal]} | {also} |"
    yield ""


def _triggers() -> Iterator[str]:
    yield "## Triggers"
    yield ""
    yield "What stands after a rule's `on:`."
    yield ""
    yield "| trigger | comes when |"
    yield "|---|---|"
    yield "| `start` | the micro intervention begins (what a rule has that says nothing) |"
    meanings = ("it was sent on its way", "it was on the screen", "it was opened", "the person did it",
                "it was done, and its proximal assessment answered or past due", "its proximal outcome was a success",
                "its proximal outcome was no success", "its time was over before it was done", "the person put it away")  # fmt: skip
    for stage, meaning in zip(STAGES, meanings, strict=True):
        yield f"| `EVENT.{stage}` | {meaning} |"
    yield "| `quiet for 3d` | something has waited so long without any engagement; once for each silence |"
    yield "| `signals.NAME` | a number or text arrives; a yes-or-no becomes true |"
    yield "| `MEASURE.completed` | the measure was completed, whoever asked it |"
    yield "| `report`, `report.NAME` | the person said what they need |"
    yield "| `needs.NAME` | the need state became present |"
    yield ""
    yield "`evaluate:` knows `start`, `report`, `report.NAME`, `intervention_ended`, `signals.NAME`, `weekend`, `weekday`, days."
    yield ""


def _names(title: str, names: Iterable[NameDoc], intro: str) -> Iterator[str]:
    yield f"## {title}"
    yield ""
    yield intro
    yield ""
    yield "| name | type | where | meaning |"
    yield "|---|---|---|---|"
    for name in names:
        yield f"| `{name.path}` | {name.type} | {name.where} | {_cell(name.meaning)} |"
    yield ""


def _expressions() -> Iterator[str]:
    yield "## Expressions"
    yield ""
    yield (
        "A small profile of CEL. Expressions cannot fail and change nothing. What is not known is *unknown*: "
        "`false && unknown` is false, `true || unknown` is true, everything else that needs it is unknown. "
        "A rule whose condition is unknown does not fire, and its journal entry says so."
    )
    yield ""
    yield "| operator | meaning | example |"
    yield "|---|---|---|"
    for operator in OPERATORS:
        yield f"| `{_cell(operator.sign)}` | {_cell(operator.meaning)} | `{_cell(operator.example)}` |"
    yield ""
    yield "| function | meaning | example |"
    yield "|---|---|---|"
    for function in FUNCTIONS:
        yield f"| `{_cell(function.signature)}` | {_cell(function.meaning)} | `{_cell(function.example)}` |"
    yield ""
    yield "Where this leaves CEL:"
    yield ""
    for departure in DEPARTURES:
        yield f"- {departure if isinstance(departure, str) else _cell(str(departure))}"
    yield ""
