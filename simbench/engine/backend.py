"""How busy the server is: one queue a run, simulated before anything is played, and read by every shard.

Sessions share nothing but the server. So only the server needs one clock for all of them: a SimPy queue with
`servers` servers, to which the visits of the schedule send page requests. What a visitor then sees and does depends on
the others only through how long requests wait at that hour, which is a curve of time; it is computed here, once, and
each session can be played by itself, in any shard and on any worker, without a process in a common simulation. (What
that leaves out: a visitor who is kept waiting asks for less, which would relieve the server a little.)

Real load and simulated load
----------------------------
Waiting in a queue depends on how much work comes for each server (`load`) and, in proportion, on how long a request
takes; not on the unit of time. A run of 500 visits a day would leave any server idle, and one of a million would take
minutes to simulate. So each visit stands for `weight` visits of a busier server: requests are simulated as `weight`
times as long as they are, and the waits that come out are divided by `weight`. Visits beyond a budget are left out at
random (independent thinning leaves a Poisson process a Poisson process), and the others weigh more.

For a load that stays the same the expected wait that comes out is exact. For one that changes, queues build up and
empty `weight` times as slowly as they would under the busier traffic, so rises that are quicker than about
``weight * service / (servers * (1 - sqrt(load))**2)`` (its relaxation time) are smoothed: a quarter of an hour at the
planned peak of 500 visits a day, some hours in a run of several years. And the curve is noisier, by the square root
of `weight`.

The number of servers comes from the load that is planned: that of the ordinary week's busiest quarter of an hour,
without campaigns. There each server is busy for `PLANNED_LOAD` of the time. So ordinary evenings are a little slower
than mornings, and a campaign that nobody told the operators about makes pages slow. A queue that is longer than
`LONGEST_WAIT_MS` would allow turns requests away, as gateways do; those count as having waited that long.
"""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import simpy
from numpy.typing import NDArray
from scipy.special import ndtri

from simbench.engine.arrivals import DAY_MS, rate
from simbench.engine.randomness import stream
from simbench.engine.schedule import Schedule, epoch_ms
from simbench.scenario.model import Scenario
from simbench.site.model import Site

__all__ = ["BIN_MS", "LEAST_SERVERS", "LONGEST_WAIT_MS", "PLANNED_LOAD", "Backend", "make_backend", "queue_waits"]

#: Share of the time for which each server works at the busiest time that was planned for. Assumed, range 0.5 to 0.85.
PLANNED_LOAD: Final = 0.7
#: Nobody runs a shop on fewer workers. Assumed, range 2 to 16.
LEAST_SERVERS: Final = 4
#: A gateway gives up after so long. Assumed, range 5 000 to 60 000.
LONGEST_WAIT_MS: Final = 10_000.0
#: The curve is constant over bins of so long, and linear between their middles.
BIN_MS: Final = 1_800_000

#: Requests a visit: the inverse Gaussian of the depth of visits (Huberman, Pirolli, Pitkow and Lukose, Science 280,
#: 1998) with the mean and shape that they give for a large provider's users, as recalled; ranges 2 to 8 and 3 to 12.
_PAGES_MEAN: Final = 2.98
_PAGES_SHAPE: Final = 6.24
_MOST_PAGES: Final = 20
#: Time from page to page: lognormal. Assumed, ranges 10 000 to 60 000 and 0.7 to 1.3.
_THINK_MEDIAN_MS: Final = 25_000.0
_THINK_SIGMA: Final = 1.0

