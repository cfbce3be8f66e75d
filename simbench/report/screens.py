"""Which maps a report shows, and what stands beside them: pages in their main states, on each kind of device."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Final

import pyarrow as pa
from PIL import Image

from simbench.core.grid import Place
from simbench.core.maps import ClickMap, Maps, MoveMap
from simbench.errors import BadInput
from simbench.events.run import Run
from simbench.report.contents import (
    Fact,
    HeatView,
    Legend,
    MapMark,
    MapSheet,
    RankedElement,
    Rate,
    Screen,
)
from simbench.report.heat_picture import heat_picture, page_picture
from simbench.report.overlay import SQUARE_PX
from simbench.report.overlay_backdrop import Backdrop, Box, find_backdrop
from simbench.report.overlay_scale import Scale, short_number
from simbench.report.scroll_view import scroll_view
from simbench.report.words import DEVICE_ORDER, count_of, device_words, page_name, state_words

__all__ = ["Screens", "find_screens"]

#: A state gets maps of its own if at least this share of its page's views showed it.
_STATE_SHARE: Final = 0.12
_MOST_SCREENS: Final = 16
#: All pictures together, as characters of data URIs; what goes beyond is left out, and the page says so.
_BUDGET: Final = 5_000_000
#: Taller pages are cut off here, CSS px.
_TALLEST_PX: Final = 9_000
_RANKS: Final = 10
_UNKNOWN: Final = "unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class Screens:
    """The screens to show, most viewed first, and remarks on what is not shown."""

    screens: tuple[Screen, ...]
    notes: tuple[str, ...]


class _OnceRead(Run):
    """A run whose elements are read once, however many pages ask for them."""

    @cache  # noqa: B019  # lives as long as one report is made
    def elements(self) -> pa.Table:
        return super().elements()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Choice:
    """One page in one state: where its maps are, by device, in the device's most viewed layout."""

    page: str | None
    state: str | None
    views: int
    places: tuple[Place, ...]


def find_screens(run: Run, maps: Maps, defects: Sequence[Mapping[str, Any]]) -> Screens:
    """Draw the maps of a run's main screens.

    Parameters
    ----------
    defects
        The planted ones, to be marked; none where nothing is known.
    """
    run = _OnceRead(run.path, run.manifest)
    choices, left_out = _choose(maps)
    screens: list[Screen] = []
    unread: list[str] = []
    used, dropped = 0, 0
    for choice in choices:
        sheets = []
        for place in choice.places:
            sheet = _sheet(run, maps, place, defects, unread)
            size = sum(len(text) for text in _pictures(sheet))
            if used + size > _BUDGET:
                dropped += 1
                continue
            used += size
            sheets.append(sheet)
        if sheets:
            screens.append(Screen(page=choice.page or "", name=_name(choice), views=choice.views, sheets=tuple(sheets)))
    notes = []
    if left_out:
        notes.append(f"{count_of(left_out, 'screen')} with fewer views not shown here.")
    if dropped:
        notes.append(f"{count_of(dropped, 'map')} not shown, to keep this page small; `simbench heatmap` draws each.")
    notes += [f"This picture cannot be read, so its page is drawn from its elements: {name}" for name in unread]
    return Screens(screens=tuple(screens), notes=tuple(notes))


def _choose(maps: Maps) -> tuple[list[_Choice], int]:
    """The screens worth showing, and how many more there would be."""
    whole: dict[str | None, int] = defaultdict(int)
    by_screen: dict[tuple[str | None, str | None], list[ClickMap]] = defaultdict(list)
    stated = {place.page for place in maps.click if place.state is not None}
    for place, found in maps.click.items():
        if place.state is None:
            whole[place.page] += found.views
        # Where states are known, each has a picture of its own; all of them together would lie on the wrong one.
        if (place.state is not None) == (place.page in stated):
            by_screen[place.page, place.state].append(found)
    choices = []
    left_out = 0
    for (page, state), group in by_screen.items():
        views, clicks = sum(m.views for m in group), sum(m.clicks for m in group)
        others = [sum(m.views for m in one) for at, one in by_screen.items() if at[0] == page]
        if views < _STATE_SHARE * whole[page] or (not clicks and views < max(others)):
            left_out += 1
            continue
        choices.append(_Choice(page=page, state=state, views=views, places=_main_places(group)))
    choices.sort(key=lambda c: (-whole[c.page], c.page or "", c.state != "fresh", -c.views, c.state or ""))
    return choices[:_MOST_SCREENS], left_out + len(choices[_MOST_SCREENS:])


