"""The items of a FHIR Questionnaire, one by one: kinds, choices, scores, formulas. Nothing is trusted."""

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from microcare.exchange.questionnaire import Choice, Kind

MOST_ITEMS = 2_000
"""Items in one questionnaire, groups and texts included."""
MOST_CHOICES = 500
"""Choices of one item."""
DEEPEST = 30
"""Groups inside groups."""
_KINDS: Mapping[str, Kind] = {
    "choice": "choice",
    "open-choice": "choice",
    "coding": "choice",
    "question": "choice",
    "decimal": "number",
    "integer": "number",
    "quantity": "number",
    "boolean": "boolean",
    "string": "text",
    "text": "text",
    "url": "text",
    "date": "date",
    "time": "time",
    "dateTime": "moment",
    "display": "note",
}
_BASE = "http://hl7.org/fhir/StructureDefinition/"
_SDC = "http://hl7.org/fhir/uv/sdc/StructureDefinition/"
SCORES = (
    *(f"{_BASE}ordinalValue", f"{_BASE}itemWeight", f"{_BASE}questionnaire-ordinalValue"),
    *(f"{_BASE}codesystem-ordinalValue", f"{_BASE}valueset-ordinalValue", f"{_BASE}iso21090-CO-value"),
)
FORMULAS = (
    *(f"{_SDC}sdc-questionnaire-calculatedExpression", f"{_BASE}questionnaire-calculatedExpression"),
    f"{_BASE}cqif-calculatedValue",
)
HIDDEN = (f"{_BASE}questionnaire-hidden",)
CONDITIONS = (f"{_SDC}sdc-questionnaire-enableWhenExpression",)
VARIABLE = f"{_BASE}variable"


