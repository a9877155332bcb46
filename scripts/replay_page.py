# ruff: noqa: E501
"""The page on replaying stimuli, generated from their models."""

from collections.abc import Iterator
from typing import get_args

from msgspec import NODEFAULT, Struct
from msgspec.structs import FieldInfo, fields

from microcare.hub import stimulus

COMMON = tuple(field.name for field in fields(stimulus.Stimulus))
WORDS = {str: "text", int: "whole number", bool: "true or false", int | None: "moment", stimulus.Value: "value", dict[str, float]: "numbers by name", tuple[str, ...]: "list of texts",
         dict[str, int]: "whole numbers by name",
         dict[str, str]: "texts by name", dict[str, stimulus.Value]: "values by name", tuple[str, ...]: "list of names"}  # fmt: skip

HEAD = """# Replaying stimuli

Generated from the models by `make docs`.

`microcare replay PROGRAM STIMULI.jsonl --out journal.jsonl` runs what reached people once through a program, and writes the journal of entries. Time passes by itself between the lines and up to the last one (`--until` lets it pass further); draws come from `--seed`, or from lines of kind `draw`. The same stimuli and seed give the same journal.

Try it: [examples/replay](../../examples/replay/program.yaml).

```
$ microcare replay examples/replay/program.yaml examples/replay/stimuli.jsonl --out journal.jsonl
```

## A line

Each line is one JSON object: its person, its kind, and the fields of that kind.

```json
{line}
```

| field | value | meaning |
|---|---|---|
| `person` | text, required | whose it is; a name of your own |
| `kind` | text, required | one of the kinds below |
| `key` | text, required | names the stimulus among the person's; a second one with the same key is left out |
| `at` | moment, required | when it occurred |
| `received` | moment | when it was received, if later; the order of the lines is by this |
| `synthetic` | true or false | whether its instant was made up because the source lacks it |

A moment is ISO 8601 with its offset (`2026-03-02T08:00:00Z`) or whole milliseconds since 1970 UTC. Fields that hold a moment beside `at` and `received` (`until`, the value of `pause`) are milliseconds.

Deliveries (`d1`), questionnaires (`a1`), offers, proposals and alerts are named by the journal, in order for each person: replay up to there, read their names from it, and go on. A line that cannot be read stops the command with its place, before anything is written. One that can be read but not taken (an answer to what was not asked) is entered as refused, with its reason.

## The kinds
"""
TAIL = """### `data_point`

An Open mHealth data point, which gives the signals that it feeds (a program's signals say `source`): beside the fields of every line, `point` holds the data point as it was sent, with its header.
"""


def replay_page(line: str) -> Iterator[str]:
    """The page, line by line. `line`: one line of the example."""
    yield from HEAD.replace("{line}", line).splitlines()
    yield ""
    for kind in get_args(stimulus.Any):
        yield from _kind(kind)
    yield from TAIL.splitlines()


def _kind(kind: type[Struct]) -> Iterator[str]:
    yield f"### `{kind.__struct_config__.tag}`"
    yield ""
    yield from (line.strip() for line in (kind.__doc__ or "").strip().splitlines())
    yield ""
    own = [field for field in fields(kind) if field.name not in COMMON]
    if own:
        yield from ("| field | value | default |", "|---|---|---|")
        yield from (f"| `{field.name}` | {WORDS[field.type]} | {_default(field)} |" for field in own)
        yield ""


def _default(field: FieldInfo) -> str:
    if field.required:
        return "**required**"
    if field.default is NODEFAULT or field.default in ("", (), None):
        return ""
    return f"`{str(field.default).lower() if isinstance(field.default, bool) else field.default}`"
