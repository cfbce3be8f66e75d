"""Maps and screenshots as small pictures that a page can hold: data URIs.

A layer of heat is smooth, so few colours on few pixels show all of it: an indexed PNG on a grid of 4 or 5 px, which the
browser draws larger and smooth, takes about a hundredth of what the full picture would.
"""

from __future__ import annotations

import base64
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
from PIL import Image
from scipy.ndimage import gaussian_filter

from simbench.core.grid import CELL_PX, Grid
from simbench.report.overlay import BLUR_PX, SQUARE_PX
from simbench.report.overlay_scale import Scale
from simbench.report.palette import opacity, ramp

__all__ = ["HeatPicture", "heat_picture", "page_picture"]

#: Shades of a layer; beyond about 40 nobody sees steps.
_SHADES: Final = 48
#: A page wider than this is shown smaller, so that its layer may be coarser.
_WIDE_PX: Final = 1000
#: Widths of embedded screenshots, px: about as wide as the page shows them.
_WIDE_PICTURE_PX: Final = 900
_PICTURE_PX: Final = 720
_QUALITY: Final = 58
#: As `simbench.report.overlay` has them: the least peak that gets the strongest colour (clicks, or seconds of mouse),
#: and the share of the ramp at which a layer is two thirds opaque.
_LEAST_PEAK: Final = 5.0
_POINTS_KNEE: Final = 0.10
_SPREAD_KNEE: Final = 0.30


@dataclass(frozen=True, slots=True, kw_only=True)
class HeatPicture:
    """A layer of colour as a data URI, and the scale of its amounts in a square of `SQUARE_PX` px."""

    uri: str
    scale: Scale


def heat_picture(grid: Grid, *, width_px: float, height_px: float, spread: bool = False) -> HeatPicture:
    """The same colours as `simbench.report.overlay.draw_map` gives, on fewer pixels.

    Parameters
    ----------
    width_px, height_px
        Size of the page that the layer shall cover, CSS px.
    spread
        The grid holds ms of mouse, which spread over the page, and not clicks, which gather in points.
    """
    amounts = gaussian_filter(grid.dense(width_px, height_px), BLUR_PX / CELL_PX, mode="constant")
    amounts *= (SQUARE_PX / CELL_PX) ** 2
    least = _LEAST_PEAK * (1000 if spread else 1)
    scale = Scale(most=max(float(amounts.max()), least), power=1.0 if spread else 0.5)
    finer = 1.5 if width_px >= _WIDE_PX else 2.0
    rows, columns = amounts.shape
    smooth = Image.fromarray(amounts.astype(np.float32)).resize(
        (max(round(columns * finer), 1), max(round(rows * finer), 1)), Image.Resampling.BICUBIC
    )
    # The grid ends on a full cell, the page does not.
    used = (
        max(round(smooth.width * width_px / (columns * CELL_PX)), 1),
        max(round(smooth.height * height_px / (rows * CELL_PX)), 1),
    )
    share = scale.share(np.maximum(np.asarray(smooth.crop((0, 0, *used))), 0))
    picture = Image.fromarray(np.rint(share * (_SHADES - 1)).astype(np.uint8), "L")
    steps = np.linspace(0, 1, _SHADES)
    picture.putpalette(ramp(steps).tobytes())
    alpha = bytes(np.rint(opacity(steps, knee=_SPREAD_KNEE if spread else _POINTS_KNEE) * 255).astype(np.uint8))
    return HeatPicture(uri=_data_uri(picture, "PNG", optimize=True, transparency=alpha), scale=scale)


def page_picture(page: Image.Image) -> str:
    """A page's picture as a data URI, no larger than it is shown."""
    width = min(page.width, _WIDE_PICTURE_PX if page.width >= _WIDE_PX else _PICTURE_PX)
    if width < page.width:
        height = max(round(page.height * width / page.width), 1)
        page = page.resize((width, height), Image.Resampling.LANCZOS, reducing_gap=2.0)
    return _data_uri(page.convert("RGB"), "WEBP", quality=_QUALITY, method=2)


def _data_uri(picture: Image.Image, kind: str, **options: object) -> str:
    file = io.BytesIO()
    picture.save(file, format=kind, **options)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(file.getvalue()).decode('ascii')}"
