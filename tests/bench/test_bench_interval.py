"""Intervals: known values, edges, and how often they hold the truth."""

from __future__ import annotations

import doctest
from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from simbench.bench import interval
from simbench.bench.interval import (
    METHODS,
    Intervals,
    clopper_pearson_interval,
    design_effect,
    rate_intervals,
    ratio_intervals,
    wilson_interval,
)


def test_the_docstrings_examples_are_true() -> None:
    assert doctest.testmod(interval) == (0, 2)


def test_clopper_pearson_is_the_published_one() -> None:
    # Newcombe (1998), Statistics in Medicine 17, table I: 81/263, 15/148, 0/20, 1/29.
    low, high = clopper_pearson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    assert low == pytest.approx([0.2527, 0.0578, 0, 0.0009], abs=5e-5)
    assert high == pytest.approx([0.3676, 0.1617, 0.1684, 0.1776], abs=5e-5)


def test_wilson_is_the_published_one() -> None:
    low, high = wilson_interval([81, 15, 0, 1], [263, 148, 20, 29])
    assert low == pytest.approx([0.2553, 0.0624, 0, 0.0061], abs=5e-5)
    assert high == pytest.approx([0.3662, 0.1605, 0.1611, 0.1718], abs=5e-5)


def test_clusters_of_one_are_an_ordinary_t_interval_on_the_logit() -> None:
    hits = np.array([1] * 15 + [0] * 5)
    found = ratio_intervals(hits, np.ones(20), np.arange(20))
    assert METHODS[found.method[0]] == "logit-t"
    # The jackknife residuals are (hit - .75) / (1 - 1/20); their scaled sum of squares is by hand:
    variance = 19 / 20 * (15 * 0.25**2 + 5 * 0.75**2) / 0.95**2 / 20**2
    reach = stats.t.ppf(0.975, 19) * np.sqrt(variance) / (0.75 * 0.25)
    expected = 1 / (1 + np.exp(-(np.log(3) + np.array([-reach, reach]))))
    assert [found.low[0], found.high[0]] == pytest.approx(expected)


def test_a_visitor_with_many_events_widens_the_interval() -> None:
    even = ratio_intervals([1, 0] * 20, np.ones(40), np.arange(40))
    # The same events, of eight visitors each alike in themselves.
    clustered = ratio_intervals(np.repeat([1, 0] * 4, 5), np.ones(40), np.repeat(np.arange(8), 5))
    assert even.value[0] == clustered.value[0] == 0.5
    assert clustered.high[0] - clustered.low[0] > 2 * (even.high[0] - even.low[0])


@pytest.mark.parametrize("rate", [0, 1])
def test_rates_of_exactly_zero_and_one_are_exact_for_the_effective_size(rate: int) -> None:
    # Ten visitors with three events each: deff = 1 + .3 * (3 - 1) = 1.6.
    found = ratio_intervals(np.full(30, rate), np.ones(30), np.repeat(np.arange(10), 3))
    assert METHODS[found.method[0]] == "clopper-pearson"
    side = 1 - 0.025 ** (1 / (30 / 1.6))
    assert [found.low[0], found.high[0]] == pytest.approx([0, side] if rate == 0 else [1 - side, 1])


def test_design_effect_is_one_for_clusters_of_one_and_grows_with_size() -> None:
    assert design_effect(20, 20) == 1
    assert design_effect(20, 4 * 25, icc=0.5) == 3


def test_one_cluster_has_no_spread_to_judge_by() -> None:
    found = ratio_intervals([1, 0, 1, 1], np.ones(4), np.zeros(4, dtype=int))
    assert METHODS[found.method[0]] == "clopper-pearson"
    assert found.clusters[0] == 1
    assert found.low[0] < 0.2
    assert found.high[0] > 0.98


def test_like_clusters_are_not_taken_for_certainty() -> None:
    # Every visitor has one hit of two: the spread between visitors is nil, and the binomial one is not.
    found = ratio_intervals([1, 0] * 10, np.ones(20), np.repeat(np.arange(10), 2))
    assert found.high[0] - found.low[0] > 0.4


def test_nothing_has_no_value() -> None:
    found = ratio_intervals([], [], [], strata=2)
    assert np.isnan(found.value).all()
    assert np.isnan(found.low).all()
    assert [METHODS[m] for m in found.method] == ["undefined", "undefined"]


def test_strata_are_worked_out_each_by_itself() -> None:
    rng = np.random.default_rng(1)
    hit, cluster, stratum = rng.integers(0, 2, 300), rng.integers(0, 40, 300), rng.integers(0, 3, 300)
    together = ratio_intervals(hit, np.ones(300), cluster, stratum, strata=3)
    for one in range(3):
        rows = stratum == one
        alone = ratio_intervals(hit[rows], np.ones(rows.sum()), cluster[rows])
        for name in ("value", "low", "high", "clusters", "method"):
            assert getattr(together, name)[one] == pytest.approx(getattr(alone, name)[0])


def test_rows_may_be_summed_beforehand() -> None:
    rng = np.random.default_rng(2)
    hit, cluster = rng.integers(0, 2, 200), rng.integers(0, 30, 200)
    rows = ratio_intervals(hit, np.ones(200), cluster)
    sums = ratio_intervals(np.bincount(cluster, hit, 30), np.bincount(cluster, minlength=30), np.arange(30))
    assert [rows.low[0], rows.high[0]] == pytest.approx([sums.low[0], sums.high[0]])


