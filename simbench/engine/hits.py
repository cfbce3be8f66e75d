"""What lies under many points of many pages at once: the hit grids of all scenes, laid end to end.

`simbench.visitor.scene.HitGrid` finds the cell of a point by two binary searches. Pointers stand on whole pixels, so
here the cell's row and column are looked up in tables with one entry a pixel; only points between two pixels (a page
that is scrolled by a fraction) are searched. Both give the same box, which a test holds them to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.engine.tape import Strings
from simbench.visitor.scene import HitGrid, Scene

__all__ = ["REL_STEPS", "HitTables"]

Floats = NDArray[np.float32]

#: Places inside a box are told in steps of 1 / 16 384: finer than a pixel of any screen, and short on disk.
REL_STEPS: Final = 16_384.0


class HitTables:
    """Tables for the scenes that a stage has compiled so far; more are added as they come.

    Notes
    -----
    For every scene, `_column` says for each pixel across which column of cells it lies in, and `_row` for each pixel
    down where that row of cells begins in `_cell`; their sum is the cell, which holds the number of the topmost box
    (-1: none). Both tables have one entry for everything before the first pixel, and one for everything after the last.
    """

    def __init__(self) -> None:
        self._scenes: list[Scene] = []
        self._flow = _Planes()
        self._fixed = _Planes()
        #: Target, left edge, top edge, and one over width and height of every box.
        self._boxes: list[tuple[int, float, float, float, float]] = []
        #: Number of the document itself of each scene, which answers outside every box.
        self._document: list[int] = []
        self._arrays: _Boxes | None = None

    def extend(self, scenes: list[Scene], strings: Strings) -> None:
        """Take in the scenes that are new since the last call."""
        for scene in scenes[len(self._scenes) :]:
            first = len(self._boxes)
            self._boxes.extend(
                (strings.code(e.target), e.x, e.y, 1.0 / max(e.w, 1.0), 1.0 / max(e.h, 1.0)) for e in scene.elements
            )
            self._document.append(len(self._boxes))
            self._boxes.append((strings.code("html"), 0.0, 0.0, 1.0 / scene.vw, 1.0 / max(scene.doc_h, 1.0)))
            self._flow.add(scene.flow, first)
            self._fixed.add(scene.fixed, first)
            self._scenes.append(scene)
            self._arrays = None

    def find(
        self, scene: NDArray[np.intp], x: Floats, y: Floats, scroll_y: Floats
    ) -> tuple[NDArray[np.int32], Floats, Floats]:
        """Target (code) under client points, and where inside its box they lie: 0 to 1; arrays of one length."""
        if self._arrays is None:
            self._arrays = _Boxes.of(self._boxes, self._document)
        boxes = self._arrays
        page_y = y + scroll_y
        box = self._flow.find(scene, x, page_y)
        nothing = np.flatnonzero(box < 0)
        box[nothing] = boxes.document.take(scene.take(nothing))
        fixed = np.flatnonzero(self._fixed.used().take(scene))
        if fixed.size:
            above = self._fixed.find(scene.take(fixed), x.take(fixed), y.take(fixed))
            on_top = np.flatnonzero(above >= 0)
            rows = fixed.take(on_top)
            box[rows] = above.take(on_top)
            page_y[rows] = y.take(rows)
        rel_x = (x - boxes.left.take(box)) * boxes.across.take(box)
        rel_y = (page_y - boxes.top.take(box)) * boxes.down.take(box)
        for rel in (rel_x, rel_y):
            np.multiply(rel, np.float32(REL_STEPS), out=rel)
            np.rint(rel, out=rel)
            np.multiply(rel, np.float32(1.0 / REL_STEPS), out=rel)
        return boxes.target.take(box), rel_x, rel_y


@dataclass(frozen=True, slots=True, kw_only=True)
class _Boxes:
    """Boxes of all scenes as arrays, and which of them is the document of each scene."""

    target: NDArray[np.int32]
    left: Floats
    top: Floats
    across: Floats
    down: Floats
    document: NDArray[np.int32]

    @classmethod
    def of(cls, boxes: list[tuple[int, float, float, float, float]], document: list[int]) -> _Boxes:
        target, left, top, across, down = (np.array(column) for column in zip(*boxes, strict=True))
        return cls(
            target=target.astype(np.int32), left=left.astype(np.float32), top=top.astype(np.float32),
            across=across.astype(np.float32), down=down.astype(np.float32), document=np.array(document, np.int32),
        )  # fmt: skip


class _Planes:
    """The grids of one kind (those that scroll, or those that stay), scene by scene."""

    def __init__(self) -> None:
        self._grids: list[HitGrid] = []
        self._firsts: list[int] = []
        self._parts: list[tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int32]]] = []
        self._flat: tuple[NDArray[np.int32], ...] | None = None

    def add(self, grid: HitGrid, first: int) -> None:
        """Take in a scene's grid, whose boxes are numbered from `first` on."""
        xs, ys, cells = grid.edges_and_cells()
        self._grids.append(grid)
        self._firsts.append(first)
        across = np.searchsorted(xs, _pixels(xs), side="right")
        down = np.searchsorted(ys, _pixels(ys), side="right") * cells.shape[1]
        numbers = np.where(cells >= 0, cells + first, -1).ravel()
        self._parts.append((across.astype(np.int32), down.astype(np.int32), numbers.astype(np.int32)))
        self._flat = None

    def used(self) -> NDArray[np.bool_]:
        """Which scenes have any box in this plane."""
        return np.array([not grid.empty for grid in self._grids])

    def find(self, scene: NDArray[np.intp], x: Floats, y: Floats) -> NDArray[np.int32]:
        """Number of the topmost box at each point, -1 for none."""
        if self._flat is None:
            columns, rows, cells = zip(*self._parts, strict=True)
            sizes = [np.array([part.size for part in parts]) for parts in (columns, rows, cells)]
            begins = [np.cumsum(size) - size for size in sizes]
            self._flat = (
                np.concatenate(columns), np.concatenate(rows) + np.repeat(begins[2], sizes[1]), np.concatenate(cells),
                begins[0] + 1, begins[1] + 1, sizes[0] - 2, sizes[1] - 2,
            )  # fmt: skip
            self._flat = tuple(part.astype(np.int32) for part in self._flat)
        column, row, cell, first_x, first_y, last_x, last_y = self._flat
        # Rounded towards 0, which differs from the floor only where both are before the first pixel.
        px, py = x.astype(np.int32), y.astype(np.int32)
        between = np.flatnonzero((px != x) | (py != y))
        for pixel, last, first in ((px, last_x, first_x), (py, last_y, first_y)):
            np.maximum(pixel, -1, out=pixel)
            np.minimum(pixel, last.take(scene), out=pixel)
            np.add(pixel, first.take(scene), out=pixel)
        found = cell.take(column.take(px) + row.take(py))
        if between.size:
            code = scene.take(between)
            for one in np.unique(code).tolist():
                rows = between[code == one]
                index = self._grids[one].at_many(x[rows].astype(np.float64), y[rows].astype(np.float64))
                found[rows] = np.where(index >= 0, index + self._firsts[one], -1)
        return found


def _pixels(edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The whole pixels from just before the first to just after the last edge that matters (from -1 on)."""
    return np.arange(-1.0, (np.ceil(edges[-1]) if edges.size else 0.0) + 1.0)
