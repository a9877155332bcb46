"""What a person does becomes stimuli here, whether it comes from a queue on the phone or from a plain form.

A key that was seen before is nothing new. A device's time is never trusted beyond its arrival, nor before what it is about.
"""

import json
import logging
import math
import re
from collections.abc import Iterator, Sequence

import msgspec
from django.utils.translation import gettext as _

from microcare.base.moments import format_clock, is_zone, parse_clock, parse_window
from microcare.base.written import is_date, is_time
from microcare.care import allowance, helping, settings
from microcare.care.cards import later_at
from microcare.care.failure import describe
from microcare.care.sealing import item_of
from microcare.hub import stimulus
from microcare.hub.asked import recall
from microcare.hub.state import Assessment, State
from microcare.hub.stimulus import Value
from microcare.store import journals, texts

log = logging.getLogger(__name__)
MOST = 200
"""How many stimuli one post may bring."""
LONGEST_TEXT = 20_000
LONGEST_SPENT = 6 * 3_600_000
_digits = re.compile(r"-?[0-9]{1,9}([.,][0-9]{1,9})?")
_key = re.compile(r"[A-Za-z0-9:._\-]{8,200}")
FAILED = "it could not be taken"
"""How a refusal begins where something failed in the hub: that can be sent again."""
KINDS = ("answer", "act", "choice", "report", "receipt", "zone", "triage", "message")
ACTS = ("done", "dismissed", "snoozed", "dropped")
STAGES = ("shown", "opened")


class Wanted(msgspec.Struct, kw_only=True):
    """What a page or a form says. `at` and `until` are moments, ms; `clock` is a time of day to put something off to."""

    kind: str
    key: str
    at: int = 0
    assessment: str = ""
    item: str = ""
    value: str | None = None
    delivery: str = ""
    act: str = ""
    until: int = 0
    clock: str = ""
    spent: int = 0
    stage: str = ""
    offer: str = ""
    intervention: str = ""
    name: str = ""
    zone: str = ""
    alert: str = ""
    program: str = ""
    phone: str | None = None
    """The number to call them at; none: nothing is said of it."""


Made = tuple[list[stimulus.Any], list[tuple[str, str]]]
"""Stimuli, and what could not become one: (key, why)."""


def decode(body: bytes) -> tuple[list[Wanted], list[tuple[str, str]]]:
    """What a post brings, in the order in which it happened, and what of it cannot be read: (key, why).

    Each is read on its own, so that one that is none keeps no other out. Half a character (an emoji that was cut) is
    replaced, not refused: the words around it count. Raises ValueError where the whole is no list of anything.
    """
    try:
        found = json.loads(body.decode(errors="replace"))
    except RecursionError:
        raise ValueError("it is nested too deeply") from None
    if not isinstance(found, dict) or not isinstance(found.get("stimuli"), list):
        raise ValueError("it is no list of stimuli")
    wanted: list[Wanted] = []
    unread: list[tuple[str, str]] = []
    for one in found["stimuli"]:
        named = one if isinstance(one, dict) else {}
        try:
            wanted.append(msgspec.convert({name: _plain(name, value) for name, value in named.items()}, Wanted))
        except (msgspec.ValidationError, RecursionError):
            unread.append((str(named.get("key", ""))[:200], _("the hub could not read it")))
    return wanted, unread


def _plain(name: str, value: object) -> object:
    """A text without halves of characters; an answer that comes as a number or a yes is what a form would send."""
    if name == "value" and isinstance(value, bool):
        return "true" if value else "false"
    if name == "value" and isinstance(value, int | float):
        return str(value)
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace") if isinstance(value, str) else value


def within(person: str, state: State, wanted: Sequence[Wanted]) -> tuple[list[Wanted], list[tuple[str, str]]]:
    """What has room in the person's day, and what has none: (key, why). What may tell of danger always has."""
    room: list[Wanted] = []
    full: list[tuple[str, str]] = []
    known = _known(person, wanted)
    for one in wanted:
        size = len((one.value or "").encode(errors="replace"))
        danger = one.kind == "triage" or (
            one.kind == "answer" and allowance.may_be_risk(state, one.assessment, one.item)
        )
        if one.key in known or allowance.spend(person, 1, size) or danger:
            room.append(one)
        else:
            full.append((one.key, enough()))
    return room, full


