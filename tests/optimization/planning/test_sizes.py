"""Sample sizes and power: reference results, hand-worked cases, and what must be so."""

import json
from typing import Any

import numpy as np
import pytest
from scipy import stats

from microcare.optimization.planning.checking import check, check_smart
from microcare.optimization.planning.curves import Curve, polynomials
from microcare.optimization.planning.factorial import Factorial
from microcare.optimization.planning.mrt import Binary, Continuous, staying
from microcare.optimization.planning.smart import AIMS, Smart
from microcare.optimization.refusal import Refusal
from tests.reference import reference


def continuous(**changed: Any) -> Continuous:
    given: dict[str, Any] = {
        "effect": np.repeat(Curve(0.1, "quadratic", 0, 28).over(42), 5)[:, None],
        "availability": np.repeat(Curve(0.5, "quadratic", 0.7, 42).over(42), 5),
        "probability": np.full((210, 1), 0.4), "basis": polynomials(42, 5, 3), "controls": 3,
    }  # fmt: skip
    return Continuous(**(given | changed))


@pytest.mark.reference
@pytest.mark.parametrize("case", ["doc_example", "const", "linear"])
def test_continuous_reference(case: str) -> None:
    found = json.loads(reference("mrt/out/samplesize_continuous_liao2016.json").read_text())[case]
    a = found["args"]
    curves = [
        Curve(a[f"{k}_mean"], a[f"{k}_shape"], a[f"{k}_initial"], a[f"{k}_quadratic_max"]).over(a["days"])
        for k in ("beta", "tau")
    ]
    np.testing.assert_allclose(curves, [found["beta_by_day"], found["tau_by_day"]], atol=1e-12)
    effect, availability = (np.repeat(curve, a["occ_per_day"]) for curve in curves)
    plan = Continuous(
        effect[:, None], availability, np.full((len(effect), 1), a["prob"]),
        polynomials(a["days"], a["occ_per_day"], a["dimB"]), a["dimB"], a["sigLev"],
    )  # fmt: skip
    for power, n in found["sample_size"].items():
        assert plan.size(float(power)) == n
    for n, power in found["power"].items():
        assert plan.power(int(n)) == pytest.approx(power, abs=1e-8)


@pytest.mark.reference
@pytest.mark.parametrize("case", ["doc_example", "test_example", "const_T30"])
def test_binary_reference(case: str) -> None:
    found = json.loads(reference("mrt/out/samplesize_binary_cohn2023.json").read_text())[case]
    a = {name: np.atleast_1d(np.array(value, dtype=float)) for name, value in found["args"].items()}
    plan = Binary(a["beta"], a["alpha"], a["f_t"], a["g_t"], a["avail_pattern"], a["p_t"])
    bread, meat = plan.matrices()
    np.testing.assert_allclose(bread, found["M"], atol=1e-12)
    np.testing.assert_allclose(meat, found["Sigma"], atol=1e-12)
    assert plan.noncentrality() * 100 == pytest.approx(found["ncp_n100"])
    for power, n in found["sample_size"].items():
        assert plan.size(float(power)) == n
    for n, power in found["power"].items():
        assert plan.power(int(n)) == pytest.approx(power, abs=1e-8)
    assert plan.cautions() == ()


@pytest.mark.reference
def test_factorial_reference() -> None:
    for row in json.loads(reference("mrt/out/most_power.json").read_text())["grid"]:
        assert Factorial(row["k"], row["d"]).power(row["N"]) == pytest.approx(row["power"], abs=1e-10)


def test_one_point_and_one_term_is_a_comparison_of_two_means() -> None:
    plan = Continuous(np.array([[0.5]]), np.ones(1), np.full((1, 1), 0.5), np.ones((1, 1)), 1)
    n = 64
    quantile = stats.t.ppf(0.975, n - 2)
    ncp = 0.5 * np.sqrt(n) / 2
    t_power = stats.nct.sf(quantile, n - 2, ncp) + stats.nct.cdf(-quantile, n - 2, ncp)
    assert plan.power(n) == pytest.approx(t_power, abs=1e-6)


def test_a_second_arm_without_an_effect_adds_a_term_only() -> None:
    effect = np.full((50, 1), 0.2)
    one = Continuous(effect, np.ones(50), np.full((50, 1), 0.3), np.ones((50, 1)), 1)
    two = Continuous(np.hstack([effect, 0 * effect]), np.ones(50), np.full((50, 2), 0.3), np.ones((50, 1)), 1)
    assert two.noncentrality() == pytest.approx(one.noncentrality())
    assert two.terms == 2 and two.power(30) < one.power(30)


