"""Does the narrative moderate how an intervention turns into ownership and commitment? (The paper's Figure 2.)

The effect of the intervention on ownership (or commitment, or any proximal outcome) is estimated under each variant of the
narrative, with the differences between them. Where the variants were drawn, by decision point or by person, the differences
are effects of the narrative; where they were not, they only describe.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from microcare.optimization import arranging, designs, tables, validation
from microcare.optimization.arrays import Floats, Places
from microcare.optimization.effect import RATIOS, Effect
from microcare.optimization.excursion import effect_of
from microcare.optimization.inference import Row, Test
from microcare.optimization.question import Question, several
from microcare.optimization.refusal import Refusal
from microcare.optimization.tables import Number, Table

WEIGHT, VARIANT = "weight of the narrative", "narrative_variant"
DRAWN = (
    "The narrative was drawn with the stated probabilities, before the intervention was.",
    "Whether the person was available did not depend on the narrative drawn at that decision point.",
)
NOT_DRAWN = (
    "The narrative was not drawn. People and moments with different narratives may differ in other ways, and then the difference "
    "is not what the narrative does.",
    "The difference is the narrative's only if, among those alike in what is adjusted for, the narrative had nothing to do with "
    "how the intervention works.",
)


@dataclass(frozen=True)
class NarrativeEffect:
    """The intervention's effect under each variant (`under`), each difference from the first (`differences`), and a test of
    all differences at once. `effect` holds everything else.
    """

    effect: Effect
    variants: tuple[str, ...]
    under: tuple[Row, ...]
    differences: tuple[Row, ...]
    test: Test
    drawn: str
    persons: tuple[int, ...]
    points: tuple[int, ...]
    warnings: tuple[str, ...]

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What the differences rest on."""
        return DRAWN if self.drawn else NOT_DRAWN

    def sentence(self) -> str:
        """What was found, for someone who is no statistician."""
        ratio = self.effect.family in RATIOS

        def shown(row: Row) -> str:
            low, value, high = (np.exp(v) if ratio else v for v in (row.lower, row.estimate, row.upper))
            return f"{value:.3g} ({low:.3g} to {high:.3g})"

        does = f"multiplied {self.effect.outcome} by" if ratio else f"changed {self.effect.outcome} by"
        each = "; ".join(f"with {v}, {shown(row)}" for v, row in zip(self.variants, self.under, strict=True))
        largest = max(self.differences, key=lambda row: abs(row.estimate) / row.se if row.se > 0 else 0.0)
        if self.test.p >= 0.05:
            said = "the variants' differences are no more than chance would make, so nothing can be said for one over the other yet"
        else:
            burden = self.effect.lower_is_better
            way = "more" if (largest.estimate > 0) is not burden else "less"
            said = (
                f"with {largest.term} the intervention does {way} {'against' if burden else 'for'} {self.effect.outcome} than with "
                f"{self.variants[0]}, by "
                f"{shown(largest)}, and that is more than chance would make"
            )
        close = (
            ""
            if self.drawn
            else ". The narrative was not drawn, so this may be the work of other differences between people or moments"
        )
        better = f". Less of {self.effect.outcome} is better" if self.effect.lower_is_better else ""
        return (
            f"{self.effect.treatment.capitalize()} {does}: {each}. Between the narratives, {said} (p = {self.test.p:.2g})"
            f"{close}{better}"
        )

    def as_dict(self, level: float = 0.95) -> dict[str, Any]:
        """Everything, for machines."""
        return self.effect.as_dict(level) | {
            "variants": [
                {"variant": v, "persons": n, "decision_points": m} | row.as_dict()
                for v, n, m, row in zip(self.variants, self.persons, self.points, self.under, strict=True)
            ],
            "differences": [row.as_dict() for row in self.differences],
            "test": {"statistic": self.test.statistic, "df1": self.test.df1, "df2": self.test.df2, "p": self.test.p},
            "drawn": self.drawn or None,
            "assumptions": list(self.assumptions),
            "sentence": self.sentence(),
            "warnings": list(self.warnings),
        }


