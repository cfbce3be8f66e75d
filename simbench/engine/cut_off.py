"""Recordings that stop before the visit does: a crash, a tab that the system kills, an empty battery.

What comes before is sent like anything else, what comes after never leaves the machine. The visit itself goes on, and
so does its truth; only nobody sees it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simbench.engine.randomness import stream

__all__ = ["cut_off_ms"]


def cut_off_ms(
    share: float, *, seed: int, shard: int, begin_ms: NDArray[np.float64], end_ms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """When the recording of each visit of a shard stops, ms since the visit began; infinity where it does not.

    Each is cut off with probability `share`, at any moment from `begin_ms` to `end_ms` alike: what ends a recording
    knows nothing of what the visitor does.
    """
    struck = stream(seed, "transport.cut-off", shard).random(begin_ms.size) < share
    moment = stream(seed, "transport.cut-off-at", shard).random(begin_ms.size)
    return np.where(struck, begin_ms + moment * (end_ms - begin_ms), np.inf)
