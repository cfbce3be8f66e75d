"""Which visits belong to the same visitor.

A returning visit is either by somebody whom the run has not seen (who came before it began), or it continues an earlier
visit of the run. For the latter a time since the last visit is drawn, and it continues the last visit of the same
persona before that; so what follows from the visitor (persona, variant, machine) is inherited along the chain. The
choice looks back only, hence a longer run extends a shorter one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr, ndtri

from simbench.engine.arrivals import DAY_MS
from simbench.engine.machines import Returning
from simbench.engine.randomness import stream

__all__ = ["Visitors", "share_of_first_visits", "visitors_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitors:
    """Who makes each visit (arrays with one entry a visit, in order of time).

    first
        Index of the visitor's first visit in the run (int64).
    visit_no
        Which visit of that visitor it is, from 1, those before the run included (int16).
    previous
        Index of the visitor's visit before this one in the run, -1 where there is none (int64).
    """

    first: NDArray[np.int64]
    visit_no: NDArray[np.int16]
    previous: NDArray[np.int64]


def share_of_first_visits(new: float, back: Returning) -> float:
    """Which share of a persona's visits are by visitors whom the run has not seen, `new` being those of new visitors.

    It turns shares of visitors into shares of visits: who comes twice makes two visits.
    """
    return new + (1 - new) * back.earlier_share


def visitors_of(
    *, seed: int, start_ms: NDArray[np.int64], persona: NDArray[np.int16], is_new: NDArray[np.bool_], back: Returning
) -> Visitors:
    """Assign visits to visitors.

    Parameters
    ----------
    start_ms
        When visits begin, in order (epoch ms).
    persona
        Whose visits they are; a visitor has one persona.
    is_new
        Visits by visitors who were never here before.
    """
    n = start_ms.size
    before = ~is_new & (stream(seed, "visitors.earlier").random(n) < back.earlier_share)
    parent = np.arange(n, dtype=np.int64)
    u = stream(seed, "visitors.gap").random(n)
    log_median = np.log(back.gap_days.lognormal.median * DAY_MS)
    sigma = back.gap_days.lognormal.sigma
    for group in np.unique(persona):
        members = np.flatnonzero(persona == group)
        times = start_ms[members].astype(np.float64)
        # A gap within what has passed since the persona's first visit, so that there is always somebody to come back.
        low = ndtr((np.log(back.least_gap_ms) - log_median) / sigma)
        high = ndtr((np.log(np.maximum(times - times[0], 1.0)) - log_median) / sigma)
        gap = np.exp(log_median + sigma * ndtri(low + u[members] * (high - low)))
        continues = (~is_new & ~before)[members] & (high > low)
        last = np.searchsorted(times, times - gap, side="right") - 1
        continues &= last >= 0
        parent[members[continues]] = members[last[continues]]
    # Two visits that continue one and the same may fall together; nobody is in two visits at once.
    first = _roots(parent)
    order = np.lexsort((start_ms, first))
    clash = (np.diff(start_ms[order]) < back.least_gap_ms) & (np.diff(first[order]) == 0)
    parent[order[1:][clash]] = order[1:][clash]
    first = _roots(parent)
    # Places in each visitor's own sequence, and how many visits went before the run.
    order = np.argsort(first, kind="stable")
    begins = np.r_[True, np.diff(first[order]) > 0] if n else np.empty(0, dtype=bool)
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n) - np.maximum.accumulate(np.where(begins, np.arange(n), 0))
    previous = np.full(n, -1, dtype=np.int64)
    previous[order[1:]] = np.where(begins[1:], -1, order[:-1])
    u = stream(seed, "visitors.visits-before").random(n)
    more = np.floor(np.log1p(-u) / np.log1p(-1 / (1 + back.earlier_more))).astype(np.int64)
    earlier = np.where(is_new, 0, 1 + more)
    return Visitors(
        first=first, visit_no=np.minimum(1 + earlier[first] + place, 32_767).astype(np.int16), previous=previous
    )


def _roots(parent: NDArray[np.int64]) -> NDArray[np.int64]:
    """The beginning of each chain, by pointer jumping (the number of rounds is the logarithm of the longest chain)."""
    root = parent.copy()
    while True:
        further = root[root]
        if np.array_equal(further, root):
            return root
        root = further
