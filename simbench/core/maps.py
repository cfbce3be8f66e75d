"""All maps of a part in one pass, merged over parts; and single maps for those who want one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from dataclasses import dataclass, field
from functools import partial, reduce
from pathlib import Path
from typing import Final, TypeVar

import numpy as np

from simbench.core.click_map import ClickMap, click_maps
from simbench.core.detectors import observe
from simbench.core.grid import Place
from simbench.core.move_map import MoveMap, move_maps
from simbench.core.recording import Recording, read_recording
from simbench.core.scenes import find_scenes
from simbench.core.scroll_map import ScrollMap, scroll_maps
from simbench.core.stream import Bools
from simbench.events.run import Observed, Run

__all__ = [
    "MAP_KINDS",
    "ClickMap",
    "Maps",
    "MoveMap",
    "ScrollMap",
    "click_map",
    "map_part",
    "map_run",
    "move_map",
    "scroll_map",
]

#: The maps that there are.
MAP_KINDS: Final = ("click", "scroll", "move")

_Map = TypeVar("_Map", ClickMap, ScrollMap, MoveMap)


@dataclass(frozen=True, slots=True, kw_only=True)
class Maps:
    """The maps of a part or of a run, each by its place, in the places' order."""

    click: dict[Place, ClickMap] = field(default_factory=dict)
    scroll: dict[Place, ScrollMap] = field(default_factory=dict)
    move: dict[Place, MoveMap] = field(default_factory=dict)

    @classmethod
    def empty(cls) -> Maps:
        """No maps at all."""
        return cls()

    def merge(self, other: Maps) -> Maps:
        """Both parts' maps together, exactly."""
        return Maps(
            click=_both(self.click, other.click),
            scroll=_both(self.scroll, other.scroll),
            move=_both(self.move, other.move),
        )


def map_part(
    observed: Observed,
    *,
    recording: Recording | None = None,
    wanted: Bools | None = None,
    kinds: Iterable[str] = MAP_KINDS,
) -> Maps:
    """All maps of all page x layout x device (x state) cells of some observed tables.

    Parameters
    ----------
    recording
        What `read_recording` made of the tables, where it is at hand.
    wanted
        Which rows of the views table to take; all where not given.
    kinds
        Which of `MAP_KINDS` to make.
    """
    kinds = frozenset(kinds)
    recording = read_recording(observed) if recording is None else recording
    stream, presses = recording.stream, recording.presses
    whole, by_state = (find_scenes(stream, wanted, by_state=each) for each in (False, True))
    each_click, all_clicks = ([] if "click" not in kinds else click_maps(stream, presses, s) for s in (by_state, whole))
    scrolls = scroll_maps(stream, observed, wanted) if "scroll" in kinds else []
    moves = move_maps(stream, by_state, whole) if "move" in kinds else []
    return Maps(
        # A state that nobody knows makes no map of its own: it is in the map of all states.
        click={m.place: m for m in [*each_click, *all_clicks]},
        scroll={m.place: m for m in scrolls},
        move={m.place: m for m in moves},
    ).merge(Maps.empty())


def map_run(
    run: Run,
    *,
    kinds: Iterable[str] = MAP_KINDS,
    where: Callable[[Recording, Observed], Bools] | None = None,
    executor: Executor | None = None,
) -> Maps:
    """All maps of a run, part by part, so that memory stays flat.

    Parameters
    ----------
    where
        Says which rows of the views table to take; must be something that travels between processes where the
        executor has some.
    executor
        Who does the parts; this process where not given. The result is the same.
    """
    work = partial(_map_one, run.path, kinds=tuple(kinds), where=where)
    found = map(work, run.parts()) if executor is None else executor.map(work, run.parts())
    return reduce(Maps.merge, found, Maps.empty())


def click_map(
    observed: Observed,
    *,
    page: str,
    device: str | None = None,
    layout: str | None = None,
    state: str | None = None,
    wanted: Bools | None = None,
) -> ClickMap:
    """The click map of one page; of all devices, layouts and states where none is named.

    Layouts put elements elsewhere, so name one before you draw the map over a picture.
    """
    place = Place(page=page, device=device, layout=layout, state=state)
    return _one(map_part(observed, wanted=wanted, kinds=("click",)).click, place, ClickMap.empty)


def scroll_map(
    observed: Observed,
    *,
    page: str,
    device: str | None = None,
    layout: str | None = None,
    wanted: Bools | None = None,
) -> ScrollMap:
    """The scroll map of one page; of all devices and layouts where none is named."""
    place = Place(page=page, device=device, layout=layout)
    return _one(map_part(observed, wanted=wanted, kinds=("scroll",)).scroll, place, ScrollMap.empty)


def move_map(
    observed: Observed,
    *,
    page: str,
    device: str | None = None,
    layout: str | None = None,
    state: str | None = None,
    wanted: Bools | None = None,
) -> MoveMap:
    """The move map of one page; of all devices, layouts and states where none is named."""
    place = Place(page=page, device=device, layout=layout, state=state)
    return _one(map_part(observed, wanted=wanted, kinds=("move",)).move, place, MoveMap.empty)


def _one(maps: dict[Place, _Map], place: Place, empty: Callable[[Place], _Map]) -> _Map:
    found = [one for at, one in maps.items() if at.matches(place)]
    return reduce(lambda a, b: a.merge(b), found) if found else empty(place)


def _both(one: dict[Place, _Map], other: dict[Place, _Map]) -> dict[Place, _Map]:
    both = dict(one)
    for place, found in other.items():
        both[place] = both[place].merge(found) if place in both else found
    return dict(sorted(both.items(), key=lambda item: item[0].order))


def _map_one(
    path: Path,
    part: str,
    *,
    kinds: tuple[str, ...],
    where: Callable[[Recording, Observed], Bools] | None,
) -> Maps:
    observed = observe(Run.open(path), part)
    recording = read_recording(observed)
    wanted = None if where is None else np.asarray(where(recording, observed), dtype=bool)
    return map_part(observed, recording=recording, wanted=wanted, kinds=kinds)
