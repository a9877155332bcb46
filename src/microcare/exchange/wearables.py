"""Data points from wearables as signals of a program."""

from collections.abc import Mapping

from microcare.exchange.open_mhealth import Reading, Refusal, read_data_point, read_point
from microcare.hub.stimulus import Signal
from microcare.program.compiled import CompiledProgram

COUNTED = ("step_count", "sleep_duration")
"""What adds up over its interval: a longer interval holds what the shorter ones in it have counted."""


def signals_of(
    program: CompiledProgram, document: Mapping[str, object], key: str, received: int
) -> tuple[Signal, ...] | Refusal:
    """The signals that an Open mHealth data point feeds, or why it is refused.

    The sender names schema and version: in the point's header, or as `schema` and `version` beside `body`. A signal of
    the program says `from: step-count` to be fed. A point occurs when its time frame ends; one without a time frame
    occurred nobody knows when, and is refused for that, since a signal is a dated value.
    """
    found = _read(document)
    if isinstance(found, Refusal):
        return found
    fed = [n for n, s in program.program.signals.items() if s.source and s.source.replace("-", "_") == found.signal]
    if not fed:
        return Refusal("schema", f"no signal of {program.id} says `from: {found.signal.replace('_', '-')}`")
    if found.statistic is not None:
        return Refusal("descriptive_statistic", f"a {found.statistic} is not one dated value")
    at = found.occurred
    if at is None:
        return Refusal("effective_time_frame", "the point does not say when; a signal is a dated value")
    # A device's clock may be ahead of ours: nothing occurs later than it arrives.
    when = min(at, received)
    begins = found.start if found.signal in COUNTED and found.end is not None else None
    since = begins if begins is not None and begins < when else None
    return tuple(
        Signal(key=f"{key}:{name}", at=when, received=received, name=name, value=found.value, since=since)
        for name in fed
    )


def _read(document: Mapping[str, object]) -> Reading | Refusal:
    if "header" in document:
        return read_data_point(document)
    schema, version, body = document.get("schema"), document.get("version"), document.get("body")
    if not isinstance(schema, str) or not isinstance(version, str):
        return Refusal("schema", "the sender must name schema and version")
    if not isinstance(body, Mapping):
        return Refusal("body", "expected an object")
    return read_point(schema, version, body)