def narrative_effect(
    table: Table,
    *,
    narrative: str,
    narrative_probability: Number | Sequence[Number] | Mapping[str, Number] | None = None,
    variants: Sequence[str] | None = None,
    adjust: str | None = None,
    **asked: Any,
) -> NarrativeEffect:
    """How the intervention's effect differs between variants of the narrative.

    Args:
        narrative: the column of the variant that the person was told, before the intervention was drawn.
        narrative_probability: of every variant but the first, or of all, in their order or by name, where it was drawn;
            without it the narrative counts as observed.
        variants: the variants, the one compared with first; else as they sort.
        adjust: a formula of what else the effect may differ by, held alike when variants are compared.
        asked: as `excursion.excursion_effect` takes it (two arms, no moderators).

    Raises:
        Refusal: as in `excursion.excursion_effect`; a variant is unknown, or there is one only.
    """
    if {"moderators", "arms"} & set(asked):
        raise Refusal(
            "the narrative is the moderator; what else the effect differs by goes to adjust, and there are two arms"
        )
    level = float(asked.get("level", 0.95))
    plain = Question(**asked)
    wanted = [
        narrative,
        *plain.columns(tables.names(table)),
        *(designs.variables(adjust) if adjust is not None else ()),
    ]
    for value in several(narrative_probability):
        if tables.as_number(value) is None:
            wanted.append(str(value))
    frame = tables.read(table, dict.fromkeys(wanted), ids=[plain.person]).copy()
    labels, codes = _variants(frame, plain, narrative, variants)
    said: list[str] = []
    drawn = ""
    weight: Floats = np.ones(len(frame))
    if narrative_probability is not None:
        p = arranging.shares(frame, plain, narrative_probability, labels, "the narrative's probability")
        drawn, weight = _drawn(frame, plain, p, codes, labels, said)
    if plain.weight is not None:
        weight = weight * tables.numbers(frame, plain.weight, "weight")
    for k, label in enumerate(labels[1:], 1):
        frame[f"{VARIANT}_{k}"] = (codes == k).astype(np.float64)
        del label
    frame[WEIGHT] = weight
    more = "".join(f" + {VARIANT}_{k}" for k in range(1, len(labels)))
    others = "1" if adjust is None else adjust.strip().removeprefix("~").strip()
    question = Question(
        **asked
        | {"moderators": f"~ {others}{more}", "controls": f"{plain.controls} + {others}{more}", "weight": WEIGHT}
    )
    effect = effect_of(frame, question)
    return _answer(frame, plain, effect, (labels, codes), drawn, said, level, adjust)


def _answer(
    frame: pd.DataFrame, plain: Question, effect: Effect, told: tuple[tuple[str, ...], Places], drawn: str, said: list[str],
    level: float, adjust: str | None,
) -> NarrativeEffect:  # fmt: skip
    labels, codes = told
    used = _available(frame, plain) & (frame[WEIGHT].to_numpy() > 0)
    terms = [f"{VARIANT}_{k}" for k in range(1, len(labels))]
    base = _base(frame, effect, used, terms)
    under = [effect.combination(base | ({terms[k - 1]: 1.0} if k else {}), level) for k in range(len(labels))]
    differences = [effect.combination({term: 1.0}, level) for term in terms]
    counts = [frame.loc[used & (codes == k), plain.person].nunique() for k in range(len(labels))]
    for label, count in zip(labels, counts, strict=True):
        if count < 10:
            said.append(f"only {count} persons were told {label}; what is said of it rests on them")
    if adjust is not None:
        said.append("the effects under each variant are those at the average of what is adjusted for")
    return NarrativeEffect(
        effect, labels,
        tuple(_named(row, label) for row, label in zip(under, labels, strict=True)),
        tuple(_named(row, label) for row, label in zip(differences, labels[1:], strict=True)),
        effect.test(terms), drawn, tuple(counts), tuple(int((used & (codes == k)).sum()) for k in range(len(labels))),
        tuple(effect.warnings) + tuple(said),
    )  # fmt: skip


