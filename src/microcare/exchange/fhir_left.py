"""What a FHIR Questionnaire has and the reader does not take, by one rule: whatever it does not know is named.

The reader's own warnings say what it reads otherwise than it was meant. This walk says all the rest: an element, an
extension, a value set's filter. Nothing new that a file brings is lost unsaid, for only what is known is passed over.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from microcare.exchange.fhir_items import CONDITIONS, FORMULAS, HIDDEN, SCORES, VARIABLE, text_of

FIRST = 40
"""So many items are named of those that have the same thing."""

ROOT = {"resourceType", "title", "name", "item", "contained", "extension", "id"}
ITEM = {"linkId", "text", "type", "required", "repeats", "readOnly", "item", "extension", "id", "code"}
ITEM |= {"answerOption", "option", "options", "answerValueSet", "enableWhen", "enableBehavior"}
"""Elements of an item that are read, or of which the reader itself says how it reads them."""
OPTION = {"valueCoding", "valueInteger", "valueString", "valueDate", "valueTime", "extension", "id"}
CODING = {"code", "display", "extension", "id"}
VALUE_SET = {"resourceType", "id", "url", "compose", "expansion"}
CONTAINER = {"contains", "include", "concept", "id"}
NESTED = {*CODING, "contains", "abstract"}
ADMINISTRATIVE = frozenset(
    (
        *("url", "identifier", "version", "versionAlgorithmString", "meta", "status", "date", "publisher", "contact"),
        *("language", "text", "subjectType", "experimental", "code", "jurisdiction", "useContext", "purpose"),
        *("approvalDate", "lastReviewDate", "effectivePeriod", "description", "copyright", "copyrightLabel"),
        *("derivedFrom", "implicitRules", "timestamp", "total", "offset", "lockedDate", "system", "versionNeeded"),
    )
)
QUIET = frozenset(
    (
        *ADMINISTRATIVE,
        *("prefix", "definition", "userSelected", "itemControl", "choiceOrientation", "optionPrefix", "shortText"),
        *("designNote", "observationLinkPeriod", "observationExtract", "minOccurs 1", "maxOccurs 1"),
        *("rendering-style", "rendering-markdown", "rendering-xhtml", "displayCategory", "preferredTerminologyServer"),
        *("supportLink", "entryFormat", "sliderStepValue", "collapsible", "width", "openLabel"),
    )
)
"""What changes neither what is asked nor what it counts: it is noted, and no more."""


@dataclass
class Left:
    """What is left, each thing with the items that have it, in the file's order."""

    items: dict[str, dict[str, None]] = field(default_factory=dict)

    def add(self, thing: str, where: str) -> None:
        self.items.setdefault(thing, {})[where] = None

    def told(self, quiet: bool) -> Iterator[str]:
        """Sentences about what matters, or about what is quiet."""
        for thing, where in self.items.items():
            if (thing.split(" (", 1)[0] in QUIET) is quiet:
                named = list(where)
                more = f" and {len(named) - FIRST} more" if len(named) > FIRST else ""
                yield f"{', '.join(named[:FIRST])}{more}: {thing} is not taken"


def left_over(document: Mapping[str, object]) -> Left:
    """Walk the whole file, and keep what nothing here reads."""
    left = Left()
    _unknown(document, ROOT, "the questionnaire", left, extensions=(VARIABLE,))
    for resource in _maps(document.get("contained")):
        _resource(resource, left)
    waiting = list(reversed(_maps(document.get("item"))))
    while waiting:
        node = waiting.pop()
        _item(node, left)
        waiting += reversed(_maps(node.get("item")))
    return left


def changes_meaning(document: Mapping[str, object]) -> str | None:
    """Where the file says that it may not be read by who does not know an extension (modifierExtension)."""
    waiting: list[object] = [document]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Mapping):
            for found in _maps(node.get("modifierExtension")):
                where = text_of(node.get("linkId")) or text_of(node.get("id")) or "the questionnaire"
                return f"{where} has a modifierExtension ({_short(found)}), which changes what it means"
            waiting += node.values()
        elif isinstance(node, list):
            waiting += node
    return None


def _item(node: Mapping[str, object], left: Left) -> None:
    where = text_of(node.get("linkId")) or "an item without linkId"
    known = (*FORMULAS, *HIDDEN, *CONDITIONS, VARIABLE)
    _unknown(node, ITEM, where, left, extensions=known)
    if node.get("code"):
        left.add("code (of the question)", where)
    if node.get("type") == "group" and node.get("required") is True:
        left.add("required (of a group)", where)
    options = _maps(node.get("answerOption")) or _maps(node.get("option"))
    if options and node.get("answerValueSet"):
        left.add("answerValueSet (beside the item's own options)", where)
    if node.get("answerOption") and node.get("option"):
        left.add("option (beside answerOption)", where)
    for option in options:
        _unknown(option, OPTION, where, left, of="an option", extensions=SCORES)
        coding = option.get("valueCoding")
        if isinstance(coding, Mapping):
            _unknown(coding, CODING, where, left, of="an option", extensions=SCORES)


def _resource(resource: Mapping[str, object], left: Left) -> None:
    """A contained resource: of value sets, what is more than a list of concepts."""
    name = f"contained {text_of(resource.get('id')) or '(without id)'}"
    if resource.get("resourceType") != "ValueSet":
        left.add(f"the resource {text_of(resource.get('resourceType'))[:40]}", name)
        return
    _unknown(resource, VALUE_SET | {"name", "title"}, name, left)
    expansion, compose = resource.get("expansion"), resource.get("compose")
    whole = expansion if isinstance(expansion, Mapping) and expansion.get("contains") else None
    if whole is not None:
        _unknown(whole, CONTAINER | {"identifier", "parameter"}, name, left, of="the expansion")
        waiting = _maps(whole.get("contains"))
        while waiting:
            concept = waiting.pop()
            _unknown(concept, NESTED, name, left, of="a concept", extensions=SCORES)
            waiting += _maps(concept.get("contains"))
    elif isinstance(compose, Mapping):
        _unknown(compose, CONTAINER, name, left, of="the value set")
        for part in _maps(compose.get("include")):
            _unknown(part, CONTAINER, name, left, of="the value set")
            if not part.get("concept"):
                left.add("a part without a list of concepts (all of a code system)", name)
            for concept in _maps(part.get("concept")):
                _unknown(concept, CODING, name, left, of="a concept", extensions=SCORES)


def _unknown(
    node: Mapping[str, object],
    known: Iterable[str],
    where: str,
    left: Left,
    *,
    of: str = "",
    extensions: tuple[str, ...] = (),
) -> None:
    """Name every element and extension of a node that is not known."""
    suffix = f" (of {of})" if of else ""
    for key, value in node.items():
        if key not in known and value not in (None, [], {}):
            left.add(f"{text_of(key)[:60]}{suffix}", where)
    for extension in _maps(node.get("extension")):
        if text_of(extension.get("url")) not in extensions:
            left.add(f"{_short(extension)} (an extension{f' of {of}' if of else ''})", where)


def _short(extension: Mapping[str, object]) -> str:
    """An extension's own name: the end of its address, without what all of a questionnaire's begin with."""
    name = text_of(extension.get("url")).rstrip("/").rpartition("/")[2][:80]
    for common in ("sdc-questionnaire-", "questionnaire-"):
        name = name.removeprefix(common)
    if name in ("minOccurs", "maxOccurs") and extension.get("valueInteger") == 1:
        return f"{name} 1"
    return name or "one without an address"


def _maps(value: object) -> list[Mapping[str, object]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
