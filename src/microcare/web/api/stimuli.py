"""Stimuli from other systems: what each kind needs the right to, and in whose name it is done."""

from typing import Any

import msgspec
from msgspec.structs import replace

from microcare.care import access, touching
from microcare.care.access import Access
from microcare.care.sealing import sealed
from microcare.hub import stimulus as s
from microcare.store import journals
from microcare.web.api.problems import Problem

MOST = 500
NEEDS: dict[type, str] = {
    s.Enroll: access.INVITE,
    s.Withdraw: access.CARE,
    s.Answer: access.CARE,
    s.Signal: access.CARE,
    s.Report: access.CARE,
    s.Receipt: access.CARE,
    s.Act: access.CARE,
    s.Choice: access.CARE,
    s.Setting: access.CARE,
    s.Zone: access.CARE,
    s.Decide: access.CARE,
    s.Assign: access.CARE,
    s.Draw: access.CARE,
    s.Notice: access.ACKNOWLEDGE,
    s.Triage: access.CARE,
    s.Message: access.CARE,
    s.Arrange: access.CARE,
    s.Publish: access.CARE,
    s.Acknowledge: access.ACKNOWLEDGE,
    s.Resolve: access.RESOLVE,
}
"""The capability each kind needs. Time is not sent: it passes."""


class Sent(msgspec.Struct, forbid_unknown_fields=True):
    """What is sent."""

    stimuli: list[s.Any]


def read(body: bytes) -> list[Any]:
    """The stimuli of a request. Raises Problem, which says where."""
    try:
        sent = msgspec.json.decode(body, type=Sent).stimuli
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Problem(422, f"This cannot be read: {error}"[:500]) from None
    if len(sent) > MOST:
        raise Problem(413, f"At most {MOST} stimuli at once.")
    for number, one in enumerate(sent):
        wrong = _wrong(one)
        if wrong:
            raise Problem(422, wrong, [{"stimulus": number, "key": one.key}])
    return sent


def permit(allowed: Access, person: str, sent: list[Any]) -> None:
    """Each stimulus is asked of the program that it touches. Raises Problem for the first that is not theirs."""
    state = journals.load(person).state
    for number, one in enumerate(sent):
        programs = touching.touched(person, state, one)
        if not touching.may(allowed, NEEDS[type(one)], person, programs):
            where = f" in {', '.join(sorted(programs))}" if programs else ""
            raise Problem(403, f"This key may not do that{where}.", [{"stimulus": number, "key": one.key}])


def _wrong(one: Any) -> str:
    if type(one) not in NEEDS:
        return "this kind is not sent from outside"
    if not 0 < len(one.key) <= 200:
        return "a key has 1 to 200 characters"
    if not 0 < one.at < 1 << 53:
        return "`at` is a moment, ms since 1970 UTC"
    return ""


def on_behalf(one: Any, user: str, now: int) -> Any:
    """In the name of the system, received now, whatever it says of itself."""
    named = replace(one, by=user) if getattr(one, "by", "person") not in ("person", "form") else one
    return replace(named, received=now, at=min(one.at, now))


def schema() -> dict[str, Any]:
    """The JSON Schema of a request, and its parts."""
    (found,), parts = msgspec.json.schema_components((Sent,), ref_template="#/components/schemas/{name}")
    return {"schema": found, "parts": parts}


def prepared(person: str, sent: list[Any], user: str, now: int) -> list[Any]:
    """As they go to the engine: in the system's name, and with free text kept apart, under the person's key."""
    known = journals.known(person, [one.key for one in sent])
    state = journals.load(person).state
    return [on_behalf(one if one.key in known else sealed(person, state, one), user, now) for one in sent]
