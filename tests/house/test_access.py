"""Whoever asks is handed on: no page does a deed in the name of the machine, and no route leaves out what it touches."""

import ast
from collections.abc import Iterator
from dataclasses import MISSING, fields

import pytest

from tests.house import rules

ASKER = "allowed"
"""What a deed calls the one who asks; left out, it is the machine itself."""


def askers(source: str) -> Iterator[tuple[str, int]]:
    """The functions that may be called without saying who asks, with the place of that among their arguments."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.FunctionDef):
            names = [argument.arg for argument in node.args.args]
            if ASKER in names[len(names) - len(node.args.defaults) :]:
                yield node.name, names.index(ASKER)


def nameless(path: str, source: str, known: dict[str, int]) -> list[str]:
    """Calls that do not say who asks."""
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            said = any(one.arg in (ASKER, None) for one in node.keywords) or len(node.args) > known.get(name, -1)
            if name in known and not said:
                found.append(f"{path}:{node.lineno}: {name} does not say who asks")
    return found


def texts(floor: str) -> dict[str, str]:
    return {name: path.read_text("utf-8") for name, path in rules.modules().items() if name.startswith(floor)}


def test_every_page_says_who_asks() -> None:
    known = {name: place for text in texts("care.").values() for name, place in askers(text)}
    assert {"publish", "invite", "stop", "go_on", "set_roster"} <= set(known)
    assert [one for name, text in texts("web.").items() for one in nameless(name, text, known)] == []


@pytest.mark.parametrize(
    ("call", "fine"),
    [("stop('tea', 'x', 'y')", False), ("safeguards.stop('tea', 'x', 'y')", False), ("stop('tea', 'x', 'y', me)", True),
     ("stop('tea', 'x', 'y', allowed=me)", True), ("start('tea')", True)],
)  # fmt: skip
def test_one_that_does_not_is_found(call: str, fine: bool) -> None:
    known = dict(askers("def stop(program, by, why, allowed=MACHINE): ...\ndef start(program, allowed): ..."))
    assert known == {"stop": 3}
    assert (nameless("x", call, known) == []) is fine


def test_a_route_that_does_not_state_its_object_cannot_be_built(tmp_path_factory: pytest.TempPathFactory) -> None:
    from microcare.main import set_up

    set_up(tmp_path_factory.mktemp("routes"), new=True)
    from django.http import HttpResponse
    from django.urls import URLPattern, URLResolver, include, path

    from microcare.web.access import RULES, Rule, without_rule

    stated = {field.name: field.default for field in fields(Rule)}
    assert stated["who"] is MISSING and stated["of"] is MISSING, "a line without what it touches is no line"

    def view(request: object) -> HttpResponse:
        return HttpResponse()

    table: list[URLPattern | URLResolver] = [
        path("health", view),
        path("", include([path("new/", include([path("door", view)]))])),
    ]
    assert list(without_rule(table)) == ["new/door"]
    assert "new/door" not in RULES
