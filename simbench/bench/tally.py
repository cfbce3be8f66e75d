"""From verdicts to numbers: rates with intervals by kind, breakdowns, curves.

Kinds are strata, so that one pass over the rows serves all of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np
import numpy.typing as npt

from simbench.bench.breakdowns import breakdowns, false_by_reason, missed_by_cause
from simbench.bench.curves import collar_curves, score_curves
from simbench.bench.docket import IS_CLICK_KIND, Docket, Judged
from simbench.bench.interval import rate_intervals, ratio_intervals
from simbench.bench.matching import COLLAR_MS
from simbench.bench.results import (
    DIGITS,
    NOT_FOUND,
    NOT_OBSERVABLE,
    NOT_PLANTED,
    Estimate,
    KindScore,
    estimate_list,
    share,
)
from simbench.bench.session_view import session_views
from simbench.bench.verdicts import FALSE, MATCHED, NEITHER
from simbench.events.schema import KINDS

__all__ = ["tally"]

BoolArray = npt.NDArray[np.bool_]

#: True episodes per 1,000 opportunities at which precision is restated.
PREVALENCES_PER_1000: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 50.0)

_K: Final = len(KINDS)


def tally(
    docket: Docket, judged: Judged, kinds: Iterable[int], *, row: str, detector: str, full: bool
) -> list[KindScore]:
    """Scores by kind.

    Parameters
    ----------
    docket, judged
        The case, and one detector's part in it.
    kinds
        Which kinds (indexes into `KINDS`) to score.
    row, detector
        What the row is called.
    full
        With breakdowns, curves and the view of sessions; without, the headline only.
    """
    wanted = sorted(kinds)
    rates = _Rates(docket, judged)
    headline = rates.headline()
    as_true = rates.as_if(ambiguous_true=True)
    as_false = rates.as_if(ambiguous_true=False)
    per_1000 = _false_positives_per_1000(docket, judged, wanted)
    by = breakdowns(docket, judged) if full else [{} for _ in KINDS]
    curves = score_curves(docket, judged) if full else [() for _ in KINDS]
    collars = collar_curves(docket, judged) if full else [() for _ in KINDS]
    views = session_views(docket, judged, wanted) if full else {}
    missed, false = missed_by_cause(docket, judged.verdicts), false_by_reason(docket, judged)
    scores = []
    for kind in wanted:
        recall, rate = headline["recall"][kind], per_1000[kind]
        scores.append(
            KindScore(
                row=row,
                detector=detector,
                kind=KINDS[kind],
                truth=int(rates.truth[kind]),
                findings=int(rates.findings[kind]),
                matched=int(rates.matched[kind]),
                ambiguous=int(rates.neither[kind]),
                precision=headline["precision"][kind],
                recall=recall,
                recall_observable=headline["recall_observable"][kind],
                f1=headline["f1"][kind],
                bounds={
                    "ambiguous_as_true": {name: values[kind] for name, values in as_true.items()},
                    "ambiguous_as_false": {name: values[kind] for name, values in as_false.items()},
                },
                false_positives=false[kind],
                missed=missed[kind],
                false_positives_per_1000=rate,
                opportunity="benign click" if IS_CLICK_KIND[kind] else "page view",
                precision_at=_precision_at(recall.value, rate.value),
                many_to_one=_many_to_one(docket, judged, kind),
                by=by[kind],
                curve=curves[kind],
                collars=collars[kind] if KINDS[kind] in COLLAR_MS else (),
                sessions=views.get(kind),
            )
        )
    return scores


class _Rates:
    """Precision, recall and F1 of all kinds at once."""

    def __init__(self, docket: Docket, judged: Judged) -> None:
        reference, verdicts = docket.reference, judged.verdicts
        visitor = docket.case.sessions.visitor
        self._docket = docket
        self._truth_kind, self._truth_visitor = reference.judged.kind, visitor[reference.judged.session]
        self._finding_kind, self._finding_visitor = judged.spans.kind, visitor[judged.spans.session]
        self._found, self._standing, self._true = verdicts.found, verdicts.standing, ~reference.ambiguous
        self.truth = np.bincount(self._truth_kind[self._true], minlength=_K)
        self.findings = np.bincount(self._finding_kind, minlength=_K)
        self.matched = np.bincount(self._finding_kind[self._standing == MATCHED], minlength=_K)
        self.neither = np.bincount(self._finding_kind[self._standing == NEITHER], minlength=_K)

    def headline(self) -> dict[str, list[Estimate]]:
        rates = self._rates(self._true, self._standing != NEITHER, self._standing == MATCHED)
        rates["recall_observable"] = self._recall(self._true & self._docket.observable, NOT_OBSERVABLE)
        return rates

    def as_if(self, *, ambiguous_true: bool) -> dict[str, list[Estimate]]:
        everything = np.ones_like(self._standing, dtype=np.bool_)
        if ambiguous_true:
            return self._rates(np.ones_like(self._true), everything, self._standing != FALSE)
        return self._rates(self._true, everything, self._standing == MATCHED)

    def _recall(self, truth: BoolArray, reason: str) -> list[Estimate]:
        found, ones = self._found[truth], np.ones(int(truth.sum()))
        intervals = ratio_intervals(found, ones, self._truth_visitor[truth], self._truth_kind[truth], strata=_K)
        return estimate_list(intervals, reason)

    def _rates(self, truth: BoolArray, counted: BoolArray, right: BoolArray) -> dict[str, list[Estimate]]:
        kind_f, visitor_f = self._finding_kind[counted], self._finding_visitor[counted]
        kind_t, visitor_t = self._truth_kind[truth], self._truth_visitor[truth]
        precision = ratio_intervals(right[counted], np.ones(len(kind_f)), visitor_f, kind_f, strata=_K)
        # F1 = 2 TP / (findings + truth): a ratio of two sums over visitors like the others.
        f1 = ratio_intervals(
            np.concatenate([2.0 * self._found[truth], np.zeros(len(kind_f))]),
            np.ones(len(kind_t) + len(kind_f)),
            np.concatenate([visitor_t, visitor_f]),
            np.concatenate([kind_t, kind_f]),
            strata=_K,
            events_per_unit=0.5,
        )
        return {
            "precision": estimate_list(precision, NOT_FOUND),
            "recall": self._recall(truth, NOT_PLANTED),
            "f1": estimate_list(f1, f"{NOT_PLANTED} and {NOT_FOUND}"),
        }


def _false_positives_per_1000(docket: Docket, judged: Judged, kinds: list[int]) -> dict[int, Estimate]:
    visitors = len(docket.benign_clicks)
    false = np.flatnonzero((judged.verdicts.standing == FALSE) & np.isin(judged.spans.kind, kinds))
    rank = np.full(_K, -1, dtype=np.int64)
    rank[kinds] = np.arange(len(kinds))
    exposure = [docket.benign_clicks if IS_CLICK_KIND[kind] else docket.page_views for kind in kinds]
    intervals = rate_intervals(
        np.concatenate([np.ones(len(false)), np.zeros(len(kinds) * visitors)]),
        np.concatenate([np.zeros(len(false)), *exposure]),
        np.concatenate(
            [docket.case.sessions.visitor[judged.spans.session[false]], *([np.arange(visitors)] * len(kinds))]
        ),
        np.concatenate([rank[judged.spans.kind[false]], np.repeat(np.arange(len(kinds)), visitors)]),
        strata=len(kinds),
    )
    return dict(zip(kinds, estimate_list(intervals, "there was no opportunity", 1000.0), strict=True))


def _precision_at(recall: float | None, false_per_1000: float | None) -> tuple[tuple[float, float | None], ...]:
    """Precision where true episodes are so many per 1,000 opportunities: ``R lambda / (R lambda + f)``."""
    if recall is None or false_per_1000 is None or recall + false_per_1000 == 0:
        return ()
    return tuple(
        (rate, round(recall * rate / (recall * rate + false_per_1000), DIGITS)) for rate in PREVALENCES_PER_1000
    )


def _many_to_one(docket: Docket, judged: Judged, kind: int) -> dict[str, float | None]:
    reference, verdicts = docket.reference, judged.verdicts
    truth = (reference.judged.kind == kind) & ~reference.ambiguous
    of_kind = judged.spans.kind == kind
    on_truth = np.zeros(len(judged.spans), dtype=np.bool_)
    on_truth[verdicts.pairs.finding[~reference.ambiguous[verdicts.pairs.episode]]] = True
    counted = of_kind & (on_truth | ~verdicts.touching)
    return {
        "precision": share(int(on_truth[counted].sum()), int(counted.sum())),
        "recall": share(int(verdicts.touched[truth].sum()), int(truth.sum())),
    }
