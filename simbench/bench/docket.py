"""What all detectors are judged by, made ready once; and one detector judged by it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simbench.bench.case import Case
from simbench.bench.matching import COLLAR_MS, Spans, pairs_in_time
from simbench.bench.verdicts import Reference, Verdicts, judge
from simbench.events.schema import CLICK_KINDS, KINDS

__all__ = ["IS_CLICK_KIND", "Docket", "Judged", "judge_spans", "open_docket"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
BoolArray = npt.NDArray[np.bool_]

#: Of each of `KINDS`, whether clicks are what it is found in.
IS_CLICK_KIND: Final = np.array([kind in CLICK_KINDS for kind in KINDS])


@dataclass(frozen=True, slots=True, kw_only=True)
class Docket:
    """A case made ready for all detectors.

    `observable` says of each judged episode whether a recording could show it; `benign_clicks` and `page_views` count
    opportunities by visitor.
    """

    case: Case
    reference: Reference
    observable: BoolArray
    benign_clicks: FloatArray
    page_views: FloatArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """One detector's findings in canonical order, and the verdicts on them."""

    spans: Spans
    score: FloatArray
    verdicts: Verdicts


def open_docket(case: Case, reference: Reference) -> Docket:
    """Count opportunities once, for all detectors.

    A benign click is a recorded primary click of the pointer further than the collar from every true or ambiguous
    episode of a click kind: a finding there could only be false.
    """
    visitors = int(case.sessions.visitor.max(initial=-1)) + 1
    angry = reference.judged.take(IS_CLICK_KIND[reference.judged.kind])
    clicks = case.clicks
    collar = np.full(len(clicks.session), max(COLLAR_MS[kind] for kind in CLICK_KINDS), dtype=np.int64)
    near, _ = pairs_in_time(
        clicks.session, (clicks.time_ms, clicks.time_ms), collar, angry.session, (angry.start_ms, angry.end_ms)
    )
    benign = np.ones(len(clicks.session), dtype=np.bool_)
    benign[near] = False
    visitor_of = case.sessions.visitor
    return Docket(
        case=case,
        reference=reference,
        observable=case.episodes.observable[reference.rows] & case.sessions.recorded[reference.judged.session],
        benign_clicks=np.bincount(visitor_of[clicks.session[benign]], minlength=visitors).astype(np.float64),
        page_views=np.bincount(visitor_of, case.sessions.page_views, visitors).astype(np.float64),
    )


def judge_spans(spans: Spans, reference: Reference, scores: FloatArray | None = None) -> Judged:
    """Bring findings into canonical order and judge them."""
    order = spans.canonical_order()
    ordered = spans.take(order)
    return Judged(
        spans=ordered,
        score=np.full(len(spans), np.nan) if scores is None else scores[order],
        verdicts=judge(ordered, reference),
    )
