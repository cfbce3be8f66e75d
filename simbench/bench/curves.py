"""Precision and recall over thresholds of the score, and over collars."""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.bench.docket import Docket, Judged
from simbench.bench.matching import COLLAR_MS, candidate_pairs
from simbench.bench.results import DIGITS, share
from simbench.bench.verdicts import count_at_collar, useful_by_rank
from simbench.events.schema import KINDS

__all__ = ["collar_curves", "score_curves"]

#: Collars (ms) under which precision and recall are shown.
COLLARS_SHOWN_MS: Final = (100, 250, 500, 1000, 2000)
#: A curve has at most so many points.
CURVE_POINTS: Final = 50

_K: Final = len(KINDS)


def score_curves(docket: Docket, judged: Judged) -> list[tuple[tuple[float, float | None, float | None], ...]]:
    """By kind: score, precision and recall when only findings of at least that score are kept, lowest score first.

    Findings without a score are kept at every threshold. Each point has its own maximum matching.
    """
    reference = docket.reference
    # Without a score first, then from the highest score down.
    key = np.where(np.isnan(judged.score), np.inf, judged.score)
    order = np.argsort(-key, kind="stable")
    rank = np.empty(len(order), dtype=np.int64)
    rank[order] = np.arange(len(order))
    true, either = useful_by_rank(judged.verdicts.pairs, reference, rank)
    truth = np.bincount(reference.judged.kind[~reference.ambiguous], minlength=_K)
    out: list[tuple[tuple[float, float | None, float | None], ...]] = []
    for kind in range(_K):
        rows = order[judged.spans.kind[order] == kind]
        scores = key[rows]
        thresholds = np.unique(scores[np.isfinite(scores)])
        if len(thresholds) > CURVE_POINTS:
            thresholds = thresholds[np.unique(np.linspace(0, len(thresholds) - 1, CURVE_POINTS).round().astype(int))]
        matched, both = np.cumsum(true[rows]), np.cumsum(either[rows])
        # `scores` fall, so those of at least a threshold are the first so many.
        kept = len(scores) - np.searchsorted(scores[::-1], thresholds, side="left")
        out.append(
            tuple(
                (
                    round(float(threshold), DIGITS),
                    share(int(matched[n - 1]), int(n - (both[n - 1] - matched[n - 1]))),
                    share(int(matched[n - 1]), int(truth[kind])),
                )
                for threshold, n in zip(thresholds.tolist(), kept.tolist(), strict=True)
            )
        )
    return out


def collar_curves(docket: Docket, judged: Judged) -> list[tuple[tuple[int, float | None, float | None], ...]]:
    """By kind: collar, precision and recall."""
    reference = docket.reference
    widest = {kind: max(COLLARS_SHOWN_MS) for kind in COLLAR_MS}
    pairs = candidate_pairs(judged.spans, reference.judged, reference.agreement, collar_ms=widest)
    truth = np.bincount(reference.judged.kind[~reference.ambiguous], minlength=_K)
    findings = np.bincount(judged.spans.kind, minlength=_K)
    counts = [(collar, count_at_collar(judged.spans, pairs, reference, collar)) for collar in COLLARS_SHOWN_MS]
    return [
        tuple(
            (
                collar,
                share(int(count.matched[kind]), int(findings[kind] - count.neither[kind])),
                share(int(count.matched[kind]), int(truth[kind])),
            )
            for collar, count in counts
        )
        for kind in range(_K)
    ]
