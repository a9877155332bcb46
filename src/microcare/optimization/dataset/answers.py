"""Answers and scores: one row an answer, or a question that was asked and left out; one row a score."""

from collections.abc import Iterator

from microcare.base.moments import format_local, format_moment
from microcare.hub import entry as e
from microcare.optimization.dataset.columns import (
    PERSON,
    PROGRAM,
    RUN,
    VERSION,
    Column,
    Row,
    flag,
    moment,
    number,
    plain,
)

COLUMNS = (
    PERSON,
    PROGRAM,
    VERSION,
    Column("assessment", "Which time the questions were asked.", unknown="never"),
    Column("measure", "The questionnaire.", unknown="never"),
    Column("purpose", "proximal, overall, evaluation, target, engagement, ownership or form.", "choice"),
    RUN,
    Column("event", "The event that it was asked for.", unknown="empty where it was asked for none"),
    moment("asked_utc", "When it was asked."),
    Column("asked_local", "The same on the person's wall, with its offset.", "text", "local time"),
    Column("kind", "item: an answer; score: what the answers came to.", "choice", unknown="never"),
    Column("item", "The question, or the name of the score.", unknown="never"),
    moment("answered_utc", "When it was answered; of a score, when it was made; empty where it was left out."),
    Column("answered_local", "The same on the person's wall, with its offset.", "text", "local time"),
    Column(
        "code", "The answer as it is coded; 1 and 0 for yes and no.", "number or text",
        unknown="empty where it was left out, is free text, or the row is a score",
    ),
    Column(
        "label", "What the answer was called, in the program's own language, by the version that asked.",
        unknown="empty where it was left out, has no words, or was kept before they were",
    ),
    number("score", "The number that the answer counts as, by the version that asked; of a score, the score."),
    flag("skipped", "1 where it was asked and left out: the questions are closed, and nothing stands.", "empty for scores"),
    flag("free_text", "1 where it was answered in free text or with a photo, which stays with the person.", "empty for scores"),
    flag("late", "1 where it came after the questions had closed.", "empty where nothing came"),
    flag("stands", "1 for what counts, 0 for what a later answer replaced.", "never"),
    flag("complete", "Of a score: 1 where all that was needed was answered.", "empty for answers"),
)  # fmt: skip


class Answers:
    """The answers and scores of one person, questionnaire by questionnaire."""

    READS = (e.Enrolled, e.Set, e.Withdrew, e.Asked, e.Answered, e.Assessed)

    def __init__(self, person: str) -> None:
        self.person = person
        self._zone = "UTC"
        self._asked: dict[str, Row] = {}
        self._items: dict[str, tuple[str, ...]] = {}
        self._closed: set[str] = set()
        self._answers: dict[str, list[tuple[int, Row]]] = {}
        self._scores: dict[str, list[Row]] = {}

    def take(self, x: e.Any) -> None:
        """Take one entry, in the journal's order."""
        if isinstance(x, e.Enrolled):
            self._zone = x.zone
        elif isinstance(x, e.Set):
            self._zone = str(x.value) if x.name == "zone" else self._zone
        elif isinstance(x, e.Withdrew):
            self._closed.update(n for n, row in self._asked.items() if x.program in ("", row["program"]))
        elif isinstance(x, e.Asked):
            self._ask(x)
        elif isinstance(x, e.Answered):
            self._answered(x)
        elif isinstance(x, e.Assessed):
            self._assessed(x)

    def _ask(self, x: e.Asked) -> None:
        self._items[x.assessment] = x.items
        self._asked[x.assessment] = {
            "person": self.person,
            "program": x.program,
            "version": x.version,
            "assessment": x.assessment,
            "measure": x.measure,
            "purpose": x.purpose,
            "run": x.run,
            "event": x.event,
            "asked_utc": format_moment(x.at),
            "asked_local": format_local(self._zone, x.at),
        }

    def _head(self, x: e.Answered | e.Assessed) -> Row:
        """What the questionnaire's rows have in common, also where the journal does not say that it was asked."""
        known = {"person": self.person, "program": x.program, "assessment": x.assessment, "measure": x.measure}
        return self._asked.setdefault(x.assessment, {**known})

    def _answered(self, x: e.Answered) -> None:
        said = x.value is not None
        row: Row = {**self._head(x), "kind": "item", "item": x.item, "label": x.label, "score": x.score, "stands": 1}
        row |= {"skipped": int(not said), "free_text": int(said and x.reference), "late": int(x.late)}
        if said:
            row |= {"answered_utc": format_moment(x.at), "answered_local": format_local(self._zone, x.at)}
            row["code"] = None if x.reference else plain(x.value)
        given = self._answers.setdefault(x.assessment, [])
        for at, other in given:
            if other["item"] == x.item and other["stands"]:
                # What was given earlier stands back, in whichever order the two arrived.
                (other if x.at >= at else row)["stands"] = 0
        given.append((x.at, row))

    def _assessed(self, x: e.Assessed) -> None:
        self._closed.add(x.assessment)
        before = self._scores.setdefault(x.assessment, [])
        for row in before:
            row["stands"] = 0
        for name, score in x.scores.items():
            row = {**self._head(x), "kind": "score", "item": name, "score": score, "stands": 1}
            row |= {"answered_utc": format_moment(x.at), "answered_local": format_local(self._zone, x.at)}
            before.append({**row, "late": int(x.late), "complete": int(x.complete)})

    def rows(self) -> Iterator[Row]:
        """Each questionnaire in the order in which it was asked: its questions as they were asked, then its scores."""
        for name, head in self._asked.items():
            given, closed = [row for _, row in self._answers.get(name, ())], name in self._closed
            for item in dict.fromkeys((*self._items.get(name, ()), *(str(row["item"]) for row in given))):
                found = [row for row in given if row["item"] == item and (closed or not row["skipped"])]
                yield from found
                if closed and not found:
                    yield {**head, "kind": "item", "item": item, "skipped": 1, "free_text": 0, "stands": 1}
            yield from self._scores.get(name, ())
