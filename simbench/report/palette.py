"""The colour ramp of maps: one hue family after another, always darker, so that more never looks like less.

Lightness falls evenly in Oklab (Björn Ottosson, "A perceptual color space for image processing", 2020), which is what
makes the ramp read alike for people who see colours differently and on a grey printer. Opacity rises from nothing, so
that a place without clicks shows the page as it is.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import numpy.typing as npt

__all__ = ["ACCENT", "INK", "LINE", "MUTED", "PANEL", "PAPER", "hex_colour", "opacity", "ramp"]

#: Ink, paper and accents of everything around the maps, as sRGB.
INK: Final = (27, 31, 42)
MUTED: Final = (104, 110, 124)
LINE: Final = (222, 225, 231)
PANEL: Final = (247, 248, 250)
PAPER: Final = (255, 255, 255)
ACCENT: Final = (122, 22, 84)

#: Way through Oklch: share of the way, lightness, chroma, hue in degrees. Straw, amber, vermilion, crimson, plum.
_STOPS: Final = np.array(
    [
        (0.00, 0.930, 0.075, 100.0),
        (0.20, 0.815, 0.145, 78.0),
        (0.42, 0.683, 0.195, 45.0),
        (0.62, 0.563, 0.215, 20.0),
        (0.80, 0.455, 0.185, -8.0),
        (1.00, 0.335, 0.140, -38.0),
    ]
)
_STEPS: Final = 1024

_LMS_TO_LINEAR: Final = np.array(
    [
        [+4.0767416621, -3.3077115913, +0.2309699292],
        [-1.2684380046, +2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, +1.7076147010],
    ]
)
_OKLAB_TO_LMS: Final = np.array(
    [
        [1.0, +0.3963377774, +0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)

_Floats = npt.NDArray[np.float64]


def _oklch_to_srgb(lightness: _Floats, chroma: _Floats, hue_degrees: _Floats) -> _Floats:
    """sRGB, 0..1; chroma gives way where the screen cannot show it, lightness and hue do not."""
    hue = np.radians(hue_degrees)
    best = np.zeros((len(lightness), 3))
    open_ = np.ones(len(lightness), dtype=bool)
    for share in np.linspace(1.0, 0.0, 101):
        lab = np.column_stack([lightness, share * chroma * np.cos(hue), share * chroma * np.sin(hue)])
        linear = ((lab @ _OKLAB_TO_LMS.T) ** 3) @ _LMS_TO_LINEAR.T
        fits = open_ & (linear >= -1e-4).all(axis=1) & (linear <= 1 + 1e-4).all(axis=1)
        best[fits] = linear[fits]
        open_ &= ~fits
    linear = np.clip(best, 0, 1)
    return np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _table() -> _Floats:
    at = np.linspace(0, 1, _STEPS)
    lightness, chroma, hue = (np.interp(at, _STOPS[:, 0], _STOPS[:, column]) for column in (1, 2, 3))
    # The stops lie on a straight line of lightness up to rounding; make it straight.
    lightness = np.linspace(lightness[0], lightness[-1], _STEPS)
    return _oklch_to_srgb(lightness, chroma, hue)


_TABLE: Final = _table()


def ramp(share: npt.ArrayLike) -> npt.NDArray[np.uint8]:
    """Colours of shares of the most, 0..1, as sRGB bytes with a last axis of 3.

    Examples
    --------
    >>> ramp([0.0, 1.0]).tolist()
    [[243, 234, 176], [86, 16, 96]]
    """
    index = np.rint(np.clip(np.asarray(share, dtype=np.float64), 0, 1) * (_STEPS - 1)).astype(np.int64)
    return np.rint(_TABLE[index] * 255).astype(np.uint8)


def opacity(share: npt.ArrayLike, most: float = 0.82, knee: float = 0.10) -> _Floats:
    """Opacity of shares of the most: 0 at 0, rising steeply to `most`, so that little is seen and nothing is not.

    Parameters
    ----------
    knee
        The share at which about two thirds of the way is done.
    """
    value = np.clip(np.asarray(share, dtype=np.float64), 0, 1)
    return most * (1 - np.exp(-value / knee)) / (1 - np.exp(-1 / knee))


def hex_colour(colour: tuple[int, int, int]) -> str:
    """``#rrggbb``, as HTML and SVG want it."""
    return "#{:02x}{:02x}{:02x}".format(*colour)
