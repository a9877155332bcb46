"""The language reference: complete, and every example in it is true."""

import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from microcare.program import examples
from microcare.program.checks import check_program
from microcare.program.content import KINDS
from microcare.program.program import Program
from microcare.program.reader import read_bundle
from microcare.program.reference import ORDER, reference
from microcare.program.scope import NAMES
from microcare.program.yaml_tree import read_tree

TEXT = "\n".join(reference())
MODELS: dict[str, type[BaseModel]] = {part.__name__: part for part, _ in ORDER}


def inner(model: Any, found: set[type[BaseModel]]) -> set[type[BaseModel]]:
    """Every part inside a part."""
    if isinstance(model, type) and issubclass(model, BaseModel):
        if model not in found:
            found.add(model)
            for info in model.model_fields.values():
                inner(info.annotation, found)
    else:
        for argument in get_args(model):
            inner(argument, found)
    return found


def part_of(text: str, model: type[BaseModel]) -> Any:
    """The value of an example: without the list's dash, or the name it stands under."""
    tree = read_tree("example", text.encode())
    assert tree.issues == []
    value = tree.value
    if isinstance(value, list):
        (value,) = value
    words = {f.alias or n for n, f in model.model_fields.items()}
    if (
        len(value) == 1
        and model not in KINDS.values()
        and (not set(value) <= words or isinstance(value[next(iter(value))], dict))
    ):
        (value,) = value.values()
    return value


def test_the_first_program_is_whole() -> None:
    reading = read_bundle({"program.yaml": examples.START.encode()})
    assert [*reading.issues, *check_program(reading)] == []
    assert examples.START in TEXT


def test_every_part_stands_in_it() -> None:
    missing = {m.__name__ for m in inner(Program, set())} - set(MODELS) - {k.__name__ for k in KINDS.values()}
    assert missing == set()
    assert set(MODELS) - {"Program"} == set(examples.PARTS)
    assert set(KINDS) == set(examples.CONTENT)


@pytest.mark.parametrize("name", sorted(examples.PARTS))
def test_examples_of_parts_are_read(name: str) -> None:
    MODELS[name].model_validate(part_of(examples.PARTS[name], MODELS[name]))


@pytest.mark.parametrize("kind", sorted(examples.CONTENT))
def test_examples_of_content_are_read(kind: str) -> None:
    found = KINDS[kind].model_validate(part_of(examples.CONTENT[kind], KINDS[kind]))
    assert set(examples.CONTENT[kind].split(":")[0].strip("- {").split()) == {kind}
    assert found.model_fields_set


def test_every_word_has_a_kind_of_value_and_a_meaning() -> None:
    rows = re.findall(r"^\| `[^`]+` \| (.*?) \| (.*?) \| (.*) \|$", TEXT, re.MULTILINE)
    assert len(rows) > 180
    assert [r for r in rows if not r[0] or r[0] == "value" or not r[2]] == []


def test_names_and_links() -> None:
    assert all(f"`{name.path}`" in TEXT for name in NAMES)
    heads = {
        re.sub(r"[^a-z0-9 -]", "", h.lower()).replace(" ", "-") for h in re.findall(r"^#+ (.*)$", TEXT, re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]*)\)", TEXT)) <= heads
