"""The JSON Schema of programs, published from the same models, so that an editor completes and checks."""

from typing import Any, get_args

from microcare.program.content import KINDS
from microcare.program.program import ChannelStep, Program

TEXT: dict[str, Any] = {"anyOf": [{"type": "string"}, {"type": "object", "additionalProperties": {"type": "string"}}]}
CHANNEL = {"enum": list(get_args(ChannelStep.model_fields["channel"].annotation))}
SHORT: dict[str, dict[str, Any]] = {
    "Rule.available": {
        "anyOf": [
            {"type": ["string", "boolean"]},
            {"type": "object", "additionalProperties": {"type": ["string", "boolean"]}},
        ]
    },
    "PersonField.options": {
        "anyOf": [
            {"type": "array", "items": {"type": ["string", "number"]}},
            {"type": "object", "additionalProperties": TEXT},
        ]
    },
    "Program.channels": {
        "anyOf": [
            CHANNEL,
            {
                "type": "array",
                "items": {
                    "anyOf": [
                        CHANNEL,
                        {"$ref": "#/$defs/ChannelStep"},
                        {"type": "object", "propertyNames": CHANNEL, "minProperties": 1, "maxProperties": 1},
                    ]
                },
            },
        ]
    },
    "SafetyRule.words": {
        "type": "object",
        "additionalProperties": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]},
    },
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
    """The short forms of content, choices, labels and lists of names."""
    if word == "content":
        block = part["items"]
        return {
            "anyOf": [
                {"type": "string"},
                block,
                {"type": "array", "items": {"anyOf": [{"type": "string"}, block]}},
            ]
        }
    if word == "choices":
        label = {"anyOf": [{"$ref": "#/$defs/Choice"}, *TEXT["anyOf"]]}
        plain = {"type": "array", "items": {"type": ["string", "number", "boolean"]}}
        return {"anyOf": [plain, {"type": "object", "additionalProperties": label}]}
    if word == "labels":
        return {"type": "object", "additionalProperties": TEXT}
    if word in ("deliver", "at", "measures", "only", "interventions", "kin", "for") and "array" in str(part):
        return {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}, {"type": "null"}]}
    return None