def _main_places(found: Iterable[ClickMap]) -> tuple[Place, ...]:
    """The most viewed layout of each device."""
    best: dict[str, ClickMap] = {}
    for one in found:
        device = _known(one.place.device)
        if device not in best or one.views > best[device].views:
            best[device] = one
    return tuple(best[device].place for device in (*DEVICE_ORDER, _UNKNOWN) if device in best)


def _known(device: str | None) -> str:
    """The device, if it is one of those that there are."""
    return device if device in DEVICE_ORDER else _UNKNOWN


def _name(choice: _Choice) -> str:
    state = state_words(choice.state)
    return f"{page_name(choice.page)}: {state}" if state else page_name(choice.page)


def _pictures(sheet: MapSheet) -> list[str]:
    return [sheet.picture, *(view.image for view in (sheet.click, sheet.move) if view is not None)]


# -- one sheet --------------------------------------------------------------------------------------------------------


def _sheet(
    run: Run, maps: Maps, place: Place, defects: Sequence[Mapping[str, Any]], unread: list[str]
) -> MapSheet:  # fmt: skip
    clicks, moves = maps.click[place], maps.move.get(place)
    scrolls = maps.scroll.get(place.in_all_states())
    backdrop = find_backdrop(
        run, place, width_px=clicks.width_px, height_px=clicks.height_px, deepest_px=_deepest_px(clicks, moves)
    )
    height = min(backdrop.height_px, _TALLEST_PX)
    backdrop, picture = _picture(run, backdrop, height, unread)
    size = {"width_px": float(backdrop.width_px), "height_px": float(height)}
    cut = [f"Cut off at {height:,} of {backdrop.height_px:,} px."] if height < backdrop.height_px else []
    return MapSheet(
        device=_known(place.device),
        device_name=device_words(place.device),
        about=_about(place, maps, backdrop),
        width=backdrop.width_px,
        height=height,
        picture=page_picture(picture),
        views=clicks.views,
        click=_click_view(clicks, backdrop, cut, **size) if clicks.clicks else None,
        move=_move_view(moves, cut, **size) if moves is not None and moves.grid.total else None,
        scroll=scroll_view(scrolls, height_px=height) if scrolls is not None and scrolls.framed else None,
        planted=tuple(_planted(place, backdrop.boxes, defects, **size)),
    )


def _deepest_px(clicks: ClickMap, moves: MoveMap | None) -> float:
    grids = [clicks.grid] if moves is None else [clicks.grid, moves.grid]
    return max((float(grid.y.max() + 1) * 8 for grid in grids if len(grid.y)), default=0.0)


def _picture(run: Run, backdrop: Backdrop, height: int, unread: list[str]) -> tuple[Backdrop, Image.Image]:
    """The page's picture; where the file is damaged, or lies outside the run, the page is drawn from its elements."""
    file = backdrop.screenshot.screenshot if backdrop.screenshot is not None else None
    try:
        # A report is made to be shown around: it holds pictures of this run, and of nothing else on this disk.
        if file is None or file.resolve().is_relative_to((run.path / "pages").resolve()):
            return backdrop, backdrop.picture(height)
    except (BadInput, OSError, Image.DecompressionBombError):
        pass
    if file is not None and file.name not in unread:
        unread.append(file.name)
    backdrop = replace(backdrop, screenshot=None)
    return backdrop, backdrop.picture(height)


def _about(place: Place, maps: Maps, backdrop: Backdrop) -> str:
    """How wide the page was, and how many of the device's views saw it so wide."""
    same = [found for at, found in maps.click.items()
            if (at.page, at.device, at.state) == (place.page, place.device, place.state)]  # fmt: skip
    mine, all_views = maps.click[place].views, sum(found.views for found in same)
    about = f"{backdrop.width_px:,} px wide"
    if mine != all_views:
        about += f", as {mine:,} of the {all_views:,} views on {device_words(place.device).lower()} were"
    if not backdrop.has_picture:
        about += "; no picture at hand" + (", drawn from its elements" if backdrop.boxes else "")
    return about


