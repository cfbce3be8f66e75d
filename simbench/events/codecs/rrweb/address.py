"""URLs as a run holds them: without query, fragment, user name or anything typed; and the page that they belong to."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final
from urllib.parse import parse_qs, urljoin, urlsplit

__all__ = ["campaign_of", "clean_url", "group_path", "page_of", "traffic_source"]

_LONGEST: Final = 2000
_SEGMENT_ID: Final = re.compile(
    r"""
      \d[\d._-]*                                                       # 17, 2026-03-02
    | [0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}     # a UUID
    | (?=[a-f]*\d)[0-9a-f]{8,}                                         # a hash in hexadecimal
    | [0-9a-hjkmnp-tv-z]{26}                                           # a ULID
    """,
    re.VERBOSE | re.IGNORECASE,
)
#: A long token of mixed case with digits, as base64 and nanoid make them.
_TOKEN: Final = re.compile(r"(?=.*[a-z])(?=.*[A-Z])(?=.*\d)[A-Za-z0-9_-]{16,}")

_PAID: Final = re.compile(r"cpc|ppc|cpm|cpv|cpa|paid.*|display|banner|retargeting|ads?")


def _is_id(segment: str) -> bool:
    plain = segment.replace("%40", "@")
    return bool("@" in plain or _SEGMENT_ID.fullmatch(segment) or _TOKEN.fullmatch(segment))


def group_path(path: str) -> str:
    """Group a URL's path: segments that are ids, hashes or mail addresses become ``:id``; no slash at the end.

    Examples
    --------
    >>> group_path("/orders/2041/edit"), group_path("/p/lamp-01/"), group_path("")
    ('/orders/:id/edit', '/p/lamp-01', '/')
    """
    segments = [":id" if _is_id(part) else part for part in path.split("/") if part]
    return "/" + "/".join(segments)


def page_of(url: str) -> str:
    """The page of a cleaned URL: its grouped path, or its scheme where it has no path (``about:``).

    Examples
    --------
    >>> page_of("https://shop.example/product/81"), page_of("about:")
    ('/product/:id', 'about:')
    """
    scheme, colon, rest = url.partition(":")
    if colon and not rest:
        return scheme + ":"
    return group_path(urlsplit(url).path)


def clean_url(href: str, *, typed: Callable[[str], bool] = lambda _: False, within: str | None = None) -> str | None:
    """`href` without query, fragment, user name and mail addresses; null where it is no URL.

    Parameters
    ----------
    typed
        Says whether a segment of the path shows what a visitor typed (`TypedText.hides`); such a one becomes ``:id``.
    within
        The URL of the page, for a relative `href`.

    Examples
    --------
    >>> clean_url("https://anna:pw@shop.example/search/lamp?q=lamp#top")
    'https://shop.example/search/lamp'
    >>> clean_url("mailto:anna@shop.example")
    'mailto:'
    """
    href = "".join(character for character in href[:_LONGEST] if character.isprintable()).strip()
    try:
        parts = urlsplit(urljoin(within, href) if within is not None else href)
        host = parts.hostname or ""
        if ":" in host:
            host = f"[{host}]"
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return None
    if parts.scheme not in ("http", "https", "file", "ws", "wss", ""):
        return f"{parts.scheme}:"
    segments = parts.path.split("/")
    hidden = [":id" if "@" in part.replace("%40", "@") or (part and typed(part)) else part for part in segments]
    origin = f"{parts.scheme}://{host}{port}" if parts.scheme else f"//{host}{port}" if host else ""
    return origin + "/".join(hidden)


def campaign_of(href: str) -> dict[str, str]:
    """The utm_source, utm_medium and utm_campaign of a landing URL, as far as it has them."""
    try:
        query = parse_qs(urlsplit(href[:_LONGEST]).query, max_num_fields=100)
    except ValueError:
        return {}
    found = {}
    for name in ("utm_source", "utm_medium", "utm_campaign"):
        value = "".join(character for character in query.get(name, [""])[0] if character.isprintable())[:80]
        if value and "@" not in value:
            found[name] = value
    return found


def traffic_source(campaign: dict[str, str]) -> str | None:
    """Where a visitor came from, by the campaign's medium; null where that is not said.

    Examples
    --------
    >>> traffic_source({"utm_medium": "cpc"}), traffic_source({})
    ('paid', None)
    """
    medium = campaign.get("utm_medium", "").lower()
    if _PAID.fullmatch(medium):
        return "paid"
    for word, source in (("mail", "email"), ("social", "social"), ("organic", "organic"), ("referral", "referral")):
        if word in medium:
            return source
    return None
