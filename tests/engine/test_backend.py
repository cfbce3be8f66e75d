"""The backend's queue agrees with theory, is deterministic, and makes peaks and campaigns slow."""

from __future__ import annotations

from functools import cache
from math import factorial
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats
from small_shop import small_scenario, small_site

from simbench.engine.arrivals import DAY_MS
from simbench.engine.backend import (
    BIN_MS,
    LEAST_SERVERS,
    LONGEST_WAIT_MS,
    PLANNED_LOAD,
    Backend,
    make_backend,
    plan,
    queue_waits,
)
from simbench.engine.randomness import stream
from simbench.engine.schedule import make_schedule

SITE = small_site(server_ms=140.0)
SERVICE_MS = 140.0
EVENING = slice(36, 44)  # half hours from 18 to 22, local time
SPRING = {
    "name": "spring",
    "source": "paid",
    "landing": "/",
    "extra_per_day": 400.0,
    "from": "2026-03-11T23:00:00Z",
    "until": "2026-03-12T23:00:00Z",
}


def made(**changes: Any) -> Backend:
    scenario = small_scenario(**{"sessions": 11_000, **changes})
    return make_backend(scenario, SITE, make_schedule(scenario, SITE))


@cache
def plain() -> Backend:
    """Three weeks of 500 visits a day."""
    return made()


@cache
def busy() -> Backend:
    """The same with a campaign."""
    return made(campaigns=[SPRING])


def erlang_c(servers: int, load: float) -> float:
    """Probability of having to wait in the M/M/c queue (Erlang 1917)."""
    work = servers * load
    top = work**servers / factorial(servers) / (1 - load)
    return top / (sum(work**k / factorial(k) for k in range(servers)) + top)


