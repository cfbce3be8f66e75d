"""Hands: how long a movement takes, and what a recorder sees of it.

A movement is *made* by the visitor as an end point and a duration; what lies between is filled in here, for thousands
of movements at once, as a function of each movement's key alone (`simbench.visitor.noise`). Times are ms, positions
client px.

Sources
-------
Movement time: Fitts (1954) in MacKenzie's Shannon form. Submovements: Meyer et al. (1988). Early velocity peak, path
efficiency and curvature: medians of 21,302 real movements of the Balabit Mouse Dynamics Challenge (Fülöp et al. 2016).
Idle movements: people on web pages (Iliou et al., Web Bot Detection Dataset, phase 1).
"""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, log2
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.noise import normal, uniform

__all__ = ["Keys", "Moves", "Samples", "Scrolls", "expand_keys", "expand_moves", "expand_scrolls", "movement_ms",
           "wander_moves"]  # fmt: skip

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Keys = NDArray[np.uint64]

#: Share of the movement's time that the first submovement takes (assumed, .6 to .85).
_PRIMARY: Final = 0.74
#: How early the speed peaks: 0 is symmetric; .75 puts the peak at about .21 of the movement (Balabit: median .21).
_EARLY: Final = 0.75
#: Spread of the lateral bow of the path as a share of its chord (Balabit: median deviation .14, wandering included).
_BOW: Final = 0.06
#: A mouse wheel's notch in Chromium on Windows and Linux.
_NOTCH_PX: Final = 100.0
#: Pixels that one burst of scrolling covers: a few notches, or one fling (assumed, 200 to 500 and 300 to 900).
_WHEEL_BURST_PX: Final = 320.0
_FLING_PX: Final = 560.0
#: Idle movements of a mouse while its owner reads: one in about so long, lasting a median of so long, with this log-sd
#: (people on web pages: movements 957 ms, quartiles 561 and 1708; pauses 424 ms; in motion for 62 % of the time).
_WANDER_EVERY_ms: Final = 1400.0
_WANDER_ms: Final = 957.0
_WANDER_SIGMA: Final = 0.7


