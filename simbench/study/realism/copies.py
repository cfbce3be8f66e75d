"""Is any simulated movement a copy of a person's? The distance of each to the nearest of theirs tells."""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.study.realism.movements import Movements, frames_of

__all__ = ["nearest_distances", "shapes"]

Floats = NDArray[np.float64]

_POINTS: Final = 17


def shapes(m: Movements) -> Floats:
    """Each movement at 17 equal parts of its time, as (movements, 32): from its start, over its path's length.

    Not turned: people move along the screen's axes, and a turned copy would be a copy of something that nobody made.
    """
    first, x, y = frames_of(m)
    length = np.diff(first)
    at = first[:-1, None] + np.linspace(0.0, 1.0, _POINTS)[None, :] * (length - 1)[:, None]
    grid = np.arange(x.size)
    px, py = np.interp(at, grid, x), np.interp(at, grid, y)
    step = np.hypot(np.diff(x), np.diff(y))
    step[first[1:-1] - 1] = 0.0
    path = np.add.reduceat(np.append(step, 0.0), first[:-1])[:, None]
    return np.hstack([(px - px[:, :1])[:, 1:] / path, (py - py[:, :1])[:, 1:] / path])


def nearest_distances(of: Floats, to: Floats) -> Floats:
    """Root mean square distance of each shape of `of` to the nearest in `to`, as a share of the path."""
    out = np.empty(len(of))
    square = (to * to).sum(axis=1)
    for start in range(0, len(of), 500):
        some = of[start : start + 500]
        distance = (some * some).sum(axis=1)[:, None] + square[None, :] - 2.0 * some @ to.T
        out[start : start + 500] = np.sqrt(np.maximum(distance.min(axis=1), 0.0) / (_POINTS - 1))
    return out
