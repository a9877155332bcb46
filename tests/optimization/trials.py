"""Small micro-randomized trials, drawn by a stated seed."""

from typing import Any

import numpy as np
import pandas as pd


def trial(persons: int = 20, points: int = 12, seed: int = 1, arms: int = 2) -> pd.DataFrame:
    """A trial whose state depends on what came before; columns person, t, s, x, available, p (p1.. with more arms), a, y, yb, count."""
    draw = np.random.Generator(np.random.Philox(seed))
    rows = []
    for person in range(persons):
        before, base = 0.0, draw.normal()
        for t in range(points):
            s = int(draw.random() < 0.5)
            x = 0.4 * before + draw.normal()
            p = np.full(arms, 1.0) if arms > 2 else np.array([0.6 - 0.2 * s, 0.4 + 0.2 * s])
            p = p / p.sum()
            available = int(draw.random() < 0.8)
            a = int(draw.choice(arms, p=p)) if available else 0
            y = base + 0.5 * x + (0.3 + 0.4 * s) * a + draw.normal()
            row = {"person": f"p{person}", "t": t, "base": base, "s": s, "x": x, "available": available, "a": a, "y": y}
            row |= {
                "yb": int(draw.random() < np.exp(-1.2 + 0.1 * s + 0.2 * min(a, 1))),
                "count": int(draw.poisson(np.exp(0.2 + 0.2 * min(a, 1)))),
            }
            row |= {"p": p[1]} if arms == 2 else {f"p{k}": p[k] for k in range(arms)}
            rows.append(row)
            before = y
    return pd.DataFrame(rows)


ASKED: dict[str, Any] = {
    "outcome": "y", "treatment": "a", "probability": "p", "person": "person", "availability": "available",
    "moderators": "~ s", "controls": "~ s + x",
}  # fmt: skip
"""A question to such a trial."""
