"""Scroll maps: how far down people came."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt
import pyarrow.compute as pc

from simbench.core.grid import FARTHEST_PX, Place, same_fields
from simbench.core.stream import Bools, Floats, Ints, Stream, words_of
from simbench.events.run import Observed

__all__ = ["DEPTH_PX", "ScrollMap", "scroll_maps"]

#: Step of the depths in px; depths in percent go by 1.
DEPTH_PX: Final = 20
_PERCENTS: Final = 101


def _no_percents() -> Ints:
    return np.zeros(_PERCENTS, dtype=np.int64)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ScrollMap:
    """How far down the viewport's bottom came on one page, layout and device; two maps merge exactly.

    A view that was never scrolled reaches the fold. Shares of depths in percent are of the views whose viewport's and
    document's heights are known (`sized`), shares of depths in px of those whose viewport's is (`framed`).

    Attributes
    ----------
    sessions, views
        Sessions and page views, those of unknown size (`unsized`) included.
    by_percent
        Number of views by the deepest percent of the document's height that they reached; 101 entries.
    by_px
        Number of views by the deepest px reached, in steps of `DEPTH_PX`.
    fold_px, doc_px
        Sums of the viewport's height over the framed views, and of the document's over the sized ones, px.
    visitor, visitor_percent
        The deepest percent of each visitor: 64-bit digests of the visitors' ids, rising, and their depths.
    """

    place: Place
    sessions: int = 0
    views: int = 0
    unsized: int = 0
    width_px: float = 0.0
    height_px: float = 0.0
    fold_px: int = 0
    doc_px: int = 0
    by_percent: Ints = field(default_factory=_no_percents)
    by_px: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    visitor: npt.NDArray[np.uint64] = field(default_factory=lambda: np.empty(0, dtype=np.uint64))
    visitor_percent: Ints = field(default_factory=lambda: np.empty(0, dtype=np.int64))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ScrollMap) and same_fields(self, other)

    __hash__ = None  # type: ignore[assignment]

    @classmethod
    def empty(cls, place: Place) -> ScrollMap:
        """The map of a place that nobody saw."""
        return cls(place=place)

    def merge(self, other: ScrollMap) -> ScrollMap:
        """Both maps together; their sessions must be different ones, their visitors need not be."""
        visitor, percent = _deepest(
            np.concatenate([self.visitor, other.visitor]), np.concatenate([self.visitor_percent, other.visitor_percent])
        )
        by_px = np.zeros(max(len(self.by_px), len(other.by_px)), dtype=np.int64)
        by_px[: len(self.by_px)] += self.by_px
        by_px[: len(other.by_px)] += other.by_px
        return ScrollMap(
            place=self.place.common(other.place),
            sessions=self.sessions + other.sessions,
            views=self.views + other.views,
            unsized=self.unsized + other.unsized,
            width_px=max(self.width_px, other.width_px),
            height_px=max(self.height_px, other.height_px),
            fold_px=self.fold_px + other.fold_px,
            doc_px=self.doc_px + other.doc_px,
            by_percent=self.by_percent + other.by_percent,
            by_px=by_px,
            visitor=visitor,
            visitor_percent=percent,
        )

    @property
    def sized(self) -> int:
        """Views whose viewport's and document's heights are known."""
        return self.views - self.unsized

    @property
    def framed(self) -> int:
        """Views whose viewport's height is known."""
        return int(self.by_px.sum())

    @property
    def visitors(self) -> int:
        """Visitors with a sized view."""
        return len(self.visitor)

    @property
    def average_fold_px(self) -> float:
        """Mean height of the viewport; NaN where no view's is known."""
        return self.fold_px / self.framed if self.framed else float("nan")

    @property
    def average_doc_px(self) -> float:
        """Mean height of the document; NaN where no view's size is known."""
        return self.doc_px / self.sized if self.sized else float("nan")

    def reach(self) -> Floats:
        """Share of views that reached each depth of 0, 1 .. 100 %."""
        return _at_least(self.by_percent)

    def visitor_reach(self) -> Floats:
        """Share of visitors that reached each depth of 0, 1 .. 100 % in one of their views."""
        return _at_least(np.bincount(self.visitor_percent, minlength=_PERCENTS))

    def reach_px(self) -> Floats:
        """Share of views that reached each depth of 0, `DEPTH_PX`, 2 `DEPTH_PX` .. px."""
        return _at_least(self.by_px)

    def depth_of(self, share: float) -> int | None:
        """The deepest percent that at least this share of views reached; None where no view's size is known."""
        reach = self.reach()
        return int(np.flatnonzero(reach >= share - 1e-12)[-1]) if self.sized else None

    def px_of(self, share: float) -> int | None:
        """The deepest px that at least this share of views reached; None where no view's viewport is known."""
        return int(np.flatnonzero(self.reach_px() >= share - 1e-12)[-1]) * DEPTH_PX if self.framed else None