def enough() -> str:
    """What is said to somebody who has sent more than a day holds."""
    return _("this is more than can be saved in one day; tomorrow there is room again, and Help now is always there")


def make(person: str, state: State, wanted: Sequence[Wanted], now: int) -> Made:
    """Stimuli of a person, in order. Free texts are kept apart; the stimulus holds a reference."""
    made: list[stimulus.Any] = []
    refused: list[tuple[str, str]] = []
    known = _known(person, wanted)
    for one in wanted[:MOST]:
        if _key.fullmatch(one.key) is None:
            refused.append((one.key[:40], _("its key is no key")))
            continue
        problem = next(_problems(state, one), "") if one.key not in known else ""
        if problem:
            refused.append((one.key, problem))
            continue
        try:
            if one.kind == "triage" and one.key not in known:
                made += _phone(person, state, one, now, refused)
            made.append(_one(person, state, one, now, one.key in known))
            made += _read(state, one, made[-1].at)
        except UnicodeError:
            refused.append((one.key, _("the hub could not read it")))
        except ValueError as error:
            refused.append((one.key, str(error)))
        except Exception as error:
            # Whatever it is that cannot be made of this one: the others go on, and this one can be sent again.
            log.exception("a stimulus of %s could not be made", person)
            refused.append((one.key, f"{FAILED}: {describe(error)}"))
    return made, refused


def _known(person: str, wanted: Sequence[Wanted]) -> frozenset[str]:
    """The keys that were taken before: a repeat is nothing new."""
    return frozenset(journals.known(person, [w.key for w in wanted if _key.fullmatch(w.key)]))


def _read(state: State, one: Wanted, at: int) -> Iterator[stimulus.Act]:
    """Whoever answers has read what was written to them: it waits no longer."""
    for name, delivery in state.deliveries.items() if one.kind == "message" else ():
        if delivery.what == "message" and not delivery.done and delivery.program == one.program:
            yield stimulus.Act(
                key=f"{one.key}:read:{name}"[:200], at=max(at, delivery.decided), delivery=name, act="done"
            )


def _phone(person: str, state: State, one: Wanted, now: int, refused: list[tuple[str, str]]) -> list[stimulus.Setting]:
    """The number that comes with a wish to be called. One that is none does not keep the wish out: it is asked again."""
    number = (one.phone or "").strip() if one.value == "yes" else ""
    problem = helping.phone_problem(number) if number else ""
    if problem:
        refused.append((f"{one.key}:phone", problem))
    return settings.phone_stimuli(person, state, number, f"{one.key}:phone", now) if number and not problem else []


def _problems(state: State, one: Wanted) -> Iterator[str]:
    if one.kind not in KINDS:
        yield _("nothing of this kind can be sent")
    if one.kind == "act" and one.act not in ACTS:
        yield _("nothing of this kind can be done")
    if one.kind == "receipt" and one.stage not in STAGES:
        yield _("there is no such stage")
    if one.kind == "zone" and not is_zone(one.zone):
        yield _("there is no such time zone")
    if one.kind == "message" and not (one.value or "").strip():
        yield _("it is empty")
    if not 0 <= one.until < 1 << 53:
        yield _("there is no such moment")
    # What may say that somebody is in danger is never too long to be heard.
    if (
        one.value is not None
        and len(one.value) > LONGEST_TEXT
        and not allowance.may_be_risk(state, one.assessment, one.item)
    ):
        yield _("it is too long")


