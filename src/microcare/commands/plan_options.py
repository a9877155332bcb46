"""The options of `microcare plan`."""

from pathlib import Path
from typing import Annotated

import typer

plan_app = typer.Typer(help="How many people a trial needs.", no_args_is_help=True, rich_markup_mode=None)
Format = Annotated[str, typer.Option(help="text or json.")]
Power = Annotated[float | None, typer.Option(help="The chance to find the effect that is wanted, like 0.8.")]
Persons = Annotated[
    int | None, typer.Option("--persons", "--n", help="How many people there are: what is their power?")
]
Alpha = Annotated[float, typer.Option(help="The significance level.")]
Check = Annotated[int, typer.Option(min=0, max=1_000_000, help="Check the answer by so many simulated trials.")]
Seed = Annotated[int, typer.Option(help="The seed of the simulation.")]
Plot = Annotated[Path | None, typer.Option(help="Draw power against persons into this .svg file.")]


@plan_app.command()
def mrt(
    days: Annotated[int, typer.Option(help="Days of the trial.")],
    effect_mean: Annotated[
        list[float],
        typer.Option(
            help="Average effect worth finding, in standard deviations (--binary: logarithm of a risk ratio); once for each arm."
        ),
    ],
    per_day: Annotated[int, typer.Option(help="Decision points a day.")] = 1,
    probability: Annotated[
        list[float] | None, typer.Option(help="Probability of the treatment; once for each arm. 0.5 if not given.")
    ] = None,
    effect_shape: Annotated[str, typer.Option(help="constant, linear or quadratic over the days.")] = "constant",
    effect_initial: Annotated[float | None, typer.Option(help="The effect on the first day.")] = None,
    effect_peak: Annotated[float | None, typer.Option(help="The day on which a quadratic effect is largest.")] = None,
    availability: Annotated[float, typer.Option(help="Average availability.")] = 1.0,
    availability_shape: Annotated[str, typer.Option(help="constant, linear or quadratic over the days.")] = "constant",
    availability_initial: Annotated[float | None, typer.Option(help="Availability on the first day.")] = None,
    availability_peak: Annotated[float | None, typer.Option(help="The day of its peak or trough.")] = None,
    terms: Annotated[
        int | None,
        typer.Option(help="The tested effect over time: 1 average, 2 line, 3 parabola; else by its shape."),
    ] = None,
    binary: Annotated[bool, typer.Option("--binary", help="The outcome is yes or no.")] = False,
    base: Annotated[
        float | None, typer.Option(help="With --binary: the chance of the outcome without treatment.")
    ] = None,
    dropout: Annotated[float, typer.Option(help="The share that has left at the end, evenly over time.")] = 0.0,
    power: Power = None,
    persons: Persons = None,
    alpha: Alpha = 0.05,
    check: Check = 0,
    seed: Seed = 1,
    plot: Plot = None,
    format: Format = "text",
) -> None:
    """Sample size or power of a micro-randomized trial."""
    from microcare.commands.plan import mrt as run

    shapes = {"constant": 1, "linear": 2, "quadratic": 3}
    given = {
        "days": days, "per_day": per_day, "probability": [0.5] if probability is None else probability, "effect": effect_mean,
        "effect_shape": effect_shape, "effect_initial": effect_initial, "effect_peak": effect_peak,
        "availability": availability, "availability_shape": availability_shape,
        "availability_initial": availability_initial, "availability_peak": availability_peak,
        "terms": terms or shapes.get(effect_shape, 1), "family": "log" if binary else "identity", "base": base,
        "dropout": dropout, "power": power if power is not None or persons is not None else 0.8, "persons": persons,
        "alpha": alpha, "seed": seed,
    }  # fmt: skip
    raise typer.Exit(run(given, format, check, plot))


@plan_app.command()
def trial(
    specification: Annotated[Path, typer.Argument(help="A YAML file.")],
    check: Check = 0,
    plot: Plot = None,
    format: Format = "text",
) -> None:
    """Sample size or power from a specification, with its hash for pre-registration."""
    from microcare.commands.plan import trial as run

    raise typer.Exit(run(specification, format, check, plot))


Effect = Annotated[float, typer.Option(help="The difference worth finding, in standard deviations.")]
Cluster = Annotated[float, typer.Option(help="People in a cluster.")]
Alike = Annotated[float, typer.Option(help="How alike they are: the intraclass correlation.")]


@plan_app.command()
def most(
    factors: Annotated[int, typer.Option(help="How many two-level factors.")],
    effect: Effect,
    cells: Annotated[int, typer.Option(help="Cells of the design, for a fraction; else all.")] = 0,
    cluster: Cluster = 1.0,
    alike: Alike = 0.0,
    power: Power = None,
    persons: Persons = None,
    alpha: Alpha = 0.05,
    format: Format = "text",
) -> None:
    """Sample size or power of an optimization trial (MOST), for each main effect."""
    from microcare.commands.plan import simple as run

    wanted = power if power is not None or persons is not None else 0.8
    given = {"factors": factors, "effect": effect, "cells": cells, "alpha": alpha, "cluster": cluster, "alike": alike}
    raise typer.Exit(run("most", given, wanted, persons, format, 0, 1))


@plan_app.command()
def smart(
    effect: Effect,
    response: Annotated[float, typer.Option(help="The share that responds to the first stage.")] = 0.5,
    aim: Annotated[str, typer.Option(help="What is compared: first, second or regimes.")] = "regimes",
    all_again: Annotated[bool, typer.Option("--all-again", help="Responders are randomized again too.")] = False,
    dropout: Annotated[float, typer.Option(help="The share without an outcome.")] = 0.0,
    cluster: Cluster = 1.0,
    alike: Alike = 0.0,
    power: Power = None,
    persons: Persons = None,
    alpha: Alpha = 0.05,
    check: Check = 0,
    seed: Seed = 1,
    format: Format = "text",
) -> None:
    """Sample size or power of a sequential trial (SMART)."""
    from microcare.commands.plan import simple as run

    wanted = power if power is not None or persons is not None else 0.8
    given = {
        "effect": effect, "response": response, "aim": aim, "all_again": all_again, "alpha": alpha,
        "cluster": cluster, "alike": alike, "dropout": dropout,
    }  # fmt: skip
    raise typer.Exit(run("smart", given, wanted, persons, format, check, seed))
