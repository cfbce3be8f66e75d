"""Counts on the cells of a page, sparse and exactly mergeable; and the place that a map is of."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.core.stream import Ints

__all__ = ["CELL_PX", "FARTHEST_PX", "Grid", "Place", "cell_sums", "same_fields"]

#: Edge of a map's cells, CSS px. Finer than anything that is drawn or judged (40 px squares and wider blurs), so
#: counts can be added up to any of those; coarser than a pixel, so maps stay small.
CELL_PX: Final = 8

#: No page is larger; what lies farther out is a mistake of its recorder.
FARTHEST_PX: Final = 1_000_000

#: Up to this many cells a key, a dense table is summed into; beyond, sorting keys is quicker than looking through it.
_DENSE: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What a map is of: a page as one layout shows it on one kind of device, and the state that the page was in.

    A layout or device of None is unknown (an import does not tell), or stands for several, where maps were merged. A
    state of None stands for all states together, unknown ones included; scroll maps have no other.
    """

    page: str | None = None
    layout: str | None = None
    device: str | None = None
    state: str | None = None

    @property
    def order(self) -> tuple[str, ...]:
        """What places are sorted by."""
        return tuple(getattr(self, field.name) or "" for field in fields(self))

    def common(self, other: Place) -> Place:
        """What two places have in common; None where they differ."""
        pairs = {field.name: (getattr(self, field.name), getattr(other, field.name)) for field in fields(self)}
        return Place(**{name: a if a == b else None for name, (a, b) in pairs.items()})

    def matches(self, wanted: Place) -> bool:
        """Whether this place is what is wanted, in that state; a page, layout or device of None wants any."""
        same = all(getattr(wanted, name) in (None, getattr(self, name)) for name in ("page", "layout", "device"))
        return same and self.state == wanted.state

    def in_all_states(self) -> Place:
        """The same page, layout and device in all states together."""
        return Place(page=self.page, layout=self.layout, device=self.device)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Grid:
    """Whole numbers on the cells of a page: those that are not 0, by row, then column.

    Attributes
    ----------
    x, y
        Cell indices: a cell covers `CELL_PX` px from ``CELL_PX * x`` and ``CELL_PX * y`` in page px.
    amount
        What is counted there: clicks, or ms.
    """

    x: Ints
    y: Ints
    amount: Ints

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Grid) and same_fields(self, other)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def empty(cls) -> Grid:
        """A grid with nothing on it."""
        nothing: Ints = np.empty(0, dtype=np.int64)
        return cls(x=nothing, y=nothing, amount=nothing)

    @classmethod
    def of(cls, x: Ints, y: Ints, amount: Ints) -> Grid:
        """Sum amounts by cell; cells may come in any order and repeat."""
        if len(x) == 0:
            return cls.empty()
        width = int(x.max()) + 1
        cells, sums = cell_sums(y * width + x, amount)
        return cls(x=cells % width, y=cells // width, amount=sums)

    def merge(self, *others: Grid) -> Grid:
        """All grids' amounts, exactly."""
        grids = (self, *others)
        return Grid.of(*(np.concatenate([getattr(grid, name) for grid in grids]) for name in ("x", "y", "amount")))

    @property
    def total(self) -> int:
        """All amounts together."""
        return int(self.amount.sum())

    def dense(self, width_px: float, height_px: float) -> npt.NDArray[np.float64]:
        """The grid as an array of rows and columns that covers a page of this size; cells beyond it are left out."""
        shape = (max(int(np.ceil(height_px / CELL_PX)), 1), max(int(np.ceil(width_px / CELL_PX)), 1))
        out = np.zeros(shape)
        inside = (self.y < shape[0]) & (self.x < shape[1])
        out[self.y[inside], self.x[inside]] = self.amount[inside]
        return out


def same_fields(one: Any, other: Any) -> bool:
    """Whether two values of one dataclass hold the same, arrays compared as wholes."""
    pairs = ((getattr(one, field.name), getattr(other, field.name)) for field in fields(one))
    return all(np.array_equal(a, b) if isinstance(a, np.ndarray) else a == b for a, b in pairs)


def cell_sums(key: Ints, amount: Ints) -> tuple[Ints, Ints]:
    """Sum amounts by key: the keys that occur, rising, and their sums. Keys are not negative."""
    if len(key) == 0:
        return key, amount
    top = int(key.max()) + 1
    if top <= _DENSE * len(key):
        # Sums of integers as float64 are exact up to 2^53: 285,000 years of ms.
        sums = np.bincount(key, weights=amount, minlength=top)
        found = np.flatnonzero(sums)
        return found, sums[found].astype(np.int64)
    order = np.argsort(key, kind="stable")
    ordered = key[order]
    starts = np.concatenate([[0], np.flatnonzero(np.diff(ordered)) + 1])
    return ordered[starts], np.add.reduceat(amount[order], starts)
