"""Pointing: how long a movement takes, and where the pointer is meanwhile.

A movement is *made* by the visitor as an end point and a duration; what lies between is filled in here, for thousands
of movements at once, as a function of each movement's key alone (`simbench.visitor.noise`). Times are ms, positions
client px.

Sources
-------
Movement time: Fitts (1954) in MacKenzie's Shannon form. Submovements: Meyer et al. (1988). Early velocity peak, path
efficiency and curvature: medians of 21,302 real movements of the Balabit Mouse Dynamics Challenge (Fülöp et al. 2016).
"""

from __future__ import annotations

from math import exp, log2
from typing import Final

import numpy as np

from simbench.visitor.body.samples import FRAME_MS, Moves, Samples, steps
from simbench.visitor.noise import normal, uniform

__all__ = ["expand_moves", "movement_ms"]

#: Share of the movement's time that the first submovement takes (assumed, .6 to .85).
_PRIMARY: Final = 0.74
#: How early the speed peaks: 0 is symmetric; .75 puts the peak at about .21 of the movement (Balabit: median .21).
_EARLY: Final = 0.75
#: Spread of the lateral bow of the path as a share of its chord (Balabit: median deviation .14, wandering included).
_BOW: Final = 0.06


def movement_ms(a_ms: float, b_ms: float, distance_px: float, width_px: float, noise: float) -> float:
    """Duration of a pointing movement: ``(a + b log2(D / W + 1)) exp(noise)``; never under 80 ms."""
    return max(80.0, (a_ms + b_ms * log2(distance_px / max(width_px, 4.0) + 1.0)) * exp(noise))


def expand_moves(moves: Moves, interval_ms: float) -> Samples:
    """Samples of each movement at its first frame, then each `interval_ms`, and where it ends; unmoved ones left out.

    Intervals are whole frames, one at least, so that wider ones give some of the samples that narrower ones give.
    The path is two minimum-jerk submovements (Flash & Hogan 1985) on a warped clock, so that speed peaks early; the
    first ends short of the target or beyond it, and the second corrects. A parabola bows it sideways.
    """
    length = moves.t1 - moves.t0
    phase = uniform(moves.key, 1) if moves.phase is None else moves.phase
    every = max(round(interval_ms / FRAME_MS), 1)
    inner = np.maximum(0, np.ceil((length / FRAME_MS - phase) / every)).astype(np.int64)
    row, step = steps(inner + 1)
    last = step == inner[row]
    t = moves.t0[row] + (step * every + phase[row]) * FRAME_MS
    t[last] = moves.t1

    dx, dy = moves.x1 - moves.x0, moves.y1 - moves.y0
    # The first submovement ends 2 to 8 % short, or as much beyond (Meyer et al. 1988; spread assumed).
    error = 0.03 + 0.03 * np.abs(normal(moves.key, 2))
    reach = 1.0 + np.where(uniform(moves.key, 5) < moves.overshoot, error, -error)
    early = _EARLY * (0.5 + uniform(moves.key, 3))
    bow = _BOW * normal(moves.key, 4)

    tau = (t - moves.t0[row]) / np.maximum(length, 1e-9)[row]
    first = np.minimum(tau / _PRIMARY, 1.0)
    k = early[row]
    first = first * (1.0 + k) / (1.0 + k * first)
    along = first * first * first * (10.0 + first * (6.0 * first - 15.0))
    second = np.maximum(tau - _PRIMARY, 0.0) / (1.0 - _PRIMARY)
    correction = second * second * second * (10.0 + second * (6.0 * second - 15.0))
    g = reach[row]
    s = g * along + (1.0 - g) * correction
    side = bow[row] * 4.0 * along * (1.0 - along)
    dxr, dyr = dx[row], dy[row]
    x = np.rint(moves.x0[row] + dxr * s - dyr * side)
    y = np.rint(moves.y0[row] + dyr * s + dxr * side)

    moved = np.empty(row.size, dtype=bool)
    moved[:1] = True
    moved[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    return Samples(row=row[moved], t=t[moved], x=x[moved], y=y[moved])
