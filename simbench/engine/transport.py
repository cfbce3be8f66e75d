"""What the wire does to recorded events: batches, delays, losses, duplicates, late arrivals, and clocks that are wrong.

A recorder keeps events for a few seconds and sends them together; what fails is a request, not an event. So the three
faults strike batches: a *lost* one never arrives, a *duplicate* arrives a second time (its answer was lost, and the
recorder tried again), a *reordered* one is held up and overtaken by what is sent meanwhile. Every batch is
struck with the probability that the scenario names, hence the expected share of events is that probability too.

Everything works on columns of a whole shard. Draws come from streams of their own, keyed by shard, one number a batch
whether the fault is on or not: turning one fault up leaves the others where they were.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from simbench.engine.randomness import stream
from simbench.scenario.model import Faults

__all__ = ["BATCH_MS", "LATENCY_MS", "Delivery", "transmit"]

#: A recorder sends what it has so often; at the end of a visit it goes at once. Assumed, range 1 000 to 10 000.
BATCH_MS: Final = 3_000
#: From page to collector when nothing goes wrong. Assumed, range 20 to 300.
LATENCY_MS: Final = 60
#: Spread of the delay (log-sd) where the wire has faults at all. Assumed, range 0.3 to 1.
_LATENCY_SIGMA: Final = 0.6
#: A sender tries again after so long. Assumed, range 2 000 to 10 000.
_RETRY_MS: Final = 5_000
#: How many intervals of sending a batch that is overtaken comes late, at least and at most. Assumed.
_LATE_BATCHES: Final = (1.2, 4.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """What arrives, in the order of the table: by session, and within it as it arrived.

    rows
        Index into the events that were handed in (int64, shape (k,)); lost ones are missing, duplicates occur twice.
    time_ms
        By the page's clock: the true time and the skew (int64, epoch ms).
    received_ms
        By the collector's clock, which is right (int64, epoch ms).
    """

    rows: NDArray[np.int64]
    time_ms: NDArray[np.int64]
    received_ms: NDArray[np.int64]


def transmit(
    faults: Faults,
    *,
    seed: int,
    shard: int,
    session: NDArray[np.integer],
    time_ms: NDArray[np.int64],
    skew_ms: NDArray[np.float64],
) -> Delivery:
    """Send one shard's events.

    Parameters
    ----------
    faults
        Shares, as the scenario says.
    session
        Which of the shard's sessions each event is of, from 0; the events of a session stand together, sessions in
        ascending order, and events in the order in which the page made them (`seq`).
    time_ms
        When each event happened, by the true clock (epoch ms), never falling within a session.
    skew_ms
        How far the page's clock is ahead, one number a session of the shard, whether or not it has events.
    """
    n = session.size
    if n == 0:
        none = np.empty(0, dtype=np.int64)
        return Delivery(rows=none, time_ms=none.copy(), received_ms=none.copy())
    first = np.flatnonzero(np.r_[True, session[1:] != session[:-1]])
    counts = np.diff(np.r_[first, n])
    begin_ms = np.repeat(time_ms[first], counts)
    # Batches go at a session's own rhythm, from its first event on; the last goes as the page is left.
    tick = ((time_ms - begin_ms).astype(np.int32) // np.int32(BATCH_MS)).astype(np.int32)
    opens = np.empty(n, dtype=bool)
    np.not_equal(tick[1:], tick[:-1], out=opens[1:])
    opens[first] = True
    starts = np.flatnonzero(opens)
    sizes = np.diff(np.r_[starts, n])
    owner = session[starts]
    last_ms = np.repeat(time_ms[first + counts - 1], np.add.reduceat(opens, first))
    sent = np.minimum(begin_ms[starts] + (tick[starts].astype(np.int64) + 1) * BATCH_MS, last_ms)
    page_ms = time_ms + np.repeat(np.round(skew_ms).astype(np.int64)[session[first]], counts)
    if faults.loss == faults.duplicate == faults.reorder == 0:
        return Delivery(rows=np.arange(n), time_ms=page_ms, received_ms=np.repeat(sent + LATENCY_MS, sizes))

    def uniform(purpose: str) -> NDArray[np.float64]:
        return stream(seed, f"transport.{purpose}", shard).random(starts.size)

    lost = uniform("loss") < faults.loss
    twice = uniform("duplicate") < faults.duplicate
    late = uniform("reorder") < faults.reorder
    arrives = sent + LATENCY_MS * np.exp(_LATENCY_SIGMA * ndtri(np.maximum(uniform("latency"), 2.0**-53)))
    # Requests of one recorder queue behind one another: only what is called reordered is out of order.
    arrives = _in_order(np.floor(arrives).astype(np.int64), owner)
    low, high = _LATE_BATCHES
    arrives += np.where(late, BATCH_MS * (low + (high - low) * uniform("reorder-delay")), 0.0).astype(np.int64)
    again = arrives + (_RETRY_MS * (1 + uniform("duplicate-delay"))).astype(np.int64)

    kept, copies = np.flatnonzero(~lost), np.flatnonzero(twice & ~lost)
    batch = np.concatenate([kept, copies])
    received = np.concatenate([arrives[kept], again[copies]])
    order = np.lexsort((batch, received, owner[batch]))
    batch, received = batch[order], received[order]
    many = sizes[batch]
    # Rows of one batch after the other: each batch's first row, counted on.
    rows = np.arange(many.sum()) + np.repeat(starts[batch] - (np.cumsum(many) - many), many)
    return Delivery(rows=rows, time_ms=page_ms.take(rows), received_ms=np.repeat(received, many))


def _in_order(times: NDArray[np.int64], owner: NDArray[np.integer]) -> NDArray[np.int64]:
    """The running maximum within each owner (owners in ascending order): nobody overtakes."""
    # Each owner's times are lifted above all of the owners before, so that one running maximum serves them all.
    low = times.min()
    lift = np.cumsum(np.r_[True, np.diff(owner) != 0]) * (times.max() - low + 1)
    return np.maximum.accumulate(times - low + lift) - lift + low
