"""A questionnaire that came from elsewhere, as a measure: its items, and its score.

An unanswered item is unknown, not zero, so one missing answer makes the total unknown. Only who asks for it
gets a prorated total, from a stated number of answers on.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from microcare.base.wording import counted

Kind = Literal["choice", "number", "boolean", "text", "date", "time", "moment", "note"]
"""How an item is answered; a note is only read."""
Answer = str | float | int | bool | None
"""One answer: the value of a choice, a number, ...; None is unknown."""


@dataclass(frozen=True)
class Choice:
    """One option of an item. `value` is unique within the item; `score` is None where the option has none."""

    value: str
    label: str
    score: float | None


@dataclass(frozen=True)
class Item:
    """One question, or a note between questions.

    `id` is a safe identifier: item1, item2, ... for the scored items by their order, other1, ... for those
    asked without a score, note1, ... for texts. `link_id` is its name in the file, `codes` its terms as
    system|code.
    """

    id: str
    link_id: str
    text: str
    kind: Kind
    choices: tuple[Choice, ...]
    required: bool
    scored: bool
    multiple: bool = False
    codes: tuple[str, ...] = ()

    @property
    def asked(self) -> bool:
        """Whether the person answers it."""
        return self.kind != "note"


@dataclass(frozen=True)
class Questionnaire:
    """Items in their order, the ids of those that make the total, and what could not be read as written."""

    title: str
    items: tuple[Item, ...]
    total: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()
    """What else of the file is not taken, and changes neither what is asked nor what it counts."""

    def item(self, name: str) -> Item | None:
        """Return the item of this id, or of this link_id."""
        by_id = next((item for item in self.items if item.id == name), None)
        return by_id or next((item for item in self.items if item.link_id == name), None)


@dataclass(frozen=True)
class Score:
    """The total (None: unknown), how many summed items have a score, and answers of no use."""

    total: float | None
    answered: int
    asked: int
    complete: bool
    problems: tuple[str, ...] = ()


def score(questionnaire: Questionnaire, answers: Mapping[str, Answer], *, min_answered: int | None = None) -> Score:
    """Add up the items of the total.

    With `min_answered` (1 to the number of summed items) so many answers are enough, and the sum is prorated:
    the mean of the answered items times the number of all. Raises ValueError for a `min_answered` out of
    range.
    """
    asked = len(questionnaire.total)
    if min_answered is not None and not 1 <= min_answered <= max(asked, 1):
        raise ValueError(f"min_answered must be from 1 to {asked}, the number of items in the total")
    items = {item.id: item for item in questionnaire.items}
    problems = [f"{name}: the questionnaire has no such item" for name in answers if name not in items]
    scores: list[float] = []
    for name in questionnaire.total:
        found = _item_score(items[name], answers.get(name))
        if isinstance(found, str):
            problems.append(found)
        elif found is not None:
            scores.append(found)
    answered = len(scores)
    complete = asked > 0 and answered == asked
    enough = complete or (min_answered is not None and 0 < min_answered <= answered)
    total = math.fsum(scores) if enough else None
    if total is not None and not complete:
        total = total / answered * asked
    return Score(total, answered, asked, complete, tuple(problems))


def _item_score(item: Item, answer: Answer) -> float | str | None:
    """One item's score; None where it is unknown; a sentence where the answer cannot be one of this item."""
    if answer is None:
        return None
    if item.kind == "number":
        if isinstance(answer, bool) or not isinstance(answer, int | float):
            return f"{item.id}: expected a number"
        try:
            number = float(answer)
        except OverflowError:
            number = math.inf
        return number if math.isfinite(number) else f"{item.id}: expected a finite number"
    chosen = next((choice for choice in item.choices if choice.value == answer), None)
    if chosen is None:
        return f"{item.id}: the answer is none of its {counted(len(item.choices), 'choice')}"
    return chosen.score
