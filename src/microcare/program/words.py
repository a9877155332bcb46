"""The words of the program language, and the parts that know them: read off the models."""

from collections import defaultdict
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from microcare.program.program import Program


def models_in(info: FieldInfo) -> list[Any]:
    """The models inside a field's type. A mapping or list of them stands for its members."""
    found: list[Any] = []
    waiting: list[tuple[Any, int]] = [(info.annotation, 0)]
    while waiting:
        kind, depth = waiting.pop()
        if isinstance(kind, type) and issubclass(kind, BaseModel):
            found.append(kind)
        elif depth < 8:
            waiting += [(a, depth + 1) for a in get_args(kind)]
    return found


@lru_cache(maxsize=1)
def holders() -> dict[str, tuple[type[BaseModel], ...]]:
    """Each word of the language with the parts that know it."""
    found: dict[str, list[type[BaseModel]]] = defaultdict(list)
    seen: set[type[BaseModel]] = set()
    waiting: list[type[BaseModel]] = [Program]
    while waiting:
        model = waiting.pop(0)
        if model in seen:
            continue
        seen.add(model)
        for name, info in model.model_fields.items():
            found[info.alias or name].append(model)
            waiting += models_in(info)
    return {word: tuple(models) for word, models in found.items()}


def is_word(text: str) -> bool:
    """Whether some part of a program has this word."""
    return text in holders()
