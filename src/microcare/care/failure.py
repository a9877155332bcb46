"""What to say of a step that went wrong: enough for an operator, nothing of the person."""

import traceback


def describe(error: BaseException) -> str:
    """The kind of error, and where it happened. Its text may hold a person's data, so only its first words stay."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rpartition('microcare/')[2]}:{frames[-1].lineno}" if frames else "unknown place"
    return f"{type(error).__name__} at {place}: {str(error)[:160]}"
