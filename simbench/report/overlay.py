"""Maps over pictures of their pages: layers of colour that say what they count, on the page made faint.

`draw_map` gives the finished picture with its legend; `heat_layer` and `scroll_layer` give the colour alone, with an
alpha channel, for pages that lay it over a screenshot themselves.
"""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt
from PIL import Image, ImageChops, ImageDraw, ImageEnhance
from scipy.ndimage import gaussian_filter

from simbench.core.click_map import ClickMap
from simbench.core.grid import CELL_PX, Grid
from simbench.core.move_map import MoveMap
from simbench.core.scroll_map import DEPTH_PX, ScrollMap
from simbench.errors import OutsideFailure
from simbench.report.overlay_backdrop import Backdrop
from simbench.report.overlay_panel import PANEL_PX, Panel, badge, pill
from simbench.report.overlay_scale import Scale
from simbench.report.palette import INK, LINE, PANEL, PAPER, opacity, ramp

__all__ = ["BLUR_PX", "SQUARE_PX", "HeatLayer", "draw_map", "heat_layer", "save_png", "scroll_layer"]

#: Colours count what lies in a square of this edge, px: about a button's height, and what a fingertip covers.
SQUARE_PX: Final = 40
#: Standard deviation of the Gaussian blur, px: half the square, about the scatter of presses on one small target.
BLUR_PX: Final = 20
#: Clicks, or seconds of mouse, in a square that at least stand behind the strongest colour.
_LEAST_PEAK: Final = 5.0
#: Depths are coloured in steps of this share of views.
_REACH_STEP: Final = 0.1
_REACH_ALPHA: Final = 0.40
_NAMED_REACH: Final = (0.75, 0.50, 0.25)
#: Share of the ramp at which a layer is two thirds opaque: soon for points, late for what spreads over the page.
_POINTS_KNEE: Final = 0.10
_SPREAD_KNEE: Final = 0.30
_MARGIN_PX: Final = 28
_GUTTER_PX: Final = 132
#: Taller pages are cut off here, and the picture says so.
_TALLEST_PX: Final = 16_000

AnyMap = ClickMap | MoveMap | ScrollMap


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatLayer:
    """A layer of colour and what it counts.

    Attributes
    ----------
    image
        RGBA, one pixel a CSS px; transparent where nothing is.
    scale
        From amounts in a square of `SQUARE_PX` to colours.
    """

    image: Image.Image
    scale: Scale


def heat_layer(
    grid: Grid,
    *,
    width_px: float,
    height_px: float,
    blur_px: float = BLUR_PX,
    most: float | None = None,
    least: float = 0.0,
    power: float = 0.5,
) -> HeatLayer:
    """Colour what a grid counts: the amount in a square of `SQUARE_PX` px around each point, blurred.

    Parameters
    ----------
    most
        The amount that gets the strongest colour, so that two maps can be compared; the map's own peak where not given.
    least
        The least peak that gets it: a handful of clicks is no hot spot.
    power
        See `Scale`.
    """
    dense = grid.dense(width_px, height_px)
    blurred = gaussian_filter(dense, blur_px / CELL_PX, mode="constant") * (SQUARE_PX / CELL_PX) ** 2
    scale = Scale(most=max(float(blurred.max()), least, 1e-12) if most is None else most, power=power)
    rows, columns = blurred.shape
    smooth = Image.fromarray(blurred.astype(np.float32)).resize(
        (columns * CELL_PX, rows * CELL_PX), Image.Resampling.BICUBIC
    )
    size = (max(round(width_px), 1), max(round(height_px), 1))
    share = scale.share(np.maximum(np.asarray(smooth.crop((0, 0, *size))), 0))
    return HeatLayer(image=_coloured(share, knee=_POINTS_KNEE if power < 1 else _SPREAD_KNEE), scale=scale)


def scroll_layer(found: ScrollMap, *, width_px: float, height_px: float, alpha: float = _REACH_ALPHA) -> Image.Image:
    """Colour each depth by the share of views that reached it, in steps of a tenth; RGBA, one pixel a CSS px."""
    height = max(round(height_px), 1)
    colours = ramp(_stepped(_reach_by_row(found, height)))
    column = np.concatenate([colours, np.full((height, 1), round(alpha * 255), dtype=np.uint8)], axis=1)
    wide = np.repeat(column[:, None, :], max(round(width_px), 1), axis=1)
    return Image.fromarray(wide, "RGBA")


