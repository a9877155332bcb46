"""JSON text from strangers: read with limits, and with line and column where it is broken."""

import json
from collections import Counter
from dataclasses import dataclass
from typing import NoReturn

LARGEST_TEXT = 2_000_000
"""Characters in a file; published questionnaires have some ten thousand."""


@dataclass(frozen=True)
class Parsed:
    """What the text holds, and the keys that some object has twice (the last counts)."""

    value: object
    repeated: tuple[str, ...]


def read_json(text: str) -> Parsed | str:
    """Parse JSON text; a sentence (`line:column: ...`) says why it cannot be read."""
    if len(text) > LARGEST_TEXT:
        return f"1:1: the file is longer than {LARGEST_TEXT:,} characters, which is the limit"
    repeated: dict[str, None] = {}

    def pairs(found: list[tuple[str, object]]) -> dict[str, object]:
        made = dict(found)
        if len(made) < len(found):
            times = Counter(name for name, _ in found)
            repeated.update((name, None) for name, count in times.items() if count > 1)
        return made

    try:
        value: object = json.loads(text.removeprefix("\ufeff"), object_pairs_hook=pairs, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        return f"{error.lineno}:{error.colno}: this is not JSON: {error.msg[:1].lower()}{error.msg[1:]}"
    except RecursionError:
        return "1:1: objects and lists are nested too deeply"
    except _NotANumberError as error:
        return f"1:1: this is not JSON: {error} is not a number"
    except ValueError:
        return "1:1: a number has too many digits"
    return Parsed(value, tuple(repeated))


class _NotANumberError(ValueError):
    """NaN or Infinity, which JSON does not have."""


def _no_constant(name: str) -> NoReturn:
    raise _NotANumberError(name)
