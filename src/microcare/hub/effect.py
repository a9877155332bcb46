"""Effects: what the world shall do about a step. Each declares itself: at most once, or at least once."""

import msgspec


class Effect(msgspec.Struct, frozen=True, tag_field="kind", kw_only=True, omit_defaults=True):
    """What every effect carries. Its key is (person, sequence, index), given when it is stored."""

    at: int
    expires: int = 0
    """After this moment it must not be carried out any more (0: no such moment)."""


class Prompt(Effect, frozen=True, tag="prompt"):
    """Bring a delivery (an event, a questionnaire, an offer, a contact) to the person by a channel. At most once."""

    delivery: str
    channel: str
    urgent: bool = False


class Help(Effect, frozen=True, tag="help"):
    """Show the help page of a safety rule to the person, now. At least once, in the app."""

    alert: str


class Notify(Effect, frozen=True, tag="notify"):
    """Tell staff of an alert. At least once, until it is acknowledged."""

    alert: str
    program: str
    roster: str
    level: int = 0


class Propose(Effect, frozen=True, tag="propose"):
    """Tell facilitators that a proposal (or a human event) waits for them. At most once."""

    program: str
    subject: str
    reminder: bool = False


Any = Prompt | Help | Notify | Propose

AT_LEAST_ONCE = (Help, Notify)
"""Effects repeated until acknowledged; all others are attempted once."""
