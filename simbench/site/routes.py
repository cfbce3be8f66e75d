"""Which page a URL belongs to."""

from __future__ import annotations

from collections.abc import Iterable
from urllib.parse import urlsplit

__all__ = ["page_of"]


def page_of(url: str, pages: Iterable[str]) -> str:
    """The grouped path among `pages` that `url` belongs to; the empty string where there is none.

    Scheme, host, query and fragment are ignored. A page that names a segment goes before one that leaves it open.

    Examples
    --------
    >>> page_of("/product/lamp?x=1", ["/", "/product/:id"])
    '/product/:id'
    >>> page_of("/product/new", ["/product/:id", "/product/new"])
    '/product/new'
    >>> page_of("/elsewhere", ["/"])
    ''
    """
    segments = _segments(urlsplit(url).path)
    best = ""
    least_open = len(segments) + 1
    for page in pages:
        pattern = _segments(page)
        if len(pattern) != len(segments):
            continue
        if not all(part.startswith(":") or part == segment for part, segment in zip(pattern, segments, strict=True)):
            continue
        left_open = sum(part.startswith(":") for part in pattern)
        if left_open < least_open:
            best, least_open = page, left_open
    return best


def _segments(path: str) -> list[str]:
    return [part for part in path.split("/") if part]
