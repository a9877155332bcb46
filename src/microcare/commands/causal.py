"""What `microcare analyze statistics`, `pool`, `distal` and their kin do."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from microcare.commands.terminal import OK, PROBLEMS, complain, say, say_json

FORMATS = ("text", "json")


def refused_or(work: Callable[[], None], format_: str, formats: tuple[str, ...] = FORMATS) -> int:
    """Do the work; what speaks against a number is printed instead, with exit status 1."""
    from microcare.optimization.refusal import Refusal

    if format_ not in formats:
        complain(f"--format {format_}: it is one of {', '.join(formats)}")
        return PROBLEMS
    try:
        work()
    except Refusal as refused:
        if format_ == "json":
            say_json({"refused": list(refused.issues)})
        for issue in refused.issues:
            complain(issue)
        return PROBLEMS
    return OK


def run_statistics(table: Path, given: dict[str, Any], out: Path, site: str, prefix: str, ids: bool) -> int:
    """Make the statistics of a file, of any length, and write them."""

    def work() -> None:
        from microcare.optimization.question import Question
        from microcare.optimization.streaming import statistics_of_file

        made = statistics_of_file(table, Question(**given), site, prefix)
        made = made if ids else made.without_ids()
        made.save(out)
        say(
            f"{out}: {len(made.persons)} persons, {made.n_decision_points} decision points, {made.products.shape[1] - 1} coefficients"
        )
        say(
            "It holds each person's weighted sums of squares and products, and no rows. Who has the file can tell each person's "
            "averages: treat it as personal data."
        )

    return refused_or(work, "text")


def run_pool(files: list[Path], out: Path | None, level: float, format_: str) -> int:
    """Add statistics up, and print the effect."""

    def work() -> None:
        from microcare.commands.effect import text
        from microcare.optimization import pooling

        pooled = pooling.pooled(pooling.load(path) for path in files)
        if out is not None:
            pooled.save(out)
        effect = pooled.effect()
        if format_ == "json":
            say_json(effect.as_dict(level))
        else:
            text(effect, list(effect.effects(level)), level)

    return refused_or(work, format_)


def run_distal(table: Path, given: dict[str, Any], format_: str) -> int:
    """Estimate and print the effect of one dose on the outcome at the end."""

    def work() -> None:
        from microcare.commands.effect import text
        from microcare.optimization.distal import distal_effect

        effect, level = distal_effect(table, **given), given["level"]
        if format_ == "json":
            say_json(effect.as_dict(level))
        else:
            text(effect, list(effect.effects(level)), level)

    return refused_or(work, format_)


def run_mediation(table: Path, given: dict[str, Any], format_: str) -> int:
    """Estimate and print direct and indirect effects, with what they rest on."""

    def work() -> None:
        from microcare.commands.effect import text
        from microcare.optimization.mediation import ASSUMPTIONS, mediated_effect

        effect, level = mediated_effect(table, **given), given["level"]
        if format_ == "json":
            say_json(effect.as_dict(level))
            return
        text(effect, [*effect.direct(level), *effect.indirect(level), *effect.total(level)], level)
        say("\nThis rests on:")
        for number, assumption in enumerate(ASSUMPTIONS, 1):
            say(f"{number}. {assumption}")
        known = effect.sensitivity
        if known is not None:
            measured = ", ".join(f"{name} {m:.1%} and {o:.1%}" for name, (m, o) in known.measured.items())
            say(
                f"An unmeasured cause would have to explain {known.to_zero:.1%} of what is left of the variance of both "
                f"{effect.mediator} and {effect.outcome} to bring the indirect effect to 0, and {known.to_doubt:.1%} to bring its "
                "interval there." + (f" For comparison, the controls explain: {measured}." if measured else "")
            )

    return refused_or(work, format_)


def run_contributions(table: Path, given: dict[str, Any], format_: str) -> int:
    """Estimate and print what each event contributes."""

    def work() -> None:
        from microcare.base.cells import as_csv
        from microcare.optimization.contributions import contributions

        found = contributions(table, **given)
        if format_ == "json":
            say_json(found.as_dict())
        elif format_ == "csv":
            sheet = found.table().astype(object)
            rows = sheet.where(sheet.notna(), None).to_numpy().tolist()
            say(as_csv(list(sheet.columns), rows).replace("\r\n", "\n").rstrip("\n"))
        else:
            for row in found.rows:
                say(f"- {row.dmi + ', ' if row.dmi else ''}{row.sentence()}.")
                for warning in row.warnings:
                    say(f"  Caution: {warning}.")
            say(
                "\nChances are adjusted for the number of events (Holm). What goes through the proximal outcome rests on:"
            )
            for number, assumption in enumerate(found.assumptions, 1):
                say(f"{number}. {assumption}")

    return refused_or(work, format_, (*FORMATS, "csv"))


def run_narrative(table: Path, given: dict[str, Any], format_: str) -> int:
    """Estimate and print how the intervention's effect differs between variants of the narrative."""

    def work() -> None:
        from microcare.optimization.effect import RATIOS
        from microcare.optimization.narrative import narrative_effect

        found, level = narrative_effect(table, **given), given["level"]
        if format_ == "json":
            say_json(found.as_dict(level))
            return
        say(found.sentence() + "\n")
        for label, rows in (
            ("the effect with", found.under),
            (f"compared with {found.variants[0]},", found.differences),
        ):
            for row in rows:
                say(
                    f"{label} {row.term}: {row.estimate:.4g} (se {row.se:.4g}, {level:.0%} interval {row.lower:.4g} to {row.upper:.4g}, "
                    f"p = {row.p:.2g})"
                )
        if found.effect.family in RATIOS:
            say(f"These are logarithms; e to them is a {RATIOS[found.effect.family]}.")
        say(f"The narrative was {'drawn ' + found.drawn if found.drawn else 'not drawn'}. This rests on:")
        for assumption in found.assumptions:
            say(f"- {assumption}")
        for note in found.effect.notes:
            say(f"Note: {note}.")
        for warning in found.warnings:
            say(f"Caution: {warning}.")

    return refused_or(work, format_)