def movement_ms(a_ms: float, b_ms: float, distance_px: float, width_px: float, noise: float) -> float:
    """Duration of a pointing movement: ``(a + b log2(D / W + 1)) exp(noise)``; never under 80 ms."""
    return max(80.0, (a_ms + b_ms * log2(distance_px / max(width_px, 4.0) + 1.0)) * exp(noise))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moves:
    """Pointer movements, one row each: from (`x0`, `y0`) at `t0` to (`x1`, `y1`) at `t1`.

    `overshoot` is the probability that the first submovement goes beyond the end point.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    t0: Floats
    t1: Floats
    key: Keys
    overshoot: Floats | float = 0.15


@dataclass(frozen=True, slots=True, kw_only=True)
class Samples:
    """What a recorder saw: `row` is the movement (or scroll, or entry) that each sample belongs to."""

    row: Ints
    t: Floats
    x: Floats
    y: Floats


def _steps(counts: Ints) -> tuple[Ints, Ints]:
    """For `counts` samples a row: the row of each sample, and its number within the row."""
    row = np.repeat(np.arange(counts.size), counts)
    first = np.cumsum(counts) - counts
    return row, np.arange(row.size) - first[row]


def expand_moves(moves: Moves, interval_ms: float) -> Samples:
    """Samples of each movement, `interval_ms` apart with a random phase, and one where it ends; unmoved ones left out.

    The path is two minimum-jerk submovements (Flash & Hogan 1985) on a warped clock, so that speed peaks early; the
    first ends short of the target or beyond it, and the second corrects. A parabola bows it sideways.
    """
    length = moves.t1 - moves.t0
    phase = uniform(moves.key, 1)
    inner = np.maximum(0, np.ceil(length / interval_ms - phase)).astype(np.int64)
    row, step = _steps(inner + 1)
    last = step == inner[row]
    t = moves.t0[row] + (step + phase[row]) * interval_ms
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


def wander_moves(reads: Moves) -> tuple[Ints, Moves]:
    """Idle movements of a mouse during stretches of reading, which begin and end where `reads` says.

    Returns
    -------
    The stretch of each movement, and the movements: short ones, at rests between scrolls, the last of them ending at
    the stretch's end point.
    """
    length = reads.t1 - reads.t0
    counts = 1 + (length / _WANDER_EVERY_ms * (0.6 + 0.8 * uniform(reads.key, 11))).astype(np.int64)
    row, step = _steps(counts)
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Scrolls:
    """Scrolling samples (`row`, `t`, `scroll_y`) and, for fingers, the strokes that made them.

    `strokes` are touch movements: `stroke_row` is the stretch that each belongs to.
    """

    row: Ints
    t: Floats
    scroll_y: Floats
    stroke_row: Ints
    strokes: Moves


def expand_scrolls(
    s0: Floats, s1: Floats, t0: Floats, t1: Floats, key: Keys, touch: NDArray[np.bool_], quick: NDArray[np.bool_],
    viewport_w: Floats, viewport_h: Floats, interval_ms: float,
) -> Scrolls:  # fmt: skip
    """Scroll events of stretches that go from `s0` to `s1` (page px) between `t0` and `t1`.

    A stretch is cut into bursts with rests between them: a few wheel notches, or one fling of a finger, whose speed
    decays exponentially. `quick` stretches have no rests. The recorder's throttle gives one event each `interval_ms`
    during a burst and one where it ends.
    """
    way = s1 - s0
    burst_px = np.where(touch, np.minimum(_FLING_PX, viewport_h * 0.75), _WHEEL_BURST_PX)
    most = np.maximum(1, ((t1 - t0) / 260.0).astype(np.int64))
    bursts = np.minimum(np.ceil(np.abs(way) / burst_px * (0.75 + 0.5 * uniform(key, 21))).astype(np.int64), most)
    bursts[way == 0.0] = 0
    row, step = _steps(bursts)
    if row.size == 0:
        none = np.empty(0)
        empty = Moves(x0=none, y0=none, x1=none, y1=none, t0=none, t1=none, key=np.empty(0, np.uint64))
        return Scrolls(row=row, t=none, scroll_y=none, stroke_row=row, strokes=empty)
    burst_key = key[row] + (step.astype(np.uint64) + np.uint64(1)) * np.uint64(0x9FB21C651E98DF25)
    start = np.cumsum(bursts) - bursts
    start = start[bursts > 0]

    def shares(weights: Floats) -> Floats:
        """Weights as running shares of their stretch: the upper end of each, in 0..1."""
        total = np.add.reduceat(weights, start)
        running = np.cumsum(weights)
        before = running[start] - weights[start]
        return (running - np.repeat(before, bursts[bursts > 0])) / np.repeat(total, bursts[bursts > 0])

    final = step == bursts[row] - 1
    upto = s0[row] + way[row] * shares(0.35 + uniform(burst_key, 22))
    notched = ~touch[row] & ~final
    upto[notched] = s0[row][notched] + np.rint((upto - s0[row])[notched] / _NOTCH_PX) * _NOTCH_PX
    upto[final] = s1[row[final]]
    start_y = np.empty_like(upto)
    start_y[1:] = upto[:-1]
    start_y[start] = s0[row[start]]

    length = (t1 - t0)[row]
    slots = shares(0.25 - np.log(uniform(burst_key, 23)))
    slot_end = t0[row] + length * slots
    slot_start = np.empty_like(slot_end)
    slot_start[1:] = slot_end[:-1]
    slot_start[start] = t0[row[start]]
    span = slot_end - slot_start
    moving = np.where(touch[row], 350.0 + 420.0 * uniform(burst_key, 24), 90.0 + 0.9 * np.abs(upto - start_y))
    moving = np.where(quick[row], span, np.minimum(moving, span * 0.9))
    end = np.where(quick[row], slot_end, slot_start + moving)
    begin = end - moving

    inner = np.maximum(0, np.ceil(moving / interval_ms - 1.0)).astype(np.int64)
    burst, tick = _steps(inner + 1)
    t = begin[burst] + (tick + 1.0) * interval_ms
    stop = tick == inner[burst]
    t[stop] = end
    tau = (t - begin[burst]) / np.maximum(moving, 1e-9)[burst]
    # An exponential that has decayed to 5 % at the burst's end, for fingers; even speed for a wheel.
    decay = 3.0
    ease = np.where(touch[row][burst], (1.0 - np.exp(-decay * tau)) / (1.0 - np.exp(-decay)), tau)
    scroll_y = np.rint(start_y[burst] + (upto - start_y)[burst] * ease)
    scroll_y[stop] = upto

    finger = touch[row]
    frow = row[finger]
    fkey = burst_key[finger]
    moved = np.clip((upto - start_y)[finger], -0.6 * viewport_h[frow], 0.6 * viewport_h[frow])
    x0 = viewport_w[frow] * (0.55 + 0.12 * normal(fkey, 26)).clip(0.1, 0.95)
    middle = viewport_h[frow] * (0.55 + 0.08 * normal(fkey, 27))
    y0 = (middle + moved / 2).clip(4.0, viewport_h[frow] - 4.0)
    y1 = (y0 - moved).clip(2.0, viewport_h[frow] - 2.0)
    drag = np.minimum(90.0 + 140.0 * uniform(fkey, 28), moving[finger] * 0.5)
    strokes = Moves(
        x0=np.rint(x0), y0=np.rint(y0), x1=np.rint(x0 + 0.06 * moved * normal(fkey, 29)), y1=np.rint(y1),
        t0=begin[finger], t1=begin[finger] + drag, key=fkey,
    )  # fmt: skip
    return Scrolls(row=row[burst], t=t, scroll_y=scroll_y, stroke_row=frow, strokes=strokes)


def expand_keys(
    t0: Floats, ms_per_key: Floats, length: Ints, slips: Ints, key: Keys
) -> tuple[Ints, Floats, NDArray[np.bool_], Ints]:
    """Key strokes of entries of `length` characters with `slips` wrong keys, each taken back at once.

    Returns
    -------
    The entry, the time and whether it is a backspace of each stroke, and the field's length after it.
    """
    strokes = length + 2 * slips
    row, step = _steps(strokes)
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