@dataclass(frozen=True)
class Raw:
    """One item as the file has it; `kind` None for what is not shown (hidden and calculated items)."""

    link_id: str
    text: str
    kind: Kind | None
    inside: tuple[str, ...]
    """LinkIds of the groups and questions it lies in."""
    group: bool = False
    choices: tuple[Choice, ...] = ()
    required: bool = False
    multiple: bool = False
    codes: tuple[str, ...] = ()
    formula: str = ""
    variables: Mapping[str, str] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Whether it becomes an item."""
        return self.kind is not None

    @property
    def asked(self) -> bool:
        """Whether the person answers it."""
        return self.kind is not None and self.kind != "note"

    @property
    def scorable(self) -> bool:
        """Whether its options carry scores."""
        has_scores = any(choice.score is not None for choice in self.choices)
        return self.kind == "choice" and has_scores and not self.multiple

    @property
    def addable(self) -> bool:
        """Whether an answer to it is one number that a formula can add."""
        return self.scorable or (self.kind == "number" and not self.multiple)


def flat_items(document: Mapping[str, object], warnings: list[str]) -> list[Raw] | str:
    """Return all items in reading order, whatever groups they lie in; a sentence where there are too many."""
    value_sets = _contained(document)
    raws: list[Raw] = []
    taken: set[str] = set()
    waiting: list[tuple[object, tuple[str, ...], Mapping[str, str], bool]] = [
        (item, (), {}, False) for item in reversed(_list(document.get("item")))
    ]
    while waiting:
        node, inside, variables, unseen = waiting.pop()
        if not isinstance(node, Mapping):
            warnings.append("an item that is not an object is left out")
            continue
        if len(raws) >= MOST_ITEMS:
            return f"the questionnaire has more than {MOST_ITEMS:,} items, which is the limit"
        if len(inside) > DEEPEST:
            return f"groups lie more than {DEEPEST} deep, which is the limit"
        own = variables_of(node)
        variables = {**variables, **own} if own else variables
        raw = _raw(node, inside, len(raws) + 1, value_sets, warnings)
        if raw.formula:
            raw = replace(raw, variables=variables)
        if unseen:
            # What lies in a hidden group is hidden too; its formulas still count.
            raw = replace(raw, kind=None)
        if raw.link_id in taken:
            warnings.append(f"the linkId {raw.link_id} is used twice")
        taken.add(raw.link_id)
        raws.append(raw)
        below = (*inside, raw.link_id)
        unseen = unseen or _hidden(node)
        waiting += [(child, below, variables, unseen) for child in reversed(_list(node.get("item")))]
    return raws


def variables_of(node: Mapping[str, object]) -> dict[str, str]:
    """Return the FHIRPath variables that a questionnaire or an item declares: name to expression."""
    found: dict[str, str] = {}
    for extension in _extensions(node, (VARIABLE,)):
        expression = extension.get("valueExpression")
        if isinstance(expression, Mapping):
            found[text_of(expression.get("name"))] = text_of(expression.get("expression"))
    return found


def text_of(value: object) -> str:
    """Return text without what cannot be stored or shown; nothing where it is no text."""
    if not isinstance(value, str):
        return ""
    whole = value.encode("utf-8", "replace").decode()
    return "".join(sign for sign in whole if sign.isprintable() or sign in "\n\t").strip()


def _raw(
    node: Mapping[str, object],
    inside: tuple[str, ...],
    position: int,
    value_sets: Mapping[str, list[object]],
    warnings: list[str],
) -> Raw:
    """Read one item, without the items in it."""
    link_id = text_of(node.get("linkId"))
    if not link_id:
        link_id = f"unnamed{position}"
        warnings.append(f"item {position} of the file has no linkId; it is called {link_id}")
    codes = tuple(_codes(node))
    text = text_of(node.get("text")) or next(_displays(node), "")
    formula = next((text for text in _formulas(node)), "")
    kind = None if formula else _kind(node, link_id, warnings)
    choices = tuple(_choices(node, link_id, value_sets, warnings)) if kind == "choice" else ()
    if kind == "choice" and not choices:
        warnings.append(f"{link_id} has no choices in the file; it is read as text")
        kind = "text"
    if kind is not None and not text:
        warnings.append(f"{link_id} has no text")
    if node.get("enableWhen") or next(_extensions(node, CONDITIONS), None):
        what = "what lies in it is" if node.get("type") == "group" else "it is"
        warnings.append(f"{link_id} stands under a condition (enableWhen), which is not read: {what} always asked")
    multiple = node.get("repeats") is True and kind not in (None, "note")
    if multiple:
        scoreless = ", and it has no score" if any(choice.score is not None for choice in choices) else ""
        warnings.append(f"{link_id} allows several answers (repeats); here one is given{scoreless}")
    return Raw(
        link_id=link_id,
        text=text,
        kind=kind,
        inside=inside,
        group=node.get("type") == "group",
        choices=choices,
        required=node.get("required") is True,
        multiple=multiple,
        codes=codes,
        formula=formula,
    )


def _kind(node: Mapping[str, object], link_id: str, warnings: list[str]) -> Kind | None:
    """How an item is answered; None for groups and for what nobody shall see or fill in."""
    written = node.get("type")
    if _hidden(node):
        warnings.append(f"{link_id} is hidden; it is left out, with all that lies in it")
        return None
    if written == "group":
        if node.get("repeats") is True:
            warnings.append(f"{link_id} may be repeated as a group; it is asked once")
        # A group's heading is read as a note, so that an instruction above questions is not lost.
        return "note" if text_of(node.get("text")) else None
    if node.get("readOnly") is True and written != "display":
        warnings.append(f"{link_id} is filled in by a system, not by the person; it is left out")
        return None
    if written in ("attachment", "reference"):
        warnings.append(f"{link_id} asks for an {written}, which cannot be asked here; it is left out")
        return None
    kind = _KINDS.get(written) if isinstance(written, str) else None
    if kind is None:
        kind = "choice" if _options(node) else "text"
        said = f'"{written[:40]}"' if isinstance(written, str) else "none"
        warnings.append(f"{link_id} has an unknown type ({said}); it is read as {kind}")
    elif written == "open-choice":
        warnings.append(f"{link_id} also allows an answer in free text; only its choices are read")
    elif written == "quantity":
        warnings.append(f"{link_id} asks for a quantity; it is read as a number without its unit")
    elif written == "integer" and not _options(node):
        warnings.append(f"{link_id} asks for a whole number; decimals are taken too")
    elif written == "url":
        warnings.append(f"{link_id} asks for an address (url); it is read as text")
    elif kind in ("text", "number") and _options(node):
        kind = "choice"
    return kind


def _choices(
    node: Mapping[str, object], link_id: str, value_sets: Mapping[str, list[object]], warnings: list[str]
) -> Iterator[Choice]:
    """The options of an item, their values made unique."""
    options = _options(node)
    reference = text_of(node.get("answerValueSet")) or _r3_reference(node)
    if not options and reference:
        options = value_sets.get(reference) or value_sets.get(reference.partition("|")[0], [])
        if not options:
            warnings.append(f"{link_id} takes its choices from a value set that is not in the file: {reference[:100]}")
    if len(options) > MOST_CHOICES:
        warnings.append(f"{link_id} has more than {MOST_CHOICES} choices; it is read as text")
        return
    taken: set[str] = set()
    for option in options:
        if not isinstance(option, Mapping):
            warnings.append(f"{link_id}: a choice that is not an object is left out")
            continue
        coding = option.get("valueCoding")
        plain = next((option[key] for key in _PLAIN if _is_plain(option.get(key))), None)
        if isinstance(coding, Mapping):
            code, label = text_of(coding.get("code")), text_of(coding.get("display"))
        else:
            coding, code, label = {}, "" if plain is None else text_of(str(plain)), ""
        if not (code or label):
            warnings.append(f"{link_id}: a choice without code and text is left out")
            continue
        points = _score(option, link_id, warnings)
        if points is None:
            points = _score(coding, link_id, warnings)
        if points is None and isinstance(plain, int):
            points = float(plain)
        value = code or label
        if value in taken:
            value = f"{value}~{len(taken) + 1}"
            warnings.append(f"{link_id}: two choices have the same value; one is called {value[:50]}")
        if value in taken:
            warnings.append(f"{link_id}: a choice of the same value is left out")
            continue
        taken.add(value)
        yield Choice(value, label or code, points)


_PLAIN = ("valueInteger", "valueString", "valueDate", "valueTime")
LARGEST_SCORE = 1e9


def _is_plain(value: object) -> bool:
    """Whether an option is a text or a whole number of reasonable size."""
    if isinstance(value, bool):
        return False
    return isinstance(value, str) or (isinstance(value, int) and abs(value) <= LARGEST_SCORE)


def _score(node: Mapping[str, object], link_id: str, warnings: list[str]) -> float | None:
    """The number that an extension gives to an option; decimals written as text are read too."""
    for extension in _extensions(node, SCORES):
        written = extension.get("valueDecimal", extension.get("valueInteger"))
        try:
            number = float(written) if isinstance(written, int | float | str) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        if not isinstance(written, bool) and abs(number) <= LARGEST_SCORE:
            return number
        warnings.append(f"{link_id}: the score of a choice is not a number; it has none")
    return None


def _contained(document: Mapping[str, object]) -> dict[str, list[object]]:
    """Value sets inside the file, by `#id` and by url: their options, written as answer options are."""
    found: dict[str, list[object]] = {}
    for resource in _list(document.get("contained")):
        if not isinstance(resource, Mapping) or resource.get("resourceType") != "ValueSet":
            continue
        expansion, compose = resource.get("expansion"), resource.get("compose")
        concepts = list(_concepts(expansion)) if isinstance(expansion, Mapping) else []
        if not concepts and isinstance(compose, Mapping):
            includes = [part for part in _list(compose.get("include")) if isinstance(part, Mapping)]
            concepts = [concept for part in includes for concept in _list(part.get("concept"))]
        options: list[object] = [{"valueCoding": concept} for concept in concepts]
        url, version = text_of(resource.get("url")), text_of(resource.get("version"))
        for name in (f"#{text_of(resource.get('id'))}", text_of(resource.get("id")), url, f"{url}|{version}"):
            found.setdefault(name, options)
    return found


def _concepts(expansion: Mapping[str, object]) -> Iterator[object]:
    """All concepts of an expansion that can be chosen, those inside others too."""
    waiting = list(reversed(_list(expansion.get("contains"))))
    while waiting:
        concept = waiting.pop()
        if not isinstance(concept, Mapping):
            continue
        if concept.get("abstract") is not True:
            yield concept
        waiting += reversed(_list(concept.get("contains")))


def _r3_reference(node: Mapping[str, object]) -> str:
    """The value set as older files name it."""
    older = node.get("options")
    return text_of(older.get("reference")) if isinstance(older, Mapping) else text_of(older)


def _hidden(node: Mapping[str, object]) -> bool:
    return any(extension.get("valueBoolean") is True for extension in _extensions(node, HIDDEN))


def _options(node: Mapping[str, object]) -> list[object]:
    return _list(node.get("answerOption")) or _list(node.get("option"))


def _formulas(node: Mapping[str, object]) -> Iterator[str]:
    """The formulas an item is calculated by; one that cannot be read still means: nobody answers it."""
    for extension in _extensions(node, FORMULAS):
        expression = extension.get("valueExpression")
        written = expression.get("expression") if isinstance(expression, Mapping) else extension.get("valueString")
        yield text_of(written) or "?"


def _codes(node: Mapping[str, object]) -> Iterator[str]:
    for code in _list(node.get("code")):
        if isinstance(code, Mapping) and text_of(code.get("code")):
            yield f"{text_of(code.get('system'))}|{text_of(code.get('code'))}"


def _displays(node: Mapping[str, object]) -> Iterator[str]:
    for code in _list(node.get("code")):
        if isinstance(code, Mapping) and text_of(code.get("display")):
            yield text_of(code.get("display"))


def _extensions(node: Mapping[str, object], urls: tuple[str, ...]) -> Iterator[Mapping[str, object]]:
    """The extensions of a node with one of these addresses."""
    for extension in _list(node.get("extension")):
        if isinstance(extension, Mapping) and extension.get("url") in urls:
            yield extension


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []
