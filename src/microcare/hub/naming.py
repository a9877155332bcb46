"""What entries name by codes (`strain.afraid`, 2), in the words that people know: the question, the answer, the title.

What a program does not have (any more) keeps its code: a code is true, a wrong word is not.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from microcare.base.wording import Template, parse_template
from microcare.hub.explainer import shown
from microcare.hub.stimulus import Value
from microcare.program.assessment import Item
from microcare.program.compiled import CompiledProgram
from microcare.program.parts import Text, text_in, tongue_of


@dataclass(frozen=True, slots=True)
class Names:
    """How a program's parts are called. Without a language they keep the codes that the program gives them."""

    language: str = ""
    alerts: Mapping[str, str] = field(default_factory=dict)
    """What each alert is about, in words, by its name."""
    codes: Callable[[str], str] = str
    """What came of an alert, in words."""
    deliveries: Callable[[str], str] = str
    """What a delivery brings, by its name."""
    fill: Callable[[CompiledProgram, str], str] = lambda _program, title: title
    """A title with the values of the person it is about."""
    mark: Callable[[str, str], str] = lambda words, _language: words
    """Words of a program, from them and the language that they are in: how whoever asks knows it again."""

    def question(self, program: CompiledProgram | None, measure: str, item: str) -> str:
        """The question in quotes; for a score its measure and its name."""
        found = program.measures.get(measure) if program is not None and self.language else None
        if program is None or found is None:
            return f"{measure}.{item}"
        if item in found.items:
            return f"“{self._plain(program, found.items[item].text)}”"
        title = self._plain(program, found.measure.title) or measure.replace("_", " ")
        return f"“{title}” ({item.replace('_', ' ')})"

    def answer(
        self, program: CompiledProgram | None, measure: str, item: str, value: Value, _: Callable[[str], str]
    ) -> str:
        """The answer as the person read it; a point of a scale with its number, and where it stands."""
        if not self.language:
            return shown(value)
        if value is None:
            return _("not answered")
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        found = program.measures.get(measure) if program is not None else None
        asked = found.items.get(item) if found is not None else None
        return shown(value) if program is None or asked is None else self._given(program, asked, value, _)

    def _given(self, program: CompiledProgram, asked: Item, value: Value, _: Callable[[str], str]) -> str:
        if asked.scale is not None:
            words = self._plain(program, asked.labels.get(shown(value)))
            scale = _("%(value)s, from %(low)s to %(high)s") % {
                "value": shown(value), "low": asked.scale[0], "high": asked.scale[1],
            }  # fmt: skip
            return f"“{words}” ({scale})" if words else scale
        if asked.choices and str(value) in asked.choices:
            return f"“{self._plain(program, asked.choices[str(value)].label)}”"
        if asked.kind in ("text", "photo"):
            return _("in their own words") if asked.kind == "text" else _("a photo")
        return f"{shown(value)} {asked.unit}" if asked.unit else shown(value)

    def need(self, program: CompiledProgram | None, need: str) -> str:
        """What a need state is called."""
        found = program.program.needs.get(need) if program is not None and self.language else None
        if program is None or found is None:
            return need
        return self._plain(program, found[0].needs[need].title) or need.replace("_", " ")

    def measure(self, program: CompiledProgram | None, measure: str) -> str:
        """What a measure is called."""
        found = program.measures.get(measure) if program is not None and self.language else None
        if program is None or found is None:
            return measure
        return self._plain(program, found.measure.title) or measure.replace("_", " ")

    def inputs(self, program: CompiledProgram | None, inputs: Mapping[str, Value], _: Callable[[str], str]) -> str:
        """The values that a rule saw."""
        return ", ".join(self._input(program, name, value, _) for name, value in inputs.items())

    def _input(self, program: CompiledProgram | None, name: str, value: Value, _: Callable[[str], str]) -> str:
        measure, dot, item = name.partition(".")
        found = program.measures.get(measure) if program is not None and self.language else None
        if found is not None and dot and item in found.items:
            return f"{self.question(program, measure, item)}: {self.answer(program, measure, item, value, _)}"
        return f"{name} = {shown(value)}"

    def alert(self, name: str) -> str:
        """What an alert is about."""
        return self.alerts.get(name, name)

    def _plain(self, program: CompiledProgram, text: Text | None) -> str:
        return self._told(program, text, without_values) if text is not None else ""

    def title(self, program: CompiledProgram, text: Text) -> str:
        """A title, with the values of the person it is about."""
        return self._told(program, text, lambda words: self.fill(program, words))

    def _told(self, program: CompiledProgram, text: Text, valued: Callable[[str], str]) -> str:
        wanted, own = self.language or "en", program.program.language
        found = valued(text_in(text, wanted, own))
        return self.mark(found, tongue_of(text, wanted, own)) if found else ""


def without_values(written: str) -> str:
    """A text without values: a place for one shows its fallback, or that something stands there."""
    found = parse_template(written)
    if not isinstance(found, Template):
        return written
    return "".join(part if isinstance(part, str) else part.fallback or "…" for part in found.parts)


CODES = Names()
"""Everything keeps its code."""
