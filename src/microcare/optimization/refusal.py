"""What is said instead of a number that cannot be trusted."""

from collections.abc import Iterable


class Refusal(ValueError):
    """An analysis that is not made, with every reason at once, each with its cure."""

    def __init__(self, issues: str | Iterable[str]) -> None:
        self.issues: tuple[str, ...] = (issues,) if isinstance(issues, str) else tuple(issues)
        super().__init__("\n".join(self.issues))
