"""Every questionnaire that was ever asked: what is kept of it, so that no answer to it is refused for being late.

An open one is kept whole, and the last ones that are over with their answers. Of each of the others stays how it was
asked, by which version, when, and whether it was completed: enough to read an answer, and to see a risk in it.
"""

from msgspec.structs import replace

from microcare.hub.forms import Form, Question
from microcare.hub.programs import Programs
from microcare.hub.state import Assessment, State
from microcare.program.compiled import CompiledProgram


def remember(state: State, asked: Assessment) -> None:
    """Keep that it was asked. Its name is its place among all that were: a1 is the first."""
    form = Form(asked.program, asked.version, asked.measure, asked.items, asked.purpose, asked.run, asked.event)
    if form not in state.forms:
        state.forms = (*state.forms, form)
    place = state.forms.index(form)
    state.asked = (*state.asked, Question(place, asked.opened, asked.expires, asked.delivery, 0))


def completed(state: State, name: str, at: int) -> None:
    """Keep that it was completed: that is so once."""
    place = _place(state, name)
    if place is not None and not state.asked[place].completed:
        known = replace(state.asked[place], completed=at)
        state.asked = (*state.asked[:place], known, *state.asked[place + 1 :])


def recall(state: State, name: str) -> Assessment | None:
    """A questionnaire as far as it is still known, open or closed; None: it was never asked."""
    found = state.assessments.get(name) or state.closed.get(name)
    if isinstance(found, Assessment):
        return found
    place = _place(state, name)
    if place is None:
        return None
    known = state.asked[place]
    form = state.forms[known.form]
    return Assessment(
        form.program, form.measure, form.items, form.purpose, known.opened, known.expires, form.run, form.event,
        known.delivery, closed=True, version=form.version, completed=known.completed,
    )  # fmt: skip


def stands(asked: Assessment, item: str, at: int) -> bool:
    """Whether an answer given at that moment stands: none that was given later is there."""
    return at >= asked.times.get(item, 0 if item in asked.answers or not asked.completed else asked.completed)


def _place(state: State, name: str) -> int | None:
    number = name[1:]
    if not name.startswith("a") or not (number.isascii() and number.isdigit()) or len(number) > 9:
        return None
    return int(number) - 1 if 0 < int(number) <= len(state.asked) else None


def program_of(programs: Programs, state: State, asked: Assessment) -> CompiledProgram | None:
    """The version that asked; where that is not here, the nearest one that has its measure."""
    run, course = state.runs.get(asked.run), state.courses.get(asked.program)
    versions = [asked.version, run.version if run is not None else "", course.version if course is not None else ""]
    found = [programs.of(asked.program, v) for v in versions if v and programs.known(asked.program, v)]
    current = programs.current(asked.program)
    return next((p for p in (*found, current) if p is not None and asked.measure in p.measures), None)
