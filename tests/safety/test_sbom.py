"""Every part of others that a hub runs on is listed, with a licence that is known and allowed."""

import json
import re

import pytest

from scripts import sbom
from tests.named import ROOT

EVERY = sbom.parts(sbom.PINS.read_text(encoding="utf-8"))


def test_every_pinned_part_is_listed_with_its_licence() -> None:
    names = re.findall(r"^([A-Za-z0-9._-]+)==", sbom.PINS.read_text(encoding="utf-8"), re.M)
    found = sbom.sbom(EVERY)
    assert [one["name"] for one in found["components"]] == names and len(names) > 20
    assert list(sbom.problems(EVERY)) == []
    for one in found["components"]:
        assert one.get("licenses") or one["scope"] == "optional", one["name"]
        assert all(len(h["content"]) == 64 for h in one["hashes"]), one["name"]
    refs = {one["bom-ref"] for one in found["components"]} | {found["metadata"]["component"]["bom-ref"]}
    assert {one["ref"] for one in found["dependencies"]} == refs
    assert all(set(one["dependsOn"]) <= refs for one in found["dependencies"])
    json.dumps(found)


def test_everything_is_needed_by_something() -> None:
    found = sbom.sbom(EVERY)
    needed = {ref for one in found["dependencies"] for ref in one["dependsOn"]}
    assert {one["bom-ref"] for one in found["components"]} == needed


def test_a_licence_that_is_not_known_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sbom, "licences", lambda name: ["Own-1.0"])
    assert len(list(sbom.problems(EVERY[:3]))) == 3
    monkeypatch.setattr(sbom, "licences", lambda name: [])
    assert list(sbom.problems([sbom.Part("nothing", "1")])) == ["nothing is not installed: run make install"]
    assert list(sbom.problems([sbom.Part("nothing", "1", "sys_platform == 'win32'")])) == []


def test_there_is_a_command() -> None:
    assert re.search(r"^sbom:.*\n\t.*scripts\.sbom", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)
