"""Preferences: what a person may set, and what makes no sense."""

import re

from microcare.base.moments import parse_window
from microcare.base.schedules import WEEKDAYS
from microcare.hub import consent
from microcare.hub.fits import field_problem
from microcare.hub.stimulus import Value, names_in
from microcare.hub.work import Work


def problem(work: Work, name: str, value: Value) -> str:
    """Why a setting cannot be taken; empty where it can."""
    if name == "quiet":
        good = value in (None, "") or (isinstance(value, str) and parse_window(value) is not None)
        return "" if good else f"{value!r} is not a part of the day like 21:30-07:00"
    if name == "pause":
        return "" if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else "needs a moment"
    if name == "mode":
        return "" if value in ("", "app", "coach", "clinician", "self") else f"{value!r} is no facilitator"
    if name == "days":
        wrong = [day for day in names_in(value) if day not in WEEKDAYS]
        return f"{wrong[0]!r} is no day" if wrong else "" if len(names_in(value)) < 7 else "a day must be left"
    if name == "channels":
        wrong = [channel for channel in names_in(value) if channel not in consent.OUTSIDE]
        return f"{wrong[0]!r} is no channel that can be turned off" if wrong else ""
    if name.startswith("consent."):
        return consent.problem(work, name[8:], value)
    if name == "language":
        return "" if isinstance(value, str) and 0 < len(value) < 36 else f"{value!r} is no language"
    if name == "country":
        good = value in (None, "") or (isinstance(value, str) and re.fullmatch("[A-Z]{2}", value) is not None)
        return "" if good else f"{value!r} is no country in two capital letters"
    if name == "phone" or name.startswith("plan."):
        return "" if value is None or isinstance(value, str) else "needs a reference to a text"
    if name.startswith("like."):
        return "" if value in (-1, 0, 1) else f"{value!r} is not -1, 0 or 1"
    if name.startswith("person."):
        programs = [c for n in work.state.courses if (c := work.course(n)) is not None]
        having = [p for p in programs if name[7:] in p.program.person]
        return field_problem(having[0], name[7:], value) if having else "there is no such field"
    return "there is no such setting"
