"""What the parts of the body share: movements as arrays, and the samples that they are expanded into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FRAME_MS", "Floats", "Ints", "Keys", "Moves", "Samples", "steps"]

#: Browsers tell a page of moves and scrolling once a frame, most screens show sixty a second, and what a mouse reports
#: in between is coalesced (Chrome 60, "Aligned input events", 2017).
FRAME_MS: Final = 1000.0 / 60.0

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Pointer movements, one row each: from (`x0`, `y0`) at `t0` to (`x1`, `y1`) at `t1`.

    `overshoot` is the probability that the first submovement goes beyond the end point. `phase` says how long after
    `t0` the first frame comes, as a share of a frame; None: it is drawn from the key. `wandering` movements are
    not aimed at anything: their paths are those of people who read, search or wait.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    t0: Floats
    t1: Floats
    key: Keys
    overshoot: Floats | float = 0.15
    phase: Floats | None = None
    wandering: NDArray[np.bool_] | bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a recorder saw: `row` is the movement (or scroll, or entry) that each sample belongs to."""

    row: Ints
    t: Floats
    x: Floats
    y: Floats


def steps(counts: Ints) -> tuple[Ints, Ints]:
    """For `counts` samples a row: the row of each sample, and its number within the row."""
    row = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    return row, np.arange(row.size) - first[row]
