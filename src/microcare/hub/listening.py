"""What a text tells before it is sealed: which safety rules find one of their words in it. The text goes no further."""

from msgspec.structs import replace

from microcare.base.word_lists import found
from microcare.hub.asked import program_of, recall
from microcare.hub.programs import Programs
from microcare.hub.state import State
from microcare.hub.stimulus import Answer
from microcare.program.compiled import CompiledProgram


def heard(programs: Programs, state: State, one: Answer, text: str) -> tuple[str, ...]:
    """The safety rules that find one of their words in the text of an answer, each as VERSION/PLACE.

    All versions of the program listen: which of them counts is for the step to say.
    """
    asked = recall(state, one.assessment)
    if asked is None or not text:
        return ()
    versions = (compiled for compiled in programs if compiled.id == asked.program)
    return tuple(name for compiled in versions for name in _hearing(compiled, asked.measure, one.item, text))


def _hearing(program: CompiledProgram, measure: str, item: str, text: str) -> tuple[str, ...]:
    rules = program.safety.get((measure, item), ())
    loud = (r.index for r in rules if any(found(phrases, text) for phrases in (r.rule.words or {}).values()))
    return tuple(name_of(program, index) for index in loud)


def name_of(program: CompiledProgram, index: int) -> str:
    """How a safety rule is named among those that were heard."""
    return f"{program.version}/{index}"


def apart(programs: Programs, state: State, one: Answer) -> Answer:
    """An answer as the engine takes it where no text is kept: the reference leads nowhere, the words are gone.

    One that comes as a reference says itself what was heard in its text.
    """
    asked = recall(state, one.assessment)
    if asked is None or one.reference or not isinstance(one.value, str):
        return one
    compiled = program_of(programs, state, asked)
    item = compiled.measures[asked.measure].items.get(one.item) if compiled is not None else None
    if item is None or item.kind != "text":
        return one
    if not one.value.strip():
        return replace(one, value=None, heard=())
    return replace(one, value=f"text:{one.key}", reference=True, heard=heard(programs, state, one, one.value))
