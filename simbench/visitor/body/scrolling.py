"""Scrolling: wheels by notches, fingers by flings, with rests between."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.samples import FRAME_MS, Floats, Ints, Keys, Moves, steps
from simbench.visitor.noise import normal, uniform

__all__ = ["Scrolls", "expand_scrolls"]

#: A mouse wheel's notch in Chromium on Windows and Linux.
_NOTCH_PX: Final = 100.0
#: Pixels that one burst of scrolling covers: a few notches, or one fling (assumed, 200 to 500 and 300 to 900).
_WHEEL_BURST_PX: Final = 320.0
_FLING_PX: Final = 560.0


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
    decays exponentially. `quick` stretches have no rests. A throttle with a leading and a trailing edge gives one event
    at a burst's first frame, one each `interval_ms` from then on, and the last where the burst has come to rest.
    """
    way = s1 - s0
    burst_px = np.where(touch, np.minimum(_FLING_PX, viewport_h * 0.75), _WHEEL_BURST_PX)
    most = np.maximum(1, ((t1 - t0) / 260.0).astype(np.int64))
    bursts = np.minimum(np.ceil(np.abs(way) / burst_px * (0.75 + 0.5 * uniform(key, 21))).astype(np.int64), most)
    bursts[way == 0.0] = 0
    row, step = steps(bursts)
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

    lead = np.minimum(FRAME_MS * uniform(burst_key, 551), 0.5 * moving)
    after = np.maximum(1, np.ceil((moving - lead) / interval_ms)).astype(np.int64)
    burst, tick = steps(after + 1)
    t = (begin + lead)[burst] + tick * interval_ms
    stop = tick == after[burst]
    # The last one comes after the burst, but never when another has begun.
    t[stop] = np.minimum(t[stop], slot_end)
    tau = np.minimum((t - begin[burst]) / np.maximum(moving, 1e-9)[burst], 1.0)
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
