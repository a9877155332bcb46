"""The values that texts show: read once, when they are told, and frozen in the entry."""

from microcare.expressions.functions import history
from microcare.hub.stimulus import Value
from microcare.hub.view import View, last_run
from microcare.program.texts import TextValue, text_value, wording

USUAL = 28 * 86_400_000


def text_values(view: View, names: tuple[str, ...], intervention: str, need: str) -> dict[str, Value]:
    """The values of names, by name; a name whose value is not known is missing.

    A wording of the program is given as the name of what it words (an intervention, a need), so that it can be shown
    in any language; a personal text is given as True, and looked up when it is shown.
    """
    found: dict[str, Value] = {}
    for name in names:
        origin = text_value(view.program.program, name)
        value = _value(view, origin, intervention, need) if origin is not None else None
        if value is not None:
            found[name] = value
    return found


def _value(view: View, origin: TextValue, intervention: str, need: str) -> Value:
    state = view.state
    if origin.kind == "person":
        value = state.fields.get(origin.name, view.program.program.person[origin.name].default)
        return value if origin.part != "text" or value is None else True
    if origin.kind == "signal":
        series = state.signals.get(origin.name)
        return series[-1][1] if series else None
    if origin.kind == "figure":
        return _figure(view, origin)
    if origin.kind == "score":
        scores = state.measures.get(f"{view.program.id}/{origin.name}")
        return scores.scores.get(origin.part) if scores is not None else None
    about = intervention
    if origin.name == "last":
        last = last_run(state, view.program.id)
        if last is None:
            return None
        about = last.intervention
    text = wording(view.program.program, origin.name, origin.part, about, need)
    if text is None:
        return None
    return {"need": need, "level": need, "program": view.program.id, "target": view.program.id}.get(origin.name, about)


def _figure(view: View, origin: TextValue) -> Value:
    series = view.state.signals.get(origin.name, ())
    today = history("today", (), series, view)
    usual = history("usual", (USUAL,), series, view)
    if origin.part in ("today", "usual"):
        return today if origin.part == "today" else usual
    if not isinstance(today, int | float) or not isinstance(usual, int | float):
        return None
    return today - usual if origin.part == "more" else usual - today
