"""Paths of pointer movements between given ends: how long each is, and where it is at every 2^k-th of its time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simbench.visitor.body.halving import PARTS, SHARES, Pieces, context, halves_of, neighbours
from simbench.visitor.body.pointer_model import PointerModel, network_name
from simbench.visitor.body.samples import Floats, Ints, Keys
from simbench.visitor.noise import bits

__all__ = ["LEAF_FRAMES", "Knots", "levels_of", "pace_ms", "path_px", "walk"]

Floats32 = NDArray[np.float32]

#: Pieces are halved until none lasts longer than this many frames (of 1/60 s).
LEAF_FRAMES: Final = 2.0
#: More levels than this are never needed: 512 pieces of two frames, 17 s.
_MOST_LEVELS: Final = 9
#: Salts of `simbench.visitor.noise` (100 to 199 are the pointer's).
_SALT_PATH: Final = 101
_SALT_HALVING: Final = 102
_SALT_PACE: Final = 103
_NODE: Final = np.uint64(0xD1B54A32D192ED03)
#: A standard normal number for each of 4,096 equal shares.
_NORMAL: Final[Floats32] = ndtri((np.arange(4096) + 0.5) / 4096.0).astype(np.float32)
#: Distances under this are moved as this one is, in proportion: shorter movements are not in the data.
_SHORT_PX: Final = 50.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Knots:
    """Where movements are at equal parts of their time, relative to where they began: flat, movement by movement.

    Movement i has ``2 ** levels[i]`` parts; its knots begin at ``first[i]`` with the start itself. One more knot stands
    before it and one behind, so that an interpolation needs no exception.
    """

    levels: Ints
    first: Ints
    at: NDArray[np.complex64]


def levels_of(frames: Floats) -> Ints:
    """How often a movement of `frames` is halved."""
    return np.clip(np.ceil(np.log2(np.maximum(frames, 1e-9) / LEAF_FRAMES)), 1, _MOST_LEVELS).astype(np.int64)


def path_px(model: PointerModel, chord: Floats, frames: Floats, aimed: NDArray[np.bool_], keys: Keys) -> Floats:
    """Length of each path, drawn given its chord (px) and duration (frames)."""
    x = np.stack([np.log(np.maximum(chord, _SHORT_PX) + 1.0), np.log(frames + 1.0), aimed]).astype(np.float32)
    out = model.networks["path"](x)
    value = _drawn(out, bits(keys, _SALT_PATH), 1)[0]
    return chord * (1.0 + np.exp(np.clip(value.astype(np.float64), -9.0, 6.0)))


def pace_ms(model: PointerModel, chord: Floats, aimed: NDArray[np.bool_], keys: Keys) -> Floats:
    """How long people take for a movement over this `chord` (px) on a page; no target's size is known."""
    x = np.stack([np.log(chord + 1.0), aimed]).astype(np.float32)
    value = _drawn(model.networks["pace"](x), bits(keys, _SALT_PACE), 1)[0]
    return np.exp(np.clip(value.astype(np.float64), 4.0, 9.5))


def _drawn(out: Floats32, random: Keys, shares: int) -> Floats32:
    """Draw from the mixtures `out` describes: (shares, n)."""
    n = out.shape[1]
    weight = np.exp(np.minimum(out[1 : 1 + PARTS], 20.0))
    for part in range(1, PARTS):
        weight[part] += weight[part - 1]
    u = ((random & np.uint64(0xFFFF)).astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-16) * weight[-1]
    index = np.arange(n)
    for part in range(PARTS - 1):
        index += (u > weight[part]) * (shares * n)
    flat = out.reshape(-1)
    drawn = np.empty((shares, n), dtype=np.float32)
    for j in range(shares):
        z = _NORMAL.take(((random >> np.uint64(16 + 12 * j)) & np.uint64(0xFFF)).astype(np.int64))
        mean = flat.take(index + (1 + PARTS + j) * n)
        spread = flat.take(index + (1 + PARTS + (PARTS * shares) + j) * n)
        drawn[j] = mean + np.exp(np.clip(spread, -6.0, 2.5)) * z
    return drawn


