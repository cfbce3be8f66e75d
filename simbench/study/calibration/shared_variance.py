"""What members of a group have in common, and what makes scrolls members of one burst."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

__all__ = ["BURST_MS", "shared_variance"]

Floats = NDArray[np.float64]
#: Scrolls no further apart than this belong to one burst (between the two modes, .35 s and 3 to 25 s).
BURST_MS = 1200.0


def shared_variance(score: Floats, group: Floats) -> float:
    """Share of the variance that members of a group have in common: mean product of pairs in it."""
    score = score - score.mean()
    _, code = np.unique(group, return_inverse=True)
    n = np.bincount(code)
    total = np.bincount(code, score)
    squares = np.bincount(code, score**2)
    # Pairs, each group weighing as its members do.
    several = n > 1
    pairs = (total**2 - squares)[several] / (n[several] - 1)
    return float(np.clip(pairs.sum() / n[several].sum() / score.var(), 0.0, 0.95))