def test_equal_arms_count_as_one_arm_of_their_probability_against_the_first() -> None:
    both = Continuous(np.full((50, 2), 0.2), np.ones(50), np.full((50, 2), 0.25), np.ones((50, 1)), 1)
    one = Continuous(np.full((50, 1), 0.2), np.ones(50), np.full((50, 1), 0.5), np.ones((50, 1)), 1)
    assert both.noncentrality() == pytest.approx(one.noncentrality())


def test_who_leaves_takes_power_along() -> None:
    assert continuous(remaining=staying(42, 5, 0.3)).size(0.8) > continuous().size(0.8)
    np.testing.assert_allclose(staying(3, 2, 0.5), [1, 1, 0.75, 0.75, 0.5, 0.5])


@pytest.mark.parametrize("aim", AIMS)
def test_smart_by_hand(aim: str) -> None:
    z2 = (stats.norm.ppf(0.975) + stats.norm.ppf(0.8)) ** 2
    factor = {"first": 4, "second": 4 / 0.6, "regimes": 4 * (2 - 0.4)}[aim]
    assert Smart(0.4, 0.4, aim).size(0.8) == pytest.approx(factor * z2 / 0.16, abs=1)
    clustered = Smart(0.4, 0.4, aim, cluster=10, alike=0.05)
    assert clustered.size(0.8) == pytest.approx(1.45 * factor * z2 / 0.16, abs=1)


def test_a_fraction_keeps_its_power_but_for_degrees_of_freedom() -> None:
    full, half = Factorial(5, 0.3), Factorial(5, 0.3, cells=16)
    assert half.power(300) > full.power(300)
    assert Factorial(3, 0.3, cluster=10, alike=0.1).size(0.8) > Factorial(3, 0.3).size(0.8)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: continuous(probability=np.full((210, 1), 1.0)), "inside"),
        (lambda: continuous(availability=np.zeros(210)), "above 0 on some"),
        (lambda: continuous(effect=np.zeros((210, 1))), "which effect would be worth"),
        (lambda: continuous(basis=np.ones((210, 2))), "more terms than the days"),
        (lambda: Curve(0.1, "linear").over(10), "first day"),
        (lambda: Curve(0.1, "quadratic", 0.0).over(10), "peak"),
        (lambda: Curve(0.1, "cubic").over(10), "no shape cubic"),
        (lambda: Curve(values=[1.0]).over(10), "needs 10 values"),
        (lambda: Factorial(3, 0.3, cells=7), "power of 2"),
        (lambda: Smart(0.3, 1.0), "between 0 and 1"),
        (lambda: Smart(0.0, 0.5), "needs no trial"),
        (lambda: Smart(1e-9, 0.5), "no number of people"),
    ],
)  # fmt: skip
def test_what_cannot_be_planned(make: Any, said: str) -> None:
    with pytest.raises(Refusal, match=said):
        make().size(0.8)


def test_a_chance_above_1_is_refused() -> None:
    plan = Binary(np.array([0.5]), np.array([-0.2]), np.ones((10, 1)), np.ones((10, 1)), np.ones(10), np.full(10, 0.5))
    with pytest.raises(Refusal, match="no chance is above 1"):
        plan.cautions()


@pytest.mark.slow
@pytest.mark.parametrize("null", [False, True])
def test_simulated_trials_find_what_the_formula_says(null: bool) -> None:
    plans: list[tuple[Continuous | Binary, int]] = [(continuous(), 46)]
    times = np.stack([np.ones(10), np.arange(1.0, 11)], axis=1)
    plans.append(
        (Binary(np.array([0.15, -0.01]), np.array([-0.2, -0.1]), times, times, np.full(10, 0.8), np.full(10, 0.4)), 275)
    )
    for plan, persons in plans:
        found = check(plan, persons, range(400), 1, null)
        assert found.answered == found.trials == 400
        # Of 400 trials; the small trial loses a few points to its small number of people, as the paper's own simulation does.
        assert found.share == pytest.approx(0.05 if null else plan.power(persons), abs=0.04 if null else 0.065)


@pytest.mark.parametrize("aim", AIMS)
@pytest.mark.parametrize("all_again", [False, True])
def test_simulated_smarts_find_what_the_formula_says(aim: str, all_again: bool) -> None:
    plan = Smart(0.4, 0.4, aim, all_again, dropout=0.1)
    persons = plan.size(0.8)
    assert check_smart(plan, persons, 1000, 1).share == pytest.approx(plan.power(persons), abs=0.04)
    assert check_smart(plan, persons, 1000, 1, null=True).share == pytest.approx(0.05, abs=0.025)
