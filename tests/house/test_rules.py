"""Each rule of the house can fail: a sample that breaks it, and its neighbor that does not."""

from collections.abc import Callable

import pytest

from tests.house import rules

MODULE, SHORT = '"""M."""\n', "def f():\n    return 1"
CARE_WORLD = "from microcare.simulation.world import play"
IMPORT_WEB = "import importlib\nimportlib.import_module('microcare.web.urls')"


@pytest.mark.parametrize(
    ("module", "bad", "good"),
    [
        ("hub.x", "from microcare.care import receive", "from microcare.program import parts"),
        ("hub.x", "def f():\n    import microcare.store.people", "import microcare.base.ids"),
        ("base.x", "from microcare import hub", "from microcare import base"),
        ("store.x", "from microcare.channels import email", "from microcare.store import people"),
        ("care.x", IMPORT_WEB, "import importlib\nimportlib.import_module('django')"),
    ],
)
def test_floors(module: str, bad: str, good: str) -> None:
    assert rules.floor_breaches(module, bad)
    assert not rules.floor_breaches(module, good)


@pytest.mark.parametrize(
    ("module", "source", "breaks"),
    [
        ("web.author.play", CARE_WORLD, False),
        ("web.authority", CARE_WORLD, True),
        ("web.author", "from microcare.simulation import study", True),
        ("web.participant", CARE_WORLD, True),
        ("care.export", "from microcare.optimization import dataset", False),
        ("care.receive", "from microcare.optimization import dataset", True),
        ("simulation.world", "def f():\n    from microcare.store import people", True),
        ("commands.preview", CARE_WORLD, False),
        ("exchange.moment_text", "from microcare.hub import entry", False),
    ],
)
def test_wings(module: str, source: str, breaks: bool) -> None:
    assert bool(rules.wing_breaches(module, source)) is breaks


def test_relative_imports() -> None:
    assert rules.relative_imports("hub.x", "from .step import step")
    assert not rules.relative_imports("hub.x", "from microcare.hub.step import step")


def test_circles() -> None:
    texts = {"a": "from microcare.b import x", "b": "def f():\n    from microcare import c", "c": ""}
    assert rules.circles(rules.import_graph(texts)) == []
    texts["c"] = "import microcare.a"
    assert rules.circles(rules.import_graph(texts)) == [["a", "b", "c", "a"]]


def test_unknown_floors() -> None:
    assert rules.unknown_floors(["hub.step", "cellar.wine"]) == ["cellar"]


@pytest.mark.parametrize(
    "source",
    [
        "import time\ntime.time()",
        "from time import time",
        "from time import sleep as rest",
        "from datetime import datetime\ndatetime.now()",
        "from datetime import datetime as d\nd.utcnow()",
        "import datetime\ndatetime.datetime.now()",
        "import datetime as d\nd.date.today()",
        "from whenever import Instant\nInstant.now()",
        "import whenever\nwhenever.ZonedDateTime.now('UTC')",
        "from whenever import Date\nf = Date.today_in_system_tz",
        "import random",
        "def f():\n    from secrets import token_hex",
        "from uuid import uuid4",
        "import os\nos.urandom(8)",
        "from os import environ",
        "import threading",
        "import socket",
        "import requests",
        "import urllib.request",
        "from urllib import request",
        "from concurrent.futures import ThreadPoolExecutor",
        "open('f')",
        "from pathlib import Path\nPath('f').read_text()",
        "p.read_bytes()",
        "p.open()",
        "print('x')",
        "hash('x')",
    ],
)
def test_banned(source: str) -> None:
    found = rules.banned_calls("hub/x.py", source)
    assert len(found) == 1
    assert ": use " in found[0]


@pytest.mark.parametrize(
    "source",
    [
        "from datetime import date, datetime, time\ndatetime.fromisoformat(x)\ntime(3)",
        "from whenever import Instant\nInstant.from_timestamp(view.now)",
        "view.now + 1",
        "step.today",
        "opened = entry.opened",
        "from urllib.parse import urlsplit",
        "from .time import days",
        "import osmosis",
    ],
)
def test_not_banned(source: str) -> None:
    assert rules.banned_calls("hub/x.py", source) == []


