"""Typing: the rhythm of key strokes, and slips that are taken back."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.samples import Floats, Ints, Keys, steps
from simbench.visitor.noise import normal, uniform

__all__ = ["expand_keys"]


def expand_keys(
    t0: Floats, ms_per_key: Floats, length: Ints, slips: Ints, key: Keys
) -> tuple[Ints, Floats, NDArray[np.bool_], Ints]:
    """Key strokes of entries of `length` characters with `slips` wrong keys, each taken back at once.

    Returns
    -------
    The entry, the time and whether it is a backspace of each stroke, and the field's length after it.
    """
    strokes = length + 2 * slips
    row, step = steps(strokes)
    stroke_key = key[row] + (step.astype(np.uint64) + np.uint64(1)) * np.uint64(0xA0761D6478BD642F)
    # Rhythm: lognormal intervals (Dhakal et al. 2018), scaled so that the entry takes the time that it was given.
    interval = np.exp(0.45 * normal(stroke_key, 31))
    start = np.cumsum(strokes) - strokes
    held = strokes > 0
    running = np.cumsum(interval)
    before = np.zeros(strokes.size)
    before[held] = running[start[held]] - interval[start[held]]
    total = np.ones(strokes.size)
    if row.size:
        total[held] = np.add.reduceat(interval, start[held])
    t = t0[row] + (running - before[row]) / total[row] * (strokes * ms_per_key)[row]
    # The slips fall one after another at a random place in the entry: wrong key, backspace, wrong key, backspace.
    place = (uniform(key, 32) * (length + 1)).astype(np.int64)
    inside = (step >= place[row]) & (step < (place + 2 * slips)[row])
    odd = (step - place[row]) % 2 == 1
    backspace = inside & odd
    typed = np.where(inside, place[row] + ~odd, np.where(step < place[row], step + 1, step + 1 - 2 * slips[row]))
    return row, t, backspace, typed
