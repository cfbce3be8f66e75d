"""What a page looks like to the eye, and its document."""

from __future__ import annotations

import base64
import gzip
from typing import Any, Final

from simbench.site.capture.tab import Tab

__all__ = ["COARSE_QUALITY", "QUALITY", "document_of", "screenshot_of"]

#: Of WebP, 0 to 100: small print can be read under a heatmap, and skies show no bands.
QUALITY: Final = 7
#: For what is looked at more rarely: second viewports, other states, defects.
COARSE_QUALITY: Final = 4


async def screenshot_of(tab: Tab, quality: int) -> bytes:
    """The whole page as WebP, one picture px a CSS px."""
    wanted: dict[str, Any] = {"format": "webp", "quality": quality, "captureBeyondViewport": True}
    told = await tab.cdp.send("Page.captureScreenshot", wanted)
    return base64.b64decode(told["data"])


async def document_of(tab: Tab) -> bytes:
    """The document as it stands, gzipped HTML; what was typed into fields is not in it."""
    html: str = await tab.page.evaluate("() => '<!doctype html>\\n' + document.documentElement.outerHTML")
    return gzip.compress(html.encode(), compresslevel=9, mtime=0)
