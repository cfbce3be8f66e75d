"""Truth of attention: how long the eyes rested where, per page view.

For a whole shard at once. While reading, the window on the page goes from where it stood to where it comes to, and the
time is spread over what it shows by `simbench.visitor.mind.attention`; a look, a movement that is aimed, a press and an
entry rest on what they are about. Where the mouse wanders meanwhile plays no part.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy import sparse

from simbench.engine.coding import coded
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Kind
from simbench.events.schema import TRUTH_VIEWS
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.attention import BANDS
from simbench.visitor.noise import act_keys, sway

__all__ = ["views_seen"]

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

#: The part of the window that is read, in window heights: from, border of the upper part, to (assumed).
_WINDOW: Final = (0.04, 0.5, 0.94)
#: Where along a stretch the window is looked at.
_ALONG: Final = np.array([0.1, 0.4, 0.7, 1.0])
#: What is looked at for less is not told, ms: two fixations.
_LEAST_MS: Final = 400.0
#: A press is looked at within so many px.
_SPOT_PX: Final = 20.0
#: A fixation of the eyes (Rayner 1998: 225 to 250 ms in reading, about 300 in scenes).
_FIXATION_MS: Final = 250.0


def views_seen(tape: Floats, stage: Stage, session_ids: list[str], session_keys: NDArray[np.uint64]) -> pa.Table:
    """Gaze dwell per view (schema `TRUTH_VIEWS`), from the acts of a shard's tape.

    Parameters
    ----------
    tape
        Acts, shape (acts, len(Col)), session by session.
    session_keys
        Noise key of each session.
    """
    tape = tape[tape[:, Col.VIEW] >= 0]
    kind = tape[:, Col.KIND].astype(np.int64)
    # Scenes are numbered as this shard meets them, whatever was played in this process before: sums depend on order.
    codes, begins, scenes = np.unique(tape[:, Col.SCENE].astype(np.int64), return_index=True, return_inverse=True)
    codes, scenes = codes[np.argsort(begins)], np.argsort(np.argsort(begins))[scenes]
    owner = (tape[:, Col.SESSION] * 100_000 + tape[:, Col.VIEW]).astype(np.int64)
    ground = _Ground.of(scenes, codes, owner, stage)
    height = np.array([stage.scenes[code].vh for code in codes] or [1.0])
    document = np.array([max(stage.scenes[code].doc_h, 1.0) for code in codes] or [1.0])

    def strip(rows: Ints, y: Floats) -> Floats:
        """Depth `y` (page px) as a place among the strips of the page, for acts `rows`."""
        many = ground.strips[ground.part[rows]]
        return np.clip(y / document[scenes[rows]] * many, 0.0, many)

    read = np.flatnonzero(kind == Kind.READ)
    steady = _window_ms(tape, read, ground, strip, height[scenes[read]])
    rests = _rests(tape, kind, ground, stage, strip)

    # Eyes jump: a strip gets whole fixations, so that what is looked at briefly is looked at by chance.
    row = np.repeat(np.arange(ground.strips.size), ground.strips + 1)
    place = np.arange(row.size) - ground.offsets[row]
    owners = ground.owners[ground.view]
    keys = act_keys(session_keys[owners // 100_000], owners % 100_000)
    read = np.flatnonzero(steady > 0.0)
    calm = steady[read]
    spread = np.sqrt(_FIXATION_MS / np.maximum(calm, _FIXATION_MS))
    jumpy = calm * np.maximum(1.0 + spread * sway(keys[row[read]] + place[read].astype(np.uint64), 171), 0.0)
    # The time that it takes stays what it was.
    before, after = (np.bincount(row[read], weights=ms, minlength=ground.strips.size) for ms in (calm, jumpy))
    steady[read] = jumpy * (before / np.maximum(after, 1e-9))[row[read]]

    views = ground.owners.size
    band = np.minimum(place * BANDS // ground.strips[row], BANDS - 1)
    at = ground.view[row] * BANDS + band
    dwell: Floats = np.bincount(at, weights=steady + rests.strips, minlength=views * BANDS).astype(np.float64)
    bottom = np.fmax(tape[:, Col.S0], tape[:, Col.S1]) + height[scenes]
    depth = np.zeros(views)
    np.maximum.at(depth, ground.view[ground.part], np.minimum(bottom / document[scenes], 1.0))
    return pa.Table.from_arrays(
        [
            coded((ground.owners // 100_000).astype(np.int32), session_ids),
            pa.array((ground.owners % 100_000).astype(np.int32)),
            pa.array(np.round(depth, 4).astype(np.float32)),
            _bands(dwell.reshape(-1, BANDS)),
            _lists(*_looked_at(steady, ground, rests, stage), stage, views),
        ],
        schema=TRUTH_VIEWS,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Ground:
    """What was on screen, laid out flat: parts (a view in one state) one after another, each with its strips.

    Attributes
    ----------
    part
        Of each act: its part.
    codes
        Of each scene of the shard, in the order in which they are met: the stage's code.
    scene, view
        Of each part: what was on screen (an index into `codes`), and which view it is of (an index into `owners`).
    owners
        Of each view: session x 100,000 + view.
    strips, offsets
        Of each part: how many strips it has, and where they begin; each part has one place more than strips.
    worth, worth_first, worth_at
        Weights of the strips of all scenes one after another; where each scene's begin; and which of them each flat
        place is.
    """

    part: Ints
    codes: Ints
    scene: Ints
    view: Ints
    owners: Ints
    strips: Ints
    offsets: Ints
    worth: Floats
    worth_first: Ints
    worth_at: Ints

    @property
    def size(self) -> int:
        """Number of flat places."""
        return int(self.offsets[-1])

    @classmethod
    def of(cls, scenes: Ints, codes: Ints, owner: Ints, stage: Stage) -> _Ground:
        """Lay out the parts of acts that play on `scenes` (indices into `codes`) in the views `owner`."""
        parts, part = np.unique(scenes * (1 << 40) + owner, return_inverse=True)
        scene = parts >> 40
        owners, view = np.unique(parts & ((1 << 40) - 1), return_inverse=True)
        occurring = np.unique(scene).tolist()
        counts = np.zeros(codes.size or 1, dtype=np.int64)
        worth_first = np.zeros_like(counts)
        pieces = []
        at = 0
        for code in occurring:
            weights = stage.attention(int(codes[code])).strips
            counts[code], worth_first[code] = weights.size, at
            pieces += [weights, np.zeros(1)]
            at += weights.size + 1
        strips = counts[scene]
        offsets = np.concatenate([[0], np.cumsum(strips + 1)])
        row = np.repeat(np.arange(parts.size), strips + 1)
        worth_at = worth_first[scene][row] + np.arange(row.size) - offsets[row]
        return cls(part=part, codes=codes, scene=scene, view=view, owners=owners, strips=strips, offsets=offsets,
                   worth=np.concatenate(pieces) if pieces else np.zeros(1), worth_first=worth_first,
                   worth_at=worth_at)  # fmt: skip


def _window_ms(
    tape: Floats, read: Ints, ground: _Ground, strip: Callable[[Ints, Floats], Floats], vh: Floats
) -> Floats:
    """Dwell on every strip from reading: the window's time goes to what it shows, by what that is worth."""
    s0, s1 = tape[read, Col.S0], tape[read, Col.S1]
    ms = (tape[read, Col.T1] - tape[read, Col.T0]) / _ALONG.size
    first = ground.offsets[ground.part[read]]
    worth = ground.worth_first[ground.scene[ground.part[read]]]
    shown: list[tuple[Floats, Floats]] = []
    for along in _ALONG:
        top = s0 + (s1 - s0) * along
        edges = [strip(read, top + vh * share) for share in _WINDOW]
        levels = [_level(ground.worth, worth, edge) for edge in edges]
        upper, lower = levels[1] - levels[0], levels[2] - levels[1]
        total = B.gaze_upper * upper + (1.0 - B.gaze_upper) * lower
        unit = ms / np.maximum(total, 1e-9)
        shown += [(edges[0], B.gaze_upper * unit), (edges[1], (1.0 - 2.0 * B.gaze_upper) * unit),
                  (edges[2], (B.gaze_upper - 1.0) * unit)]  # fmt: skip
    rate = _steps(np.tile(first, len(shown)), np.concatenate([edge for edge, _ in shown]) if shown else np.empty(0),
                  np.concatenate([step for _, step in shown]) if shown else np.empty(0), ground.size)  # fmt: skip
    return rate * ground.worth[ground.worth_at]


