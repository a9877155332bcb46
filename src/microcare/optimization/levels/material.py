"""What is analyzed: the tables of a journal, or any table of decision points, in one shape."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np
import pandas as pd

from microcare.base.wording import counted
from microcare.optimization import tables
from microcare.optimization.refusal import Refusal

NOTHING, SUCCESS = "nothing", "proximal success"


@dataclass(frozen=True)
class Roles:
    """Which column is what, where a table of decision points is not ours."""

    person: str = "person"
    outcome: str = "proximal"
    treatment: str = "treated"
    probability: str = "probability_treated"
    availability: str | None = None
    day: str | None = None
    moderators: tuple[str, ...] = ()


@dataclass(frozen=True)
class Trial:
    """The decision points of one rule at which chance decided.

    `rows` has `person`, `outcome` (a number), `chosen` and `p_OPTION` for each of `options`, whose first is the one that
    is compared with; `points` counts all planned decision points, `available` those at which the person was available.
    """

    intervention: str
    rule: str
    rows: pd.DataFrame
    options: tuple[str, ...]
    measured: str
    moderators: tuple[str, ...]
    day: str | None
    points: int
    available: int
    cautions: tuple[str, ...] = ()
    lower: bool = False
    """Less of the outcome is better."""


@dataclass(frozen=True)
class Material:
    """Tables by name (a missing one is empty), readable names, and what they came from."""

    source: str
    tables: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str] = field(default_factory=dict)
    roles: Roles | None = None
    synthetic: bool = False
    criteria: Mapping[str, str] = field(default_factory=dict)
    """How each micro intervention's success is judged, where the program says it."""
    lower: frozenset[str] = frozenset()
    """Outcomes of which less is better: of a rule (INTERVENTION/RULE), a column, or everything (*)."""

    def alike(self, interventions: Iterable[str]) -> bool:
        """Whether all of these are known to succeed by one criterion."""
        found = {self.criteria.get(str(name)) for name in interventions}
        return len(found) == 1 and None not in found

    def is_lower(self, intervention: str, rule: str, measured: str) -> bool:
        """Whether less of what is measured is better."""
        return bool({"*", f"{intervention}/{rule}", measured} & self.lower)

    def table(self, name: str) -> pd.DataFrame:
        """A table; empty where there is none."""
        found = self.tables.get(name)
        return found if found is not None else pd.DataFrame()

    def measured(self, intervention: str, rule: str, otherwise: str) -> str:
        """What a rule's proximal outcome is called: `titles` knows it as INTERVENTION/RULE."""
        return self.titles.get(f"{intervention}/{rule}", otherwise)

    def title(self, name: str) -> str:
        """The readable name."""
        return self.titles.get(name, name.replace("_", " "))


def read_folder(folder: Path) -> dict[str, pd.DataFrame]:
    """The tables that `microcare export tables` wrote into a folder; those without rows are left out."""
    found = {}
    for path in sorted([*folder.glob("*.csv"), *folder.glob("*.parquet")]):
        frame = tables.read(path, ids=["person"])
        if len(frame):
            found[path.stem] = frame
    if "decisions" not in found and "interventions" not in found:
        raise Refusal(f"{folder}: neither decisions nor interventions are in it; `microcare export tables` writes them")
    return found


def trials(material: Material) -> list[Trial]:
    """Every rule at which chance decided among options, with an outcome in numbers."""
    frame = material.table("decisions")
    if not len(frame):
        return []
    if material.roles is not None:
        roles = material.roles
        return [replace(_plain(frame, roles, material.titles), lower=material.is_lower("", "", roles.outcome))]
    groups = [c for c in ("intervention", "rule") if c in frame]
    parts = list(frame.groupby(groups, sort=True, dropna=False)) if groups else [(("", ""), frame)]
    found = []
    for key, rows in parts:
        names = dict(zip(groups, key if isinstance(key, tuple) else (key,), strict=False))
        trial = _drawn(rows, str(names.get("intervention", "")), str(names.get("rule", "")))
        if trial is not None:
            figure = trial.measured != SUCCESS
            lower = figure and material.is_lower(trial.intervention, trial.rule, trial.measured)
            usual = material.titles.get("proximal", trial.measured)
            found.append(replace(trial, measured=material.measured(trial.intervention, trial.rule, usual), lower=lower))
    return found