def test_rates_of_nothing_counted_are_the_rule_of_three() -> None:
    found = rate_intervals(np.zeros(1000), np.ones(1000), np.arange(1000))
    assert METHODS[found.method[0]] == "poisson"
    assert found.low[0] == 0
    assert found.high[0] == pytest.approx(-np.log(0.025) / 1000)


def test_rates_may_exceed_one() -> None:
    found = rate_intervals(np.full(50, 3), np.ones(50), np.arange(50))
    assert METHODS[found.method[0]] == "log-t"
    assert found.low[0] < 3 < found.high[0]
    # Never surer than a Poisson count of 150.
    assert found.high[0] / 3 >= np.exp(1.96 / np.sqrt(150))


# ---------------------------------------------------------------------------------------------------------------------
# Coverage: how often the 95 % interval holds the rate that the events were drawn with

Sizes = Callable[[np.random.Generator, tuple[int, int]], np.ndarray]

SIZES: dict[str, Sizes] = {
    "one each": lambda _, shape: np.ones(shape, dtype=np.int64),
    "few": lambda rng, shape: rng.poisson(0.8, shape),
    "some": lambda rng, shape: rng.poisson(3, shape),
    "log-normal": lambda rng, shape: np.minimum(np.exp(rng.normal(0, 1.2, shape)).astype(np.int64), 200),
    "heavy": lambda rng, shape: np.minimum(rng.pareto(1.3, shape).astype(np.int64), 60),
}
#: Lowest true coverage that we promise. "heavy" (a Pareto tail of index 1.3: a few visitors make half the events) falls
#: to .89 where 500 visitors are hit at .95 and more; docs/scoring.md says so.
PROMISE = {"one each": 0.93, "few": 0.93, "some": 0.93, "log-normal": 0.92, "heavy": 0.875}
#: Chance of a false alarm in one setting, if its true coverage is just what was promised.
ALARM = 1e-4


def draw(rate: float, clusters: int, sizes: Sizes, icc: float, repetitions: int, seed: int) -> tuple[np.ndarray, ...]:
    """Events and hits by (repetition, cluster): beta-binomial, so that two events of a visitor correlate by `icc`."""
    rng = np.random.default_rng(seed)
    size = sizes(rng, (repetitions, clusters))
    total = 1 / icc - 1
    chance = rng.beta(rate * total, (1 - rate) * total, (repetitions, clusters))
    return size, rng.binomial(size, chance)


def intervals(size: np.ndarray, hits: np.ndarray) -> Intervals:
    repetitions, clusters = size.shape
    stratum, cluster = np.repeat(np.arange(repetitions), clusters), np.tile(np.arange(clusters), repetitions)
    return ratio_intervals(hits.ravel(), size.ravel(), cluster, stratum, strata=repetitions)


def holds(found: Intervals, rate: float) -> np.ndarray:
    return (found.low <= rate) & (rate <= found.high) | np.isnan(found.value)


def least_hits(promise: float, repetitions: int) -> int:
    return int(stats.binom.ppf(ALARM, repetitions, promise))


@pytest.mark.parametrize("rate", [0.8, 0.99])
def test_coverage_in_short(rate: float) -> None:
    size, hits = draw(rate, 60, SIZES["few"], icc=0.2, repetitions=1000, seed=11)
    found = intervals(size, hits)
    assert holds(found, rate).sum() >= least_hits(PROMISE["few"], 1000)
    # And they are not merely wide: at .8 with some 48 events a width of .27 is what a perfect method would need.
    assert np.nanmean(found.high - found.low) < 0.32


def test_ignoring_clusters_is_why_this_module_exists() -> None:
    size, hits = draw(0.8, 120, SIZES["log-normal"], icc=0.3, repetitions=1000, seed=12)
    low, high = wilson_interval(hits.sum(axis=1), size.sum(axis=1))
    naive = ((low <= 0.8) & (high >= 0.8)).mean()
    ours = holds(intervals(size, hits), 0.8).mean()
    assert naive < 0.85
    assert ours > 0.91


@pytest.mark.slow
@pytest.mark.parametrize("sizes", SIZES)
@pytest.mark.parametrize("icc", [0.05, 0.3])
@pytest.mark.parametrize("clusters", [30, 120, 500])
@pytest.mark.parametrize("rate", [0.5, 0.8, 0.95, 0.99])
def test_coverage(rate: float, clusters: int, icc: float, sizes: str) -> None:
    """Over these 120 settings together a false alarm comes once in 80 changes of the seed at the very worst."""
    repetitions = 2000
    size, hits = draw(rate, clusters, SIZES[sizes], icc=icc, repetitions=repetitions, seed=13)
    held = holds(intervals(size, hits), rate).sum()
    assert held >= least_hits(PROMISE[sizes], repetitions), f"coverage {held / repetitions:.3f}"


@pytest.mark.slow
@pytest.mark.parametrize("clusters", [30, 120, 500])
@pytest.mark.parametrize("rate", [0.002, 0.05, 0.5])
def test_coverage_of_rates_per_exposure(rate: float, clusters: int) -> None:
    repetitions = 2000
    rng = np.random.default_rng(14)
    exposure = rng.gamma(2, 20, (repetitions, clusters)).round()
    # Visitors differ in how often they fool a detector (gamma with a coefficient of variation of .7).
    count = rng.poisson(exposure * rate * rng.gamma(2, 0.5, (repetitions, clusters)))
    stratum, cluster = np.repeat(np.arange(repetitions), clusters), np.tile(np.arange(clusters), repetitions)
    found = rate_intervals(count.ravel(), exposure.ravel(), cluster, stratum, strata=repetitions)
    held = holds(found, rate).sum()
    assert held >= least_hits(0.93, repetitions), f"coverage {held / repetitions:.3f}"
