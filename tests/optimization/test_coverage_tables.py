"""The simulation that says how often intervals miss: it counts what it should, and says what it found."""

import numpy as np
import pytest
from scipy import stats

from bench import coverage
from bench.intervals import batched, cells, drawing
from microcare.optimization import inference
from microcare.optimization.simulated import generator


@pytest.mark.parametrize("setting", [cells.UNEVEN, cells.EVEN, cells.LONG], ids=lambda s: s.name)
@pytest.mark.parametrize(
    ("estimator", "terms", "arms"), sorted({(c.estimator, c.terms, c.arms) for c in cells.cells() if c.persons == 37})
)
def test_many_trials_at_once_are_analyzed_as_one_is(
    setting: drawing.Setting, estimator: str, terms: int, arms: int
) -> None:
    cell = cells.Cell(setting._replace(points=40), estimator, 20, terms, arms)
    fit, _, ratio = cells.FITS[estimator]
    drawn = drawing.trials(cell.setting, 4, 20, terms, arms, ratio, generator(3))
    found = fit(drawn)
    cells.same(cell, drawn, found, some=4)
    wrong = found._replace(theta=found.theta * 1.001)
    with pytest.raises(RuntimeError, match="something else"):
        cells.same(cell, drawn, wrong, some=1)


@pytest.mark.parametrize(("terms", "arms"), [(1, 2), (2, 2), (1, 3)])
def test_what_the_recipe_misses_where_all_persons_weigh_the_same(terms: int, arms: int) -> None:
    """By brute force: scores drawn normal, the covariance by leaving each person out, the package's own test."""
    cell = cells.Cell(cells.EVEN, "WCLS", 12, terms, arms)
    draw, count = generator(5), 40_000
    values = draw.normal(size=(count, 12, cell.tested))
    mean = values.mean(axis=1)
    changes = (values - mean[:, None]) / 11
    vcov = np.swapaxes(changes, 1, 2) @ changes
    statistic = (mean * np.linalg.solve(vcov, mean[..., None])[..., 0]).sum(axis=1)
    tests = [inference.omnibus(mean[k], vcov[k], np.eye(cell.tested), cell.df) for k in range(20)]
    assert [t.statistic for t in tests] == pytest.approx(statistic[:20].tolist())
    size = cell.tested * (cell.df + cell.tested - 1) / cell.df
    test = np.mean(stats.f.sf(statistic / size, cell.tested, cell.df) < 0.05)
    interval = np.mean(np.abs(mean[:, 0]) > stats.t.ppf(0.975, cell.df) * np.sqrt(vcov[:, 0, 0]))
    assert (100 * interval, 100 * test) == pytest.approx(cells.expected(cell), abs=4 * 0.1)


def test_a_wrong_recipe_would_be_seen() -> None:
    """Were the truth 0.1 more than what it is taken for, the table would show it."""
    cell = cells.Cell(cells.UNEVEN, "WCLS", 37, 2, 2)
    right = cells.run(cell, 400, 1)
    drawn = drawing.trials(cells.UNEVEN, 400, 37, 2, 2, False, generator(1))
    wrong = cells.missed(cell, drawn.truth.ravel() + 0.2, batched.wcls(drawn)) / 4
    assert 2 < right.first < 8 and 2 < right.test < 8 and right.answered == 400
    assert right.first + 15 < wrong[0] and right.test + 15 < wrong[2]


@pytest.mark.slow
def test_every_row_is_printed() -> None:
    printed = list(coverage.lines(30, 5, 1, ""))
    rows = [line for line in printed if line.startswith("| ")]
    assert sum(line.startswith(("| WCLS", "| EMEE", "| robust")) for line in rows) >= len(list(cells.cells()))
    said = "\n".join(printed)
    for name in (
        "ipw", "distal", "indirect", "contribution", "odds ratio", "count", "SMART", "MOST", "rule of the first stage",
        "IPS", "SNIPS", "DR", "confidence sequence", "obrien-fleming", "band",
    ):  # fmt: skip
        assert name in said


@pytest.mark.parametrize(
    ("share", "trials", "said"),
    [
        (5.0, 2000, "holds"),
        (2.0, 2000, "cautious"),
        (6.9, 2000, "holds"),
        (6.9, 10_000, "somewhat too narrow"),
        (15, 500, "not to be trusted"),
    ],
)
def test_the_verdict(share: float, trials: int, said: str) -> None:
    assert coverage.verdict(share, trials) == said
