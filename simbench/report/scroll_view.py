"""A scroll map as bands, lines and a table: what a page can draw by itself."""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.core.scroll_map import DEPTH_PX, ScrollMap
from simbench.core.stream import Floats
from simbench.report.contents import Band, Fact, MapMark, Rate, ScrollView
from simbench.report.palette import hex_colour, ramp
from simbench.report.words import count_of, listed

__all__ = ["scroll_view"]

#: Depths are coloured in steps of this share of views.
_STEP: Final = 0.1
_NAMED: Final = (0.75, 0.50, 0.25)
#: Lines closer than this, in percent of the page, share one label.
_APART: Final = 3.0
_TABLE: Final = (10, 25, 50, 75, 90, 100)


def scroll_view(found: ScrollMap, *, height_px: float) -> ScrollView:
    """The bands of a scroll map that has at least one view whose viewport is known.

    Where no view tells its document's height, depths are in px of the page as it is drawn.

    Parameters
    ----------
    height_px
        Height of the page as it is drawn, CSS px.
    """
    reach, visitors = _reach(found, height_px), found.visitor_reach()
    doc_px = found.average_doc_px if found.sized else height_px
    fold = min(100 * found.average_fold_px / max(doc_px, 1), 100)
    notes = ["Reached: the bottom of the window was there. A view that was not scrolled reaches the fold."]
    if not found.sized:
        notes.append("No view tells how long its page was, so depths are in px.")
    elif found.unsized:
        notes.append(f"{count_of(found.unsized, 'view')} of unknown size left out.")
    figures = [Fact(value=f"{found.views:,}", what="view" if found.views == 1 else "views")]
    if found.visitors:
        figures.append(Fact(value=f"{found.visitors:,}", what="visitor" if found.visitors == 1 else "visitors"))
    figures.append(Fact(value=f"{found.average_fold_px:,.0f} px", what="average fold"))
    return ScrollView(
        bands=tuple(_bands(reach)),
        lines=tuple(_lines(found, height_px)),
        fold=MapMark(text=f"average fold, {found.average_fold_px:,.0f} px", left=0, top=round(fold, 2)),
        figures=tuple(figures),
        depths=tuple(
            (f"{percent} %", Rate(value=float(reach[percent])), Rate(value=float(visitors[percent])))
            for percent in (_TABLE if found.sized else ())
        ),
        notes=tuple(notes),
    )


def _reach(found: ScrollMap, height_px: float) -> Floats:
    """Share of views that reached each percent of the page."""
    if found.sized:
        return found.reach()
    in_px = found.reach_px()
    return np.interp(np.arange(101) / 100 * height_px, np.arange(len(in_px)) * DEPTH_PX, in_px, right=0)


def _bands(reach: Floats) -> list[Band]:
    """Neighbouring percents of the same step, as one band each."""
    steps = np.rint(np.ceil(np.round(reach[:100] / _STEP, 6))).astype(int)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(steps)) + 1])
    ends = np.append(starts[1:], len(steps))
    colours = ramp(steps[starts] * _STEP).tolist()
    return [
        Band(top=float(start), height=float(end - start), colour=hex_colour((r, g, b)))
        for start, end, (r, g, b) in zip(starts, ends, colours, strict=True)
    ]


def _lines(found: ScrollMap, height_px: float) -> list[MapMark]:
    """Where three, two and one of four views came to; not where they came to the end."""
    lines: list[tuple[list[float], float]] = []
    for share in _NAMED:
        percent, px = found.depth_of(share), found.px_of(share)
        depth = float(percent) if percent is not None else 100.0 if px is None else round(100 * px / height_px, 2)
        if depth >= 100:
            continue
        if lines and depth - lines[-1][1] < _APART:
            lines[-1][0].append(share)
        else:
            lines.append(([share], depth))
    return [
        MapMark(text=f"{listed([f'{100 * share:.0f} %' for share in shares])} reach this", left=0, top=depth)
        for shares, depth in lines
    ]
