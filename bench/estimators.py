"""What an excursion effect costs on two million decision points, against other packages on the same data.

statsmodels and pyfixest fit the same weighted least squares; both give the covariance clustered by person without the
correction (and pyfixest with it, which is the same number as ours). Each runs in a process of its own, so that its
memory is its own. R's MRTAnalysis is asked too where it is installed.
"""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from microcare.optimization import tables

ROWS, PERSONS = 2_000_000, 10_000
ASKED = {
    "outcome": "y", "treatment": "a", "probability": "p", "person": "person", "availability": "available",
    "moderators": "~ s", "controls": "~ s + x",
}  # fmt: skip


def table() -> pd.DataFrame:
    """A trial of two million decision points."""
    draw = np.random.Generator(np.random.Philox(1))
    s, x, p = (draw.random(ROWS) < 0.5) * 1.0, draw.normal(size=ROWS), 0.3 + 0.4 * draw.random(ROWS)
    available = (draw.random(ROWS) < 0.8).astype(np.int8)
    a = ((draw.random(ROWS) < p) & (available == 1)).astype(np.int8)
    return pd.DataFrame(
        {
            "person": np.repeat(np.arange(PERSONS), ROWS // PERSONS), "available": available, "a": a, "p": p, "s": s, "x": x,
            "y": x + 0.2 * a + draw.normal(size=ROWS), "yb": (draw.random(ROWS) < np.exp(-1 + 0.1 * a)).astype(np.int8),
        }
    )  # fmt: skip


def _weighted(frame: pd.DataFrame) -> pd.DataFrame:
    used = frame[frame.available == 1].copy()
    used["w"] = np.where(used.a == 1, 0.5 / used.p, 0.5 / (1 - used.p))
    used["c"] = used.a - 0.5
    used["cs"] = used.c * used.s
    return used


def wcls(frame: pd.DataFrame) -> None:
    """Ours, with every check and both covariances."""
    from microcare.optimization.excursion import excursion_effect

    excursion_effect(frame, **ASKED).effects()


def emee(frame: pd.DataFrame) -> None:
    """Ours, a risk ratio."""
    from microcare.optimization.excursion import excursion_effect

    excursion_effect(frame, **(ASKED | {"outcome": "yb", "family": "log"})).effects()


def robust(frame: pd.DataFrame) -> None:
    """Ours, doubly robust."""
    from microcare.optimization.excursion import excursion_effect

    excursion_effect(frame, **ASKED, estimator="dr").effects()


def by_statsmodels(frame: pd.DataFrame) -> None:
    """Weighted least squares, covariance by person, not corrected."""
    import statsmodels.formula.api as formulas

    used = _weighted(frame)
    formulas.wls("y ~ s + x + c + cs", used, weights=used.w).fit(cov_type="cluster", cov_kwds={"groups": used.person})


def by_pyfixest(frame: pd.DataFrame) -> None:
    """The same, not corrected."""
    import pyfixest

    pyfixest.feols("y ~ s + x + c + cs", _weighted(frame), weights="w", vcov={"CRV1": "person"})


CANDIDATES: dict[str, Callable[[pd.DataFrame], None]] = {
    "wcls": wcls, "statsmodels": by_statsmodels, "pyfixest": by_pyfixest, "emee": emee, "robust": robust,
}  # fmt: skip
R_SCRIPT = """
suppressPackageStartupMessages(library(MRTAnalysis)); d <- read.csv(commandArgs(TRUE)[1])
start <- Sys.time(); invisible(summary(wcls(d, "person", "y", "a", "p", ~s, ~s + x, availability = "available")))
cat(as.numeric(Sys.time() - start, units = "secs"))
"""


def measure(name: str, path: Path) -> None:
    """In a process of its own: the seconds of the second run, and the memory that it took beyond the table."""
    frame = tables.read(path)
    CANDIDATES[name](frame.head(20_000))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    CANDIDATES[name](frame)
    seconds = time.perf_counter() - started
    print(seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024)


def main() -> None:
    """Print seconds, memory and the ratio to ours."""
    print(
        f"{ROWS:,} decision points of {PERSONS:,} persons; memory is beyond that of the table ({os.cpu_count()} cores)"
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trial.parquet"
        duckdb.from_df(table()).write_parquet(str(path))
        reference = 0.0
        for name in CANDIDATES:
            done = subprocess.run(
                [sys.executable, "-W", "ignore", __file__, name, str(path)], capture_output=True, text=True, check=False
            )
            if done.returncode:
                print(f"{name:<12} could not: {done.stderr.strip().splitlines()[-1][:100]}")
                continue
            seconds, memory = map(float, done.stdout.split()[-2:])
            reference = reference or seconds
            print(f"{name:<12} {seconds:6.2f} s  {memory:6.0f} MB   {seconds / reference:5.2f} times wcls")
        if shutil.which("Rscript"):
            csv = Path(folder) / "trial.csv"
            table().head(200_000).to_csv(csv, index=False)
            done = subprocess.run(["Rscript", "-e", R_SCRIPT, str(csv)], capture_output=True, text=True, check=False)
            print(f"R, a tenth of the rows: {done.stdout.strip() or done.stderr.strip()[:100]} s")
        else:
            print("R is not installed here")


if __name__ == "__main__":
    if len(sys.argv) > 2:
        measure(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
