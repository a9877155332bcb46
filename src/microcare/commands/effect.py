"""`microcare analyze effect`: the causal excursion effect from any table of decision points."""

import json
from pathlib import Path
from typing import Any

from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json

FORMATS = ("text", "json", "csv")


def parted(text: str | None) -> Any:
    """A column or number, several with commas, or several by name: `p`, `0.5`, `p1,p2`, `walk=p1,sit=p2`; None for none."""
    if text is None:
        return None
    parts = [part.strip() for part in text.split(",")]
    if all("=" in part for part in parts):
        return {name.strip(): value.strip() for name, _, value in (part.partition("=") for part in parts)}
    return parts if len(parts) > 1 else parts[0]


def run(table: Path, given: dict[str, Any], combinations: list[str], influence: bool, format_: str) -> int:
    """Estimate and print; what speaks against a number is printed instead, with exit status 1."""
    from microcare.optimization.refusal import Refusal

    if format_ not in FORMATS:
        complain(f"--format {format_}: it is one of {', '.join(FORMATS)}")
        return PROBLEMS
    try:
        _effect(table, given, combinations, influence, format_)
    except Refusal as refused:
        if format_ == "json":
            say_json({"refused": list(refused.issues)})
        for issue in refused.issues:
            complain(issue)
        return PROBLEMS
    return OK


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
    return run(table, made.question() | {"level": 1 - made.alpha}, [], False, format_)


def _effect(table: Path, given: dict[str, Any], combinations: list[str], influence: bool, format_: str) -> None:
    from microcare.optimization.excursion import excursion_effect

    level = given["level"]
    effect = excursion_effect(table, **given)
    combined = [effect.combination(weights(text, effect.terms), level) for text in combinations]
    if format_ == "json":
        found = effect.as_dict(level)
        found["combinations"] = [row.as_dict() for row in combined]
        if influence:
            found["influence"] = json.loads(effect.influence().to_json(orient="records"))
        say_json(found)
        return
    rows = [*effect.effects(level), *combined]
    if format_ == "csv":
        names = list(rows[0].as_dict())
        say(",".join(names))
        for row in rows:
            say(
                ",".join(
                    '"' + str(v).replace('"', '""') + '"' if isinstance(v, str) else repr(v)
                    for v in row.as_dict().values()
                )
            )
        return
    text(effect, rows, level)
    if influence:
        say("\nWithout this person each term would change by so much (largest in standard errors):")
        say(effect.influence().head(10).to_string(index=False, float_format="{:.4g}".format))


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
