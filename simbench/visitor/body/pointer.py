"""Pointing: how long a movement takes, and where the pointer is meanwhile.

A movement is *made* by the visitor as an end point and a duration; what lies between is filled in here, for thousands
of movements at once, as a function of each movement's key alone (`simbench.visitor.noise`). Times are ms, positions
client px.

Sources
-------
Movement time: Fitts (1954) in MacKenzie's Shannon form. Paths of a mouse: fitted to people on a web site (Iliou et al.,
Web Bot Detection Dataset, phase 1), see `simbench.visitor.body.halving`. Overshoot: Meyer et al. (1988). Strokes of a
finger: minimum jerk (Flash & Hogan 1985) on a warped clock.
"""

from __future__ import annotations

from math import exp, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.paths import Knots, path_px, walk
from simbench.visitor.body.pointer_model import PointerModel, pointer_model
from simbench.visitor.body.samples import FRAME_MS, Floats, Ints, Moves, Samples, steps
from simbench.visitor.noise import uniform

__all__ = ["expand_moves", "movement_ms"]

#: How many movements are expanded at once: what they need stays near the processor.
_AT_ONCE: Final = 4096
#: How far an overshoot goes beyond the end point, as a share of the way: 2 to 8 % (Meyer et al. 1988; spread assumed).
_BEYOND: Final = (0.025, 0.08)
#: Movements shorter than this do not overshoot on purpose (assumed): they are corrections themselves.
_FAR_PX: Final = 60.0


def movement_ms(a_ms: float, b_ms: float, distance_px: float, width_px: float, noise: float) -> float:
    """Duration of a pointing movement: ``(a + b log2(D / W + 1)) exp(noise)``; never under 80 ms."""
    return max(80.0, (a_ms + b_ms * log2(distance_px / max(width_px, 4.0) + 1.0)) * exp(noise))


def expand_moves(moves: Moves, interval_ms: float, model: PointerModel | None = None) -> Samples:
    """Samples of each movement at its first frame, then each `interval_ms`, and where it ends; unmoved ones left out.

    Intervals are whole frames, one at least, so that wider ones give some of the samples that narrower ones give.
    `model` None: the one that ships.
    """
    model = model or pointer_model()
    n = moves.key.size
    parts = [
        _expanded(_some(moves, slice(i, i + _AT_ONCE)), interval_ms, i, model) for i in range(0, max(n, 1), _AT_ONCE)
    ]
    if len(parts) == 1:
        return parts[0]
    row, t, x, y = (np.concatenate([getattr(part, name) for part in parts]) for name in ("row", "t", "x", "y"))
    return Samples(row=row, t=t, x=x, y=y)


def _some(moves: Moves, which: slice) -> Moves:
    def cut(column: NDArray[np.generic] | float | bool | None) -> NDArray[np.generic] | float | bool | None:
        return column[which] if isinstance(column, np.ndarray) else column

    return Moves(**{name: cut(getattr(moves, name)) for name in Moves.__slots__})  # type: ignore[arg-type]


def _expanded(moves: Moves, interval_ms: float, first_row: int, model: PointerModel) -> Samples:
    row, t, tau = _times(moves, interval_ms)
    knots = _paths(moves, model)
    at = _along(knots, row, tau)
    x = np.rint(moves.x0[row] + at.real)
    y = np.rint(moves.y0[row] + at.imag)
    # A pointer does not leave the page by its upper or left edge and go on.
    np.maximum(x, 0.0, out=x)
    np.maximum(y, 0.0, out=y)
    final = np.append(row[1:] != row[:-1], True)[: row.size]
    x[final], y[final] = moves.x1, moves.y1
    return _changed(moves, row, t, x, y, first_row)


def _times(moves: Moves, interval_ms: float) -> tuple[Ints, Floats, Floats]:
    """Row, time (ms) and share of its movement's time of each sample."""
    length = moves.t1 - moves.t0
    phase = uniform(moves.key, 1) if moves.phase is None else moves.phase
    every = max(round(interval_ms / FRAME_MS), 1)
    inner = np.maximum(0, np.ceil((length / FRAME_MS - phase) / every)).astype(np.int64)
    row, step = steps(inner + 1)
    into = (step * every + phase[row]) * FRAME_MS
    t = moves.t0[row] + into
    final = np.cumsum(inner + 1) - 1
    t[final] = moves.t1
    tau = into / np.maximum(length, 1e-9)[row]
    tau[final] = 1.0
    return row, t, tau


def _changed(moves: Moves, row: Ints, t: Floats, x: Floats, y: Floats, first_row: int = 0) -> Samples:
    moved = np.empty(row.size, dtype=bool)
    moved[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    begin = np.flatnonzero(np.append(True, row[1:] != row[:-1])[: row.size])
    moved[begin] = (x[begin] != np.rint(moves.x0)) | (y[begin] != np.rint(moves.y0))
    return Samples(row=row[moved] + first_row, t=t[moved], x=x[moved], y=y[moved])


def _paths(moves: Moves, model: PointerModel) -> Knots:
    dx, dy = moves.x1 - moves.x0, moves.y1 - moves.y0
    chord = np.hypot(dx, dy)
    frames = np.maximum((moves.t1 - moves.t0) / FRAME_MS, 0.5)
    aimed = np.broadcast_to(~np.asarray(moves.wandering, dtype=bool), chord.shape)
    length = path_px(model, chord, frames, aimed, moves.key)
    # Who overshoots has his middle, at half the time, beyond the end point.
    over = (uniform(moves.key, 5) < moves.overshoot) & aimed & (chord > _FAR_PX)
    beyond = np.where(over, _BEYOND[0] + (_BEYOND[1] - _BEYOND[0]) * uniform(moves.key, 2), 0.0)
    length = np.maximum(length, chord * (1.0 + 2.2 * beyond))
    return walk(model, dx, dy, length, frames, moves.key, beyond)


def _along(knots: Knots, row: Ints, tau: Floats) -> NDArray[np.complex128]:
    """Where each sample is, relative to its movement's start: a cubic through the knots (Catmull & Rom 1974)."""
    parts = np.left_shift(1, knots.levels)
    part = tau * parts[row]
    index = np.minimum(part.astype(np.int64), parts[row] - 1)
    w = (part - index).astype(np.float32)
    index += knots.first[row]
    p0, p1, p2, p3 = (knots.at.take(index + i) for i in (-1, 0, 1, 2))
    a = p2 - p1
    m1, m2 = np.float32(0.5) * (p2 - p0), np.float32(0.5) * (p3 - p1)
    place: NDArray[np.complex128] = p1 + w * (m1 + w * ((3.0 * a - 2.0 * m1 - m2) + w * (m1 + m2 - 2.0 * a)))
    return place
