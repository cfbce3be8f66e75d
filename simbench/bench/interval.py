"""How sure a ratio is when its events come in clusters.

A visitor who clicks in anger once is likely to do it again, so ten episodes of one visitor say less than ten of ten.
Every rate that the bench prints is a ratio of two sums over visitors, with an interval that counts visitors:

``logit-t``
    Variance of the ratio estimator ``r = sum a / sum b`` (Cochran, *Sampling Techniques*, 3rd ed. 1977, ch. 6) from its
    residuals ``e = a - r b``, each as it would be with its own cluster left out (the jackknife; Bell & McCaffrey,
    *Survey Methodology* 28, 2002): ``(S-1)/S * sum (e / (1 - b / sum b))^2 / (sum b)^2`` over the S clusters that have
    events, and never below the binomial variance ``r(1-r)/n``. A t interval on the logit scale, so that it stays inside
    0..1, whose degrees of freedom are the effective number of clusters ``(sum b)^2 / sum b^2`` (S where all are of one
    size; Carter, Schnepel & Steigerwald, *Review of Economics and Statistics* 99, 2017), less one. Without these two a
    few visitors with very many events make the interval too short.
``clopper-pearson``
    Where the sample rate is exactly 0 or 1 (or only one cluster has events) the sample shows no spread. Then the exact
    binomial interval (Clopper & Pearson, Biometrika 26, 1934) of the effective sample size ``n / deff``, where
    ``deff = 1 + icc * (sum b^2 / sum b - 1)`` is the design effect (Kish, *Survey Sampling*, 1965) of these cluster
    sizes under a stated intra-cluster correlation.
``log-t`` and ``poisson``
    The same two for a count per exposure, which has no upper end.

All functions take one row an event and work out many strata at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from scipy import special

__all__ = [
    "ICC",
    "LEVEL",
    "METHODS",
    "Intervals",
    "clopper_pearson_interval",
    "design_effect",
    "rate_intervals",
    "ratio_intervals",
    "wilson_interval",
]

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]

#: Confidence level of every interval unless said otherwise.
LEVEL: Final = 0.95
#: Intra-cluster correlation assumed where the sample itself shows no spread (rates of exactly 0 or 1). Assumed, on the
#: high side of what behaviour repeated within a person shows; it only ever widens.
ICC: Final = 0.3

#: Names of the methods; `Intervals.method` holds indexes into this.
METHODS: Final = ("undefined", "logit-t", "clopper-pearson", "log-t", "poisson")
_UNDEFINED, _LOGIT_T, _CLOPPER_PEARSON, _LOG_T, _POISSON = range(5)


@dataclass(frozen=True, slots=True, kw_only=True)
class Intervals:
    """One ratio a stratum, with its interval; `nan` and method 0 where the denominator is zero.

    `total` is the sum of the denominators, `clusters` the number of clusters that have any.
    """

    value: FloatArray
    low: FloatArray
    high: FloatArray
    total: FloatArray
    clusters: IntArray
    method: npt.NDArray[np.int8]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sums:
    """Sums over clusters, one entry a stratum: of a, b, b squared; the ratio a/b, its variance, its t quantile."""

    a: FloatArray
    b: FloatArray
    b_squared: FloatArray
    clusters: IntArray
    ratio: FloatArray
    variance: FloatArray
    t: FloatArray


def _sum_by(group: IntArray, values: FloatArray, groups: int) -> FloatArray:
    return np.bincount(group, values, groups).astype(np.float64)


def _cluster_sums(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    cluster: npt.ArrayLike,
    stratum: npt.ArrayLike | None,
    *,
    strata: int,
    level: float,
) -> _Sums:
    a_row = np.asarray(numerator, dtype=np.float64)
    b_row = np.asarray(denominator, dtype=np.float64)
    cluster_row = np.asarray(cluster, dtype=np.int64)
    stratum_row = np.zeros(len(a_row), dtype=np.int64) if stratum is None else np.asarray(stratum, dtype=np.int64)
    if not len(a_row) == len(b_row) == len(cluster_row) == len(stratum_row):
        raise ValueError("numerator, denominator, cluster and stratum must have one entry a row")
    width = int(cluster_row.max(initial=-1)) + 1
    # One entry a (stratum, cluster) that occurs: the clusters' own sums.
    key, row_of = np.unique(stratum_row * max(width, 1) + cluster_row, return_inverse=True)
    a = _sum_by(row_of, a_row, len(key))
    b = _sum_by(row_of, b_row, len(key))
    where = key // max(width, 1)
    has_events = b > 0
    sum_a, sum_b, b_squared = _sum_by(where, a, strata), _sum_by(where, b, strata), _sum_by(where, b**2, strata)
    clusters = np.bincount(where, has_events, strata).astype(np.int64)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = sum_a / sum_b
        # What the residual would be with its own cluster left out of the sums.
        residual = (a - ratio[where] * b) / (1 - b / sum_b[where])
        variance = (clusters - 1) / clusters * _sum_by(where, residual**2, strata) / sum_b**2
        t = special.stdtrit(np.maximum(sum_b**2 / b_squared - 1, 1.0), (1 + level) / 2)
    return _Sums(
        a=sum_a, b=sum_b, b_squared=b_squared, clusters=clusters, ratio=ratio, variance=variance, t=np.asarray(t)
    )


def design_effect(total: npt.ArrayLike, squares: npt.ArrayLike, icc: float = ICC) -> FloatArray:
    """How many times the variance grows when `total` events come in clusters whose squared sizes sum to `squares`."""
    total = np.asarray(total, dtype=np.float64)
    with np.errstate(divide="ignore", invalid="ignore"):
        mean_size = np.asarray(squares, dtype=np.float64) / total
    return np.asarray(np.maximum(1.0, 1.0 + icc * (mean_size - 1.0)))


def ratio_intervals(
    numerator: npt.ArrayLike,
    denominator: npt.ArrayLike,
    cluster: npt.ArrayLike,
    stratum: npt.ArrayLike | None = None,
    *,
    strata: int = 1,
    level: float = LEVEL,
    icc: float = ICC,
    events_per_unit: float = 1.0,
) -> Intervals:
    """Intervals of ``sum numerator / sum denominator`` (in 0..1) in each stratum, with clusters as the sample.

    Parameters
    ----------
    numerator, denominator
        One entry a row: recall has 1 a true episode below and 1 above where it was found; F1, which is
        ``2 TP / (findings + truth)``, has one row a finding and one a true episode, with 2 above where that was found.
    cluster, stratum
        Non-negative integers, one a row. Without `stratum` all rows are in stratum 0 (of `strata`).
    level, icc
        Confidence level; intra-cluster correlation assumed where the sample shows no spread.
    events_per_unit
        Events that one unit of the denominator stands for, in the effective sample size (0.5 for F1, which counts an
        episode and its finding).

    Examples
    --------
    >>> found = ratio_intervals([1, 1, 0, 1], [1, 1, 1, 1], cluster=[0, 0, 1, 2])
    >>> float(found.value[0]), METHODS[found.method[0]]
    (0.75, 'logit-t')
    """
    sums = _cluster_sums(numerator, denominator, cluster, stratum, strata=strata, level=level)
    ratio = np.clip(sums.ratio, 0.0, 1.0)
    n = sums.b * events_per_unit
    n_effective = n / design_effect(n, sums.b_squared * events_per_unit**2, icc)
    exact_low, exact_high = clopper_pearson_interval(ratio * n_effective, n_effective, level=level)
    with np.errstate(divide="ignore", invalid="ignore"):
        # Events of one visitor are not more unlike each other than those of two: never surer than a plain binomial.
        variance = np.maximum(sums.variance, ratio * (1 - ratio) / n)
        logit = special.logit(ratio)
        reach = sums.t * np.sqrt(variance) / (ratio * (1 - ratio))
        low, high = special.expit(logit - reach), special.expit(logit + reach)
    exact = (ratio == 0) | (ratio == 1) | (sums.clusters < 2)
    method = np.where(exact, _CLOPPER_PEARSON, _LOGIT_T)
    undefined = sums.b <= 0
    return Intervals(
        value=np.where(undefined, np.nan, ratio),
        low=np.where(undefined, np.nan, np.where(exact, exact_low, low)),
        high=np.where(undefined, np.nan, np.where(exact, exact_high, high)),
        total=sums.b,
        clusters=sums.clusters,
        method=np.where(undefined, _UNDEFINED, method).astype(np.int8),
    )


def rate_intervals(
    count: npt.ArrayLike,
    exposure: npt.ArrayLike,
    cluster: npt.ArrayLike,
    stratum: npt.ArrayLike | None = None,
    *,
    strata: int = 1,
    level: float = LEVEL,
    icc: float = ICC,
) -> Intervals:
    """Intervals of ``sum count / sum exposure``, which may exceed 1 (false findings per click), by clusters.

    On the log scale with t; where nothing was counted, or only one cluster has exposure, the exact Poisson interval
    (Garwood, Biometrika 28, 1936) of the effective exposure. With no clustering and a count of 0 its upper end is
    ``-ln(0.025) = 3.69`` over the exposure.
    """
    sums = _cluster_sums(count, exposure, cluster, stratum, strata=strata, level=level)
    deff = design_effect(sums.b, sums.b_squared, icc)
    tail = (1 - level) / 2
    with np.errstate(divide="ignore", invalid="ignore"):
        effective = sums.a / deff
        exact_low = np.where(effective > 0, special.gammaincinv(effective, tail), 0.0) * deff / sums.b
        exact_high = special.gammaincinv(effective + 1, 1 - tail) * deff / sums.b
        # Never surer than a plain Poisson count.
        variance = np.maximum(sums.variance, sums.a / sums.b**2)
        reach = sums.t * np.sqrt(variance) / sums.ratio
        low, high = sums.ratio * np.exp(-reach), sums.ratio * np.exp(reach)
    exact = (sums.a == 0) | (sums.clusters < 2)
    undefined = sums.b <= 0
    return Intervals(
        value=np.where(undefined, np.nan, sums.ratio),
        low=np.where(undefined, np.nan, np.where(exact, exact_low, low)),
        high=np.where(undefined, np.nan, np.where(exact, exact_high, high)),
        total=sums.b,
        clusters=sums.clusters,
        method=np.where(undefined, _UNDEFINED, np.where(exact, _POISSON, _LOG_T)).astype(np.int8),
    )


def clopper_pearson_interval(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL
) -> tuple[FloatArray, FloatArray]:
    """Exact binomial interval; `successes` and `n` may be fractions (an effective sample size)."""
    x, size = (np.asarray(v, dtype=np.float64) for v in (successes, n))
    tail = (1 - level) / 2
    with np.errstate(invalid="ignore"):
        low: Any = np.where(x > 0, special.betaincinv(np.maximum(x, 1e-300), size - x + 1, tail), 0.0)
        # The fraction left over may be a rounding error below 0.
        missed = np.where(np.isclose(x, size, rtol=1e-12, atol=0), 0.0, size - x)
        high: Any = np.where(missed > 0, special.betaincinv(x + 1, np.maximum(missed, 1e-300), 1 - tail), 1.0)
    return np.asarray(low, dtype=np.float64), np.asarray(high, dtype=np.float64)


def wilson_interval(
    successes: npt.ArrayLike, n: npt.ArrayLike, *, level: float = LEVEL, deff: npt.ArrayLike = 1.0
) -> tuple[FloatArray, FloatArray]:
    """Wilson's score interval (JASA 22, 1927), the reference that ignores clusters unless given a design effect."""
    x, size, effect = (np.asarray(v, dtype=np.float64) for v in (successes, n, deff))
    z = float(special.ndtri((1 + level) / 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, effective = x / size, size / effect
        middle = (rate + z**2 / (2 * effective)) / (1 + z**2 / effective)
        reach = z / (1 + z**2 / effective) * np.sqrt(rate * (1 - rate) / effective + z**2 / (4 * effective**2))
    return np.maximum(middle - reach, 0.0), np.minimum(middle + reach, 1.0)
