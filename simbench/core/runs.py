"""Runs: consecutive presses that belong together, found without a loop over presses."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from simbench.core.presses import Presses
from simbench.core.stream import Bools, Ints

__all__ = ["gaps_ms", "linked_runs", "near", "spans"]


def linked_runs(linked: Bools) -> tuple[Ints, Ints]:
    """First and last index of each run.

    Parameters
    ----------
    linked
        One entry a press: whether it goes on from the one before it; the first never does.
    """
    if len(linked) == 0:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
    first = np.flatnonzero(~linked)
    return first, np.append(first[1:], len(linked)) - 1


def near(presses: Presses, gap_ms: float, apart_px: float) -> Bools:
    """Whether each press follows its predecessor in place and time: on the same element, or close to it.

    Time is counted from press to press; both must lie in one page view.
    """
    linked = np.zeros(len(presses), dtype=bool)
    if len(presses) < 2:
        return linked
    together = (np.diff(presses.session) == 0) & (np.diff(presses.view) == 0)
    soon = np.diff(presses.down_ms) <= gap_ms
    apart = np.hypot(np.diff(presses.x), np.diff(presses.y))
    linked[1:] = together & soon & ((np.diff(presses.place) == 0) | (apart <= apart_px))
    return linked


def gaps_ms(presses: Presses, first: int, last: int) -> list[int]:
    """Times from press to press of one run, ms."""
    return np.diff(presses.down_ms[first : last + 1]).tolist()


def spans(first: Ints, last: Ints) -> Iterator[tuple[int, int]]:
    """Pairs of Python integers, for the few runs that become findings."""
    return zip(first.tolist(), last.tolist(), strict=True)