def draw_map(found: AnyMap, backdrop: Backdrop, *, where: str | None = None) -> Image.Image:
    """Draw a map over its page, with a panel that says what it is of and what the colours count.

    Parameters
    ----------
    backdrop
        The page beneath; see `simbench.report.overlay_backdrop.find_backdrop`.
    where
        The filter that chose the views, to be named.
    """
    height = min(backdrop.height_px, _TALLEST_PX)
    page = _faint(backdrop.picture(height))
    panel = Panel()
    _head(panel, found, where)
    if isinstance(found, ScrollMap):
        page = _with_reach(page, found)
        _reach_panel(panel, found)
    else:
        unit, power = (1, 0.5) if isinstance(found, ClickMap) else (1000, 1.0)
        layer = heat_layer(
            found.grid, width_px=backdrop.width_px, height_px=height, least=_LEAST_PEAK * unit, power=power
        )
        page.paste(layer.image, mask=layer.image.getchannel("A"))
        _heat_panel(panel, found, layer.scale)
        if isinstance(found, ClickMap):
            _ranking(panel, page, found, backdrop)
    if backdrop.height_px > height:
        panel.note(f"Cut off at {height:,} of {backdrop.height_px:,} px.")
    if not backdrop.has_picture:
        boxes = "; the boxes are those of its elements" if backdrop.boxes else ""
        panel.note(f"No picture of this page is at hand{boxes}.")
    return _framed(page, panel)


def save_png(image: Image.Image, path: Path) -> None:
    """Write a picture as PNG, whole or not at all; same picture, same bytes.

    Raises
    ------
    OutsideFailure
        The disk refuses.
    """
    partial = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        image.save(partial, format="PNG", optimize=False, compress_level=6)
        partial.replace(path)
    except OSError as error:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise OutsideFailure(f"{path}: cannot be written: {error.strerror or error}") from error


def _coloured(share: npt.NDArray[np.float64], knee: float) -> Image.Image:
    steps = np.linspace(0, 1, 1024)
    table = np.column_stack([ramp(steps), np.rint(opacity(steps, knee=knee) * 255).astype(np.uint8)])
    return Image.fromarray(table[np.rint(np.clip(share, 0, 1) * 1023).astype(np.int64)].astype(np.uint8), "RGBA")


def _faint(page: Image.Image) -> Image.Image:
    """The page as a pale print of itself: readable, and no rival to the colours."""
    grey = ImageEnhance.Color(page.convert("RGB")).enhance(0.25)
    return Image.blend(grey, _paper(page.size), 0.45)


def _paper(size: tuple[int, int]) -> Image.Image:
    return Image.new("RGB", size, PAPER)


def _reach_by_row(found: ScrollMap, height: int) -> npt.NDArray[np.float64]:
    if found.sized:
        return np.interp(np.arange(height) / max(height, 1) * 100, np.arange(101), found.reach())
    # Where no document's height is known, depths in px are all there is.
    in_px = found.reach_px()
    return (
        np.interp(np.arange(height), np.arange(len(in_px)) * DEPTH_PX, in_px, right=0)
        if len(in_px)
        else np.zeros(height)
    )


def _depth(found: ScrollMap, share: float, height: int) -> tuple[int, str] | None:
    """Row down to which a share of views came, and how to name it; None where nobody knows, or all came to the end."""
    percent, px = found.depth_of(share), found.px_of(share)
    if percent is not None:
        return (round(percent / 100 * height), f"{percent}% of the page") if percent < 100 else None
    return (px, f"{px:,} px") if px is not None and px < height else None


