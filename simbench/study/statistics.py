"""The tests that guards rest on: Holm, equivalence, thresholds judged on data they were not chosen on, permutations.

Every function is told who belongs together (`cluster`, usually the visitor): what one visitor does twice is not two
pieces of evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import special, stats

__all__ = [
    "BalancedAccuracy",
    "PairedSlope",
    "Threshold",
    "auc",
    "balanced_accuracy",
    "best_threshold",
    "halves",
    "holm",
    "paired_slope",
    "permutation_auc",
]

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

_LEVEL: Final = 0.95


def holm(p: npt.ArrayLike) -> Floats:
    """Adjusted p-values of a family of tests (Holm, Scandinavian Journal of Statistics 6, 1979), in their order.

    Examples
    --------
    >>> holm([0.01, 0.04, 0.03]).tolist()
    [0.03, 0.06, 0.06]
    """
    values = np.asarray(p, dtype=np.float64)
    order = np.argsort(values, kind="stable")
    scaled = values[order] * np.arange(len(values), 0, -1)
    adjusted = np.empty_like(values)
    adjusted[order] = np.minimum(np.maximum.accumulate(scaled), 1.0)
    return adjusted


# ---------------------------------------------------------------------------------------------------------------------
# A dial turned up and down


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedSlope:
    """How a rate answers to a dial: change per turn, and its standard error, in standard deviations of one opportunity.

    `up` and `down` are the two rates themselves; `degrees` are clusters less one.
    """

    up: float
    down: float
    slope: float
    error: float
    degrees: float

    def p_moves(self, sign: int) -> float:
        """One-sided p-value of the slope having `sign` (+1, -1), or, with 0, the two-sided one of its being not 0."""
        if self.error == 0.0:
            return 1.0 if self.slope == 0.0 or sign * self.slope < 0 else 0.0
        t = self.slope / self.error
        if sign == 0:
            return float(2 * stats.t.sf(abs(t), self.degrees))
        return float(stats.t.sf(sign * t, self.degrees))

    def p_equivalent(self, margin: float) -> float:
        """P-value of the two one-sided tests (Schuirmann 1987) that the slope lies within `margin` of 0."""
        if self.error == 0.0:
            return 0.0 if abs(self.slope) < margin else 1.0
        return float(
            max(
                stats.t.sf((self.slope + margin) / self.error, self.degrees),
                stats.t.sf((margin - self.slope) / self.error, self.degrees),
            )
        )

    def p_beyond(self, margin: float) -> float:
        """One-sided p-value of the slope lying further than `margin` from 0: a proof that it is not equivalent."""
        if self.error == 0.0:
            return 0.0 if abs(self.slope) > margin else 1.0
        return float(min(1.0, 2 * stats.t.sf((abs(self.slope) - margin) / self.error, self.degrees)))


def paired_slope(
    up: tuple[Floats, Floats], down: tuple[Floats, Floats], cluster: Ints, sd: float, *, turns: float = 2.0
) -> PairedSlope:
    """The slope of a ratio of sums between two runs with the same random numbers, paired by session.

    Parameters
    ----------
    up, down
        Numerators and denominators of the sessions with the dial up and down, each of shape (sessions,).
    cluster
        Visitor of each session, shape (sessions,).
    sd
        Standard deviation of one opportunity, the unit of the answer.
    turns
        Standard deviations of the dial between down and up.

    Notes
    -----
    Linearised ratio (Cochran, *Sampling Techniques*, 1977, ch. 6); the residuals of both runs are subtracted within a
    visitor before they are squared, so that what the random numbers share falls out.
    """
    totals = [float(b.sum()) for _, b in (up, down)]
    clusters = int(cluster.max(initial=-1)) + 1
    if min(totals) <= 0 or clusters < 2:
        return PairedSlope(up=np.nan, down=np.nan, slope=0.0, error=0.0, degrees=1.0)
    rates = [float(a.sum()) / total for (a, _), total in zip((up, down), totals, strict=True)]
    shares = [(a - rate * b) / total for (a, b), rate, total in zip((up, down), rates, totals, strict=True)]
    influence = np.bincount(cluster, shares[0] - shares[1], clusters)
    used = np.bincount(cluster, up[1] + down[1], clusters) > 0
    n = max(int(used.sum()), 2)
    unit = turns * (sd if sd > 0 else 1.0)
    return PairedSlope(
        up=rates[0],
        down=rates[1],
        slope=(rates[0] - rates[1]) / unit,
        error=float(np.sqrt(n / (n - 1) * np.sum(influence**2))) / unit,
        degrees=n - 1.0,
    )


# ---------------------------------------------------------------------------------------------------------------------
# Two groups told apart


@dataclass(frozen=True, slots=True, kw_only=True)
class BalancedAccuracy:
    """Mean of the shares of positives and of negatives that are told right, with a 95 % interval over clusters."""

    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Threshold:
    """A rule on one number: positive where `sign` * x > `sign` * `at`."""

    at: float
    sign: int
    score: float

    def says(self, x: Floats) -> Bools:
        """Which of `x` the rule takes for positive; NaN never is."""
        with np.errstate(invalid="ignore"):
            return np.asarray(self.sign * x > self.sign * self.at, dtype=np.bool_)


def best_threshold(x: Floats, positive: Bools) -> Threshold:
    """The threshold on `x` with the best balanced accuracy on these data, in either direction; NaN counts as negative.

    Examples
    --------
    >>> rule = best_threshold(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, False, True, True]))
    >>> (rule.at, rule.sign, rule.score)
    (2.5, 1, 1.0)
    """
    known = np.isfinite(x)
    n_pos, n_neg = int(positive.sum()), int((~positive).sum())
    best = Threshold(at=0.0, sign=1, score=0.5)
    if not n_pos or not n_neg or not known.any():
        return best
    values, inverse = np.unique(x[known], return_inverse=True)
    at_pos = np.bincount(inverse, positive[known], len(values))
    at_neg = np.bincount(inverse, ~positive[known], len(values))
    cuts = np.append((values[:-1] + values[1:]) / 2, values[-1])
    cuts = np.insert(cuts, 0, values[0] - 1.0)
    for sign in (1, -1):
        # Positives and negatives beyond each cut, from "all of the known" to "none" (or the other way round).
        below_pos = np.insert(np.cumsum(at_pos), 0, 0.0)
        below_neg = np.insert(np.cumsum(at_neg), 0, 0.0)
        hit = at_pos.sum() - below_pos if sign == 1 else below_pos
        false = at_neg.sum() - below_neg if sign == 1 else below_neg
        score = (hit / n_pos + 1.0 - false / n_neg) / 2
        place = int(np.argmax(score))
        if score[place] > best.score:
            best = Threshold(at=float(cuts[place]), sign=sign, score=float(score[place]))
    return best


def balanced_accuracy(said: Bools, positive: Bools, cluster: Ints) -> BalancedAccuracy:
    """How well `said` tells `positive`; the interval takes clusters as the sample (linearised, t, on the logit)."""
    n_pos, n_neg = float(positive.sum()), float((~positive).sum())
    if n_pos == 0 or n_neg == 0:
        return BalancedAccuracy(value=np.nan, low=0.0, high=1.0)
    right = said == positive
    hit, spared = float(right[positive].mean()), float(right[~positive].mean())
    value = (hit + spared) / 2
    residual = np.where(positive, (right - hit) / n_pos, (right - spared) / n_neg) / 2
    influence = np.bincount(cluster, residual)
    clusters = len(np.unique(cluster))
    # Where nothing is told wrong the sample shows no spread: one wrong case more on each side stands for it.
    hit_plus, spared_plus = (hit * n_pos + 0.5) / (n_pos + 1), (spared * n_neg + 0.5) / (n_neg + 1)
    least = hit_plus * (1 - hit_plus) / n_pos + spared_plus * (1 - spared_plus) / n_neg
    variance = max(float(np.sum(influence**2)) * clusters / max(clusters - 1, 1), least / 4)
    inside = (hit_plus + spared_plus) / 2
    reach = float(stats.t.ppf((1 + _LEVEL) / 2, max(clusters - 1, 1))) * np.sqrt(variance) / (inside * (1 - inside))
    middle = special.logit(inside)
    return BalancedAccuracy(
        value=value, low=float(special.expit(middle - reach)), high=float(special.expit(middle + reach))
    )


def halves(cluster: Ints, seed: int) -> Bools:
    """Whether each row belongs to the second half; rows of one cluster stay together."""
    names, inverse = np.unique(cluster, return_inverse=True)
    order = np.random.default_rng(seed).permutation(len(names))
    return np.asarray((order % 2 == 1)[inverse], dtype=np.bool_)


def auc(score: Floats, positive: Bools) -> float:
    """Area under the ROC curve: the chance that a positive has the higher score, ties counting one half."""
    n_pos = int(positive.sum())
    n_neg = len(positive) - n_pos
    if not n_pos or not n_neg:
        return float("nan")
    ranks = stats.rankdata(score)
    return float((ranks[positive].sum() - n_pos * (n_pos + 1) / 2) / (n_pos * n_neg))


@dataclass(frozen=True, slots=True, kw_only=True)
class PermutationAuc:
    """An AUC within strata, the 95 % range of what chance gives, and the two-sided p-value."""

    value: float
    null_low: float
    null_high: float
    p: float
    positives: int


def permutation_auc(
    score: Floats, positive: Bools, stratum: Ints, seed: int, permutations: int = 1999
) -> PermutationAuc:
    """AUC of `score` within strata (weighted by pairs), against labels dealt anew within each stratum.

    The score must have been made without these labels. Then the p-value is exact up to the number of permutations
    (Phipson & Smyth, Statistical Applications in Genetics and Molecular Biology 9, 2010).
    """
    generator = np.random.default_rng(seed)
    total = np.zeros(permutations + 1)
    pairs = 0.0
    for each in np.unique(stratum):
        here = stratum == each
        labels = positive[here]
        n_pos = int(labels.sum())
        n_neg = len(labels) - n_pos
        if not n_pos or not n_neg:
            continue
        ranks = stats.rankdata(score[here])
        # One row a deal: the ranks that fall to positives.
        dealt = np.array([generator.permutation(ranks)[:n_pos].sum() for _ in range(permutations)])
        sums = np.append(dealt, ranks[labels].sum())
        total += sums - n_pos * (n_pos + 1) / 2
        pairs += n_pos * n_neg
    if not pairs:
        return PermutationAuc(value=float("nan"), null_low=0.0, null_high=1.0, p=1.0, positives=0)
    areas = total / pairs
    null, value = areas[:-1], float(areas[-1])
    extreme = int(np.sum(np.abs(null - 0.5) >= abs(value - 0.5) - 1e-12))
    low, high = np.quantile(null, [0.025, 0.975])
    return PermutationAuc(
        value=value,
        null_low=float(low),
        null_high=float(high),
        p=(extreme + 1) / (permutations + 1),
        positives=int(positive.sum()),
    )