def _level(worth: Floats, first: Ints, edge: Floats) -> Floats:
    """What is worth looking at above `edge` (in strips), for pages whose strips begin at `first`."""
    running = np.concatenate([[0.0], np.cumsum(worth)])
    whole = edge.astype(np.int64)
    return running[first + whole] - running[first] + (edge - whole) * worth[first + whole]


def _steps(first: Ints, edge: Floats, step: Floats, size: int) -> Floats:
    """A function of place that rises by `step` at each `edge` (strips from `first` on): its mean over each strip."""
    whole = edge.astype(np.int64)
    part = edge - whole
    at = first + whole
    jumps = np.bincount(at, weights=step * (1.0 - part), minlength=size + 2)
    jumps += np.bincount(at + 1, weights=step * part, minlength=size + 2)[: size + 2]
    return np.maximum(np.cumsum(jumps)[:size], 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Rests:
    """Where eyes rest on purpose: dwell on every strip; and part, target (code) and ms of each rest."""

    strips: Floats
    part: Ints
    target: Ints
    ms: Floats


def _rests(tape: Floats, kind: Ints, ground: _Ground, stage: Stage, strip: Callable[[Ints, Floats], Floats]) -> _Rests:
    """Looks at an element, movements that end in a press, presses, and entries."""
    target = tape[:, Col.TARGET].astype(np.int64)
    lasts = tape[:, Col.T1] - tape[:, Col.T0]
    look = np.flatnonzero((kind == Kind.LOOK) & (target >= 0) & (tape[:, Col.B] > tape[:, Col.A]))
    press = np.flatnonzero((kind == Kind.PRESS) | (kind == Kind.TAP))
    # Eyes are on a target before the hand is: what is aimed at is looked at all the way there.
    before = np.maximum(press - 1, 0)
    aimed = (kind[before] == Kind.MOVE) & (tape[before, Col.SESSION] == tape[press, Col.SESSION]) & (press > 0)
    press_ms = lasts[press] + np.where(aimed, lasts[before], 0.0)
    press_y = tape[press, Col.Y0] + tape[press, Col.S0]
    entry = np.flatnonzero((kind == Kind.TYPE) & (target >= 0))
    box = [stage.box(int(s), int(t)) for s, t in zip(tape[entry, Col.SCENE], target[entry], strict=True)]
    entry_top = np.array([b[0] if b else 0.0 for b in box], dtype=np.float64)
    entry_end = np.array([b[1] if b else 0.0 for b in box], dtype=np.float64)

    rows = np.concatenate([look, press, entry])
    top = np.concatenate([tape[look, Col.A], press_y - _SPOT_PX, entry_top])
    end = np.concatenate([tape[look, Col.B], press_y + _SPOT_PX, entry_end])
    ms = np.concatenate([lasts[look], press_ms, lasts[entry]])
    low, high = strip(rows, top), strip(rows, end)
    high = np.maximum(high, low + 1e-6)
    first = ground.offsets[ground.part[rows]]
    rate = ms / (high - low)
    strips = _steps(np.tile(first, 2), np.concatenate([low, high]), np.concatenate([rate, -rate]), ground.size)
    return _Rests(strips=strips, part=ground.part[rows], target=target[rows], ms=ms)


def _looked_at(
    steady: Floats, ground: _Ground, rests: _Rests, stage: Stage
) -> tuple[NDArray[np.integer], NDArray[np.integer], Floats]:
    """Dwell on elements: view, target (code) and ms, sorted, one row a pair."""
    views, targets, dwell = [ground.view[rests.part]], [rests.target], [rests.ms]
    if ground.scene.size:
        # A sparse product: what stands in a strip is little of what stands on a page. (A dense one would go to BLAS,
        # whose threads spin, and whose sums differ between machines.)
        scenes = [int(ground.codes[scene]) for scene in np.unique(ground.scene).tolist()]
        columns = np.concatenate([stage.attention_codes(code) for code in scenes])
        share = _side_by_side([stage.attention_share(code) for code in scenes])
        looked = np.flatnonzero(steady > 0.0)
        rows = np.searchsorted(looked, ground.offsets)
        strips = sparse.csr_array((steady[looked], ground.worth_at[looked], rows), (ground.scene.size, share.shape[0]))
        table = (strips @ share).tocoo()
        long = np.flatnonzero(table.data >= _LEAST_MS)
        views.append(ground.view[table.row[long]])
        targets.append(columns[table.col[long]])
        dwell.append(table.data[long])
    key = np.concatenate(views) * (1 << 32) + np.concatenate(targets)
    pairs, place = np.unique(key, return_inverse=True)
    summed: Floats = np.bincount(place, weights=np.concatenate(dwell), minlength=pairs.size).astype(np.float64)
    return pairs >> 32, pairs & 0xFFFFFFFF, summed


def _side_by_side(shares: list[sparse.csr_array]) -> sparse.csr_array:
    """All scenes' shares in one matrix: strips one scene after another, and elements too."""
    high = np.cumsum([0, *(share.shape[0] for share in shares)])
    wide = np.cumsum([0, *(share.shape[1] for share in shares)])
    held = np.cumsum([0, *(share.nnz for share in shares)])
    return sparse.csr_array(
        (
            np.concatenate([share.data for share in shares]),
            np.concatenate([share.indices + at for share, at in zip(shares, wide[:-1], strict=True)]),
            np.concatenate([[0], *(share.indptr[1:] + at for share, at in zip(shares, held[:-1], strict=True))]),
        ),
        shape=(int(high[-1]), int(wide[-1])),
    )


def _bands(dwell: Floats) -> pa.Array:
    offsets = np.arange(dwell.shape[0] + 1, dtype=np.int32) * BANDS
    return pa.ListArray.from_arrays(offsets, pa.array(np.round(dwell, 0).astype(np.float32).ravel()))


def _lists(view: NDArray[np.integer], target: NDArray[np.integer], ms: Floats, stage: Stage, views: int) -> pa.Array:
    """Dwell per view and element, elements by name: the order does not tell which string was met first."""
    names = stage.strings.values
    used = np.unique(target)
    rank = np.zeros(len(names) + 1, dtype=np.int64)
    by_name = sorted(used.tolist(), key=lambda code: names[code])
    rank[by_name] = np.arange(len(by_name))
    order = np.lexsort((rank[target], view))
    offsets = np.searchsorted(view[order], np.arange(views + 1)).astype(np.int32)
    fields = TRUTH_VIEWS.field("elements").type.value_type
    texts = pa.DictionaryArray.from_arrays(
        pa.array(rank[target[order]].astype(np.int32)), pa.array([names[code] for code in by_name], pa.string())
    ).cast(pa.string())
    structs = pa.StructArray.from_arrays(
        [texts, pa.array(np.round(ms[order]).astype(np.float32))], fields=[fields.field(0), fields.field(1)]
    )
    return pa.ListArray.from_arrays(offsets, structs)
