"""An analysis in numbers: who came, what was found, page by page and device by device."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

import pyarrow as pa

from simbench.core.maps import Maps
from simbench.core.scroll_map import ScrollMap
from simbench.events.schema import KINDS

__all__ = ["summarise"]


def summarise(findings: pa.Table, maps: Maps, sessions: pa.Table) -> dict[str, Any]:
    """The counts of `analysis.json`.

    Returns
    -------
    A dict with ``sessions``, ``views``, ``clicks``, ``findings`` (in all and by kind, with the sessions concerned) and
    ``pages``: one entry a page and device, most viewed first.
    """
    device = dict(zip(sessions["session"].to_pylist(), sessions["device"].to_pylist(), strict=True))
    kinds: dict[str, list[str]] = defaultdict(list)
    by_page: dict[tuple[str | None, str | None], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    rows = zip(*(findings[name].to_pylist() for name in ("kind", "session", "page")), strict=True)
    for kind, session, page in rows:
        if session is not None:
            kinds[kind].append(session)
            by_page[page, device.get(session)][kind] += 1
    whole = {place: found for place, found in maps.click.items() if place.state is None}
    scrolls: dict[tuple[str | None, str | None], ScrollMap] = {}
    for place, found in maps.scroll.items():
        key = place.page, place.device
        scrolls[key] = scrolls[key].merge(found) if key in scrolls else found
    pages: list[dict[str, Any]] = []
    for key, scroll in scrolls.items():
        clicks = sum(found.clicks for place, found in whole.items() if (place.page, place.device) == key)
        pages.append(
            {
                "page": key[0],
                "device": key[1],
                "views": scroll.views,
                "sessions": scroll.sessions,
                "clicks": clicks,
                "median_depth_percent": scroll.depth_of(0.5),
                "findings": {kind: by_page[key][kind] for kind in KINDS if by_page[key][kind]},
            }
        )
    pages.sort(key=lambda page: (-page["views"], page["page"] or "", page["device"] or ""))
    return {
        "sessions": sessions.num_rows,
        "views": sum(found.views for found in maps.scroll.values()),
        "clicks": sum(found.clicks for found in whole.values()),
        "findings": {
            kind: {"findings": len(kinds[kind]), "sessions": len(set(kinds[kind]))} for kind in KINDS if kinds[kind]
        },
        "pages": pages,
    }
