"""A scroll map as bands, lines and a table: what a page can draw by itself."""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.core.scroll_map import ScrollMap
from simbench.report.contents import Band, Fact, MapMark, Rate, ScrollView
from simbench.report.palette import hex_colour, ramp
from simbench.report.words import count_of

__all__ = ["scroll_view"]

#: Depths are coloured in steps of this share of views.
_STEP: Final = 0.1
_NAMED: Final = (0.75, 0.50, 0.25)
#: Lines closer than this, in percent of the page, share one label.
_APART: Final = 3.0
_TABLE: Final = (10, 25, 50, 75, 90, 100)


def scroll_view(found: ScrollMap) -> ScrollView:
    """The bands of a scroll map that has at least one view of known size."""
    reach, visitors = found.reach(), found.visitor_reach()
    fold = min(100 * found.average_fold_px / max(found.average_doc_px, 1), 100)
    notes = ["Reached: the bottom of the window was there. A view that was not scrolled reaches the fold."]
    if found.unsized:
        notes.append(f"{count_of(found.unsized, 'view')} of unknown size left out.")
    return ScrollView(
        bands=tuple(_bands(reach)),
        lines=tuple(_lines(found)),
        fold=MapMark(text=f"average fold, {found.average_fold_px:,.0f} px", left=0, top=round(fold, 2)),
        figures=(
            Fact(value=f"{found.views:,}", what="view" if found.views == 1 else "views"),
            Fact(value=f"{found.visitors:,}", what="visitor" if found.visitors == 1 else "visitors"),
            Fact(value=f"{found.average_fold_px:,.0f} px", what="average fold"),
        ),
        depths=tuple(
            (f"{percent} %", Rate(value=float(reach[percent])), Rate(value=float(visitors[percent])))
            for percent in _TABLE
        ),
        notes=tuple(notes),
    )


def _bands(reach: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> list[Band]:
    """Neighbouring percents of the same step, as one band each."""
    steps = np.rint(np.ceil(np.round(reach[:100] / _STEP, 6))).astype(int)
    starts = np.concatenate([[0], np.flatnonzero(np.diff(steps)) + 1])
    ends = np.append(starts[1:], len(steps))
    colours = ramp(steps[starts] * _STEP).tolist()
    return [
        Band(top=float(start), height=float(end - start), colour=hex_colour((r, g, b)))
        for start, end, (r, g, b) in zip(starts, ends, colours, strict=True)
    ]


def _lines(found: ScrollMap) -> list[MapMark]:
    lines: list[tuple[list[float], int]] = []
    for share in _NAMED:
        depth = found.depth_of(share)
        if depth is None or depth >= 100:
            continue
        if lines and depth - lines[-1][1] < _APART:
            lines[-1][0].append(share)
        else:
            lines.append(([share], depth))
    return [
        MapMark(
            text=" and ".join(f"{share:.0%}".replace("%", " %") for share in shares) + " reach this", left=0, top=depth
        )
        for shares, depth in lines
    ]
