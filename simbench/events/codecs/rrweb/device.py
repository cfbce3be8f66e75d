"""Device, browser and system, from the user agent where it was recorded, else from touches and the window's size."""

from __future__ import annotations

import re
from typing import Final

__all__ = ["browser_of", "device_of", "system_of"]

#: The shorter side of a phone's and of a tablet's window is below these, CSS px.
_PHONE_PX: Final = 600
_TABLET_PX: Final = 1100

#: The first that is found counts: browsers name those that they descend from, too.
_BROWSERS: Final = (
    ("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"), ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Chromium", "Chrome"), ("Safari", "Safari"),
)  # fmt: skip
_SYSTEMS: Final = (
    ("iPhone", "iOS"), ("iPad", "iOS"), ("Android", "Android"), ("CrOS", "ChromeOS"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("Linux", "Linux"),
)  # fmt: skip


def device_of(
    user_agent: str | None, viewport_w: float | None, viewport_h: float | None, *, touches: int, mouse: int
) -> str | None:
    """The device class.

    With a user agent: what it says. Without: a window used more by touch than by mouse is a phone's (shorter side below
    600 px), a tablet's (below 1100 px) or a desktop's; one used by mouse is a desktop's; one that nobody touched goes
    by its width if it is upright, and else is a desktop's.

    Parameters
    ----------
    touches, mouse
        How many touches, and how many presses and moves of a mouse, the session holds.
    """
    if user_agent:
        if re.search(r"iPad|Tablet|PlayBook|Silk|Android(?!.*Mobi)", user_agent):
            return "tablet"
        return "mobile" if re.search(r"Mobi|iPhone|iPod", user_agent) else "desktop"
    if viewport_w is None or viewport_h is None:
        return None if touches >= mouse else "desktop"
    if touches > mouse:
        side = min(viewport_w, viewport_h)
    elif mouse:
        return "desktop"
    else:
        # A narrow window may be a desktop's; one that is also upright hardly is.
        side = viewport_w if viewport_h > viewport_w else _TABLET_PX
    return "mobile" if side < _PHONE_PX else "tablet" if side < _TABLET_PX else "desktop"


def browser_of(user_agent: str | None) -> str | None:
    """The browser's name."""
    return next((name for sign, name in _BROWSERS if user_agent and sign in user_agent), None)


def system_of(user_agent: str | None) -> str | None:
    """The operating system's name."""
    return next((name for sign, name in _SYSTEMS if user_agent and sign in user_agent), None)
