"""How planted defects get into a page: a style at the end of the head, a script at the end of the body.

The patches carry no name: nothing in the page says that it was patched, or by which defect.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from simbench.site.declaration import Defect

__all__ = ["active_defects", "inject"]

_HEAD_END = re.compile(rb"</head\s*>", re.IGNORECASE)
_BODY_END = re.compile(rb"</body\s*>", re.IGNORECASE)
_STYLE_END = re.compile(rb"</(style)", re.IGNORECASE)
_SCRIPT_END = re.compile(rb"</(script)", re.IGNORECASE)


def active_defects(defects: Sequence[Defect], page: str, variant: str) -> list[Defect]:
    """The defects that a `variant` cookie (ids joined by dots) switches on for `page`, in the order of site.yaml.

    Unknown ids are ignored: the cookie comes from outside.
    """
    wanted = set(variant.split("."))
    return [defect for defect in defects if defect.page == page and defect.id in wanted]


def inject(html: bytes, folder: Path, defects: Iterable[Defect]) -> bytes:
    """`html` with the patches of `defects`, whose files lie in `folder`."""
    styles = b""
    scripts = b""
    for defect in defects:
        if defect.css:
            # Inside a <style>, only "</style" could end it too early; CSS reads "<\/" in a string or a comment alike.
            styles += b"<style>" + _STYLE_END.sub(rb"<\\/\1", (folder / defect.css).read_bytes()) + b"</style>\n"
        if defect.js:
            scripts += b"<script>" + _SCRIPT_END.sub(rb"<\\/\1", (folder / defect.js).read_bytes()) + b"</script>\n"
    return _before(_before(html, _HEAD_END.search(html), styles), None, scripts)


def _before(html: bytes, mark: re.Match[bytes] | None, patch: bytes) -> bytes:
    """`html` with `patch` before `mark`, or before the last end of a body where no mark is given."""
    if not patch:
        return html
    if mark is None:
        for found in _BODY_END.finditer(html):
            mark = found
    at = mark.start() if mark else len(html)
    return html[:at] + patch + html[at:]
