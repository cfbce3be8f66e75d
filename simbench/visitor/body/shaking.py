"""Shaking: a pointer that goes to and fro, or round and round, about a place.

It is how people thrash a mouse in anger, how they look for the cursor on a full screen, how a restless hand plays while
its owner reads, and how they draw. The motion is one and the same; what it was for stands in the truth alone.

A shake is a row of half turns, each a smooth stroke from one turning point to the next (minimum jerk, Flash & Hogan
1985), with a reach, direction and time of its own about what the act says. No published distribution of such motion is
known to us; the spreads below are assumed.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.visitor.body.samples import FRAME_MS, Floats, Keys, Samples, steps
from simbench.visitor.noise import normal, uniform

__all__ = ["expand_shakes"]

#: Log-sd of the strokes' reach and time within a shake (assumed, .1 to .4); sd of their direction, radians (assumed,
#: .05 to .4).
_REACH_SIGMA: Final = 0.25
_TIME_SIGMA: Final = 0.2
_ANGLE_SD: Final = 0.18


def expand_shakes(
    *, x0: Floats, y0: Floats, t0: Floats, t1: Floats, strokes: Floats, reach_px: Floats, angle: Floats,
    roundness: Floats, key: Keys, interval_ms: float, phase: Floats | None = None,
) -> Samples:  # fmt: skip
    """Samples of each shake at its first frame, then each `interval_ms` (whole frames), and where it ends.

    What has not moved is left out. See `simbench.visitor.body.samples.Moves` for `phase`.

    Parameters
    ----------
    x0, y0
        Where each shake begins and ends (client px).
    t0, t1, strokes, reach_px, angle, roundness
        When, in how many half turns, how far a half turn goes (px), in which direction (radians), and how round:
        0 stays on the line, 1 makes circles of its reach.
    key
        Noise key of each act.
    """
    count = np.maximum(strokes.astype(np.int64), 1)
    row, step = steps(count)
    stroke_key = key[row] + (step.astype(np.uint64) + np.uint64(1)) * np.uint64(0x8CB92BA72F3D8DD7)
    # Turning points lie on alternate sides of where the hand was; the last one is where it was.
    side = np.where(step % 2 == 0, 0.5, -0.5)
    final = step == count[row] - 1
    reach = np.where(final, 0.0, side * reach_px[row] * np.exp(_REACH_SIGMA * normal(stroke_key, 400)))
    direction = angle[row] + _ANGLE_SD * normal(stroke_key, 401)
    turn_x, turn_y = reach * np.cos(direction), reach * np.sin(direction)
    weight = np.exp(_TIME_SIGMA * normal(stroke_key, 402))
    first = np.cumsum(count) - count
    running = np.cumsum(weight)
    before = (running[first] - weight[first])[row]
    total = np.add.reduceat(weight, first)[row] if row.size else weight
    end = (running - before) / total
    start = (running - weight - before) / total
    from_x, from_y = np.empty_like(turn_x), np.empty_like(turn_y)
    from_x[1:], from_y[1:] = turn_x[:-1], turn_y[:-1]
    from_x[first] = from_y[first] = 0.0

    length = t1 - t0
    phase = uniform(key, 403) if phase is None else phase
    every = max(round(interval_ms / FRAME_MS), 1)
    inner = np.maximum(0, np.ceil((length / FRAME_MS - phase) / every)).astype(np.int64)
    shake, tick = steps(inner + 1)
    t = t0[shake] + (tick * every + phase[shake]) * FRAME_MS
    last = tick == inner[shake]
    t[last] = t1
    tau = np.clip((t - t0[shake]) / np.maximum(length, 1e-9)[shake], 0.0, 1.0)
    # The stroke that each sample falls into: strokes end at `row + end`, samples lie at `shake + tau`.
    within = np.searchsorted(row + np.minimum(end, 1.0 - 1e-12), shake + np.minimum(tau, 1.0 - 1e-9), side="right")
    index = np.clip(within, first[shake], (first + count - 1)[shake])
    own = np.clip((tau - start[index]) / np.maximum(end - start, 1e-9)[index], 0.0, 1.0)
    along = own * own * own * (10.0 + own * (6.0 * own - 15.0))
    dx, dy = turn_x - from_x, turn_y - from_y
    # A round stroke bows out to one side, and back on the other.
    bow = roundness[shake] * 0.5 * np.sin(np.pi * along)
    x = np.rint(x0[shake] + from_x[index] + dx[index] * along - dy[index] * bow)
    y = np.rint(y0[shake] + from_y[index] + dy[index] * along + dx[index] * bow)
    x[last], y[last] = x0, y0
    x, y = np.maximum(x, 0.0), np.maximum(y, 0.0)

    moved = np.empty(shake.size, dtype=bool)
    moved[:1] = True
    moved[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1]) | (shake[1:] != shake[:-1])
    return Samples(row=shake[moved], t=t[moved], x=x[moved], y=y[moved])