def _one(person: str, state: State, one: Wanted, now: int, known: bool) -> stimulus.Any:
    at = one.at if 0 < one.at < now else now
    if one.kind == "answer":
        asked = recall(state, one.assessment)
        value, reference = _value(person, state, asked, one, known)
        at = max(at, min(asked.opened, now)) if asked is not None else at
        return stimulus.Answer(
            key=one.key, at=at, assessment=one.assessment, item=one.item, value=value, reference=reference
        )
    if one.kind == "act":
        found = state.deliveries.get(one.delivery)
        at = max(at, min(found.decided, now)) if found is not None else at
        spent = min(max(one.spent, 0), LONGEST_SPENT)
        until = _until(state, one, at)
        return stimulus.Act(key=one.key, at=at, delivery=one.delivery, act=one.act, until=until, spent=spent)
    if one.kind == "choice":
        return stimulus.Choice(key=one.key, at=at, offer=one.offer, intervention=one.intervention)
    if one.kind == "receipt":
        return stimulus.Receipt(
            key=one.key,
            at=at,
            delivery=one.delivery,
            stage=one.stage,
            channel="push" if one.stage == "shown" else "in_app",
        )
    if one.kind == "triage":
        return stimulus.Triage(key=one.key, at=at, alert=one.alert, question=one.name, answer=one.value or "")
    if one.kind == "message":
        text = "known" if known else texts.keep(person, (one.value or "").strip())
        return stimulus.Message(key=one.key, at=at, program=one.program, by="person", reference=text)
    if one.kind == "zone":
        return stimulus.Zone(key=one.key, at=at, zone=one.zone)
    return stimulus.Report(key=one.key, at=at, name=one.name)


def _until(state: State, one: Wanted, at: int) -> int:
    if one.act != "snoozed" or one.until:
        return one.until
    clock = parse_clock(one.clock)
    if clock is None or not is_time(one.clock):
        raise ValueError(_("say when it shall come back"))
    return later_at(state.zone, at, clock)


def _value(person: str, state: State, asked: Assessment | None, one: Wanted, known: bool) -> tuple[Value, bool]:
    """The value of an answer as the engine takes it, and whether it is a reference."""
    item = item_of(state, asked, one.item) if asked is not None else None
    if one.value is None:
        return None, False
    if item is not None and item.kind == "photo":
        if texts.kept(person, one.value) is None:
            raise ValueError(_("the photo is not here"))
        return one.value, True
    if item is None and _digits.fullmatch(one.value.strip()):
        return typed("number", one.value), False
    # What no program knows any more may be what somebody wrote: it is kept as that.
    if item is None or item.kind == "text":
        if not one.value.strip():
            return None, False
        # A repeat must not keep its text once more: the journal knows the first one.
        return ("" if known else texts.keep(person, one.value)), True
    return typed(item.kind, one.value), False


def typed(kind: str, text: str) -> Value:
    """A text from a form as a value of a kind; empty is no answer. Raises ValueError in plain words."""
    plain = text.strip()
    if not plain:
        return None
    if kind in ("scale", "number", "integer"):
        return _number(plain, whole=kind != "number")
    if kind == "boolean":
        if plain not in ("true", "false"):
            raise ValueError(_("it is not yes or no"))
        return plain == "true"
    if kind == "time":
        clock = parse_clock(plain)
        if clock is None or not is_time(format_clock(clock)):
            raise ValueError(_("%(text)s is not a time like 18:30") % {"text": plain[:20]})
        return format_clock(clock)
    if kind == "date" and not is_date(plain):
        raise ValueError(_("%(text)s is not a day like 2026-03-02") % {"text": plain[:20]})
    return plain


def _number(text: str, whole: bool) -> Value:
    try:
        number = float(text.replace(",", "."))
    except ValueError:
        raise ValueError(_("%(text)s is not a number") % {"text": text[:20]}) from None
    if not math.isfinite(number):
        raise ValueError(_("it is not a number"))
    if whole and not number.is_integer():
        raise ValueError(_("%(text)s is not a whole number") % {"text": text[:20]})
    return int(number) if number.is_integer() else number


def quiet_window(begin: str, end: str) -> str:
    """Quiet hours from two times of a form; empty where they are none."""
    window = f"{begin.strip()}-{end.strip()}"
    return window if parse_window(window) is not None else ""
