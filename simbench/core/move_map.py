"""Move maps: where the mouse was, and for how long."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np

from simbench.core.grid import CELL_PX, Grid, Place, cell_sums
from simbench.core.scenes import Scenes
from simbench.core.stream import TYPE, Ints, Stream

__all__ = ["REST_MS", "MoveMap", "move_maps"]

#: A mouse that rests counts for at most this long, ms: recorders write no samples while it rests, and a hand that has
#: left the mouse points at nothing. 1 s keeps the pauses between movements (median .4 s on 35 people's web sessions,
#: Iliou et al., 95 % under 3.2 s) and cuts absences.
REST_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveMap:
    """Time that the mouse spent on the cells of one page, layout, device and state; two maps merge exactly.

    Each sample counts until the next one in the same view, or until the view's last event, at most `REST_MS`. A mouse
    is not an eye: this is no map of attention.

    Attributes
    ----------
    sessions, views
        Sessions and page views that showed the page so, with or without a movement.
    samples
        Recorded positions; those `outside` the page are not on the grid.
    grid
        ms by cell.
    """

    place: Place
    sessions: int = 0
    views: int = 0
    samples: int = 0
    outside: int = 0
    width_px: float = 0.0
    height_px: float = 0.0
    grid: Grid = field(default_factory=Grid.empty)

    @classmethod
    def empty(cls, place: Place) -> MoveMap:
        """The map of a place that nobody saw."""
        return cls(place=place)

    def merge(self, other: MoveMap) -> MoveMap:
        """Both maps together; their sessions must be different ones, as those of a run's parts are."""
        return MoveMap(
            place=self.place.common(other.place),
            sessions=self.sessions + other.sessions,
            views=self.views + other.views,
            samples=self.samples + other.samples,
            outside=self.outside + other.outside,
            width_px=max(self.width_px, other.width_px),
            height_px=max(self.height_px, other.height_px),
            grid=self.grid.merge(other.grid),
        )

    @property
    def dwell_ms(self) -> int:
        """All time on the grid, ms."""
        return self.grid.total


def move_maps(stream: Stream, by_state: Scenes, whole: Scenes) -> list[MoveMap]:
    """The move maps of all scenes of a part: those of all states together, and those of each state that is known.

    The samples, which are most of a recording, are gone through once: the maps of all states are sums of the others.
    """
    at = np.flatnonzero(stream.type == TYPE["mousemove"])
    scene = by_state.of(at)
    at, scene = at[scene >= 0], scene[scene >= 0]
    x, y = stream.numbers("x", at), stream.numbers("y", at)
    outside = np.isnan(x) | np.isnan(y) | by_state.outside(stream.view[at], x, y)
    dwell = _dwell(stream, at)
    n = len(by_state)
    samples = np.bincount(scene, minlength=n)
    beyond = np.bincount(scene[outside], minlength=n)
    inside = ~outside & (dwell > 0)
    column, row = (x[inside] // CELL_PX).astype(np.int64), (y[inside] // CELL_PX).astype(np.int64)
    width, height = (int(cells.max()) + 1 if len(cells) else 1 for cells in (column, row))
    keys, sums = cell_sums((scene[inside] * height + row) * width + column, dwell[inside])
    cuts = np.searchsorted(keys, np.arange(n + 1) * (height * width))
    grids = []
    for i in range(n):
        cell = keys[cuts[i] : cuts[i + 1]] - i * height * width
        grids.append(Grid(x=cell % width, y=cell // width, amount=sums[cuts[i] : cuts[i + 1]]))
    maps = [
        _map(by_state, i, int(samples[i]), int(beyond[i]), grids[i])
        for i, place in enumerate(by_state.places)
        if place.state is not None
    ]
    for i, place in enumerate(whole.places):
        mine = [j for j, other in enumerate(by_state.places) if other.in_all_states() == place]
        grid = Grid.empty().merge(*(grids[j] for j in mine))
        maps.append(_map(whole, i, int(samples[mine].sum()), int(beyond[mine].sum()), grid))
    return maps


def _map(scenes: Scenes, i: int, samples: int, outside: int, grid: Grid) -> MoveMap:
    return MoveMap(
        place=scenes.places[i],
        sessions=int(scenes.sessions[i]),
        views=int(scenes.views[i]),
        samples=samples,
        outside=outside,
        width_px=float(scenes.width_px[i]),
        height_px=float(scenes.height_px[i]),
        grid=grid,
    )


def _dwell(stream: Stream, at: Ints) -> Ints:
    """How long each sample counts, ms."""
    if len(at) == 0:
        return at
    view = stream.view[at]
    following = np.append(stream.axis_ms[at[1:]], 0)
    same = np.append(view[1:] == view[:-1], False)
    # The last event of each run of events in one view: where the recording shows that the view still stood.
    ends = np.append(np.flatnonzero(np.diff(stream.view)), len(stream) - 1)
    last = stream.axis_ms[ends[np.searchsorted(ends, at)]]
    until = np.where(same, np.minimum(following, last), last)
    return np.clip(until - stream.axis_ms[at], 0, REST_MS)
