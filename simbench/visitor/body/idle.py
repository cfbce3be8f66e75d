"""What a mouse does while its owner reads: short movements with rests between them.

Source: people on web pages (Iliou et al., Web Bot Detection Dataset, phase 1).
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.visitor.body.samples import Ints, Moves, steps
from simbench.visitor.noise import normal, uniform

__all__ = ["wander_moves"]

#: Idle movements of a mouse while its owner reads: one in about so long, lasting a median of so long, with this log-sd
#: (people on web pages: movements 957 ms, quartiles 561 and 1708; pauses 424 ms; in motion for 62 % of the time).
_WANDER_EVERY_ms: Final = 1400.0
_WANDER_ms: Final = 957.0
_WANDER_SIGMA: Final = 0.7


def wander_moves(reads: Moves) -> tuple[Ints, Moves]:
    """Idle movements of a mouse during stretches of reading, which begin and end where `reads` says.

    Returns
    -------
    The stretch of each movement, and the movements: short ones, at rests between scrolls, the last of them ending at
    the stretch's end point.
    """
    length = reads.t1 - reads.t0
    counts = 1 + (length / _WANDER_EVERY_ms * (0.6 + 0.8 * uniform(reads.key, 11))).astype(np.int64)
    row, step = steps(counts)
    share = length[row] / counts[row]
    key = reads.key[row] + step.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
    duration = np.minimum(share * 0.9, _WANDER_ms * np.exp(_WANDER_SIGMA * normal(key, 12)))
    t0 = reads.t0[row] + share * step + (share - duration) * uniform(key, 13)
    progress = (step + 1.0) / counts[row]
    final = step == counts[row] - 1
    spread = np.where(final, 0.0, 1.0)
    x1 = reads.x0[row] + (reads.x1 - reads.x0)[row] * progress + spread * 130.0 * normal(key, 14)
    y1 = reads.y0[row] + (reads.y1 - reads.y0)[row] * progress + spread * 70.0 * normal(key, 15)
    x1, y1 = np.maximum(np.rint(x1), 0.0), np.maximum(np.rint(y1), 0.0)
    x0, y0 = np.empty_like(x1), np.empty_like(y1)
    x0[1:], y0[1:] = x1[:-1], y1[:-1]
    begin = step == 0
    x0[begin], y0[begin] = reads.x0, reads.y0
    return row, Moves(x0=x0, y0=y0, x1=x1, y1=y1, t0=t0, t1=t0 + duration, key=key)