def scroll_maps(stream: Stream, observed: Observed, wanted: Bools | None = None) -> list[ScrollMap]:
    """The scroll maps of all page x layout x device cells of a part.

    Only scrolling of the page counts, not that of an inner scroller. Every event that says where the viewport stood is
    used, so a view that opened scrolled down (after going back) reaches as deep as it opened.
    """
    views = stream.views
    use = np.ones(views.num_rows, dtype=bool) if wanted is None else wanted.copy()
    bottom, fold, doc = _bottoms(stream)
    sized = ~np.isnan(bottom) & ~np.isnan(doc)
    columns = {
        "page": words_of(views["page"]), "layout": words_of(views["layout"]), "device": stream.view_device,
    }  # fmt: skip
    key = np.zeros(views.num_rows, dtype=np.int64)
    for words in columns.values():
        key = key * (len(words.names) + 1) + words.codes + 1
    percent = np.zeros(views.num_rows, dtype=np.int64)
    percent[sized] = np.floor(100 * np.minimum(bottom[sized] / doc[sized], 1.0) + 1e-9).astype(np.int64)
    session, visitor = _people(observed)
    width = views["viewport_w"].to_numpy().astype(np.float64)
    maps = []
    for cell in np.unique(key[use]).tolist():
        rows = np.flatnonzero(use & (key == cell))
        known, framed = rows[sized[rows]], rows[~np.isnan(bottom[rows])]
        strings = {name: words.at(rows[:1]).strings()[0] for name, words in columns.items()}
        deepest_visitor, deepest = _deepest(visitor[known], percent[known])
        maps.append(
            ScrollMap(
                place=Place(**strings),
                sessions=len(np.unique(session[rows])),
                views=len(rows),
                unsized=len(rows) - len(known),
                width_px=float(np.nan_to_num(width[rows]).max()),
                height_px=float(np.nan_to_num(doc[rows]).max()),
                fold_px=int(np.rint(fold[framed]).sum()),
                doc_px=int(np.rint(doc[known]).sum()),
                by_percent=np.bincount(percent[known], minlength=_PERCENTS),
                by_px=np.bincount((np.fmin(bottom[framed], doc[framed]) // DEPTH_PX).astype(np.int64)),
                visitor=deepest_visitor,
                visitor_percent=deepest,
            )
        )
    return sorted(maps, key=lambda found: found.place.order)


def _bottoms(stream: Stream) -> tuple[Floats, Floats, Floats]:
    """Of each view: the deepest px that the viewport's bottom reached, its height, and the document's height."""
    views = stream.views
    fold = views["viewport_h"].to_numpy().astype(np.float64)
    doc = np.fmax(views["doc_h"].to_numpy().astype(np.float64), fold)
    doc[np.isnan(views["doc_h"].to_numpy())] = np.nan
    at = stream.where("scroll", "pageview", "pagehide", "pointerdown", "click", "resize", "keydown", "touchstart")
    at = at[(stream.view[at] >= 0) & (stream.words("scroll_container", at).codes < 0)]
    top = np.zeros(views.num_rows)
    np.maximum.at(top, stream.view[at], np.nan_to_num(stream.numbers("scroll_y", at)))
    return np.minimum(top + fold, FARTHEST_PX), fold, doc


def _people(observed: Observed) -> tuple[Ints, npt.NDArray[np.uint64]]:
    """Of each view: its session's code, and a digest of its visitor (of its session, where no visitor is known)."""
    session = words_of(observed.views["session"])
    ids = pc.coalesce(observed.sessions["visitor"].cast("string"), observed.sessions["session"].cast("string"))
    visitor = dict(zip(observed.sessions["session"].to_pylist(), ids.to_pylist(), strict=True))
    digests = [_digest(visitor.get(name) or name) for name in session.names]
    return session.codes, np.array([*digests, 0], dtype=np.uint64)[session.codes]


def _digest(name: str) -> int:
    """64 bits of an id: of a million visitors two share them with a probability of 3e-8."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _deepest(visitor: npt.NDArray[np.uint64], percent: Ints) -> tuple[npt.NDArray[np.uint64], Ints]:
    """Each visitor once, with the greatest depth."""
    if len(visitor) == 0:
        return visitor, percent
    order = np.lexsort((-percent, visitor))
    visitor, percent = visitor[order], percent[order]
    first = np.concatenate([[True], visitor[1:] != visitor[:-1]])
    return visitor[first], percent[first]


def _at_least(counts: Ints) -> Floats:
    """Share of all that lies at or beyond each step."""
    total = counts.sum()
    return counts[::-1].cumsum()[::-1] / total if total else np.zeros(len(counts))
