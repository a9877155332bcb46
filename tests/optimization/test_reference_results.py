"""The results that other implementations reached on the shared synthetic trials."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from microcare.optimization.effect import Effect
from microcare.optimization.excursion import excursion_effect
from tests.reference import reference

pytestmark = pytest.mark.reference
COMMON = {"treatment": "a", "probability": "p", "person": "id", "availability": "avail"}
SETS = ("tiny_n12", "small_n30")
PLAIN = ("marginal", "mod_s_numvar")


def case(name: str) -> tuple[dict[str, Any], Path]:
    found = json.loads(reference(f"mrt/out/{name}.json").read_text())
    return found, reference(f"mrt/data/{found['data']}")


def close(effect: Effect, theta: Any, corrected: Any, uncorrected: Any, tolerance: float) -> None:
    np.testing.assert_allclose(effect.theta, np.hstack(theta), atol=tolerance, rtol=0)
    np.testing.assert_allclose(effect.vcov, corrected, atol=tolerance, rtol=0)
    np.testing.assert_allclose(effect.vcov_uncorrected, uncorrected, atol=tolerance, rtol=0)


@pytest.mark.parametrize("data", SETS)
@pytest.mark.parametrize("kind", [*PLAIN, "marginal_num04", "mod_s_x", "lag1_marginal", "availonly_rows"])
def test_weighted_and_centered_least_squares(data: str, kind: str) -> None:
    found, path = case(f"wcls_synth_{data}_{kind}")
    args = found["args"]
    table = pd.read_csv(path)
    if kind == "availonly_rows":
        table = table[table.avail == 1]
    effect = excursion_effect(
        table, **(COMMON | {"availability": args.get("availability")}), outcome=args["outcome"], missing="drop",
        moderators=args["moderator_formula"], controls=args["control_formula"], numerator=args.get("numerator_prob"),
    )  # fmt: skip
    close(effect, [found["alpha"], found["beta"]], found["vcov_mancl_derouen"], found["vcov_uncorrected"], 1e-12)


@pytest.mark.parametrize("data", SETS)
def test_the_effect_two_points_later_is_that_of_its_own_column(data: str) -> None:
    path = reference(f"mrt/data/synth_{data}.csv")
    asked = COMMON | {"moderators": "~ 1", "controls": "~ x + base"}
    by_window = excursion_effect(path, **asked, outcome="y", window=3)
    by_lag = excursion_effect(path, **asked, outcome="y", lag=2)
    by_column = excursion_effect(path, **asked, outcome="y_lead2", missing="drop")
    close(by_window, by_column.theta, by_column.vcov, by_column.vcov_uncorrected, 1e-13)
    close(by_lag, by_column.theta, by_column.vcov, by_column.vcov_uncorrected, 1e-13)


def test_nothing_given_for_the_rest_of_the_window() -> None:
    found, path = case("wcls_synth_small_n30_window3_ref0")
    effect = excursion_effect(path, **COMMON, outcome="y", controls="~ x + base", window=3, reference="none")
    close(effect, found["coef"], found["vcov_mancl_derouen"], found["vcov_uncorrected"], 1e-12)


@pytest.mark.parametrize("data", SETS)
@pytest.mark.parametrize("kind", [*PLAIN, "mod_s"])
def test_risk_ratios(data: str, kind: str) -> None:
    found, path = case(f"emee_synth_{data}_{kind}")
    args = found["args"]
    effect = excursion_effect(
        path, **COMMON, outcome="yb", family="log", moderators=args["moderator_formula"],
        controls=args["control_formula"], numerator=args.get("numerator_prob"),
    )  # fmt: skip
    close(effect, [found["alpha"], found["beta"]], found["vcov_mancl_derouen"], found["vcov_uncorrected"], 1e-8)
    assert effect.df == found["df"]


@pytest.mark.parametrize("length", [1, 2, 3])
@pytest.mark.parametrize("kind", ["ipw", "pdipw"])
def test_any_success_in_a_window(length: int, kind: str) -> None:
    found, path = case(f"emee_synth_small_n30_window{length}_{kind}")
    effect = excursion_effect(
        path, **COMMON, outcome="yb", family="log", moderators="~ s", controls="~ tt + base + s", numerator=0.4,
        window=length, reference="none", per_decision=kind == "pdipw",
    )  # fmt: skip
    close(effect, [found["alpha"], found["beta"]], found["varcov_adjusted"], found["varcov"], 1e-7)


@pytest.mark.parametrize("family", ["binary", "continuous"])
@pytest.mark.parametrize("moderators", ["marginal", "mod_s"])
@pytest.mark.parametrize("omega", ["one", "pq"])
def test_doubly_robust(family: str, moderators: str, omega: str) -> None:
    found, path = case(f"drcee_synth_tiny_n12_{family}_{moderators}_{omega}")
    effect = excursion_effect(
        path, **COMMON, outcome="yb" if family == "binary" else "y", estimator="dr",
        family="log" if family == "binary" else "identity", moderators="~ s" if moderators == "mod_s" else "~ 1",
        controls="~ base + s + tt" if family == "binary" else "~ x + base + s + tt",
        omega="variance" if omega == "pq" else "one",
    )  # fmt: skip
    np.testing.assert_allclose(effect.theta, np.atleast_1d(found["beta"]), atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(effect.vcov)), np.atleast_1d(found["se_adjusted"]), atol=1e-6)
    np.testing.assert_allclose(np.sqrt(np.diag(effect.vcov_uncorrected)), np.atleast_1d(found["se"]), atol=1e-6)
