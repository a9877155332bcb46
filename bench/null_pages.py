"""How often a page says something where nothing is so: trials of nothing are drawn, analyzed, and false findings counted.

    python bench/null_pages.py --pages 1000 --write

Everything that a page can have is in each: three options with characteristics of the moment and the person, days and doses,
sequences that were drawn, a wording that was drawn, and events that are opened and done at just the limit from which on
a page speaks of it. That an option does too little is no false finding here, for it does nothing.
"""

import argparse
from collections import Counter
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

from microcare.optimization.levels.analysis import analyze
from microcare.optimization.levels.engaging import LEAVING
from microcare.optimization.levels.findings import OPEN, Finding
from microcare.optimization.levels.material import Material

PEOPLE, DAYS, RUNS = 30, 20, 8
NAMES = ("breathing", "walking", "writing")
PAGE = Path(__file__).parents[1] / "docs/reference/false_alarms.md"


def decisions(draw: np.random.Generator, people: int) -> pd.DataFrame:
    """Decision points of a rule with three options, none of which does anything; people and days differ."""
    n = people * DAYS
    person, day = np.repeat(np.arange(people), DAYS), np.tile(np.arange(DAYS), people)
    chosen = draw.choice(["nothing", "a", "b"], n, p=[0.4, 0.3, 0.3])
    given = (chosen != "nothing").reshape(people, DAYS)
    dose = np.stack([given[:, max(0, d - 7) : d].sum(axis=1) for d in range(DAYS)], axis=1).ravel()
    level = np.repeat(draw.normal(size=people), DAYS)
    return pd.DataFrame(
        {
            "person": [f"p{k}" for k in person], "intervention": "moves", "rule": "suggest", "day": day, "dose_7d": dose,
            "chosen": chosen, "p_nothing": 0.4, "p_a": 0.3, "p_b": 0.3, "x_place": draw.choice(["home", "work", "out"], n),
            "x_stress": draw.normal(size=n) + 0.05 * day, "x_weekend": (day % 7 > 4).astype(int),
            "proximal": 10 + level - 0.05 * day + draw.standard_t(5, size=n),
        }
    )  # fmt: skip


def runs(draw: np.random.Generator, people: int) -> pd.DataFrame:
    """Runs whose order was drawn; how they end depends on the person alone."""
    rows = []
    for person in range(people):
        before, chance = None, 0.3 + 0.4 * draw.random()
        for order in range(RUNS):
            name = str(draw.choice(NAMES))
            rows.append(
                {
                    "person": f"p{person}", "intervention": name, "previous": before, "order": order, "probability": 1 / 3,
                    "success": float(draw.random() < chance), "person_lives": "alone" if person % 2 else "others",
                    **{f"c_{n}": 1 / 3 for n in NAMES}, "narrative_rationale": str(draw.choice(["told.calm", "told.bright"])),
                    "narrative_p_rationale": 0.5, "ownership": draw.normal(),
                    "outcome": "disengaged" if draw.random() < LEAVING else "ended",
                }
            )  # fmt: skip
            before = name
    return pd.DataFrame(rows)


def events(draw: np.random.Generator, people: int) -> pd.DataFrame:
    """Deliveries that are opened and done in just the share from which on a page would speak of it."""
    person, event = np.repeat(np.arange(people), 20), np.tile(["one", "two"], people * 10)
    usual = np.repeat(draw.beta(4, 4, size=people), 20)
    opened = draw.random(len(person)) < usual
    return pd.DataFrame(
        {
            "person": [f"p{k}" for k in person], "what": "event", "intervention": "moves", "event": event, "prompt": 1,
            "opened": opened.astype(int), "completed": opened.astype(int), "decided_utc": "2026-03-02T12:00:00Z",
        }
    )  # fmt: skip


def material(seed: int, people: int = PEOPLE) -> Material:
    """A study in which nothing does anything."""
    draw = np.random.Generator(np.random.Philox(seed))
    tables = {"decisions": decisions(draw, people), "interventions": runs(draw, people), "events": events(draw, people)}
    return Material("nothing", tables, criteria=dict.fromkeys(NAMES, "calmer.score >= 3"))


def false(seed: int, people: int = PEOPLE) -> tuple[Finding, ...]:
    """What the page of such a study says is so."""
    found = analyze(material(seed, people)).findings
    return tuple(f for f in found if f.sure != OPEN and "too little" not in f.change)


def interval(hits: int, of: int) -> tuple[float, float]:
    """Clopper and Pearson's 95 % interval of a share."""
    low = float(stats.beta.ppf(0.025, hits, of - hits + 1)) if hits else 0.0
    return low, float(stats.beta.ppf(0.975, hits + 1, of - hits)) if hits < of else 1.0


def kinds(material_: Material) -> dict[str, int]:
    """How many comparisons of each kind such a page counts."""
    page = analyze(material_)
    return {
        "options": len(page.effects.options),
        "characteristics": sum(m.claim is not None for m in page.effects.moderations),
        "lines over days": sum(c.claim is not None for c in page.effects.curves),
        "sequences": sum(t.claims and t.effect.known for t in page.sequences.transitions),
        "sequences for some": sum(w.alike for w in page.sequences.for_whom),
        "wordings": len(page.wordings),
        "shares": 2 * len(page.events) + len(page.interventions),
    }


def lines(pages: int, people: int, workers: int) -> list[str]:
    """What is printed, and written as a page of the documentation."""
    with ProcessPoolExecutor(workers) as pool:
        found = list(pool.map(false, range(pages), [people] * pages, chunksize=4))
    wrong = sum(bool(some) for some in found)
    low, high = interval(wrong, pages)
    counted = ", ".join(f"{n} {name}" for name, n in kinds(material(0, people)).items())
    words = Counter(" ".join(some[0].change.split()[:1]) for some in found if some)
    said = "; ".join(f"{n} began with “{word}”" for word, n in words.most_common())
    return [
        f"{wrong} of {pages} pages say of something that it is so, where nothing is: {wrong / pages:.1%} "
        f"(95 % interval {low:.1%} to {high:.1%}). The rate that is stated is 5 %.",
        "",
        f"Each page is of {people} virtual people and counts these comparisons together: {counted}.",
        f"Of the false ones {said}." if said else "No page said anything false.",
    ]


def main() -> None:
    """Draw, count and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=200)
    parser.add_argument("--people", type=int, default=PEOPLE)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--write", action="store_true", help="write docs/reference/false_alarms.md")
    asked = parser.parse_args()
    made = lines(asked.pages, asked.people, asked.workers)
    print("\n".join(made))
    if asked.write:
        head = ["# How often a page says something where nothing is so", "", "Made by `python bench/null_pages.py --pages N --write`: "
                "studies are drawn in which nothing does anything, each is analyzed as `microcare analyze` does, and pages that call anything "
                "settled or likely are counted.", ""]  # fmt: skip
        PAGE.write_text("\n".join([*head, *made]) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
