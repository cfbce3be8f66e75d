"""Touch: strokes of a finger that drag a page, and the glide after them; where taps land.

A stroke is a straight drag whose speed at the end decides whether and how far the page glides on: iOS lets the speed
decay by .998 a ms (time constant .5 s), Android by a spline that ends (`OverScroller`). While the finger is down the
page goes exactly with it.

Sources: durations, lengths and end speeds of strokes by people who read on phones (Touchalytics, Frank et al. 2013;
`touch.yaml`); platform physics as documented by Apple and in Android's sources.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.visitor.body.samples import FRAME_MS, Floats, Keys, Samples, steps
from simbench.visitor.body.tables import parameters, quantile
from simbench.visitor.noise import normal, uniform

__all__ = ["FingerMotion", "TouchStrokes", "expand_strokes", "finger_strokes", "glide", "stroke_progress", "tap_offset"]

#: A glide begins where the finger leaves at this speed or faster, px/s (Android: 50 dp/s).
_FLING_PX_S: Final = 50.0
#: Time constant of a glide on iOS, ms: .998 a ms.
_IOS_MS: Final = 499.5
#: Speed at the beginning of a stroke, in parts of its mean speed (assumed, .2 to 1).
_ENTERING: Final = 0.6
#: Most of the viewport that one stroke crosses (assumed, .5 to .7).
_REACH: Final = 0.62
#: Glides die out after this many time constants (to 1 %).
_CONSTANTS: Final = 4.6
#: Exponent of Android's spline, and glide in px at 1000 px/s, growing with the power 1.736 of the speed.
_SPLINE: Final = 2.358
_ANDROID_PX: Final = 194.0
_ANDROID_POWER: Final = 1.736


@dataclass(frozen=True, slots=True, kw_only=True)
class TouchStrokes:
    """Drags of a finger: from (`x0`, `y0`) at `t0` to (`x1`, `y1`) at `t1`, client px.

    `leaving` is the speed at the end in parts of the mean speed, `bow` the path's sideways bow in px; `glide_ms` how
    long the page glides on (0: not at all), and `sharp` the exponent by which the glide ends.
    """

    x0: Floats
    y0: Floats
    x1: Floats
    y1: Floats
    t0: Floats
    t1: Floats
    leaving: Floats
    bow: Floats
    glide_ms: Floats
    sharp: Floats
    key: Keys


@dataclass(frozen=True, slots=True, kw_only=True)
class FingerMotion:
    """What makes a page move by hand: strokes, and how long each keeps the page moving."""

    strokes: TouchStrokes
    moving_ms: Floats


@dataclass(frozen=True, slots=True, kw_only=True)
class _Finger:
    duration: Floats
    with_length: float
    person: float
    leaving: Floats
    leaving_with_duration: float
    ios: float
    sideways: Floats
    bow: Floats


@cache
def _finger() -> _Finger:
    told = parameters("touch")
    return _Finger(
        duration=np.array(told["duration"]["quantiles"]), with_length=told["duration"]["with_length"],
        person=told["duration"]["person"], leaving=np.array(told["leaving"]["quantiles"]),
        leaving_with_duration=told["leaving"]["with_duration"], ios=told["ios_share"],
        sideways=np.array(told["sideways"]["quantiles"]), bow=np.array(told["bow"]["quantiles"]),
    )  # fmt: skip


def finger_strokes(
    way: Floats, room_ms: Floats, key: Keys, person: Keys, viewport_w: Floats, viewport_h: Floats, end: Floats
) -> FingerMotion:
    """Strokes that move the page by `way` px, at rest again at `end` and in no more than `room_ms`.

    The finger does a part of the way, and the glide the rest: as much as its speed on leaving gives.
    """
    told = _finger()
    far = np.abs(way)
    z = (
        told.with_length * (np.log(np.maximum(far, 4.0)) - 4.3) + told.person * normal(person, 260)
        + np.sqrt(max(1.0 - told.with_length**2 - told.person**2, 0.05)) * normal(key, 261)
    )  # fmt: skip
    duration = np.minimum(np.exp(quantile(told.duration, z)), 0.9 * room_ms)
    leaving = quantile(
        told.leaving,
        told.leaving_with_duration * z + np.sqrt(1.0 - told.leaving_with_duration**2) * normal(key, 262),
    )
    leaving = np.clip(leaving, 0.0, 3.0)
    ios = uniform(person, 263) < told.ios
    most = _REACH * viewport_h
    # How far the glide takes it depends on the drag, and the drag is what the glide leaves: a few rounds settle it.
    drag = np.minimum(far, most)
    for _ in range(4):
        speed = leaving * drag / duration * 1000.0
        glided = np.where(ios, speed * _IOS_MS / 1000.0, _ANDROID_PX * (speed / 1000.0) ** _ANDROID_POWER)
        glided = np.where(speed < _FLING_PX_S, 0.0, glided)
        drag = np.clip(drag * far / np.maximum(drag + glided, 1.0), 0.05 * far, most)
    held = (leaving * drag / duration * 1000.0 < _FLING_PX_S) & (far <= most)
    drag = np.maximum(np.rint(np.where(held, far, np.minimum(drag, far))), 1.0)
    drag = np.minimum(drag, far)
    rest = far - drag
    # The glide sets out at the speed at which the finger left (at least so fast as to get there at all).
    speed_ms = np.maximum(leaving * drag / duration, rest / np.maximum(room_ms - duration, 1.0))
    sharp = np.where(ios, 0.0, _SPLINE)
    tau = rest / np.maximum(speed_ms, 1e-6)
    glide_ms = np.where(rest > 0, np.where(ios, _CONSTANTS * tau, _SPLINE * tau), 0.0)
    glide_ms = np.minimum(glide_ms, np.maximum(room_ms - duration, 1.0))
    moving = duration + glide_ms
    begin = end - moving

    sign = np.sign(way)
    middle = viewport_h * (0.55 + 0.08 * normal(key, 264))
    y0 = np.clip(
        middle + sign * drag / 2, 4.0 + np.where(sign > 0, drag, 0.0), viewport_h - 4.0 - np.where(sign < 0, drag, 0.0)
    )
    y0 = np.rint(y0)
    side = quantile(told.sideways, normal(key, 265)) * drag
    x0 = np.rint(viewport_w * (0.6 + 0.08 * normal(person, 266) + 0.09 * normal(key, 267)).clip(0.08, 0.95))
    x1 = np.rint(np.clip(x0 + side, 2.0, viewport_w - 2.0))
    bow = quantile(told.bow, normal(key, 268)) * drag
    return FingerMotion(
        strokes=TouchStrokes(
            x0=x0, y0=y0, x1=x1, y1=y0 - sign * drag, t0=begin, t1=begin + duration, leaving=leaving, bow=bow,
            glide_ms=glide_ms, sharp=sharp, key=key,
        ),
        moving_ms=moving,
    )  # fmt: skip


def stroke_progress(share: Floats, leaving: Floats) -> Floats:
    """Part of a stroke's way that is done after a `share` of its time: a cubic that leaves at its own speed."""
    square = share * share
    cube = square * share
    return _ENTERING * (share - 2.0 * square + cube) + 3.0 * square - 2.0 * cube + leaving * (cube - square)


