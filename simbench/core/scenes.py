"""Scenes: the page x layout x device (x state) cells that a part's views fall into, numbered once for all maps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from simbench.core.grid import CELL_PX, FARTHEST_PX, Place
from simbench.core.stream import Bools, Floats, Ints, Stream, Words, words_of

__all__ = ["Scenes", "find_scenes"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenes:
    """The cells of a part, and who saw them.

    Attributes
    ----------
    places
        One a scene, sorted.
    sessions, views
        How many sessions and views showed each.
    width_px, height_px
        Of the largest view of each; 0 where unknown.
    """

    places: list[Place]
    sessions: Ints
    views: Ints
    width_px: Floats
    height_px: Floats
    _of_event: Ints
    _view_width: Floats
    _view_height: Floats

    def __len__(self) -> int:
        return len(self.places)

    def of(self, at: Ints) -> Ints:
        """Scene of the events at these positions; -1 where the view is unknown or not wanted."""
        return self._of_event[at]

    def outside(self, view: Ints, x: Floats, y: Floats) -> Bools:
        """Whether points lie beyond the edges of their views' page (one cell is let pass for rounding)."""
        beyond = (x < 0) | (y < 0) | (x >= FARTHEST_PX) | (y >= FARTHEST_PX)
        return beyond | (x >= self._view_width[view] + CELL_PX) | (y >= self._view_height[view] + CELL_PX)


def find_scenes(stream: Stream, wanted: Bools | None = None, *, by_state: bool) -> Scenes:
    """Number the scenes of a part.

    Parameters
    ----------
    wanted
        Which rows of the views table to take; all where not given.
    by_state
        Whether each state of a page is a scene of its own; a view then counts in every state that it was in, and what
        happened in an unknown state makes a scene of state None. Else all scenes have that state.
    """
    state = stream.all_words("state")
    if not by_state:
        state = Words(codes=np.full(len(stream), -1, dtype=np.int64), names=[])
    view = stream.view
    # A view's events come in a few runs of one state each, so the work is on the runs, not on the events.
    key = view * (len(state.names) + 1) + state.codes + 1
    starts = np.concatenate([[0], np.flatnonzero(np.diff(key)) + 1]) if len(key) else np.empty(0, dtype=np.int64)
    lengths = np.diff(np.append(starts, len(key)))
    run_view, run_state = view[starts], state.codes[starts]
    use = run_view >= 0
    if wanted is not None:
        use &= np.append(wanted, False)[run_view]
    columns = {
        "page": words_of(stream.views["page"]).at(run_view),
        "layout": words_of(stream.views["layout"]).at(run_view),
        "device": stream.view_device.at(run_view),
        "state": Words(codes=run_state, names=state.names),
    }
    run_scene, places = _number(columns, use)
    width = _numbers(stream, "viewport_w")
    height = np.fmax(_numbers(stream, "doc_h"), _numbers(stream, "viewport_h"))
    n = len(places)
    shown = np.unique(run_scene[use] * max(stream.views.num_rows, 1) + run_view[use])
    session = stream.session[starts]
    visited = np.unique(run_scene[use] * max(len(stream.session_names), 1) + session[use])
    return Scenes(
        places=places,
        sessions=np.bincount(visited // max(len(stream.session_names), 1), minlength=n),
        views=np.bincount(shown // max(stream.views.num_rows, 1), minlength=n),
        width_px=_largest(run_scene[use], width[run_view[use]], n),
        height_px=_largest(run_scene[use], height[run_view[use]], n),
        _of_event=np.repeat(run_scene, lengths),
        _view_width=np.append(np.where(np.isnan(width), np.inf, width), np.inf),
        _view_height=np.append(np.where(np.isnan(height), np.inf, height), np.inf),
    )


def _number(columns: dict[str, Words], use: Bools) -> tuple[Ints, list[Place]]:
    """Number the combinations in the order of their places; rows not in use get -1."""
    key = np.zeros(len(use), dtype=np.int64)
    for words in columns.values():
        key = key * (len(words.names) + 1) + words.codes + 1
    found, first, member = np.unique(key[use], return_index=True, return_inverse=True)
    strings = {name: words.at(np.flatnonzero(use)[first]).strings() for name, words in columns.items()}
    places = [Place(**{name: column[i] for name, column in strings.items()}) for i in range(len(found))]
    order = sorted(range(len(places)), key=lambda i: places[i].order)
    rank = np.empty(len(places), dtype=np.int64)
    rank[order] = np.arange(len(places))
    scene = np.full(len(use), -1, dtype=np.int64)
    scene[use] = rank[member]
    return scene, [places[i] for i in order]


def _numbers(stream: Stream, name: str) -> Floats:
    return stream.views[name].to_numpy().astype(np.float64)


def _largest(scene: Ints, values: Floats, n: int) -> Floats:
    out = np.zeros(n)
    np.maximum.at(out, scene, np.nan_to_num(values))
    return out
