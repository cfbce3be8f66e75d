"""The recording of one visit: rrweb's events as they leave the page, and what may be kept of them."""

from __future__ import annotations

import gzip
import io
import json
import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final

from simbench.engine.browser.tab import Tab
from simbench.errors import OutsideFailure
from simbench.site.capture.tab import script

__all__ = ["Recording", "page_script"]

#: Where npm puts the recorder, seen from the top of the checkout.
_RRWEB: Final = Path(__file__).parents[3] / "node_modules" / "rrweb" / "dist" / "rrweb.umd.min.cjs"
#: Typed text shorter than this is no secret, and stands everywhere.
_LEAST_SECRET: Final = 4
_TAGGED: Final = 5
_META: Final = 4
#: `start` runs before or after the recorder itself, as the browser likes.
_START: Final = """(() => {
    const options = %s, recorder = window[Symbol.for('simbench.recorder')];
    if (recorder) recorder.start(options); else window[Symbol.for('simbench.start')] = options;
})()"""
_END: Final = "() => window[Symbol.for('simbench.recorder')].end()"


def page_script(*, records: bool) -> str:
    """What runs in every document of a visit before its own scripts.

    Raises
    ------
    OutsideFailure
        The recorder is not installed.
    """
    parts = [script("selector.js"), _beside("witness.js")]
    if records:
        if not _RRWEB.is_file():
            raise OutsideFailure("this needs rrweb, the recorder: run `npm ci` in the checkout (./dev test does)")
        parts += [_RRWEB.read_text(encoding="utf-8"), _beside("recorder.js")]
    return "\n;\n".join(parts)


@cache
def _beside(name: str) -> str:
    return (Path(__file__).parent / name).read_text(encoding="utf-8")


class Recording:
    """What one visit's recorder told.

    Attributes
    ----------
    documents
        Of each recorded document, in order: the number of its page view.
    """

    def __init__(self, *, mask: bool, pages: frozenset[str] | None) -> None:
        self.documents: list[int] = []
        self._lines: list[str] = []
        self._options = json.dumps({"mask": mask})
        self._pages = pages

    def add(self, line: str) -> None:
        """Take in an event."""
        self._lines.append(line)

    def __len__(self) -> int:
        return len(self._lines)

    async def page(self, tab: Tab, view: int, page: str, *, first: bool) -> None:
        """A page is open that may be recorded; on the `first`, recording begins."""
        if self._pages is not None:
            if page in self._pages:
                await tab.evaluate(_START % self._options)
                self.documents.append(view)
            return
        if first:
            await tab.page.add_init_script(_START % self._options)
            await tab.evaluate(_START % self._options)
        self.documents.append(view)

    async def end(self, tab: Tab) -> None:
        """The tab is about to be closed: nothing more is recorded."""
        if self.documents:
            await tab.evaluate(_END)

    def events(self) -> list[dict[str, Any]]:
        """The events, in the order in which the page told them."""
        return [json.loads(line) for line in self._lines]

    def packed(self, origin: str, secrets: Iterable[str]) -> bytes:
        """The recording as it is kept: without the queries of addresses, and without what was typed into forms.

        The recorder masks fields; what a page shows elsewhere of what was typed (a greeting, an order) is masked here.
        """
        asked = re.compile(re.escape(origin) + r"([^\s\"?#\\]*)[?#][^\s\"\\)<]*")
        lines = [asked.sub(origin + r"\1", line) for line in self._lines]
        for secret in sorted({s for s in secrets if len(s) >= _LEAST_SECRET}, key=len, reverse=True):
            inside = json.dumps(secret)[1:-1]
            lines = [line.replace(inside, "*" * len(secret)) for line in lines]
        packed = io.BytesIO()
        with gzip.GzipFile(filename="", fileobj=packed, mode="wb", mtime=0) as file:
            file.write(("[" + ",\n".join(lines) + "]\n").encode())
        return packed.getvalue()
