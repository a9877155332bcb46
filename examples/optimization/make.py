"""Write the small synthetic tables of the guide on sequences; the truth that is planted stands in each function.

python examples/optimization/make.py
"""

from pathlib import Path

import numpy as np
import pandas as pd

HERE = Path(__file__).parent


def components(draw: np.random.Generator) -> pd.DataFrame:
    """128 persons in the eight cells of three components: the coach gives 0.6, reminders 0.4 (with the coach), stories nothing."""
    cell = draw.permutation(np.arange(128) % 8)
    made = pd.DataFrame(
        {"person": np.arange(1, 129), "coach": cell & 1, "reminders": cell >> 1 & 1, "stories": cell >> 2 & 1}
    )
    made["calm"] = 5 + 0.6 * made.coach + 0.4 * made.coach * made.reminders + draw.normal(size=128)
    return made


def courses(draw: np.random.Generator) -> pd.DataFrame:
    """200 persons begin with breathing or walking; who does not respond goes on with writing or with a call.

    Writing helps those who live with others, a call those who live alone.
    """
    n = 200
    made = pd.DataFrame({"person": np.arange(1, n + 1), "alone": draw.integers(0, 2, n), "stress": draw.normal(size=n)})
    walks = draw.integers(0, 2, n)
    made["first"] = np.where(walks == 1, "walk", "breathe")
    made["responded"] = (draw.random(n) < 0.3 + 0.2 * walks).astype(int)
    calls = draw.integers(0, 2, n)
    made["second"] = pd.Series(np.where(calls == 1, "call", "write")).where(made.responded == 0, None)
    gain = np.where(made.responded == 1, 0.8, np.where(calls == made.alone, 0.9, 0.0))
    made["calm"] = 5 + gain - 0.3 * made.stress + draw.normal(size=n)
    return made


def logs(draw: np.random.Generator) -> pd.DataFrame:
    """40 persons, 25 evenings each: in the evening writing is worth most to the busy, rest to the others."""
    who = np.repeat(np.arange(1, 41), 25)
    busy = draw.integers(0, 2, len(who))
    chances = np.where(busy[:, None] == 1, [0.3, 0.4, 0.3], [0.5, 0.3, 0.2])
    act = (draw.random(len(who))[:, None] > chances.cumsum(axis=1)).sum(axis=1)
    worth = np.where(busy[:, None] == 1, [0.2, 0.1, 0.8], [0.5, 0.3, 0.1])[np.arange(len(who)), act]
    level = draw.normal(0, 0.4, 40)[who - 1]
    made = pd.DataFrame({"person": who, "busy": busy, "given": np.array(["rest", "walk", "write"])[act]})
    made[["p_rest", "p_walk", "p_write"]] = chances
    wished = np.where(busy[:, None] == 1, [0.1, 0.1, 0.8], [0.8, 0.1, 0.1])
    made[["new_rest", "new_walk", "new_write"]] = wished
    made["mood"] = worth + level + draw.normal(size=len(who))
    return made


def tables() -> dict[str, pd.DataFrame]:
    """Every table by its file's name."""
    made = {"components.csv": components, "courses.csv": courses, "logs.csv": logs}
    return {
        name: table(np.random.Generator(np.random.Philox(key=7 + place))).round(4)
        for place, (name, table) in enumerate(made.items())
    }


if __name__ == "__main__":
    for name, table in tables().items():
        table.to_csv(HERE / name, index=False)
