"""What is on screen: a captured page, made ready for being looked at and clicked on thousands of times.

A `Scene` answers the two questions that a body asks: *what lies under this point* (`HitGrid`, exact for boxes), and
*what is there to read and to use* (elements by target, links by where they lead, words by depth).
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import Final

import numpy as np
from numpy.typing import NDArray

from simbench.site.model import Effect, Element, Snapshot

__all__ = ["HitGrid", "Scene"]

#: Depth resolution of the reading profile, px.
_STRIP_PX: Final = 20.0
#: How finely columns of text are told apart by depth, px.
_COLUMN_PX: Final = 100.0
#: Where a finger's touch is looked into, nearest first: a disc of 12 px (half of Chromium's 48 px square at most;
#: assumed, 8 to 20).
_FINGER_PX: Final = (
    (0, -5), (0, 5), (-5, 0), (5, 0), (-6, -6), (6, -6), (-6, 6), (6, 6), (0, -10), (0, 10), (-10, 0), (10, 0),
)  # fmt: skip
#: How finely the part of an element that can be pressed is looked for.
_SPOT_COLUMNS: Final = 9
_SPOT_ROWS: Final = 5


class HitGrid:
    """Topmost box at a point, exact: the plane is cut at every box edge, and each cell knows who paints it last.

    Parameters
    ----------
    elements
        Boxes in paint order (later ones lie on top).
    indices
        Which of them take part.

    Notes
    -----
    A box covers ``[x, x + w) x [y, y + h)``, as in the DOM. Look-ups cost two binary searches.
    """

    def __init__(self, elements: tuple[Element, ...], indices: Iterable[int]) -> None:
        chosen = [i for i in indices if elements[i].w > 0 and elements[i].h > 0]
        xs = sorted({e for i in chosen for e in (elements[i].x, elements[i].x + elements[i].w)})
        ys = sorted({e for i in chosen for e in (elements[i].y, elements[i].y + elements[i].h)})
        column = {x: c + 1 for c, x in enumerate(xs)}
        row = {y: r + 1 for r, y in enumerate(ys)}
        cells = np.full((len(ys) + 1, len(xs) + 1), -1, dtype=np.int32)
        for i in chosen:
            e = elements[i]
            cells[row[e.y] : row[e.y + e.h], column[e.x] : column[e.x + e.w]] = i
        self._xs, self._ys = xs, ys
        self._xs_array, self._ys_array = np.array(xs), np.array(ys)
        self._cells = cells
        # One look-up in nested lists takes a third of the time of one in an array.
        self._rows: list[list[int]] = cells.tolist()
        #: Whether no box takes part.
        self.empty = not chosen

    def at(self, x: float, y: float) -> int:
        """Index of the topmost box at (`x`, `y`), or -1."""
        return self._rows[bisect_right(self._ys, y)][bisect_right(self._xs, x)]

    def at_many(self, x: NDArray[np.float64], y: NDArray[np.float64]) -> NDArray[np.int32]:
        """The same for arrays."""
        rows = np.searchsorted(self._ys_array, y, side="right")
        columns = np.searchsorted(self._xs_array, x, side="right")
        return self._cells[rows, columns]

    def edges_and_cells(self) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.int32]]:
        """The plane as it is cut: edges across and down (ascending), and the topmost box of each cell (-1: none)."""
        return self._xs_array, self._ys_array, self._cells


class Scene:
    """One page in one state, at one viewport, under the defects that are switched on.

    Everything that does not depend on the visitor is worked out once and kept.
    """

    __slots__ = ("_by_target", "_columns", "_effects", "_links", "_page_of", "_spots", "_words", "doc_h", "elements",
                 "fixed", "flow", "layout", "notes", "page", "snapshot", "state", "sy_max", "vh", "viewport",
                 "vw")  # fmt: skip

    def __init__(self, snapshot: Snapshot, page_of: Callable[[str], str]) -> None:
        self.snapshot = snapshot
        self._page_of = page_of
        self.page = snapshot.page
        self.state = snapshot.state
        self.viewport = snapshot.viewport
        self.layout = snapshot.layout
        self.vw = float(snapshot.viewport_w)
        self.vh = float(snapshot.viewport_h)
        self.doc_h = float(snapshot.doc_h)
        #: The furthest that the page scrolls.
        self.sy_max = max(0.0, self.doc_h - self.vh)
        self.elements = snapshot.elements
        self.fixed = HitGrid(self.elements, (i for i, e in enumerate(self.elements) if e.hit and e.fixed))
        self.flow = HitGrid(self.elements, (i for i, e in enumerate(self.elements) if e.hit and not e.fixed))
        self._by_target = {e.target: e for e in self.elements}
        self._effects = snapshot.effects
        #: What behaviour has worked out about this scene, by whatever key it likes: the same for every visitor.
        self.notes: dict[object, object] = {}
        self._spots: dict[str, tuple[float, float, float, float]] = {}
        self._links: dict[str, list[Element]] | None = None
        self._words: list[float] | None = None
        self._columns: list[float] | None = None

    def __contains__(self, target: str) -> bool:
        return target in self._by_target

    def element(self, target: str) -> Element | None:
        """The element with this selector, or None where the page has none."""
        return self._by_target.get(target)

    def hit(self, x: float, y: float, scroll_y: float) -> Element | None:
        """What lies at client (`x`, `y`) when the page is scrolled to `scroll_y`; fixed elements lie on top."""
        index = -1 if self.fixed.empty else self.fixed.at(x, y)
        if index < 0:
            index = self.flow.at(x, y + scroll_y)
        return self.elements[index] if index >= 0 else None

    def touched(self, x: float, y: float, scroll_y: float) -> tuple[Element | None, float, float]:
        """What a finger at client (`x`, `y`) hits, and where the browser puts the tap.

        A finger is wide: where it touches nothing that can be pressed, mobile browsers take what can be pressed nearby
        (Chromium's touch adjustment), and move the tap there.
        """
        element = self.hit(x, y, scroll_y)
        if element is not None and element.interactive_ancestor is not None:
            return element, x, y
        for dx, dy in _FINGER_PX:
            near_x, near_y = x + dx, y + dy
            if not (0.0 <= near_x < self.vw and 0.0 <= near_y < self.vh):
                continue
            other = self.hit(near_x, near_y, scroll_y)
            if other is not None and other.interactive_ancestor is not None:
                return other, near_x, near_y
        return element, x, y

    def hit_many(
        self, x: NDArray[np.float64], y: NDArray[np.float64], scroll_y: NDArray[np.float64]
    ) -> NDArray[np.int32]:
        """The same for arrays; -1 where nothing lies."""
        index = self.flow.at_many(x, y + scroll_y)
        if not self.fixed.empty:
            above = self.fixed.at_many(x, y)
            index = np.where(above >= 0, above, index)
        return index

    def spot(self, element: Element) -> tuple[float, float, float, float]:
        """The part of `element` that can be pressed, as a person sees it: middle and size (page px; client if fixed).

        A link that wraps over two lines has a box whose middle may be empty, and other things may lie over a part of a
        control; people aim at what they see of it. Where nothing of it can be seen, the middle of its box.
        """
        known = self._spots.get(element.target)
        if known is None:
            known = self._spots[element.target] = self._find_spot(element)
        return known

    def _find_spot(self, element: Element) -> tuple[float, float, float, float]:
        grid = self.fixed if element.fixed else self.flow
        middle = (element.x + element.w / 2, element.y + element.h / 2, max(element.w, 1.0), max(element.h, 1.0))
        steps_x, steps_y = (np.arange(n) + 0.5 for n in (_SPOT_COLUMNS, _SPOT_ROWS))
        xs = element.x + element.w * steps_x / _SPOT_COLUMNS
        ys = element.y + element.h * steps_y / _SPOT_ROWS
        index = grid.at_many(np.tile(xs, _SPOT_ROWS), np.repeat(ys, _SPOT_COLUMNS))
        hits = np.array([i >= 0 and self._belongs(self.elements[i], element) for i in index.tolist()])
        hits = hits.reshape(_SPOT_ROWS, _SPOT_COLUMNS)
        if hits.all() or not hits.any():
            return middle
        # The row with most of it, the one nearest to the middle where several have as much; in it the longest run.
        counts = hits.sum(axis=1)
        centre = abs(steps_y - _SPOT_ROWS / 2)
        row = min(range(_SPOT_ROWS), key=lambda r: (-counts[r], centre[r]))
        best = start = length = 0
        for column in range(_SPOT_COLUMNS + 1):
            if column < _SPOT_COLUMNS and hits[row, column]:
                length += 1
                continue
            if length > best:
                best, start = length, column - length
            length = 0
        height = element.h / _SPOT_ROWS * int(hits[:, start + best // 2].sum())
        width = element.w * best / _SPOT_COLUMNS
        return element.x + element.w * (start + best / 2) / _SPOT_COLUMNS, float(ys[row]), width, height

    def _belongs(self, hit: Element, element: Element) -> bool:
        """Whether a press on `hit` is a press on `element`."""
        if hit.target == element.target:
            return True
        own = element.target if element.interactive else element.interactive_ancestor
        return own is not None and hit.interactive_ancestor == own

    def effect(self, element: Element) -> Effect | None:
        """What a click on `element` does: its own effect, or that of the control that it is part of; None: nothing."""
        effect = self._effects.get(element.target)
        if effect is None and element.interactive_ancestor is not None:
            effect = self._effects.get(element.interactive_ancestor)
        return effect

    def leading_to(self, page: str, state: str | None) -> list[Element]:
        """Elements whose click leads to `page` (grouped path), or to `state` of this page; in paint order."""
        if self._links is None:
            self._links = {}
            for element in self.elements:
                effect = self._effects.get(element.target)
                if effect is None or element.w <= 0 or element.h <= 0:
                    continue
                if effect.kind == "navigate" and effect.url is not None:
                    self._links.setdefault(self._page_of(effect.url), []).append(element)
                elif effect.kind == "state" and effect.state is not None:
                    self._links.setdefault(f"{self.page}#{effect.state}", []).append(element)
        return self._links.get(page if state is None else f"{page}#{state}", [])

    def column(self, y: float) -> float:
        """Middle of what there is to read at depth `y` (page px), as a client x; of the page where there is nothing."""
        if self._columns is None:
            strips = [(0.0, 0.0)] * (int(self.doc_h / _COLUMN_PX) + 1)
            for element in self.elements:
                if element.words < 4 or element.fixed:
                    continue
                for row in range(max(int(element.y / _COLUMN_PX), 0), int((element.y + element.h) / _COLUMN_PX) + 1):
                    if row < len(strips):
                        weight, moment = strips[row]
                        middle = element.x + element.w / 2.0
                        strips[row] = (weight + element.words, moment + element.words * middle)
            self._columns = [moment / weight if weight else self.vw / 2.0 for weight, moment in strips]
        return self._columns[min(max(int(y / _COLUMN_PX), 0), len(self._columns) - 1)]

    def words_above(self, y: float) -> float:
        """How many words of text stand above depth `y` (page px)."""
        if self._words is None:
            self._words = self._reading_profile()
        position = min(max(y / _STRIP_PX, 0.0), len(self._words) - 1.0)
        low = int(position)
        below = self._words[min(low + 1, len(self._words) - 1)]
        return self._words[low] + (position - low) * (below - self._words[low])

    def _reading_profile(self) -> list[float]:
        strips = np.zeros(int(self.doc_h / _STRIP_PX) + 2)
        for element in self.elements:
            if element.words <= 0 or element.fixed or element.h <= 0:
                continue
            top = max(0, int(element.y / _STRIP_PX))
            bottom = min(len(strips) - 1, max(top + 1, int((element.y + element.h) / _STRIP_PX)))
            if bottom > top:
                strips[top:bottom] += element.words / (bottom - top)
        return [0.0, *np.cumsum(strips).tolist()]
