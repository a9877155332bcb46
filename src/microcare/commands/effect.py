"""`microcare analyze effect`: the causal excursion effect from any table of decision points."""

import json
from dataclasses import dataclass
from pathlib import Path
from re import findall
from typing import Any

from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json

FORMATS = ("text", "json", "csv")
PLACES = 11
"""Places of a curve that are printed, where its column has more values."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What is shown beside the effects: sums of terms, the effect over a column, how much each person moves it."""

    combinations: tuple[str, ...] = ()
    over: str | None = None
    influence: bool = False


def parted(text: str | None) -> Any:
    """A column or number, several with commas, or several by name: `p`, `0.5`, `p1,p2`, `walk=p1,sit=p2`; None for none."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if all("=" in part for part in parts):
        return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
    return parts if len(parts) > 1 else parts[0]


def run(table: Any, given: dict[str, Any], shown: Shown, format_: str) -> int:
    """Estimate and print; what speaks against a number is printed instead, with exit status 1."""
    from microcare.optimization.refusal import Refusal

    if format_ not in FORMATS:
        complain(f"--format {format_}: it is one of {', '.join(FORMATS)}")
        return PROBLEMS
    try:
        _effect(table, given, shown, format_)
    except Refusal as refused:
        return _refused(refused, format_)
    return OK


def _refused(refused: Any, format_: str) -> int:
    if format_ == "json":
        say_json({"refused": list(refused.issues)})
    for issue in refused.issues:
        complain(issue)
    return PROBLEMS


def trial(specification: Path, table: Path, format_: str) -> int:
    """Analyze a table as its specification says, at the level that it says."""
    from microcare.optimization.planning.trial import read
    from microcare.optimization.refusal import Refusal

    try:
        made = read(specification)
    except Refusal as refused:
        for issue in refused.issues:
            complain(issue)
        return PROBLEMS
    if format_ == "text":
        say(f"{made.title or made.trial}, as pre-registered under {made.hash}\n")
    try:
        rows = made.rows(table)
    except Refusal as refused:
        return _refused(refused, format_)
    return run(rows, made.question() | {"level": 1 - made.alpha}, Shown(), format_)


def _effect(table: Any, given: dict[str, Any], shown: Shown, format_: str) -> None:
    from microcare.optimization.excursion import excursion_effect

    level = given["level"]
    given = given if shown.over is None else along(table, given, shown.over)
    effect = excursion_effect(table, **given)
    combined = [effect.combination(weights(text, effect.terms), level) for text in shown.combinations]
    line = [] if shown.over is None else curve(table, given, effect, shown.over)
    if format_ == "json":
        found = effect.as_dict(level)
        found["combinations"] = [row.as_dict() for row in combined]
        if shown.over is not None:
            found["over"] = {"column": shown.over, "level": level, "curve": line}
        if shown.influence:
            found["influence"] = json.loads(effect.influence().to_json(orient="records"))
        say_json(found)
        return
    rows = [*effect.effects(level), *combined]
    if format_ == "csv":
        _sheet(line or [row.as_dict() for row in rows])
        return
    text(effect, rows, level)
    if line:
        _curve_text(line, shown.over or "", level)
    if shown.influence:
        say("\nWithout this person each term would change by so much (largest in standard errors):")
        say(effect.influence().head(10).to_string(index=False, float_format="{:.4g}".format))


def _sheet(rows: list[dict[str, Any]]) -> None:
    """Rows as CSV; with a curve these are its places."""
    from microcare.base.cells import as_csv

    say(as_csv(list(rows[0]), [list(row.values()) for row in rows]).replace("\r\n", "\n").rstrip("\n"))


def along(table: Path, given: dict[str, Any], over: str) -> dict[str, Any]:
    """The question whose effect may differ by a column: a straight line, unless the moderators say another shape.

    Raises:
        Refusal: the table has no such column.
    """
    from microcare.optimization import tables
    from microcare.optimization.refusal import Refusal

    names = tables.names(table)
    if over not in names:
        raise Refusal(f"--over {over}: the table has no such column; it has {', '.join(names[:30])}")
    made = dict(given)
    if made["moderators"].replace(" ", "") in ("~1", "1"):
        made["moderators"] = f"~ {over}"
    if over not in findall(r"\w+", made["controls"]):
        made["controls"] += made["moderators"].replace("~", "+", 1)
    return made


def curve(table: Path, given: dict[str, Any], effect: Any, over: str) -> list[dict[str, float]]:
    """The effect at places of a column, with the interval for each and the band for all of them at once.

    Raises:
        Refusal: the effect differs by other columns too.
    """
    import numpy as np
    import pandas as pd

    from microcare.optimization import tables
    from microcare.optimization.refusal import Refusal

    used = [c for c in (over, given.get("availability")) if c]
    frame = tables.read(table, used)
    if given.get("availability"):
        frame = frame[pd.to_numeric(frame[given["availability"]], errors="coerce") == 1]
    values = np.unique(pd.to_numeric(frame[over], errors="coerce").dropna().to_numpy(dtype=np.float64))
    if len(values) < 2:
        raise Refusal(f"--over {over}: it has fewer than two values, so nothing can change along it")
    at = values if len(values) <= PLACES else np.linspace(values[0], values[-1], PLACES)
    try:
        band = effect.curve(pd.DataFrame({over: at}), given["level"])
    except Refusal:
        raise Refusal(
            f"--over {over}: with it the moderators may have no other column ({given['moderators']})"
        ) from None
    columns = {
        over: at,
        **{n: getattr(band, n) for n in ("estimate", "se", "lower", "upper", "band_lower", "band_upper")},
    }
    return [dict(zip(columns, map(float, row), strict=True)) for row in zip(*columns.values(), strict=True)]


def _curve_text(line: list[dict[str, float]], over: str, level: float) -> None:
    say(f"\nThe effect over {over}; the band holds for the whole line at once ({level:.0%}):")
    wide = max(len(over), 8)
    say(f"{over:>{wide}}  estimate       band")
    for row in line:
        say(f"{row[over]:>{wide}.4g}  {row['estimate']:8.4g}       {row['band_lower']:.4g} to {row['band_upper']:.4g}")


def weights(text: str, terms: tuple[str, ...]) -> dict[str, float]:
    """A sum of terms: `(Intercept) + s`, `(Intercept) + 2 * day - s`.

    Raises:
        Refusal: a part is no term of the effect.
    """
    from microcare.optimization.refusal import Refusal

    found: dict[str, float] = {}
    for part in text.replace(" - ", " + -").split(" + "):
        sign = -1.0 if part.strip().startswith("-") else 1.0
        number, star, name = part.strip().removeprefix("-").partition("*")
        term = (name if star else number).strip()
        try:
            factor = float(number) if star else 1.0
        except ValueError:
            factor, term = 1.0, part.strip()
        if term not in terms:
            raise Refusal(f"--combination {text}: {term} is no term of the effect; it has {', '.join(terms)}")
        found[term] = found.get(term, 0.0) + sign * factor
    return found


def text(effect: Any, rows: list[Any], level: float) -> None:
    """An effect for people."""
    from microcare.optimization.effect import RATIOS

    say(effect.sentence(level))
    say("")
    wide = max(4, *(len(row.term) for row in rows))
    say(f"{'term':<{wide}}  estimate     se       df   {level:.0%} interval       p")
    for row in rows:
        say(
            f"{row.term:<{wide}}  {row.estimate:8.4g} {row.se:8.4g} {row.df:6.4g}   {row.lower:.4g} to {row.upper:.4g}".ljust(
                wide + 52
            )
            + f"  {row.p:.2g}"
        )
    if effect.family in RATIOS:
        say(f"These are logarithms; e to them is a {RATIOS[effect.family]}.")
    if len(effect.terms) > 1:
        test = effect.test()
        say(
            f"All terms at once: T2 = {test.statistic:.4g}, {test.df1} and {test.df2:g} degrees of freedom, p = {test.p:.2g}"
        )
    say(f"\nEstimated: {effect.estimand}.")
    for note in effect.notes:
        say(f"Note: {note}.")
    for warning in effect.warnings:
        say(f"Caution: {warning}.")