#: Bound on simulated requests: this many, or so many a day of a long run, whichever is more, but never above the last.
_REQUESTS: Final = 60_000
_REQUESTS_A_DAY: Final = 1_800
_MOST_REQUESTS: Final = 600_000


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Backend:
    """Waiting for a server, before a page's own `server_ms` begins.

    Attributes
    ----------
    servers
        How many requests are served at once.
    weight
        How many visits each simulated visit stands for.
    start_ms
        When the first bin begins (epoch ms); bins have `BIN_MS`.
    mean_ms
        Mean wait in each bin (float64, ms).
    delayed
        Share of requests in each bin that wait at all (float64).
    least_ms
        Shortest wait in each bin (float64, ms): 0 unless a queue has piled up.
    load
        Work that came in each bin for each server, as a share of what it can do (float64; above 1 queues grow).
    """

    servers: int
    weight: float
    start_ms: int
    mean_ms: NDArray[np.float64]
    delayed: NDArray[np.float64]
    least_ms: NDArray[np.float64]
    load: NDArray[np.float64]

    def wait_ms(self, t_ms: float | NDArray[Any], u: float | NDArray[np.float64] | None = None) -> NDArray[np.float64]:
        """How long a request waits that is sent at `t_ms` (epoch ms, any shape).

        Parameters
        ----------
        u
            A uniform number in [0, 1) for each request: then its wait is drawn; the mean of that time when left out.
            Those who wait do so for the shortest time and an exponential time more, as in the M/M/c queue at a load
            that stays the same (where the shortest is none).
        """
        place = (np.asarray(t_ms, dtype=np.float64) - self.start_ms) / BIN_MS - 0.5
        bins = np.arange(self.mean_ms.size)
        wait = np.interp(place, bins, self.mean_ms)
        if u is None:
            return wait
        delayed = np.maximum(np.interp(place, bins, self.delayed), 1e-12)
        least = np.minimum(np.interp(place, bins, self.least_ms), wait / delayed)
        tail = 1 - np.asarray(u, dtype=np.float64)  # in (0, 1]
        more = np.log(np.maximum(delayed / tail, 1.0)) * (wait / delayed - least)
        return np.where(tail <= delayed, np.minimum(least + more, LONGEST_WAIT_MS), 0.0)


def make_backend(scenario: Scenario, site: Site, schedule: Schedule) -> Backend:
    """Simulate the queue behind a site for all visits of a schedule."""
    seed = scenario.seed
    service_ms = np.array([page.server_ms for page in site.pages if page.server_ms > 0])
    mean_service = float(service_ms.mean()) if service_ms.size else 0.0
    start_ms = epoch_ms(scenario.start)
    n = len(schedule)
    if n == 0 or mean_service == 0:
        none = np.zeros(1)
        return Backend(
            servers=LEAST_SERVERS, weight=1.0, start_ms=start_ms, mean_ms=none, delayed=none, least_ms=none, load=none
        )

    pages = _pages(seed, n)
    servers, weight = plan(scenario, service_ms=mean_service)
    span_days = (int(schedule.start_ms[-1]) - start_ms) / DAY_MS
    budget = min(max(_REQUESTS, _REQUESTS_A_DAY * span_days), _MOST_REQUESTS)
    kept = min(1.0, budget / (n * _PAGES_MEAN))
    chosen = np.flatnonzero(stream(seed, "backend.thinning").random(n) < kept)
    weight /= kept

    sent_ms = _requests(seed, schedule.start_ms[chosen], pages[chosen], weight)
    order = np.argsort(sent_ms, kind="stable")
    page = (stream(seed, "backend.page").random(sent_ms.size) * service_ms.size).astype(np.int64)
    work_ms = service_ms[page] * -np.log1p(-stream(seed, "backend.service").random(sent_ms.size))
    sent_ms, work_ms = sent_ms[order], work_ms[order]
    wait = queue_waits(
        sent_ms - start_ms, work_ms * weight, servers, most_waiting=LONGEST_WAIT_MS * servers / mean_service
    )
    wait = np.fmin(wait / weight, LONGEST_WAIT_MS)  # of NaN and a number, fmin takes the number

    bins = np.maximum(sent_ms - start_ms, 0.0).astype(np.int64) // BIN_MS
    count = np.maximum(np.bincount(bins), 1)
    least = np.full(count.size, LONGEST_WAIT_MS)
    np.minimum.at(least, bins, wait)
    least[np.bincount(bins) == 0] = 0.0
    return Backend(
        servers=servers,
        weight=weight,
        start_ms=start_ms,
        mean_ms=np.round(np.bincount(bins, wait) / count, 3),
        delayed=np.round(np.bincount(bins, wait > 0) / count, 6),
        least_ms=np.round(least, 3),
        load=np.round(np.bincount(bins, work_ms) * weight / (servers * BIN_MS), 6),
    )


