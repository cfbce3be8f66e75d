"""How a page loads: largest paint, load, and what comes late."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any, Final

from simbench.site.capture.tab import Memory, Tab

__all__ = ["LOADS", "load_timeline"]

#: How often each page is loaded; the quickest counts, for a busy machine only ever makes it slower.
LOADS: Final = 3
#: Appearances closer together than this are one.
_BURST_MS: Final = 100.0


async def load_timeline(tab: Tab, url: str, memory: Memory, defects: Sequence[str]) -> dict[str, Any]:
    """Load a page a few times, cold, with the server's latencies; times are from the first byte of the page.

    Parameters
    ----------
    tab
        A tab with timeline.js.
    """
    runs = []
    for _ in range(LOADS):
        await tab.open(url, memory, defects)
        runs.append(await tab.page.evaluate("() => window[Symbol.for('simbench.timeline')]()"))
    return {
        "lcp_ms": _coarse(min(run["lcp"] for run in runs)),
        "load_ms": _coarse(min(run["load"] for run in runs)),
        "late": _late([{target: at for at, target in run["late"]} for run in runs]),
    }


def _coarse(ms: float) -> float:
    """Steps of 20 ms: what a second capture finds again."""
    return float(round(ms / 20) * 20)


def _late(runs: list[dict[str, float]]) -> list[dict[str, Any]]:
    """Bursts of elements that were late every time, by the median of their times."""
    always = [target for target in runs[0] if all(target in run for run in runs)]
    times = sorted((statistics.median(run[target] for run in runs), target) for target in always)
    bursts: list[tuple[float, list[str]]] = []
    for at, target in times:
        if bursts and at - bursts[-1][0] < _BURST_MS:
            bursts[-1][1].append(target)
        else:
            bursts.append((at, [target]))
    return [{"ms": _coarse(at), "targets": sorted(targets)} for at, targets in bursts]
