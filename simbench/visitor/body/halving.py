"""A movement's path, found by halving: where it is at half its time, then at the quarters, then at the eighths ...

Each piece of a movement has a duration, a path length L and a chord (dx, dy). Halving it draws three shares and a side
from distributions that depend on the piece and on what lies before and behind it:

* how much of the slack ``L - D`` the bend at the middle takes (``bend``): the two halves' chords a and b add up to
  ``a + b = D + bend (L - D)``, so the middle lies on an ellipse about the piece's ends;
* where on the ellipse (``lean``): ``a - b = lean D``;
* how the two halves share what slack is left (``slack``), and on which side of the chord the middle lies.

So the path ends where it was told to, when it was told to, and is as long as it was told to be, exactly: nothing has
to be steered, scaled or drawn again. The pieces of even number of a level are halved first, those of odd number then
know their neighbours' halves, so that speed and heading run on smoothly.

The distributions are mixtures of Gaussians (of the logits of the shares) whose parameters a small network with one
hidden layer makes from what is known of the piece (Bishop 1994, "Mixture density networks"). They are fitted to
people's movements by ``simbench study calibration-pointer``; see ``docs/realism.md``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["INPUTS", "PARTS", "SHARES", "Network", "Pieces", "context", "halves_of", "neighbours", "shares_of"]

Floats32 = NDArray[np.float32]

#: What is known of a piece, `context`.
INPUTS: Final = (
    "log frames", "log speed", "log slack", "speed before", "speed behind", "cos before", "sin before", "cos behind",
    "sin behind", "log dx", "log dy", "tilt", "slack before",
    "slack behind",
)  # fmt: skip
#: Shares drawn at each halving.
SHARES: Final = ("bend", "lean", "slack")
#: Gaussians in a mixture.
PARTS: Final = 4
_SLOW: Final = np.float32(0.3)
_TINY: Final = np.float32(0.002)
_PIXEL: Final = np.float32(0.2)
#: Steps along one axis that a mouse does not report, px.
_SNAP: Final = np.float32(0.3)
_RETURN: Final = np.float32(1.0)
#: How slow a half is at least, px a frame: a pixel within the 150 ms after which a movement counts as ended.
_CREEP: Final = np.float32(0.11)
#: Items multiplied at once. One register of the processor wide and always the same: in larger products the last bits of
#: a result depend on where an item stands, and a movement alone must come out as it does among many.
_TILE: Final = 16


@dataclass(frozen=True, slots=True)
class Pieces:
    """Pieces of movements, arrays of one shape: path length and chord, px."""

    length: Floats32
    dx: Floats32
    dy: Floats32

    def __getitem__(self, which: Any) -> Pieces:
        """Some of them."""
        return Pieces(self.length[which], self.dx[which], self.dy[which])


@dataclass(frozen=True, slots=True, kw_only=True)
class Network:
    """One hidden layer of rectifiers: ``w2 max(w1 x + b1, 0) + b2``."""

    w1: Floats32
    b1: Floats32
    w2: Floats32
    b2: Floats32

    def __call__(self, x: Floats32) -> Floats32:
        """Outputs (outputs, n) of the inputs (inputs, n)."""
        n = x.shape[1]
        tiles = -(-n // _TILE)
        padded = np.zeros((x.shape[0], tiles * _TILE), dtype=np.float32)
        padded[:, :n] = x
        stack = padded.reshape(x.shape[0], tiles, _TILE).transpose(1, 0, 2)
        hidden = np.matmul(self.w1, np.ascontiguousarray(stack))
        hidden += self.b1[:, None]
        np.maximum(hidden, 0.0, out=hidden)
        out = np.matmul(self.w2, hidden)
        out += self.b2[:, None]
        return out.transpose(1, 0, 2).reshape(self.w2.shape[0], -1)[:, :n]


def neighbours(pieces: Pieces, halved: Pieces | None, parity: int) -> tuple[Pieces, Pieces, Pieces, float]:
    """Of the pieces of even (0) or odd (1) number of a level: they, those before, those behind, the neighbours' share.

    Pieces of odd number have the halves of their neighbours beside them (`halved`: both halves of every piece of even
    number, in order, so two for each): half as long. Beyond a movement's ends the pointer rests.
    """
    own = pieces[:, parity::2]
    if parity == 0:
        return own, _shifted(pieces[:, 1::2], own, 1), _fitted(pieces[:, 1::2], own), 1.0
    assert halved is not None
    return own, _fitted(halved[:, 1::2], own), _fitted(halved[:, 2::2], own), 0.5


def _fitted(pieces: Pieces, like: Pieces) -> Pieces:
    """As many as `like` has; rest behind the last."""
    n = like.length.shape[1]

    def one(a: Floats32) -> Floats32:
        if a.shape[1] >= n:
            return a[:, :n]
        return np.concatenate([a, np.zeros((a.shape[0], n - a.shape[1]), dtype=a.dtype)], axis=1)

    return Pieces(one(pieces.length), one(pieces.dx), one(pieces.dy))


def _shifted(pieces: Pieces, like: Pieces, by: int) -> Pieces:
    n = like.length.shape[1]

    def one(a: Floats32) -> Floats32:
        return np.concatenate([np.zeros((a.shape[0], by), dtype=a.dtype), a], axis=1)[:, :n]

    return Pieces(one(pieces.length), one(pieces.dx), one(pieces.dy))


def context(
    own: Pieces, before: Pieces, behind: Pieces, frames: Floats32, share: float
) -> tuple[Floats32, Floats32]:  # fmt: skip
    """What the halving of pieces depends on: (inputs, n), and the side (1 or -1) on which the neighbours bend them."""

    def unit(p: Pieces) -> tuple[Floats32, Floats32, Floats32]:
        chord = np.sqrt(p.dx * p.dx + p.dy * p.dy)
        inverse = 1.0 / (chord + _TINY)
        return p.dx * inverse, p.dy * inverse, chord

    ux, uy, chord = unit(own)
    bx, by, before_chord = unit(before)
    nx, ny, behind_chord = unit(behind)
    log_frames = np.log(frames)
    speed = np.log(own.length + _SLOW * frames)
    near = np.float32(share) * frames
    x = np.empty((len(INPUTS), own.length.size), dtype=np.float32)
    shape = own.length.shape

    def put(i: int, values: Any) -> None:
        x[i].reshape(shape)[...] = values

    put(0, log_frames)
    put(1, speed - log_frames)
    put(2, np.log(np.maximum(own.length - chord, 0.0) + _TINY) - np.log(own.length + _TINY))
    put(3, np.log((before.length + _SLOW * near) / share) - speed)
    put(4, np.log((behind.length + _SLOW * near) / share) - speed)
    sin_b, sin_n = bx * uy - by * ux, ux * ny - uy * nx
    side = np.where(sin_b + sin_n >= 0, np.float32(1.0), np.float32(-1.0))
    put(5, bx * ux + by * uy)
    put(6, sin_b * side)
    put(7, nx * ux + ny * uy)
    put(8, sin_n * side)
    put(9, np.log(np.abs(own.dx) + _PIXEL))
    put(10, np.log(np.abs(own.dy) + _PIXEL))
    put(11, ux * uy * side)
    put(12, np.log(np.maximum(before.length - before_chord, 0.0) + _TINY) - np.log(before.length + _SLOW))
    put(13, np.log(np.maximum(behind.length - behind_chord, 0.0) + _TINY) - np.log(behind.length + _SLOW))
    return x, side.ravel()


def halves_of(
    own: Pieces, bend: Floats32, lean: Floats32, slack: Floats32, left: Floats32, frames: Floats32
) -> tuple[Pieces, Pieces]:  # fmt: skip
    """The two halves: shares in 0..1 (`lean` in -1..1), `left` 1 or -1; the pieces last `frames`."""
    square = own.dx * own.dx + own.dy * own.dy
    chord = np.sqrt(square)
    spare = np.maximum(own.length - chord, 0.0)
    bent = bend * spare
    # A movement that stood still for long would be two.
    creep = _CREEP * frames
    straight = (chord > 2.0 * creep) & (chord > 0.9 * own.length)
    most = np.where(straight, 1.0 - creep / np.maximum(chord, 1e-3), np.float32(1.0))
    lean = np.clip(lean, -most, most)
    both = chord + bent
    along = 0.5 * (chord + both * lean)
    across = 0.5 * left * np.sqrt(np.maximum(bent * (both + chord) * (1.0 - lean * lean), 0.0))
    inverse = 1.0 / np.maximum(chord, 1e-3)
    ux, uy = own.dx * inverse, own.dy * inverse
    # A piece that comes back to where it began has no heading: it goes out along x.
    ux = np.where(chord > 1e-3, ux, np.float32(1.0))
    dx, dy = ux * along - uy * across, uy * along + ux * across
    path = 0.5 * (both + lean * chord) + slack * (spare - bent)
    dx, dy = _counted(dx, own.dx), _counted(dy, own.dy)
    first: Floats32 = np.maximum(path, np.sqrt(dx * dx + dy * dy))
    rest_x, rest_y = own.dx - dx, own.dy - dy
    second: Floats32 = np.maximum(own.length - first, np.sqrt(rest_x * rest_x + rest_y * rest_y))
    return Pieces(first, dx, dy), Pieces(second, rest_x, rest_y)


def _counted(step: Floats32, whole: Floats32) -> Floats32:
    """What a mouse makes of a half's `step` along one axis, of `whole` px: small steps and small returns are not made.

    A mouse counts whole steps of each axis, so that a hand that goes along one axis does not tremble on the other.
    """
    kept = np.clip(step, np.minimum(whole, 0.0), np.maximum(whole, 0.0))
    step = np.where(np.abs(step - kept) < _RETURN, kept, step)
    rest = whole - step
    step = np.where(np.abs(step) < _SNAP, np.float32(0.0), step)
    return np.where(np.abs(rest) < _SNAP, whole, step)


def shares_of(own: Pieces, first: Pieces, second: Pieces, side: Floats32) -> tuple[Floats32, Floats32]:
    """Logits of the shares that halve `own` into `first` and `second` (3, n); whether the middle lies on `side`."""
    chord = np.hypot(own.dx, own.dy)
    a, b = np.hypot(first.dx, first.dy), np.hypot(second.dx, second.dy)

    def logit(part: Floats32, rest: Floats32) -> Floats32:
        value: Floats32 = np.log((np.maximum(part, 0) + _TINY) / (np.maximum(rest, 0) + _TINY))
        return value

    spare = own.length - a - b
    bend = logit(a + b - chord, spare)
    lean = np.log((chord + a - b + _TINY) / (chord - a + b + _TINY))
    slack = logit(first.length - a, second.length - b)
    left = own.dx * first.dy - own.dy * first.dx
    y = np.stack([bend.ravel(), lean.ravel(), slack.ravel()]).astype(np.float32)
    return y, (left.ravel() * side >= 0).astype(np.float32)
