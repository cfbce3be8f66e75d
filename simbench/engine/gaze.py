"""Truth of attention: how long the eyes rested where, per page view."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.coding import coded
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Kind
from simbench.events.schema import TRUTH_VIEWS

__all__ = ["BANDS", "views_seen"]

#: Bands of equal height from the top of the document to its end.
BANDS: Final = 20
#: The part of the viewport that is read: not the very edges (assumed).
_READ_FROM: Final = 0.05
_READ_TO: Final = 0.9


def views_seen(tape: NDArray[np.float64], stage: Stage, session_ids: list[str]) -> pa.Table:
    """Gaze dwell per view (schema `TRUTH_VIEWS`), from the acts that look and read.

    While reading, the gaze goes evenly from the top of what is on screen at the beginning to the bottom of what is on
    screen at the end; a look at an element rests on it.
    """
    eyes = np.flatnonzero(
        ((tape[:, Col.KIND] == Kind.READ) | (tape[:, Col.KIND] == Kind.LOOK)) & (tape[:, Col.VIEW] >= 0)
    )
    everything = np.flatnonzero(tape[:, Col.VIEW] >= 0)
    height = np.array([s.vh for s in stage.scenes] or [1.0])
    document = np.array([max(s.doc_h, 1.0) for s in stage.scenes] or [1.0])

    owner = (tape[everything, Col.SESSION] * 100_000 + tape[everything, Col.VIEW]).astype(np.int64)
    views, row = np.unique(owner, return_inverse=True)
    scene = tape[everything, Col.SCENE].astype(int)
    bottom = np.fmax(tape[everything, Col.S0], tape[everything, Col.S1]) + height[scene]
    depth = np.zeros(views.size)
    np.maximum.at(depth, row, np.minimum(bottom / document[scene], 1.0))

    scene = tape[eyes, Col.SCENE].astype(int)
    s0, s1 = tape[eyes, Col.S0], tape[eyes, Col.S1]
    top = np.minimum(s0, s1) + _READ_FROM * height[scene]
    end = np.maximum(s0, s1) + _READ_TO * height[scene]
    ms = tape[eyes, Col.T1] - tape[eyes, Col.T0]
    target = tape[eyes, Col.TARGET].astype(int)
    at_element = (target >= 0) & (tape[eyes, Col.B] > tape[eyes, Col.A])
    top = np.where(at_element, tape[eyes, Col.A], top) / document[scene]
    end = np.where(at_element, tape[eyes, Col.B], end) / document[scene]
    edges = np.arange(BANDS + 1) / BANDS
    inside = np.minimum(end[:, None], edges[1:]) - np.maximum(top[:, None], edges[:-1])
    share = np.clip(inside, 0.0, None) / np.maximum(end - top, 1e-9)[:, None]
    view_of = np.searchsorted(views, (tape[eyes, Col.SESSION] * 100_000 + tape[eyes, Col.VIEW]).astype(np.int64))
    dwell = np.zeros((views.size, BANDS))
    np.add.at(dwell, view_of, share * ms[:, None])

    looked = np.flatnonzero(target >= 0)
    return pa.Table.from_arrays(
        [
            coded((views // 100_000).astype(np.int32), session_ids),
            pa.array((views % 100_000).astype(np.int32)),
            pa.array(np.round(depth, 4).astype(np.float32)),
            _bands(dwell),
            _elements(view_of[looked], target[looked], ms[looked], stage, views.size),
        ],
        schema=TRUTH_VIEWS,
    )


def _bands(dwell: NDArray[np.float64]) -> pa.Array:
    offsets = np.arange(dwell.shape[0] + 1, dtype=np.int32) * BANDS
    return pa.ListArray.from_arrays(offsets, pa.array(np.round(dwell, 0).astype(np.float32).ravel()))


def _elements(
    view: NDArray[np.intp], target: NDArray[np.intp], ms: NDArray[np.float64], stage: Stage, views: int
) -> pa.Array:
    """Dwell per view and element, elements by name."""
    names = stage.strings.values
    total: dict[tuple[int, str], float] = {}
    for v, t, dwell in zip(view.tolist(), target.tolist(), ms.tolist(), strict=True):
        key = (v, names[t])
        total[key] = total.get(key, 0.0) + dwell
    keys = sorted(total)
    counts = np.bincount([v for v, _ in keys], minlength=views) if keys else np.zeros(views, dtype=int)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int32)
    fields = TRUTH_VIEWS.field("elements").type.value_type
    structs = pa.StructArray.from_arrays(
        [
            pa.array([name for _, name in keys], pa.string()),
            pa.array([round(total[key]) for key in keys], pa.float32()),
        ],
        fields=[fields.field(0), fields.field(1)],
    )
    return pa.ListArray.from_arrays(offsets, structs)
