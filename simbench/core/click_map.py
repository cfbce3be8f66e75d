"""Click maps: where people clicked on a page, and on what."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from simbench.core.grid import CELL_PX, Grid, Place
from simbench.core.presses import Presses
from simbench.core.scenes import Scenes
from simbench.core.stream import Ints, Stream

__all__ = ["ClickMap", "ElementClicks", "click_maps"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ElementClicks:
    """How often one element was clicked.

    Attributes
    ----------
    target
        Selector of the interactive element where one is known, else of the element hit.
    clicks, sessions
        Clicks on it, and sessions that clicked it.
    rank
        1 for the most clicked; equal counts rank by selector.
    share
        Its share of all clicks of the map, those without a known element included.
    """

    target: str
    clicks: int
    sessions: int
    rank: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ClickMap:
    """Primary clicks by mouse, finger or pen on one page, layout, device and state; two maps merge exactly.

    Clicks on elements that stand still while the page scrolls lie where the element stands at the page's top, as in
    its picture. Clicks made by a keyboard or by a script are left out.

    Attributes
    ----------
    sessions, views
        Sessions and page views that showed the page so, with or without a click.
    clicks
        All clicks: those on the grid, `outside` and `unplaced`.
    outside
        Clicks beyond the page's edges (it was smaller then, or a layer overhung it); not on the grid.
    unplaced
        Clicks whose position nobody recorded; not on the grid.
    width_px, height_px
        Of the largest view; 0 where unknown.
    """

    place: Place
    sessions: int = 0
    views: int = 0
    clicks: int = 0
    outside: int = 0
    unplaced: int = 0
    width_px: float = 0.0
    height_px: float = 0.0
    grid: Grid = field(default_factory=Grid.empty)
    targets: dict[str, tuple[int, int]] = field(default_factory=dict)

    @classmethod
    def empty(cls, place: Place) -> ClickMap:
        """The map of a place that nobody saw."""
        return cls(place=place)

    def merge(self, other: ClickMap) -> ClickMap:
        """Both maps together; their sessions must be different ones, as those of a run's parts are."""
        targets = dict(self.targets)
        for name, (clicks, sessions) in other.targets.items():
            mine = targets.get(name, (0, 0))
            targets[name] = (mine[0] + clicks, mine[1] + sessions)
        return ClickMap(
            place=self.place.common(other.place),
            sessions=self.sessions + other.sessions,
            views=self.views + other.views,
            clicks=self.clicks + other.clicks,
            outside=self.outside + other.outside,
            unplaced=self.unplaced + other.unplaced,
            width_px=max(self.width_px, other.width_px),
            height_px=max(self.height_px, other.height_px),
            grid=self.grid.merge(other.grid),
            targets=dict(sorted(targets.items())),
        )

    def ranking(self) -> list[ElementClicks]:
        """The elements clicked, most clicked first."""
        order = sorted(self.targets.items(), key=lambda item: (-item[1][0], item[0]))
        return [
            ElementClicks(target=name, clicks=clicks, sessions=sessions, rank=rank, share=clicks / self.clicks)
            for rank, (name, (clicks, sessions)) in enumerate(order, start=1)
        ]


def click_maps(stream: Stream, presses: Presses, scenes: Scenes) -> list[ClickMap]:
    """The click maps of all scenes of a part."""
    clicked = np.flatnonzero(presses.clicked)
    at = presses.end[clicked]
    scene = scenes.of(at)
    clicked, at, scene = clicked[scene >= 0], at[scene >= 0], scene[scene >= 0]
    x, y = stream.numbers("x", at), stream.numbers("y", at)
    scroll = np.nan_to_num(stream.numbers("scroll_y", at))
    y = np.where(presses.facts.fixed[clicked], y - scroll, y)
    unplaced = np.isnan(x) | np.isnan(y)
    outside = ~unplaced & scenes.outside(stream.view[at], x, y)
    on = np.flatnonzero(~unplaced & ~outside)
    column, row = _cells(x[on]), _cells(y[on])
    names = presses.names.at(clicked)
    n = len(scenes)
    counts = {name: np.bincount(scene[mask], minlength=n) for name, mask in (("outside", outside), ("un", unplaced))}
    clicks = np.bincount(scene, minlength=n)
    order = np.argsort(scene[on], kind="stable")
    cuts = np.searchsorted(scene[on][order], np.arange(n + 1))
    targets = _by_target(scene, names.codes, stream.session[at], n, names.names)
    ones = np.ones(len(on), dtype=np.int64)
    maps = []
    for i in range(n):
        mine = order[cuts[i] : cuts[i + 1]]
        maps.append(
            ClickMap(
                place=scenes.places[i],
                sessions=int(scenes.sessions[i]),
                views=int(scenes.views[i]),
                clicks=int(clicks[i]),
                outside=int(counts["outside"][i]),
                unplaced=int(counts["un"][i]),
                width_px=float(scenes.width_px[i]),
                height_px=float(scenes.height_px[i]),
                grid=Grid.of(column[mine], row[mine], ones[mine]),
                targets=targets[i],
            )
        )
    return maps


def _cells(px: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Ints:
    return (px // CELL_PX).astype(np.int64)


def _by_target(scene: Ints, target: Ints, session: Ints, n: int, names: list[str]) -> list[dict[str, tuple[int, int]]]:
    """Clicks and sessions of every element in every scene."""
    out: list[dict[str, tuple[int, int]]] = [{} for _ in range(n)]
    known = target >= 0
    if not known.any():
        return out
    key = scene[known] * len(names) + target[known]
    keys, clicks = np.unique(key, return_counts=True)
    # Sessions: each (element, session) pair once.
    pairs = np.unique(key * (int(session.max()) + 1) + session[known])
    sessions = np.bincount(np.searchsorted(keys, pairs // (int(session.max()) + 1)), minlength=len(keys))
    for k, c, s in zip(keys.tolist(), clicks.tolist(), sessions.tolist(), strict=True):
        out[k // len(names)][names[k % len(names)]] = (c, s)
    return [dict(sorted(found.items())) for found in out]
