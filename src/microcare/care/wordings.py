"""What staff read of somebody: questions, answers and codes in the words of the program, in the language of whoever reads."""

from collections.abc import Iterator, Mapping
from functools import cached_property

from django.utils.translation import get_language, gettext

from microcare.care.labels import label
from microcare.care.programs import programs
from microcare.care.spoken import Spoken, enclosed, opened
from microcare.care.telling import Voice
from microcare.hub import entry as e
from microcare.hub.naming import Names
from microcare.hub.sentences import Say, delivery_title, title_of, to_facilitator
from microcare.hub.state import State
from microcare.hub.stimulus import Value
from microcare.program.compiled import CompiledProgram
from microcare.store import journals


class About:
    """How staff read about one person. What it takes is read from their journal once, and only where it is asked for."""

    def __init__(self, person: str, state: State, texts: Mapping[str, str] | None = None) -> None:
        """`texts`: the person's free texts, by reference, where whoever reads may see them."""
        self.person, self.state, self.texts = person, state, texts or {}
        self._titles: dict[str, str] = {}

    @cached_property
    def alerted(self) -> Mapping[str, e.Alerted]:
        """What raised each alert there ever was."""
        found = journals.entries_of_kinds(self.person, ("alerted",))
        return {x.alert: x for _, x in found if isinstance(x, e.Alerted)}

    @cached_property
    def _names(self) -> Names:
        """How the entries of their journal name things; what comes of it is still to be opened (`spoken.opened`)."""
        plain = Names(get_language() or "en", mark=enclosed)
        alerts = {name: self._question(plain, x) for name, x in self.alerted.items()}
        return Names(plain.language, alerts, label, self._delivery, self._filled, enclosed)

    @cached_property
    def _delivered(self) -> Iterator[e.Delivered]:
        """What was delivered, newest first, read as far as it is asked for."""
        return (x for _, x in journals.newest(self.person, ("delivered",)) if isinstance(x, e.Delivered))

    def _delivery(self, name: str) -> str:
        """What a delivery brings; its name, where the journal does not tell (any more)."""
        while name not in self._titles:
            x = next(self._delivered, None)
            if x is None:
                return name
            program = self.program(x.program, "")
            self._titles[x.delivery] = delivery_title(
                program, x, Names(get_language() or "en", fill=self._filled, mark=enclosed), gettext
            )
        return self._titles[name]

    def sentence(self, stated: e.Any, program: CompiledProgram | None, zone: str = "") -> Spoken:
        """What an entry says."""
        return opened(to_facilitator(stated, program, zone, gettext, self._names))

    def title(self, program: CompiledProgram | None, intervention: str, event: str = "") -> str:
        """What people call a micro intervention, or one of its events."""
        if program is None:
            return (event or intervention).replace("_", " ")
        return opened(title_of(program, intervention, Say(gettext, self._names), event))

    def inputs(self, program: str, inputs: Mapping[str, Value]) -> Spoken:
        """The values that a rule of a program saw."""
        return opened(self._names.inputs(self.program(program, ""), inputs, gettext))

    def _filled(self, program: CompiledProgram, title: str) -> str:
        return Voice(program, self.state, self.texts, get_language() or "en").filled(title)

    def what(self, alert: str) -> Spoken:
        """The question and the answer that raised an alert."""
        x = self.alerted.get(alert)
        if x is None:
            return opened(alert)
        question, given = (
            self._names.alert(alert),
            self._names.answer(self._asked(x), x.measure, x.item, x.value, gettext),
        )
        return opened(gettext("%(question)s was answered %(answer)s") % {"question": question, "answer": given})

    def _question(self, names: Names, x: e.Alerted) -> str:
        return names.question(self._asked(x), x.measure, x.item)

    def _asked(self, x: e.Alerted) -> CompiledProgram | None:
        """The program in a version that knows the question: theirs, or the newest of those that do."""
        theirs = self.program(x.program, "")
        known = [one for one in programs() if one.id == x.program]
        having = (one for one in (theirs, *reversed(known)) if one is not None and x.measure in one.measures)
        every = list(having)
        return next((one for one in every if x.item in one.measures[x.measure].items), every[0] if every else theirs)

    def program(self, program: str, version: str) -> CompiledProgram | None:
        """A program in a version; without one in the version that they are in."""
        known, course = programs(), self.state.courses.get(program)
        for wanted in (version, course.version if course is not None else ""):
            if wanted and known.known(program, wanted):
                return known.of(program, wanted)
        return known.current(program)