def poisson(load: float, servers: int, n: int) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Poisson arrivals and exponential work of mean 1."""
    sent = np.cumsum(-np.log1p(-stream(5, "test.sent").random(n))) / (servers * load)
    return sent, -np.log1p(-stream(5, "test.work").random(n))


@pytest.mark.parametrize(("servers", "load"), [(1, 0.5), (4, 0.7), (4, 0.85), (16, 0.9)])
def test_waits_agree_with_erlang_c(servers: int, load: float) -> None:
    """Mean wait and share of delayed within 3.7 standard errors by 25 batch means. False alarms: 1 in 1000 each."""
    wait = queue_waits(*poisson(load, servers, 26_000), servers)[1000:]
    delay = erlang_c(servers, load)
    for found, theory in ((wait, delay / (servers * (1 - load))), (wait > 0, delay)):
        batches = found.reshape(25, -1).mean(axis=1)
        error = batches.std(ddof=1) / 5
        assert abs(batches.mean() - theory) < stats.t.ppf(0.9995, 24) * error
        assert error < 0.15 * theory  # the check has teeth


def test_waits_are_those_of_the_recursion_for_queues() -> None:
    """First come, first served, request by request: the next server to be free takes the next request."""
    sent, work = poisson(0.9, 3, 5000)
    free = [0.0, 0.0, 0.0]
    expected = []
    for moment, length in zip(sent.tolist(), work.tolist(), strict=True):
        begin = max(moment, min(free))
        expected.append(begin - moment)
        free[free.index(min(free))] = begin + length
    assert np.allclose(queue_waits(sent, work, 3), expected, atol=1e-9)


def test_a_full_queue_turns_away() -> None:
    waits = queue_waits(np.zeros(10), np.ones(10), 2, most_waiting=3)
    # Nobody takes a request before all have come: three wait, and seven find the queue full.
    assert np.isnan(waits).sum() >= 5
    assert np.nanmax(waits) <= 2


def test_no_requests_are_no_waits() -> None:
    assert queue_waits(np.empty(0), np.empty(0), 4).size == 0


def test_the_same_seed_gives_the_same_waits() -> None:
    again = made()
    assert np.array_equal(plain().mean_ms, again.mean_ms)
    assert np.array_equal(plain().delayed, again.delayed)
    assert not np.array_equal(plain().mean_ms, made(seed=8).mean_ms)


def test_a_longer_run_waits_as_a_shorter_one_did() -> None:
    short = made(sessions=2000)
    whole = short.mean_ms.size - 3
    assert np.array_equal(short.mean_ms[:whole], plain().mean_ms[:whole])


@pytest.mark.parametrize(("per_day", "servers"), [(20.0, LEAST_SERVERS), (500.0, LEAST_SERVERS), (2_000_000.0, 30)])
def test_the_planned_peak_keeps_servers_as_busy_as_planned(per_day: float, servers: int) -> None:
    scenario = small_scenario(arrivals={"per_day": per_day})
    count, weight = plan(scenario, service_ms=SERVICE_MS)
    assert count == pytest.approx(servers, abs=2 if servers > LEAST_SERVERS else 0)
    assert weight >= 1


def test_the_load_follows_the_day_and_reaches_the_plan() -> None:
    """Mean load over 21 evenings: some 3000 requests. False alarms: below 1 in 1000."""
    load = plain().load[: 21 * 48].reshape(21, 48)
    assert load[:, 38:42].mean() == pytest.approx(PLANNED_LOAD, rel=0.08)
    assert load[:, 6:9].mean() < PLANNED_LOAD / 4


def test_evenings_wait_longer_than_mornings() -> None:
    mean = plain().mean_ms[: 21 * 48].reshape(21, 48)
    assert mean[:, EVENING].mean() > 5 * mean[:, 14:22].mean()


def test_evening_waits_are_of_the_size_that_theory_says() -> None:
    """Erlang C at the load of each evening; noise and smoothing keep it within a factor of 2.5."""
    backend = plain()
    bins = (np.arange(21)[:, None] * 48 + np.arange(37, 43)).ravel()
    load = np.clip(backend.load[bins].reshape(21, 6).mean(axis=1), 0, 0.95)
    theory = np.mean([erlang_c(4, r) * SERVICE_MS / (4 * (1 - r)) for r in load])
    found = backend.mean_ms[bins].mean()
    assert theory / 2.5 < found < theory * 2.5


def test_a_campaign_that_nobody_planned_for_makes_pages_slow() -> None:
    day = slice(10 * 48, 11 * 48)  # 12 March, from midnight in Berlin
    assert busy().load[day].max() > 1
    assert busy().mean_ms[day][EVENING].mean() > 1000
    assert plain().mean_ms[day][EVENING].mean() < 300
    assert busy().mean_ms.max() <= LONGEST_WAIT_MS
    assert busy().mean_ms[12 * 48 : 14 * 48].mean() < 300  # and it passes


def test_a_rush_turns_requests_away_rather_than_let_them_wait_for_ever() -> None:
    rush = made(campaigns=[{**SPRING, "extra_per_day": 50_000.0}])
    assert 0.8 * LONGEST_WAIT_MS < rush.mean_ms.max() <= LONGEST_WAIT_MS


def test_thinning_keeps_the_load() -> None:
    """Two days of 70 000 visits: a seventh are simulated, each for seven. Within 3 standard errors."""
    thin = made(sessions=140_000, arrivals={"per_day": 70_000.0})
    scenario = small_scenario(arrivals={"per_day": 70_000.0})
    assert thin.weight > 6 * plan(scenario, service_ms=SERVICE_MS)[1]
    evening = thin.load[:96].reshape(2, 48)[:, 38:42]
    assert evening.mean() == pytest.approx(PLANNED_LOAD, rel=0.05)


class TestReading:
    def test_one_moment_and_many_agree(self) -> None:
        backend = plain()
        times = backend.start_ms + np.arange(0, 3 * DAY_MS, 1_234_567)
        many = backend.wait_ms(times)
        assert many.shape == times.shape
        assert [float(backend.wait_ms(float(t))) for t in times] == pytest.approx(many.tolist())

    def test_between_the_middles_of_bins_it_is_linear_and_outside_it_stays(self) -> None:
        backend = plain()
        middle = backend.start_ms + BIN_MS // 2
        assert backend.wait_ms(middle + 40 * BIN_MS) == pytest.approx(backend.mean_ms[40])
        between = (backend.mean_ms[40] + backend.mean_ms[41]) / 2
        assert backend.wait_ms(middle + 40.5 * BIN_MS) == pytest.approx(between)
        assert backend.wait_ms(backend.start_ms - DAY_MS) == backend.mean_ms[0]
        assert backend.wait_ms(backend.start_ms + 10_000 * DAY_MS) == backend.mean_ms[-1]

    def test_drawn_waits_have_the_mean_and_the_share_of_delayed(self) -> None:
        """100 000 draws in one bin, within 2 %: five standard errors of the mean."""
        backend = plain()
        place = int(np.argmax(np.where(backend.delayed < 0.9, backend.mean_ms, 0)))
        moment = np.full(100_000, backend.start_ms + (place + 0.5) * BIN_MS)
        drawn = backend.wait_ms(moment, stream(1, "test.u").random(moment.size))
        assert drawn.mean() == pytest.approx(backend.mean_ms[place], rel=0.03)
        assert (drawn > 0).mean() == pytest.approx(backend.delayed[place], abs=0.01)
        assert drawn.max() <= LONGEST_WAIT_MS

    def test_in_a_queue_that_has_piled_up_nobody_is_served_at_once(self) -> None:
        backend = busy()
        place = int(np.argmax(backend.least_ms))
        assert backend.least_ms[place] > 500
        moment = backend.start_ms + (place + 0.5) * BIN_MS
        assert backend.wait_ms(moment, 0.0) >= backend.least_ms[place] - 1e-6


def test_a_server_that_takes_no_time_keeps_nobody_waiting() -> None:
    scenario = small_scenario(sessions=10)
    idle = small_site(server_ms=0.0)
    backend = make_backend(scenario, idle, make_schedule(scenario, idle))
    assert backend.wait_ms(np.array([0.0, 1e13]), np.array([0.0, 0.99])).tolist() == [0, 0]