def _stepped(reach: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    """Shares rounded up to full steps: a band holds all depths that about as many reached."""
    return np.ceil(np.round(reach / _REACH_STEP, 6)) * _REACH_STEP


def _with_reach(page: Image.Image, found: ScrollMap) -> Image.Image:
    """The page under its bands, a gutter with the curve, the named depths and the fold."""
    width, height = page.size
    # Printed on, not pasted over: the page's own ink stays as dark as it is.
    tint = Image.blend(scroll_layer(found, width_px=width, height_px=height).convert("RGB"), _paper(page.size), 0.62)
    page = ImageChops.multiply(page, tint)
    out = Image.new("RGB", (width + _GUTTER_PX, height), PAPER)
    out.paste(page)
    draw = ImageDraw.Draw(out, "RGBA")
    reach = _reach_by_row(found, height)
    colours = ramp(_stepped(reach))
    lengths = np.rint(reach * (_GUTTER_PX - 12)).astype(int)
    for y in range(height):
        draw.line([(width, y), (width + int(lengths[y]), y)], fill=tuple(colours[y].tolist()))
    for share in _NAMED_REACH:
        depth = _depth(found, share, height)
        if depth is None:
            continue
        y, named = depth
        draw.line([(0, y), (width + _GUTTER_PX, y)], fill=(*INK, 210), width=2)
        pill(draw, (16, y), f"{share:.0%} of views come this far  ·  {named}")
    if found.framed:
        doc = found.average_doc_px if found.sized else height
        y = min(round(found.average_fold_px / max(doc, 1) * height), height - 1)
        for x in range(0, width + _GUTTER_PX, 14):
            draw.line([(x, y), (x + 8, y)], fill=(*INK, 255), width=2)
        pill(draw, (width - 16, y), f"average fold  ·  {found.average_fold_px:,.0f} px", right=True,
             dark=False)  # fmt: skip
    return out


def _head(panel: Panel, found: AnyMap, where: str | None) -> None:
    kind = {ClickMap: "Click map", MoveMap: "Move map", ScrollMap: "Scroll map"}[type(found)]
    place = found.place
    panel.eyebrow(kind)
    panel.title(place.page or "all pages")
    about = [place.device or "all devices"]
    if found.width_px:
        about.append(f"{found.width_px:,.0f} px wide")
    if place.layout:
        about.append(f"layout {place.layout}")
    panel.line("  ·  ".join(about))
    if not isinstance(found, ScrollMap):
        panel.line(f"state {place.state}" if place.state else "all states of the page")
    if where:
        panel.line(f"where {where}")
    panel.gap(14)


def _heat_panel(panel: Panel, found: ClickMap | MoveMap, scale: Scale) -> None:
    if isinstance(found, ClickMap):
        panel.figures(
            [(f"{found.clicks:,}", "clicks"), (f"{found.views:,}", "views"), (f"{found.sessions:,}", "sessions")]
        )
        unit, shown = "clicks", scale
    else:
        spent = found.dwell_ms / 1000
        panel.figures(
            [(f"{spent:,.0f} s", "of mouse"), (f"{found.views:,}", "views"), (f"{found.sessions:,}", "sessions")]
        )
        unit, shown = "seconds of mouse", scale.times(1 / 1000)
    panel.legend(f"{unit} per {SQUARE_PX} × {SQUARE_PX} px", shown)
    how = "the square root, so that little is seen beside much" if scale.power < 1 else "the time itself"
    panel.note(f"Gaussian blur, σ {BLUR_PX} px. Colour goes by {how}.")
    if isinstance(found, ClickMap):
        left_out = [(found.outside, "beyond the page's edge"), (found.unplaced, "without a position")]
        for count, why in left_out:
            if count:
                panel.note(f"{count:,} {'click' if count == 1 else 'clicks'} {why}: counted, not drawn.")
    elif found.outside:
        panel.note(f"{found.outside:,} of {found.samples:,} positions lie beyond the page's edge: not drawn.")
    if not found.grid.total:
        panel.note("Nothing to draw.")


def _reach_panel(panel: Panel, found: ScrollMap) -> None:
    fold = f"{found.average_fold_px:,.0f} px" if found.framed else "-"
    panel.figures([(f"{found.views:,}", "views"), (f"{found.visitors:,}", "visitors"), (fold, "average fold")])
    panel.steps("share of views that reached this depth", _REACH_STEP)
    panel.note("Reached: the viewport's bottom was there. A view that was not scrolled reaches the fold.")
    if not found.sized:
        panel.note("No view tells its document's height: depths are in px.")
    elif found.unsized:
        panel.note(f"{found.unsized:,} views of unknown size are left out.")
    if found.sized:
        panel.gap(10)
        panel.heading("How far they come", "views  ·  visitors")
        visitors = found.visitor_reach()
        for percent in (10, 25, 50, 75, 90, 100):
            both = f"{found.reach()[percent]:.0%}  ·  {visitors[percent]:.0%}"
            panel.row(f"{percent}% of the page", both, share=float(found.reach()[percent]))


def _ranking(panel: Panel, page: Image.Image, found: ClickMap, backdrop: Backdrop) -> None:
    """The elements most clicked: a list in the panel, and their ranks on the page."""
    top = found.ranking()[:10]
    if not top:
        return
    panel.gap(10)
    panel.heading("Most clicked", "share of clicks")
    draw = ImageDraw.Draw(page, "RGBA")
    for element in reversed(top):
        box = backdrop.boxes.get(element.target)
        if box is not None and box.y < page.height:
            draw.rectangle((box.x, box.y, box.x + box.w, box.y + box.h), outline=(*INK, 110), width=1)
            badge(draw, (max(box.x, 12), max(box.y, 12)), element.rank)
    for element in top:
        panel.row(
            backdrop.labels.get(element.target, element.target),
            f"{element.share:.1%}",
            share=element.share / top[0].share,
            rank=element.rank,
        )


def _framed(page: Image.Image, panel: Panel) -> Image.Image:
    """Panel and page side by side on one sheet."""
    height = max(page.height, panel.height) + 2 * _MARGIN_PX
    width = PANEL_PX + page.width + 3 * _MARGIN_PX
    sheet = Image.new("RGB", (width, height), PANEL)
    sheet.paste(panel.picture(), (_MARGIN_PX, _MARGIN_PX))
    left = PANEL_PX + 2 * _MARGIN_PX
    draw = ImageDraw.Draw(sheet)
    draw.rectangle((left - 1, _MARGIN_PX - 1, left + page.width, _MARGIN_PX + page.height), outline=LINE)
    sheet.paste(page, (left, _MARGIN_PX))
    return sheet
