"""Outcomes that lie later, or in a window of several decision points."""

from dataclasses import dataclass

import numpy as np

from microcare.optimization.arrays import Floats, Marks, Places
from microcare.optimization.refusal import Refusal

REFERENCES = ("policy", "none")
SUMMARIES = ("last", "any", "mean", "sum")
ENDS = ("drop", "truncate")


@dataclass(frozen=True)
class Windowed:
    """The outcome of each row's window, the weight that keeps later points free of treatment, and which rows have one."""

    y: Floats
    weight: Floats
    known: Marks
    note: str


def neighbors(order: Places, codes: Places, ahead: int) -> Places:
    """The row that is the person's decision point so many further on, or -1; `order` sorts rows by person and time."""
    found = np.full(len(order), -1, dtype=np.intp)
    if ahead < len(order):
        here, there = order[: len(order) - ahead], order[ahead:]
        same = codes[here] == codes[there]
        found[here[same]] = there[same]
    return found


def window(
    y: Floats,
    arm: Places,
    p: Floats,
    available: Marks,
    codes: Places,
    order: Places,
    *,
    length: int,
    lag: int = 0,
    reference: str = "policy",
    summary: str = "last",
    end: str = "drop",
    per_decision: bool = True,
) -> Windowed:
    """The outcome over `length` decision points that begin `lag` after the treatment's own.

    With reference `policy` later doses follow the trial's policy. With `none` the person gets arm 0 at the later points
    up to the outcome: each row is weighted by the product of 1{A=0} / P(A=0) over them, where an unavailable point
    counts as certain. For the outcome `any` the product may stop at the first success (per decision; Bao, Bell,
    Williamson, Garnett, Qian; Biostatistics 2025), which changes nothing but the variance.
    """
    if reference not in REFERENCES or summary not in SUMMARIES or end not in ENDS:
        raise Refusal(f"a window has a reference of {REFERENCES}, a summary of {SUMMARIES} and an end of {ENDS}")
    if length < 1 or lag < 0:
        raise Refusal("a window has at least one decision point, and a lag of at least 0")
    if summary == "any" and not set(np.unique(y[np.isfinite(y)])) <= {0.0, 1.0}:
        raise Refusal("whether there was any success in a window needs an outcome of 0 and 1")
    weight = np.ones(len(y))
    seen: list[Floats] = []
    lost = np.zeros(len(y), dtype=bool)
    complete = np.ones(len(y), dtype=bool)
    success = np.zeros(len(y), dtype=bool)
    untreated = _untreated(arm, p, available)
    for ahead in range(lag + length):
        row = neighbors(order, codes, ahead)
        there = row >= 0
        if ahead and reference == "none":
            factor = np.where(there, untreated[row], 1.0)
            weight *= np.where(success, 1.0, factor) if per_decision and summary == "any" else factor
        value = np.where(there, y[row], np.nan)
        if ahead >= lag:
            seen.append(value)
            lost |= there & ~np.isfinite(value)
            complete &= there
            success |= value == 1
    values = np.stack(seen)
    found, known = _summarized(values, lost & ~((summary == "any") & success), complete, summary, end)
    later = lag + length - 1
    if later == 0:
        return Windowed(found, weight, known, "")
    return Windowed(found, weight, known, _note(length, lag, reference, summary, end))


def _untreated(arm: Places, p: Floats, available: Marks) -> Floats:
    chance = np.where(available, p[:, 0], 1.0)
    return np.where(arm == 0, 1 / np.where(chance > 0, chance, 1.0), 0.0)


def _summarized(values: Floats, lost: Marks, complete: Marks, summary: str, end: str) -> tuple[Floats, Marks]:
    """The outcome of each window, and whether it has one: past the end of the study a window is cut, or has none.

    Where an outcome inside the study is `lost`, the window's is unknown, for 0 and unknown are not the same.
    """
    if summary == "last":
        return values[-1], complete
    inside = complete if end == "drop" else np.ones(len(complete), dtype=bool)
    present = np.isfinite(values)
    zeros = np.where(present, values, 0.0)
    if summary == "any":
        found = (zeros == 1).any(axis=0).astype(np.float64)
    else:
        found = zeros.sum(axis=0) / (np.maximum(present.sum(axis=0), 1) if summary == "mean" else 1)
    return np.where(present.any(axis=0) & ~lost, found, np.nan), inside


def _note(length: int, lag: int, reference: str, summary: str, end: str) -> str:
    what = {
        "last": "the last of them",
        "any": "whether any of them was a success",
        "mean": "their mean",
        "sum": "their sum",
    }
    later = (
        "doses at later decision points follow the trial's policy"
        if reference == "policy"
        else "no dose is given at the later decision points of the window"
    )
    over = f"the outcome is that of {length} decision points" + (f" from the {lag}th after" if lag else "")
    ended = (
        ""
        if end == "truncate" and summary != "last"
        else "; decision points whose window reaches past the person's last one are left out"
    )
    cut = "; windows are cut at the person's last decision point" if end == "truncate" and summary != "last" else ""
    return f"{over}, {what[summary]}; {later}{ended}{cut}"
