"""Pointer movements cut out of a recording, and the numbers that describe each.

A movement is a run of pointer moves no further than 150 ms apart, cut at clicks, with at least 5 points and 50 px of
path. The same code runs on recordings of people and on simulated ones.

Clocks differ between recorders in ways that have nothing to do with the hand, and a classifier finds them at once. So
each movement is first put on a canonical clock: its frames are 16.67 ms apart, its phase is the circular mean of its
stamps, and of several events within one frame the last one counts. Everything is computed from frames only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["FEATURES_A", "FEATURES_B", "FRAME_MS", "Movements", "frames_of", "movement_features", "movements"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: One frame of the canonical clock.
FRAME_MS: Final = 1000.0 / 60.0
_GAP_MS: Final = 150.0
_POINTS: Final = 5
_PATH_PX: Final = 50.0
#: A speed peak counts where it rises above this share of the movement's own highest.
_PEAK_SHARE: Final = 0.1

#: Kinematics: what the realism target is stated on.
FEATURES_A: Final = ("dur", "L", "D", "straight", "vpk", "vmean", "tpk", "npk", "maxdev")
#: Finer grain: event rate, gaps, accelerations, reversals, axis-aligned steps, jerk.
FEATURES_B: Final = ("evrate", "maxgap", "a_q05", "a_q95", "v_cv", "vend", "turn", "rev", "axis", "jerk")


@dataclass(frozen=True, slots=True, kw_only=True)
class Movements:
    """Movements, one after another.

    `first` has one entry more than there are movements: movement i owns points ``first[i]:first[i + 1]`` of `frame`
    (whole frames since the movement's own first), `x` and `y` (px). `session` is the code of its session in `sessions`,
    `t0` and `t1` its first and last stamp in ms, `clicked` whether a click ends it, `px` and `py` where the pointer was
    before (NaN where unknown).
    """

    first: Ints
    frame: Ints
    x: Floats
    y: Floats
    session: Ints
    sessions: tuple[str, ...]
    t0: Floats
    t1: Floats
    clicked: NDArray[np.bool_]
    px: Floats
    py: Floats

    def __len__(self) -> int:
        """How many movements there are."""
        return self.session.size


def movements(table: Mapping[str, Any]) -> Movements:
    """Cut the movements out of `table`: columns ``session, t_ms, x, y, ev`` (``m``: a move; anything else: a click).

    Sessions may come in any order; within a session rows are taken in order of time, ties as they stand.
    """
    names, codes = np.unique(np.asarray(table["session"]).astype(str), return_inverse=True)
    t = np.asarray(table["t_ms"], dtype=np.float64)
    order = np.lexsort((t, codes))
    codes, t = codes[order].astype(np.int64), t[order]
    x, y = (np.asarray(table[name], dtype=np.float64)[order] for name in ("x", "y"))
    moved = np.asarray(table["ev"]).astype(str)[order] == "m"
    clicks = np.cumsum(~moved)
    codes, t, x, y, clicks = codes[moved], t[moved], x[moved], y[moved], clicks[moved]
    if not codes.size:
        return _empty(tuple(names.tolist()))

    # Runs: a new one begins with a session, after a click and after a gap.
    fresh = np.ones(codes.size, dtype=bool)
    fresh[1:] = (codes[1:] != codes[:-1]) | (clicks[1:] != clicks[:-1]) | (np.diff(t) > _GAP_MS)
    run = np.cumsum(fresh) - 1
    begin = np.flatnonzero(fresh)
    end = np.append(begin[1:], codes.size)
    after = np.append((clicks[1:] != clicks[:-1]) & (codes[1:] == codes[:-1]), False)
    before = np.maximum(begin - 1, 0)
    known = (begin > 0) & (codes[before] == codes[begin])

    # The canonical clock; the last event of a frame stands for the frame.
    angle = t * (2.0 * np.pi / FRAME_MS)
    phase = np.arctan2(np.bincount(run, np.sin(angle)), np.bincount(run, np.cos(angle))) * (FRAME_MS / (2.0 * np.pi))
    frame = np.rint((t - phase[run]) / FRAME_MS).astype(np.int64)
    last = np.ones(codes.size, dtype=bool)
    last[:-1] = (run[1:] != run[:-1]) | (frame[1:] != frame[:-1])

    counts = np.bincount(run[last], minlength=begin.size)
    kept_run, kept_x, kept_y = run[last], x[last], y[last]
    way = np.hypot(np.diff(kept_x), np.diff(kept_y)) * (kept_run[1:] == kept_run[:-1])
    path = np.bincount(kept_run[1:], way, minlength=begin.size)
    good = (counts >= _POINTS) & (end - begin >= _POINTS) & (path >= _PATH_PX)
    take = good[kept_run]
    sizes = counts[good]
    first = np.concatenate([[0], np.cumsum(sizes)])
    frames = frame[last][take]
    return Movements(
        first=first, frame=frames - np.repeat(frames[first[:-1]], sizes), x=kept_x[take], y=kept_y[take],
        session=codes[begin][good], sessions=tuple(names.tolist()), t0=t[begin][good], t1=t[end - 1][good],
        clicked=after[end - 1][good], px=np.where(known, x[before], np.nan)[good],
        py=np.where(known, y[before], np.nan)[good],
    )  # fmt: skip


def _empty(names: tuple[str, ...]) -> Movements:
    none, nothing = np.empty(0, np.int64), np.empty(0)
    return Movements(first=np.zeros(1, np.int64), frame=none, x=nothing, y=nothing, session=none, sessions=names,
                     t0=nothing, t1=nothing, clicked=np.empty(0, bool), px=nothing, py=nothing)  # fmt: skip


def frames_of(m: Movements) -> tuple[Ints, Floats, Floats]:
    """Position at every frame of every movement (linear between events): first index of each, x, y."""
    lengths = m.frame[m.first[1:] - 1] + 1
    first = np.concatenate([[0], np.cumsum(lengths)])
    # One long axis: movement i starts at first[i].
    at = m.frame + np.repeat(first[:-1], np.diff(m.first))
    grid = np.arange(first[-1])
    return first, np.interp(grid, at, m.x), np.interp(grid, at, m.y)


def movement_features(m: Movements) -> dict[str, NDArray[Any]]:
    """Features of each movement (`FEATURES_A`, `FEATURES_B`), and its ``session`` code.

    Speeds are those of frames, averaged over three (binomial). ``dur`` ms; ``L`` (path), ``D`` (chord) px;
    ``straight`` D / L; ``vpk``, ``vmean`` px/s; ``tpk`` time of peak speed as a share of the duration; ``npk`` speed
    peaks; ``maxdev`` largest distance from the chord / D. ``evrate`` events per frame; ``maxgap`` ms; ``a_q05``,
    ``a_q95`` quantiles of the change of speed a frame / vpk; ``v_cv`` coefficient of variation of speed; ``vend`` last
    speed / vpk; ``turn`` summed turning, rad; ``rev`` reversals of x and y an event; ``axis`` share of events' steps
    along one axis; ``jerk`` log of the dimensionless squared jerk.
    """
    n = len(m)
    out: dict[str, NDArray[Any]] = {"session": m.session}
    if not n:
        return out | {name: np.empty(0) for name in (*FEATURES_A, *FEATURES_B)}
    first, gx, gy = frames_of(m)
    lengths = np.diff(first)
    row = np.repeat(np.arange(n), lengths)
    inner = row[1:] == row[:-1]
    step_row = row[1:][inner]
    dx, dy = np.diff(gx)[inner], np.diff(gy)[inner]
    raw = np.hypot(dx, dy) / (FRAME_MS / 1000.0)
    v = _smooth(raw, step_row)
    steps = lengths - 1
    s0 = np.concatenate([[0], np.cumsum(steps)])

    first_p, last_p = m.first[:-1], m.first[1:] - 1
    cx, cy = m.x[last_p] - m.x[first_p], m.y[last_p] - m.y[first_p]
    out["dur"] = steps * FRAME_MS
    out["L"] = np.bincount(step_row, raw, minlength=n) * (FRAME_MS / 1000.0)
    out["D"] = np.hypot(cx, cy)
    out["straight"] = out["D"] / out["L"]
    out["vpk"] = np.maximum.reduceat(v, s0[:-1])
    out["vmean"] = out["L"] / (out["dur"] / 1000.0)
    at_peak = np.flatnonzero(v == out["vpk"][step_row])
    rows, where = np.unique(step_row[at_peak], return_index=True)
    out["tpk"] = np.zeros(n)
    out["tpk"][rows] = (at_peak[where] - s0[:-1][rows] + 0.5) / steps[rows]
    out["npk"] = _peaks(v, step_row, out["vpk"], n)
    side = np.abs((gx - m.x[first_p][row]) * cy[row] - (gy - m.y[first_p][row]) * cx[row])
    far = np.hypot(gx - m.x[first_p][row], gy - m.y[first_p][row])
    chord = np.maximum(out["D"], 1.0)
    deviation = np.where(out["D"][row] >= 1.0, side / chord[row], far)
    out["maxdev"] = np.maximum.reduceat(deviation, first[:-1]) / chord

    points = np.diff(m.first)
    same = np.repeat(np.arange(n), points)
    joined = same[1:] == same[:-1]
    event_row = same[1:][joined]
    ex, ey = np.diff(m.x)[joined], np.diff(m.y)[joined]
    out["evrate"] = points / lengths
    e0 = np.concatenate([[0], np.cumsum(points - 1)])
    out["maxgap"] = np.maximum.reduceat(np.diff(m.frame)[joined], e0[:-1]) * FRAME_MS
    change = step_row[1:] == step_row[:-1]
    a_row, a = step_row[1:][change], np.diff(v)[change] / out["vpk"][step_row[1:][change]]
    out["a_q05"], out["a_q95"] = _quantile(a, a_row, n, 0.05), _quantile(a, a_row, n, 0.95)
    mean = np.bincount(step_row, v, minlength=n) / steps
    out["v_cv"] = np.sqrt(np.maximum(np.bincount(step_row, v * v, minlength=n) / steps - mean * mean, 0.0)) / mean
    out["vend"] = v[s0[1:] - 1] / out["vpk"]
    heading = np.arctan2(ey, ex)
    pair = event_row[1:] == event_row[:-1]
    bend = np.abs((np.diff(heading)[pair] + np.pi) % (2.0 * np.pi) - np.pi)
    out["turn"] = np.bincount(event_row[1:][pair], bend, minlength=n)
    out["rev"] = (_reversals(ex, event_row, n) + _reversals(ey, event_row, n)) / points
    out["axis"] = np.bincount(event_row, ((ex == 0) | (ey == 0)).astype(float), minlength=n) / (points - 1)
    out["jerk"] = _jerk(dx, dy, step_row, out["dur"], out["L"], n)
    return out


def _smooth(v: Floats, row: Ints) -> Floats:
    """Binomial average over three frames within each row (sd .7 frames), its ends held."""
    same = row[1:] == row[:-1]
    left, right = v.copy(), v.copy()
    left[1:][same] = v[:-1][same]
    right[:-1][same] = v[1:][same]
    return 0.25 * left + 0.5 * v + 0.25 * right


def _peaks(v: Floats, row: Ints, highest: Floats, n: int) -> Floats:
    """Local maxima of speed, smoothed once more, that stand out from stillness."""
    smooth = _smooth(v, row)
    same = row[1:] == row[:-1]
    before = np.append(0.0, np.where(same, smooth[:-1], 0.0))
    after = np.append(np.where(same, smooth[1:], 0.0), 0.0)
    peak = (smooth > before) & (smooth >= after) & (smooth >= _PEAK_SHARE * highest[row])
    return np.bincount(row[peak], minlength=n).astype(np.float64)


def _reversals(steps: Floats, row: Ints, n: int) -> Floats:
    """How often each row's steps change their sign; steps of 0 do not count."""
    some = steps != 0
    sign, owner = np.sign(steps[some]), row[some]
    turned = (sign[1:] != sign[:-1]) & (owner[1:] == owner[:-1])
    return np.bincount(owner[1:][turned], minlength=n).astype(np.float64)


def _quantile(values: Floats, row: Ints, n: int, share: float) -> Floats:
    """Quantile of `values` within each row (the lower neighbour); 0 for a row without any."""
    counts = np.bincount(row, minlength=n)
    order = np.lexsort((values, row))
    first = np.cumsum(counts) - counts
    index = np.minimum(first + np.floor(share * np.maximum(counts - 1, 0) + 0.5).astype(np.int64), values.size - 1)
    return np.where(counts > 0, values[order][index], 0.0)


def _jerk(dx: Floats, dy: Floats, row: Ints, dur: Floats, path: Floats, n: int) -> Floats:
    dt = FRAME_MS / 1000.0
    same = (row[2:] == row[:-2]) if row.size > 2 else np.empty(0, bool)
    jx, jy = np.diff(dx, 2)[same] / dt**3, np.diff(dy, 2)[same] / dt**3
    total = np.bincount(row[2:][same], (jx * jx + jy * jy) * dt, minlength=n)
    return np.log(total * (dur / 1000.0) ** 5 / (path * path) + 1e-9)
