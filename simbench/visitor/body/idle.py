"""What a mouse does while its owner reads: movements with rests between them.

Source: people on web pages (Iliou et al., Web Bot Detection Dataset, phase 1), whose chords, headings, durations and
pauses are stored in ``pointer_model.json``.
"""

from __future__ import annotations

from itertools import pairwise
from typing import Final

import numpy as np

from simbench.visitor.body.paths import pace_ms
from simbench.visitor.body.pointer_model import pointer_model
from simbench.visitor.body.samples import Floats, Ints, Moves, steps
from simbench.visitor.noise import uniform

__all__ = ["wander_moves"]

#: No movement with its rest is thought to be shorter on average than this; bounds how many are drawn for a stretch.
_LEAST_CYCLE_MS: Final = 700.0
#: So much of a stretch is moved in at least, and so much is left for rest, where only one movement fits.
_ONE_MOVE: Final = 0.6
#: Idle movements turn back where they would go further than this from where the stretch's end points lie (assumed:
#: [200, 600] across, [120, 400] down).
_ROAM_X: Final = 400.0
_ROAM_Y: Final = 240.0


def wander_moves(reads: Moves) -> tuple[Ints, Moves]:
    """Idle movements of a mouse during stretches of reading, which begin and end where `reads` says.

    Returns
    -------
    The stretch of each movement, and the movements, in order of time; the last of a stretch ends at its end point. A
    stretch begins with a rest and ends with one.
    """
    model = pointer_model()
    length = reads.t1 - reads.t0
    row, step = steps(2 + np.maximum(length / _LEAST_CYCLE_MS, 0.0).astype(np.int64))
    key = reads.key[row] + step.astype(np.uint64) * np.uint64(0xD1B54A32D192ED03)
    chord = model.quantile("chord", uniform(key, 170))
    idle = np.zeros(row.size, dtype=bool)
    duration = pace_ms(model, chord, idle, key)
    rest = model.quantile("pause", uniform(key, 171))
    # When each would begin and end if they followed one another; those that fit are made.
    ends = np.cumsum(rest + duration)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    ends -= (ends[first] - rest[first] - duration[first])[row]
    made = ends <= length[row]
    alone = (step == 0) & ~made
    duration[alone] = np.minimum(duration[alone], _ONE_MOVE * length[row[alone]])
    ends[alone] = duration[alone] + np.minimum(rest[alone], 0.5 * (1.0 - _ONE_MOVE) * length[row[alone]])
    made |= step == 0
    row, step, key = row[made], step[made], key[made]
    chord, duration, ends = chord[made], duration[made], ends[made]
    x1, y1 = _places(reads, row, step, chord, model.quantile("heading", uniform(key, 172)), uniform(key, 173))
    x0, y0 = np.empty_like(x1), np.empty_like(y1)
    x0[1:], y0[1:] = x1[:-1], y1[:-1]
    begin = step == 0
    x0[begin], y0[begin] = reads.x0, reads.y0
    t1 = reads.t0[row] + ends
    return row, Moves(x0=x0, y0=y0, x1=x1, y1=y1, t0=t1 - duration, t1=t1, key=key, overshoot=0.0,
                      wandering=np.ones(row.size, dtype=bool))  # fmt: skip


def _places(
    reads: Moves, row: Ints, step: Ints, chord: Floats, angle: Floats, toss: Floats
) -> tuple[Floats, Floats]:  # fmt: skip
    """Where each movement ends: a chord further on, to a side by chance, but back where that would lead far away."""
    x1, y1 = np.empty(row.size), np.empty(row.size)
    final = np.append(row[1:] != row[:-1], True)[: row.size]
    dx, dy = chord * np.cos(angle), chord * np.sin(angle)
    right, down = np.where(toss < 0.5, 1.0, -1.0), np.where((toss * 2.0) % 1.0 < 0.5, 1.0, -1.0)
    left_x, right_x = np.minimum(reads.x0, reads.x1) - _ROAM_X, np.maximum(reads.x0, reads.x1) + _ROAM_X
    top_y, low_y = np.minimum(reads.y0, reads.y1) - _ROAM_Y, np.maximum(reads.y0, reads.y1) + _ROAM_Y
    x, y = reads.x0.copy(), reads.y0.copy()
    order = np.argsort(step, kind="stable")
    bounds = np.searchsorted(step[order], np.arange(int(step.max(initial=0)) + 2))
    for start, stop in pairwise(bounds.tolist()):
        which = order[start:stop]
        mine = row[which]
        for at, way, side, low, high, out in (
            (x, dx[which], right[which], np.maximum(left_x[mine], 0.0), right_x[mine], x1),
            (y, dy[which], down[which], np.maximum(top_y[mine], 0.0), low_y[mine], y1),
        ):
            to = at[mine] + side * way
            back = at[mine] - side * way
            to = np.clip(np.where((to < low) | (to > high), back, to), low, high)
            out[which] = at[mine] = np.rint(to)
    x1[final], y1[final] = reads.x1, reads.y1
    return x1, y1
