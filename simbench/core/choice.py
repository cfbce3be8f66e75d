"""Which of a run's maps to draw: what is asked for, and for the rest what most people saw."""

from __future__ import annotations

import difflib
from collections import Counter
from dataclasses import dataclass
from typing import Final

from simbench.core.grid import Place
from simbench.core.maps import ClickMap, Maps, MoveMap, ScrollMap
from simbench.errors import BadInput

__all__ = ["ALL_STATES", "Choice", "choose_map"]

#: Asks for a page's states together.
ALL_STATES: Final = "all"
#: The state in which pages are pictured.
_PICTURED: Final = "fresh"


@dataclass(frozen=True, slots=True)
class Choice:
    """A map, and what was chosen for the asker, as sentences to be told."""

    map: ClickMap | ScrollMap | MoveMap
    notes: tuple[str, ...]


def choose_map(
    maps: Maps,
    kind: str,
    *,
    page: str | None = None,
    device: str | None = None,
    layout: str | None = None,
    state: str | None = None,
) -> Choice:
    """Choose one map; by number of views where something is not asked for.

    Parameters
    ----------
    maps
        Scroll maps among them, whatever the kind: they know how often each place was viewed.
    kind
        ``click``, ``scroll`` or ``move``.
    state
        A state, or `ALL_STATES`; without, the state in which pages are pictured, or the one with most views.

    Raises
    ------
    BadInput
        What is asked for was never viewed.
    """
    places = list(maps.scroll)
    if kind == "move" and device is None:
        # Where no mouse is, there is nothing to see; fingers leave no trace between presses.
        places = [place for place in places if place in maps.move and maps.move[place].samples] or places
    notes = []
    for name, wanted in (("page", page), ("device", device), ("layout", layout)):
        views: Counter[str | None] = Counter()
        for place in places:
            views[getattr(place, name)] += maps.scroll[place].views
        if wanted is not None and wanted not in views:
            raise BadInput(_unseen(name, wanted, [value for value in views if value is not None]))
        chosen = wanted if wanted is not None else max(views, key=lambda value: (views[value], value or ""))
        if wanted is None and len(views) > 1:
            share = views[chosen] / views.total()
            notes.append(f"{name} {chosen}, {views[chosen]:,} views ({share:.0%}); {len(views) - 1} more with --{name}")
        places = [place for place in places if getattr(place, name) == chosen]
    (place,) = places
    if kind == "scroll":
        if state not in (None, ALL_STATES):
            raise BadInput("--state: scroll maps are of all states together; leave --state out")
        return Choice(maps.scroll[place], tuple(notes))
    return _in_state(maps.click if kind == "click" else maps.move, place, state, notes)


def _in_state(
    maps: dict[Place, ClickMap] | dict[Place, MoveMap], place: Place, state: str | None, notes: list[str]
) -> Choice:
    each = {at.state: found for at, found in maps.items() if at.in_all_states() == place and at.state is not None}
    if state == ALL_STATES or (state is None and not each):
        return Choice(maps[place], tuple(notes))
    if state is None:
        by_views = sorted(each, key=lambda name: (-each[name].views, name))
        state = _PICTURED if _PICTURED in each else by_views[0]
        others = [name for name in by_views if name != state]
        if others:
            listed = ", ".join(others[:4]) + (" ..." if len(others) > 4 else "")
            notes.append(f"state {state}; also seen: {listed}; choose with --state, or --state {ALL_STATES}")
    if state not in each:
        there = f"there are {', '.join(sorted(each))}, and {ALL_STATES}" if each else "this run tells no states"
        raise BadInput(f"--state {state}: not seen on {place.page}; {there}")
    return Choice(each[state], tuple(notes))


def _unseen(name: str, wanted: str, there: list[str]) -> str:
    if not there:
        return f"--{name} {wanted}: this run does not tell its {name}s"
    close = difflib.get_close_matches(wanted, there, n=1)
    return f"--{name} {wanted}: no views; " + (
        f"did you mean {close[0]!r}?" if close else f"there are {', '.join(sorted(there)[:12])}"
    )
