"""Two halves of the people in a data set: one to calibrate on, the other to judge on."""

from __future__ import annotations

import zlib
from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray

__all__ = ["calibration_half"]


def calibration_half(people: Iterable[object]) -> NDArray[np.bool_]:
    """Whether each of `people` (codes or names) belongs to the half that parameters were fitted on.

    The half hangs on the person's name alone, so that it stays the same whatever else is in the file.
    """
    names = [str(int(p)) if isinstance(p, float | np.floating) else str(p) for p in people]
    verdict = {name: zlib.crc32(name.encode()) % 2 == 0 for name in set(names)}
    return np.array([verdict[name] for name in names], dtype=bool)