def _click_view(
    found: ClickMap, backdrop: Backdrop, cut: list[str], *, width_px: float, height_px: float
) -> HeatView:  # fmt: skip
    heat = heat_picture(found.grid, width_px=width_px, height_px=height_px)
    notes = list(cut)
    for count, why in ((found.outside, "beyond the page's edge"), (found.unplaced, "without a position")):
        if count:
            notes.append(f"{count_of(count, 'click')} {why}: counted, not drawn.")
    return HeatView(
        image=heat.uri,
        figures=(
            Fact(value=f"{found.clicks:,}", what="click" if found.clicks == 1 else "clicks"),
            Fact(value=f"{found.views:,}", what="view" if found.views == 1 else "views"),
            Fact(value=f"{found.sessions:,}", what="visit" if found.sessions == 1 else "visits"),
        ),
        legend=_legend(f"clicks in {SQUARE_PX} × {SQUARE_PX} px", heat.scale),
        notes=tuple(notes),
        ranking=tuple(_ranking(found, backdrop, width_px, height_px)),
    )


def _move_view(found: MoveMap, cut: list[str], *, width_px: float, height_px: float) -> HeatView:
    heat = heat_picture(found.grid, width_px=width_px, height_px=height_px, spread=True)
    notes = [*cut, "A mouse is not an eye: this is where hands were, and for how long."]
    return HeatView(
        image=heat.uri,
        figures=(
            Fact(value=_duration(found.dwell_ms), what="of mouse"),
            Fact(value=f"{found.views:,}", what="view" if found.views == 1 else "views"),
            Fact(value=f"{found.sessions:,}", what="visit" if found.sessions == 1 else "visits"),
        ),
        legend=_legend(f"seconds in {SQUARE_PX} × {SQUARE_PX} px", heat.scale.times(1 / 1000)),
        notes=tuple(notes),
    )


def _duration(dwell_ms: int) -> str:
    seconds = dwell_ms / 1000
    if seconds < 600:
        return f"{seconds:,.0f} s"
    return f"{seconds / 60:,.0f} min" if seconds < 36_000 else f"{seconds / 3600:,.0f} h"


def _legend(unit: str, scale: Scale) -> Legend:
    ticks = [(100 * float(scale.share(value)), short_number(value)) for value in scale.ticks()]
    return Legend(unit=unit, ticks=tuple(ticks))


def _ranking(found: ClickMap, backdrop: Backdrop, width_px: float, height_px: float) -> Iterable[RankedElement]:
    top = found.ranking()[:_RANKS]
    for element in top:
        box = backdrop.boxes.get(element.target)
        mark = None
        if box is not None and box.y < height_px:
            mark = _mark(str(element.rank), box, width_px, height_px)
        yield RankedElement(
            rank=element.rank,
            label=backdrop.labels.get(element.target, "").strip(),
            target=element.target,
            clicks=element.clicks,
            percent=Rate(value=element.share).percent,
            share=element.share / top[0].share,
            mark=mark,
        )


def _planted(
    place: Place, boxes: Mapping[str, Box], defects: Sequence[Mapping[str, Any]], *, width_px: float, height_px: float
) -> Iterable[MapMark]:  # fmt: skip
    """The defects that sit on this screen."""
    for defect in defects:
        devices = defect["devices"]
        box = boxes.get(defect["target"])
        here = defect["page"] == place.page and defect["state"] == (place.state or "fresh")
        if here and place.device in devices and box is not None and box.y < height_px:
            text = str(defect["about"])
            if defect["variant"]:
                text += f" (Only in variant {defect['variant']}.)"
            yield _mark(text, box, width_px, height_px)


def _mark(text: str, box: Box, width_px: float, height_px: float) -> MapMark:
    def percent(value: float, whole: float) -> float:
        return round(min(max(100 * value / whole, 0.0), 100.0), 2)

    left, top = percent(box.x, width_px), percent(box.y, height_px)
    return MapMark(
        text=text,
        left=left,
        top=top,
        width=round(min(percent(box.w, width_px), 100 - left), 2),
        height=round(min(percent(box.h, height_px), 100 - top), 2),
    )
