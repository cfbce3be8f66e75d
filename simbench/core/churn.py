"""Changes of the document that come by themselves: clocks, tickers, carousels that turn on their own.

A recording of a page with a ticker answers every press, if any change counts. So each page view is asked how often the
document changes while the person does nothing, and by how much.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from simbench.core.stream import Floats, Ints, Stream

__all__ = ["Churn", "find_churn"]

#: A change this long after the last act of the person, the network or the page's loading has no visible cause. The
#: usual wait for a page to become quiet is .5 s; twice that.
_IDLE_MS: Final = 1000
#: Fewer causeless changes in a view are late answers (an image that comes in), not a habit of the page.
_LEAST: Final = 3
#: A change this many times larger than any causeless one is of another sort.
_LARGER: Final = 2.0

_CAUSES: Final = (
    "pageview", "pointerdown", "pointerup", "click", "dblclick", "touchstart", "touchend", "keydown", "input", "change",
    "focus", "blur", "scroll", "submit", "popstate", "visibility", "resize",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Churn:
    """The changes of a stream, sorted out.

    Attributes
    ----------
    telling
        Positions of `mutation` events that mean something: their view does not change by itself, or not as much.
    common
        Positions of those that look like the view's own churn.
    per_ms
        Rate of causeless changes, one a row of the views table, and 0 for view -1; 0 where the view is quiet.
    """

    telling: Ints
    common: Ints
    per_ms: Floats


def find_churn(stream: Stream) -> Churn:
    """Estimate each view's churn from the times at which nobody did anything."""
    views = stream.views.num_rows
    changes = stream.where("mutation")
    sizes = stream.numbers("value", changes)
    changes, sizes = changes[sizes != 0], sizes[sizes != 0]
    view = stream.view[changes]
    per_ms = np.zeros(views + 1)
    if len(changes) == 0 or views == 0:
        return Churn(telling=changes, common=changes[:0], per_ms=per_ms)
    causes = stream.where(*_CAUSES)
    idle = _since(stream, changes, causes) > _IDLE_MS
    idle &= view >= 0
    counts = np.bincount(view[idle], minlength=views)
    quiet_ms = _quiet(stream, causes, views)
    habit = counts >= _LEAST
    per_ms[:-1] = np.where(habit, counts / np.maximum(quiet_ms, _IDLE_MS), 0.0)
    largest = np.zeros(views)
    np.maximum.at(largest, view[idle], np.nan_to_num(sizes[idle]))
    common = (view >= 0) & habit[view] & ~(sizes > _LARGER * largest[view])
    return Churn(telling=changes[~common], common=changes[common], per_ms=per_ms)


def _since(stream: Stream, at: Ints, causes: Ints) -> Ints:
    """Time since the last cause in the same session; very long where there was none."""
    before = np.searchsorted(causes, at) - 1
    cause = causes[np.maximum(before, 0)] if len(causes) else np.zeros(len(at), dtype=np.int64)
    apart = stream.axis_ms[at] - stream.axis_ms[cause]
    return np.where((before >= 0) & (stream.session[cause] == stream.session[at]), apart, 2**40)


def _quiet(stream: Stream, causes: Ints, views: int) -> Floats:
    """How long each view was without a cause for more than the idle time, ms."""
    view = stream.view
    edge = np.flatnonzero(np.diff(view) != 0)
    starts = np.concatenate([[0], edge + 1])
    stops = np.append(edge, len(view) - 1)
    span = stream.axis_ms[stops] - stream.axis_ms[starts]
    same_session = stream.session[starts] == stream.session[stops]
    known = (view[starts] >= 0) & same_session
    total = _sums(view[starts][known], span[known], views)
    if len(causes) == 0:
        return total
    # From each cause to the next in the same view, at most the idle time, is not quiet.
    following = np.append(causes[1:], causes[-1])
    apart = np.where(
        stream.view[following] == stream.view[causes], stream.axis_ms[following] - stream.axis_ms[causes], _IDLE_MS
    )
    busy = np.minimum(apart, _IDLE_MS)
    in_view = stream.view[causes] >= 0
    return total - _sums(stream.view[causes][in_view], busy[in_view], views)


def _sums(group: Ints, amount: Ints, groups: int) -> Floats:
    return np.asarray(np.bincount(group, weights=amount.astype(np.float64), minlength=groups), dtype=np.float64)