def walk(
    model: PointerModel, dx: Floats, dy: Floats, length: Floats, frames: Floats, keys: Keys, beyond: Floats
) -> Knots:  # fmt: skip
    """Find the path of every movement: chord (`dx`, `dy`), path `length`, duration in `frames`.

    Where `beyond` is above 0 the middle lies by that share of the chord behind the end point.
    """
    n = dx.size
    levels = levels_of(frames)
    # Long ones first, so that those still to be halved are the first rows.
    order = np.argsort(-levels, kind="stable")
    room = np.left_shift(1, levels[order]) + 3
    begin = np.cumsum(room) - room
    at = np.zeros(int(room.sum()), dtype=np.complex64)
    first = np.empty(n, dtype=np.int64)
    first[order] = begin + 1
    top = int(levels.max(initial=0))
    active = np.array([int((levels > level).sum()) for level in range(top + 1)])
    pieces = Pieces(*(a[order][:, None].astype(np.float32) for a in (length, dx, dy)))
    frames32, sorted_keys = frames[order].astype(np.float32), keys[order]
    further = beyond[order].astype(np.float32)[:, None]
    for level in range(top):
        rows, fine = active[level], active[level] - active[level + 1]
        pieces = _halved(model, pieces[:rows], level, frames32[:rows], sorted_keys[:rows], rows - fine,
                         further[:rows] if level == 0 else None)  # fmt: skip
        if fine:
            parts = (2 << level) + 3
            start = int(begin[rows - fine])
            _settle(at[start : start + fine * parts].reshape(fine, parts), pieces[rows - fine : rows])
    return Knots(levels=levels, first=first, at=at)


def _settle(at: NDArray[np.complex64], pieces: Pieces) -> None:
    """Write the knots of finished movements, one a row of `at`."""
    inner = at[:, 2:-1]
    inner.real, inner.imag = pieces.dx, pieces.dy
    np.cumsum(inner, axis=1, out=inner)
    at[:, -1] = at[:, -2]


def _halved(
    model: PointerModel, pieces: Pieces, level: int, frames: Floats32, keys: Keys, coarse: int, beyond: Floats32 | None
) -> Pieces:  # fmt: skip
    """All pieces of a level halved; rows from `coarse` on for the last time."""
    rows, count = pieces.length.shape
    halves = Pieces(*(np.empty((rows, 2 * count), dtype=np.float32) for _ in range(3)))
    each = (frames * np.float32(0.5**level))[:, None]
    for parity in (0, 1) if level else (0,):
        if parity:
            even = Pieces(*(a.reshape(rows, count // 2, 4)[:, :, :2].reshape(rows, count) for a in
                            (halves.length, halves.dx, halves.dy)))  # fmt: skip
            own, before, behind, share = neighbours(pieces, even, 1)
        else:
            own, before, behind, share = neighbours(pieces, None, 0)
        shape = own.length.shape
        x, side = context(own, before, behind, np.broadcast_to(each, shape), share)
        node = ((np.arange(shape[1]) * 2 + parity + count).astype(np.uint64) * _NODE)[None, :]
        random = bits((keys[:, None] + node).ravel(), _SALT_HALVING)
        cut = coarse * shape[1]
        out = np.empty((model.outputs, own.length.size), dtype=np.float32)
        for fine, which in ((False, slice(0, cut)), (True, slice(cut, None))):
            if x[:, which].shape[1]:
                out[:, which] = model.networks[network_name(level, fine, parity)](x[:, which])
        z = _drawn(out, random, len(SHARES))
        share_of = 1.0 / (1.0 + np.exp(-z))
        toss = ((random >> np.uint64(52)).astype(np.float32) + np.float32(0.5)) * np.float32(2.0**-12)
        left = np.where(toss * (1.0 + np.exp(-out[0])) < 1.0, side, -side)
        a, b = halves_of(own, share_of[0].reshape(shape), (2.0 * share_of[1] - 1.0).reshape(shape),
                         share_of[2].reshape(shape), left.reshape(shape), each)  # fmt: skip
        if beyond is not None:
            a, b = _overshot(own, a, b, beyond)
        for into, one, two in ((halves.length, a.length, b.length), (halves.dx, a.dx, b.dx), (halves.dy, a.dy, b.dy)):
            into[:, 2 * parity :: 4], into[:, 2 * parity + 1 :: 4] = one, two
    return halves


def _overshot(own: Pieces, a: Pieces, b: Pieces, beyond: Floats32) -> tuple[Pieces, Pieces]:
    """The first half goes beyond the end, the second comes back; what path is left over is shared evenly by time."""
    over = beyond > 0
    chord = np.hypot(own.dx, own.dy)
    way = chord * (1.0 + beyond)
    rest = own.length - chord * (1.0 + 2.0 * beyond)
    first = np.where(over, way + 0.5 * rest, a.length)
    dx, dy = np.where(over, own.dx * (1.0 + beyond), a.dx), np.where(over, own.dy * (1.0 + beyond), a.dy)
    return Pieces(first, dx, dy), Pieces(own.length - first, own.dx - dx, own.dy - dy)