def _named(row: Row, term: str) -> Row:
    return Row(term, row.estimate, row.se, row.df, row.lower, row.upper, row.p)


def _available(frame: pd.DataFrame, q: Question) -> np.ndarray[Any, np.dtype[np.bool_]]:
    if q.availability is None:
        return np.ones(len(frame), dtype=bool)
    return np.asarray(tables.numbers(frame, q.availability, "availability") == 1)


def _base(frame: pd.DataFrame, effect: Effect, used: Any, terms: list[str]) -> dict[str, float]:
    """The effect's terms, at the average of what is adjusted for, under the first variant."""
    if effect.moderators is None:
        raise Refusal("the effect has no moderators")
    average = effect.moderators.at(frame[used]).mean(axis=0)
    return {t: float(v) for t, v in zip(effect.terms, average, strict=True) if t not in terms}


def _variants(
    frame: pd.DataFrame, q: Question, narrative: str, given: Sequence[str] | None
) -> tuple[tuple[str, ...], Places]:
    """The variants, and each row's; a row that was not available may have none."""
    used, column = _available(frame, q), frame[narrative]
    if (column.isna().to_numpy() & used).any():
        row = int(np.flatnonzero(column.isna().to_numpy() & used)[0]) + 1
        raise Refusal(
            f"narrative {narrative}: row {row} was available and has none; name what was told there, or leave it out"
        )
    written = [validation.written(v) for v in column[used].unique()]
    labels = tuple(map(str, given)) if given is not None else tuple(sorted(written))
    if set(written) - set(labels):
        raise Refusal(
            f"narrative {narrative}: {', '.join(sorted(set(written) - set(labels)))} is not one of {', '.join(labels)}"
        )
    if len(set(written)) < len(labels) or len(labels) < 2:
        raise Refusal(
            f"narrative {narrative}: at least two variants are needed, each told at some available decision point"
        )
    place = {label: k for k, label in enumerate(labels)}
    return labels, np.array([place.get(validation.written(v), 0) if pd.notna(v) else 0 for v in column], dtype=np.intp)


def _drawn(
    frame: pd.DataFrame, q: Question, p: Floats, codes: Places, labels: tuple[str, ...], said: list[str]
) -> tuple[str, Floats]:
    """How the narrative was drawn, and the weight that makes up for who was likelier to be told what."""
    used = _available(frame, q)
    if not (np.isfinite(p[used]).all() and (p[used] > 0).all() and (p[used] < 1).all()):
        raise Refusal(
            "the narrative's probability lies between 0 and 1 for every variant, wherever the person was available"
        )
    if (np.abs(p[used].sum(axis=1) - 1) > 1e-6).any():
        raise Refusal("the probabilities of all variants sum to 1")
    own = p[np.arange(len(p)), codes]
    weight = np.where(used, p[used].mean(axis=0)[codes] / np.where(used, own, 1.0), 0.0)
    people = frame[q.person].to_numpy()
    once = bool((pd.Series(codes[used]).groupby(people[used]).nunique() == 1).all())
    rows = np.flatnonzero(used)
    if once:
        rows = rows[~pd.Series(people[rows]).duplicated().to_numpy()]
    for k in range(1, len(labels)):
        chance = validation.drift((codes[rows] == k) - p[rows, k])
        if chance < 1e-3:
            said.append(
                f"the narrative does not look drawn as stated: {labels[k]} was told in {np.mean(codes[rows] == k):.1%}, its "
                f"probabilities say {p[rows, k].mean():.1%} (p = {chance:.1g})"
            )
    return ("once for each person" if once else "at each decision point"), weight
