"""The JSON Schema of programs, published from the same models, so that an editor completes and checks."""

from typing import Any

from microcare.program.content import KINDS
from microcare.program.program import Program

TEXT = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
SHORT: dict[str, dict[str, Any]] = {
    "Event.content": {"anyOf": [{"type": "string"}, {"type": "object"}, {"type": "array"}]},
    "Rule.available": {
        "anyOf": [
            {"type": ["string", "boolean"]},
            {"type": "object", "additionalProperties": {"type": ["string", "boolean"]}},
        ]
    },
    "PersonField.options": {"anyOf": [{"type": "array", "items": {"type": ["string", "number"]}}, {"type": "object"}]},
    "Program.channels": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": ["string", "object"]}}]},
    "Program.suite": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    "Intervention.bct": {"type": "array", "items": {"type": ["string", "number"]}},
}
"""Short forms that the models accept besides their full one."""


def program_schema() -> dict[str, Any]:
    """The schema (draft 2020-12) of a whole program in one file. A folder's files hold its sections."""
    schema = Program.model_json_schema(by_alias=True, mode="validation")
    definitions = schema.get("$defs", {})
    for name, definition in [("Program", schema), *definitions.items()]:
        properties = definition.get("properties", {})
        for word, part in properties.items():
            short = SHORT.get(f"{name}.{word}") or _short(word, part)
            if short is not None:
                kept = {k: part[k] for k in ("description", "default") if k in part}
                properties[word] = kept | short
    for kind in KINDS.values():
        definitions.get(kind.__name__, {}).pop("title", None)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A digital micro intervention care program",
        **{k: v for k, v in schema.items() if k != "title"},
    }


def _short(word: str, part: dict[str, Any]) -> dict[str, Any] | None:
    """The short forms of lists of names, choices and labels."""
    if word == "choices":
        return {"anyOf": [{"type": "array", "items": {"type": ["string", "number", "boolean"]}}, {"type": "object"}]}
    if word == "labels":
        return {"type": "object", "additionalProperties": TEXT}
    if word in ("deliver", "at", "measures", "only", "interventions", "kin", "for") and "array" in str(part):
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]}
    return None
