"""The record of an open alert: what raised it, who was to be told, what came of that, and what the person has said since."""

import msgspec


class Alert(msgspec.Struct, frozen=True, omit_defaults=True):
    """A risk that a person of the staff must take on."""

    program: str
    rule: int
    episode: str
    raised: int
    stage: str = "open"
    acknowledge_by: int = 0
    level: int = 0
    roster: str = ""
    then: str = ""
    hold: bool = True
    measure: str = ""
    item: str = ""
    version: str = ""
    within: int = 0
    """How long somebody had at first to take it on, ms."""
    triage: dict[str, str] = {}
    """What the person has said on its help page, by question."""
    urgent: bool = False
    danger: bool = False
    """They have said that they are or may be in danger; denying it later takes nothing back."""
    received: int = 0
    taken: int = 0
    """When somebody last took it on (0: nobody has)."""
    told: dict[str, int] = {}
    """Whose people have been told of it, by roster, and when first."""
    unclear: int = 0
    """When it was tried, and nobody can tell whether it arrived (0: never, or told since)."""
    failed: int = 0
    """Since when trying to tell staff has reached nobody (0: the last try did, or none has been made)."""
    urgent_at: int = 0
    """When the hub learned that it is urgent, and staff were to be told so (0: never)."""
    urgent_told: int = 0
    """When staff were told that it is urgent (0: not yet)."""
