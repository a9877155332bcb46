"""What is kept for ever of every questionnaire that was asked."""

import msgspec


class Form(msgspec.Struct, frozen=True, omit_defaults=True):
    """What questionnaires have in common that were asked alike."""

    program: str
    version: str
    measure: str
    items: tuple[str, ...]
    purpose: str
    run: str = ""
    event: str = ""


class Question(msgspec.Struct, frozen=True, array_like=True):
    """All that is kept for ever of a questionnaire, so that its answers can be read however late they come."""

    form: int
    """Its place among the state's forms."""
    opened: int
    expires: int
    delivery: str
    completed: int