def _drawn(rows: pd.DataFrame, intervention: str, rule: str) -> Trial | None:
    available = pd.to_numeric(rows.get("available", pd.Series(1, rows.index)), errors="coerce") == 1
    randomized = rows["randomized"] == 1 if "randomized" in rows else available
    drawn = rows[randomized & available]
    chances = [c for c in drawn if c.startswith("p_") and pd.to_numeric(drawn[c], errors="coerce").notna().any()]
    if not len(drawn) or len(chances) < 2:
        return None
    options = sorted((c.removeprefix("p_") for c in chances), key=lambda o: (o != NOTHING, o))
    made = drawn.copy()
    made["outcome"], measured = _outcome(drawn)
    for option in options:
        made[f"p_{option}"] = pd.to_numeric(made[f"p_{option}"], errors="coerce").fillna(0.0)
    moderators = tuple(c for c in made if c.startswith("x_") or c == "dose_7d")
    return Trial(
        intervention, rule, made, tuple(options), measured, moderators, "day" if "day" in made else None, len(rows),
        int(available.sum()), _cautions(made),
    )  # fmt: skip


def _outcome(rows: pd.DataFrame) -> tuple[pd.Series, str]:
    """The proximal outcome as a number: the figure itself, else whether it was a success."""
    if "proximal" in rows:
        figure = pd.to_numeric(rows["proximal"], errors="coerce")
        if figure.notna().any() and figure.notna().sum() >= 0.9 * rows["proximal"].notna().sum():
            return pd.Series(
                tables.numbers(pd.DataFrame({"proximal": figure}), "proximal", "outcome"), rows.index
            ), "proximal outcome"
    if "proximal_success" in rows:
        return pd.to_numeric(rows["proximal_success"], errors="coerce").astype(float), SUCCESS
    return pd.Series(np.nan, rows.index), "proximal outcome"


def _plain(frame: pd.DataFrame, roles: Roles, titles: Mapping[str, str]) -> Trial:
    wanted = [roles.person, roles.outcome, roles.treatment]
    missing = [c for c in [*wanted, *roles.moderators] if c not in frame]
    if missing:
        raise Refusal(f"the table has no column {missing[0]}; it has {', '.join(map(str, frame.columns[:30]))}")
    available = pd.Series(True, frame.index)
    if roles.availability is not None:
        available = pd.Series(tables.numbers(frame, roles.availability, "availability") == 1, frame.index)
    given = int((pd.to_numeric(frame.loc[~available, roles.treatment], errors="coerce") == 1).sum())
    stray = (f"{counted(given, 'decision point')} {'has' if given == 1 else 'have'} a treatment though the person was unavailable, and "
             "are left out",) if given else ()  # fmt: skip
    made = frame[available].copy()
    treated = pd.Series(tables.numbers(made, roles.treatment, "treatment"), made.index)
    if not treated.isin([0, 1]).all():
        raise Refusal(f"treatment {roles.treatment}: it is 0 or 1 where the person was available")
    p = tables.number_or_column(made, roles.probability, "probability")
    name = roles.treatment
    made["person"] = tables.ids(made[roles.person], f"person {roles.person}")
    made["outcome"] = tables.numbers(made, roles.outcome, "outcome")
    made["chosen"] = np.where(treated == 1, name, NOTHING)
    made[f"p_{name}"], made[f"p_{NOTHING}"] = p, 1 - p
    return Trial(
        "", "", made, (NOTHING, name), titles.get(roles.outcome, roles.outcome), roles.moderators, roles.day, len(frame),
        int(available.sum()), (*stray, *_cautions(made)),
    )  # fmt: skip


def _cautions(rows: pd.DataFrame) -> tuple[str, ...]:
    missing = int(rows["outcome"].isna().sum())
    if not missing or missing == len(rows):
        return ()
    return (
        f"{missing} of {len(rows)} available decision points have no outcome and are left out; if that has to do with what "
        "was chosen, the effect is wrong",
    )
