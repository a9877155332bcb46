"""The names that the expressions in these tests may use."""

from collections.abc import Collection

import pytest

from microcare.expressions.types import Name, Type


class Names:
    """A scope over a fixed list of names."""

    def __init__(self, *names: Name) -> None:
        self.names = {name.path: name for name in names}

    def lookup(self, path: str) -> Name | None:
        return self.names.get(path)

    def paths(self) -> Collection[str]:
        return self.names.keys()


@pytest.fixture(scope="session")
def scope() -> Names:
    return Names(
        Name("presence.score", Type.NUMBER),
        Name("mood.score", Type.NUMBER, history=True),
        Name("x", Type.NUMBER),
        Name("y", Type.NUMBER),
        Name("z", Type.NUMBER),
        Name("p", Type.BOOLEAN),
        Name("q", Type.BOOLEAN),
        Name("signals.at_home", Type.BOOLEAN, history=True),
        Name("signals.steps", Type.NUMBER, history=True),
        Name("why.success", Type.BOOLEAN),
        Name("dinner.completed_in_a_row", Type.NUMBER),
        Name("answer", Type.TEXT),
        Name("city", Type.TEXT, history=True),
        Name("last.outcome", Type.TEXT, options=("success", "failure", "disengaged")),
        Name("person.dinner_time", Type.TIME),
        Name("person.bedtime", Type.TIME),
        Name("person.birthday", Type.DATE),
        Name("start", Type.DATE),
        Name("person.joined", Type.MOMENT),
        Name("seen", Type.MOMENT),
        Name("spent", Type.DURATION),
        Name("rest", Type.DURATION),
    )