def plan(scenario: Scenario, *, service_ms: float) -> tuple[int, float]:
    """How many servers the planned load asks for, and how many visits each visit stands for.

    `service_ms` is the mean work of a request.
    """
    week = rate(
        from_ms=0,
        until_ms=14 * DAY_MS,
        timezone="UTC",
        per_day=scenario.arrivals.per_day,
        peak_hour=scenario.arrivals.peak_hour,
        weekend=scenario.arrivals.weekend,
    )
    busy = week.peak_per_ms * _PAGES_MEAN * service_ms  # servers at work, on average, at the planned peak
    servers = max(LEAST_SERVERS, int(np.ceil(busy / PLANNED_LOAD)))
    return servers, servers * PLANNED_LOAD / busy


def queue_waits(
    sent_ms: NDArray[np.float64], work_ms: NDArray[np.float64], servers: int, *, most_waiting: float = np.inf
) -> NDArray[np.float64]:
    """How long each request waits for one of `servers` servers, first come, first served: a SimPy simulation.

    Parameters
    ----------
    sent_ms
        When requests are sent, in order.
    work_ms
        How long each keeps a server busy.
    most_waiting
        Requests that find so many others waiting are turned away.

    Returns
    -------
    Array of float64, ms; NaN for requests that were turned away.
    """
    env = simpy.Environment()
    queue = simpy.Store(env)
    sent, work = sent_ms.tolist(), work_ms.tolist()
    waits = [np.nan] * len(sent)

    def server() -> Generator[Any, int, None]:
        while True:
            place = yield queue.get()
            waits[place] = env.now - sent[place]
            yield env.timeout(work[place])

    def traffic() -> Generator[Any, None, None]:
        for place, moment in enumerate(sent):
            yield env.timeout(max(moment - env.now, 0.0))
            if len(queue.items) < most_waiting:
                queue.put(place)

    # A process for each server and one for the traffic: cheaper than one for each request, and the same queue.
    for _ in range(servers):
        env.process(server())
    env.process(traffic())
    env.run()
    return np.array(waits, dtype=np.float64)


def _pages(seed: int, visits: int) -> NDArray[np.int64]:
    """Requests of each visit: inverse Gaussian, rounded, at least 1 (Michael, Schucany and Haas 1976)."""
    z = ndtri(np.maximum(stream(seed, "backend.pages").random(visits), 2.0**-53))
    mean, shape = _PAGES_MEAN, _PAGES_SHAPE
    y = z * z
    small = mean + mean * (mean * y - np.sqrt(4 * mean * shape * y + (mean * y) ** 2)) / (2 * shape)
    other = stream(seed, "backend.pages-branch").random(visits) > mean / (mean + small)
    depth = np.where(other, mean * mean / small, small)
    return np.clip(np.round(depth), 1, _MOST_PAGES).astype(np.int64)


def _requests(seed: int, start_ms: NDArray[np.int64], pages: NDArray[np.int64], weight: float) -> NDArray[np.float64]:
    """When the requests of visits are sent: the first as the visit begins, the others a time to think apart."""
    visit = np.repeat(np.arange(pages.size), pages)
    u = np.maximum(stream(seed, "backend.think").random(visit.size), 2.0**-53)
    think = _THINK_MEDIAN_MS * np.exp(_THINK_SIGMA * ndtri(u))
    begins = np.cumsum(pages) - pages
    think[begins] = 0.0
    elapsed = np.cumsum(think)
    sent = start_ms[visit] + elapsed - elapsed[begins][visit]
    # A visit's requests stand for those of many visits of about the same time; they must not come in one clump.
    spread = min((weight - 1) * _THINK_MEDIAN_MS, BIN_MS / 2)
    return sent + spread * (2 * stream(seed, "backend.spread").random(visit.size) - 1)