def glide(since_ms: Floats, glide_ms: Floats, sharp: Floats) -> Floats:
    """Part of a glide's way that is done `since_ms` after the finger left; `sharp` 0 decays exponentially."""
    u = np.minimum(since_ms / np.maximum(glide_ms, 1e-9), 1.0)
    done = np.empty_like(u)
    spline = sharp > 0
    done[spline] = 1.0 - (1.0 - u[spline]) ** sharp[spline]
    decays = ~spline
    done[decays] = (1.0 - np.exp(-_CONSTANTS * u[decays])) * (1.0 / (1.0 - np.exp(-_CONSTANTS)))
    done[glide_ms <= 0] = 0.0
    return done


def expand_strokes(strokes: TouchStrokes, interval_ms: float, phase: Floats | float = 1.0) -> Samples:
    """Where the finger is, each `interval_ms` from a stroke's first frame on, and where it is lifted.

    `phase` is how long after its beginning the first frame comes, as a share of a frame.
    """
    length = strokes.t1 - strokes.t0
    lead = np.broadcast_to(np.asarray(phase, dtype=np.float64) * FRAME_MS, length.shape)
    inner = np.maximum(0, np.ceil((length - lead) / interval_ms)).astype(np.int64)
    row, tick = steps(inner + 1)
    t = (strokes.t0 + lead)[row] + tick * interval_ms
    stop = tick == inner[row]
    t[stop] = strokes.t1
    share = (t - strokes.t0[row]) / np.maximum(length, 1e-9)[row]
    done = stroke_progress(share, strokes.leaving[row])
    x = np.rint(strokes.x0[row] + (strokes.x1 - strokes.x0)[row] * done + strokes.bow[row] * 4.0 * done * (1.0 - done))
    y = np.rint(strokes.y0[row] + (strokes.y1 - strokes.y0)[row] * done)
    moved = np.ones(row.size, dtype=bool)
    moved[1:] = (row[1:] != row[:-1]) | (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    return Samples(row=row[moved], t=t[moved], x=x[moved], y=y[moved])


def tap_offset(
    width: Floats | float, height: Floats | float, key: Keys
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """How far from a target's middle a tap lands, px: a little right and down of it, and spread about that.

    FFitts law (Bi, Li & Zhai 2013): the variance is a part that grows with the target, .0075 W^2, and the finger's own,
    1.5 mm or about 9 px; the offset is that of a right thumb (assumed, 0 to 2 mm).
    """
    sd_x = np.sqrt(0.0075 * np.square(width) + 9.0**2)
    sd_y = np.sqrt(0.0075 * np.square(height) + 9.0**2)
    return 3.0 + sd_x * normal(key, 270), 5.0 + sd_y * normal(key, 271)