@pytest.mark.parametrize(
    ("source", "reads"),
    [
        ("import time\ntime.time()", True),
        ("from time import time\ntime()", True),
        ("import time as t\nt.strftime('%H')", True),
        ("from datetime import datetime, UTC\ndatetime.now(UTC)", True),
        ("import datetime\ndatetime.date.today()", True),
        ("from whenever import Instant\nread = Instant.now", True),
        ("from microcare.care import clock\nclock.wall()", True),
        ("from microcare.care.demonstration import local_zone\nlocal_zone()", True),
        ("import time\ntime.monotonic()\ntime.sleep(1)\ntime.perf_counter()", False),
        ("from microcare.care import clock\nclock.now()", False),
        ("from datetime import datetime, time\ndatetime(2026, 3, 2)\ntime(3)\nview.now", False),
        ("cast.wall(3)", False),
    ],
)
def test_tests_know_no_hour(source: str, reads: bool) -> None:
    assert bool(rules.wall_readings("x.py", source)) is reads


def test_exceptions_are_for_one_file_and_one_name() -> None:
    assert not rules.banned_calls("program/reader.py", "path.open()")
    assert rules.banned_calls("program/compiler.py", "path.open()")
    assert rules.banned_calls("program/reader.py", "import random")


def test_lengths() -> None:
    assert rules.long_functions("x.py", "async def f():\n" + "    a = 1\n" * rules.LONGEST_FUNCTION)
    assert not rules.long_functions("x.py", "def f():\n" + "    a = 1\n" * (rules.LONGEST_FUNCTION - 1))
    assert rules.is_long("\n" * (rules.LONGEST_FILE + 1))
    assert not rules.is_long("\n" * rules.LONGEST_FILE)


@pytest.mark.parametrize(
    ("rule", "bad", "good"),
    [
        (rules.missing_docstrings, MODULE + SHORT, MODULE + SHORT.replace("def f", "def _f")),
        (
            rules.missing_docstrings,
            MODULE + "async def f():\n    pass",
            MODULE + 'async def f():\n    """F."""',
        ),
        (rules.missing_docstrings, MODULE + "class C:\n    pass", MODULE + 'class C:\n    """C."""'),
        (rules.missing_docstrings, "x = 1", ""),
        (rules.falsy_numbers, "if not p:\n    p = 0.25", "if p is None:\n    p = 0.25"),
        (rules.falsy_numbers, "x = option.probability or 0.5", "x = option.name or ''"),
        (rules.falsy_numbers, "x = [s for s in all if s.score]", "x = [s.score for s in all]"),
        (rules.falsy_numbers, "y = ready and not weight", "y = ready and weight > 0"),
        (rules.falsy_numbers, "a = b and not x.value", "a = isinstance(x.value, bool) and not x.value"),
        (rules.falsy_numbers, "return_ = not value", "return_ = 'true' if value else 'false'"),
    ],
)
def test_texts(rule: Callable[[str, str], list[str]], bad: str, good: str) -> None:
    assert rule("x.py", bad)
    assert not rule("x.py", good)


@pytest.mark.parametrize(
    "text",
    [
        "in /wo" + "rk/main",
        "`/ro" + "ot`",
        "/tmp/br" + "ief",
        "https://py" + "pi.org/x",
        "an A" + "I",
        "an L" + "LM",
    ],
)
def test_foreign_words(text: str) -> None:
    assert rules.foreign_words("x.md", f"first\n{text}") == [f"x.md:2: {text}"]


@pytest.mark.parametrize(
    "text",
    ["home/work/x", "homework", "https://example.org/work", "the work of a root", "../work", "ai = 1", "AID"],
)
def test_own_words(text: str) -> None:
    assert rules.foreign_words("x.md", text) == []
