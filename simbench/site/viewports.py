"""The catalogue of viewports: which windows visitors have, and in which a site is captured.

Sizes are CSS px of the layout viewport. They are round figures for common classes of hardware, not a market survey:
the mix of devices is a persona's matter.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["VIEWPORTS", "Viewport", "viewport_named", "viewports_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewport:
    """One window: its size in CSS px, the device class (`simbench.events.schema.DEVICES`), whether touched."""

    name: str
    device: str
    w: int
    h: int
    touch: bool


#: In the order in which they are captured; the first of a device class is where clicks are tried.
VIEWPORTS: Final = (
    Viewport(name="desktop-1440", device="desktop", w=1440, h=900, touch=False),
    Viewport(name="desktop-1366", device="desktop", w=1366, h=768, touch=False),
    Viewport(name="tablet-820", device="tablet", w=820, h=1180, touch=True),
    Viewport(name="mobile-390", device="mobile", w=390, h=844, touch=True),
    Viewport(name="mobile-360", device="mobile", w=360, h=740, touch=True),
)


def viewport_named(name: str) -> Viewport:
    """The viewport of that name.

    Raises
    ------
    KeyError
        The catalogue has no such viewport.

    Examples
    --------
    >>> viewport_named("mobile-390").w
    390
    """
    for viewport in VIEWPORTS:
        if viewport.name == name:
            return viewport
    raise KeyError(name)


def viewports_of(device: str) -> tuple[Viewport, ...]:
    """The viewports of one device class, in the catalogue's order."""
    return tuple(viewport for viewport in VIEWPORTS if viewport.device == device)
