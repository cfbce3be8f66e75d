"""Findings against truth, as numbers that say how sure they are.

`score` judges the findings of any number of detectors and returns a `Scorecard`, whose `to_json` is the document
``simbench.score/1``. What each number means stands in ``docs/scoring.md``.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from simbench.bench.baselines import REPETITIONS, perfect_findings, random_findings
from simbench.bench.case import Case, open_case
from simbench.bench.docket import Docket, Judged, judge_spans, open_docket
from simbench.bench.interval import ICC, LEVEL
from simbench.bench.matching import COLLAR_MS, Spans, candidate_pairs
from simbench.bench.results import DIGITS, NOT_FOUND, NOT_OBSERVABLE, NOT_PLANTED, Estimate, KindScore, Scorecard
from simbench.bench.tally import tally
from simbench.bench.verdicts import Reference, count_matches, reference_of
from simbench.events.run import Observed
from simbench.events.schema import KINDS, OUTCOME_KINDS
from simbench.events.truth import Truth

__all__ = ["score"]

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]

_K: Final = len(KINDS)
_SPREAD: Final = f"5th to 95th percentile of {REPETITIONS} repetitions"


def score(
    observed: Observed,
    truth: Truth,
    findings: pa.Table,
    *,
    declared: Mapping[str, Collection[str]] | None = None,
    seed: int = 0,
    source: str = "findings",
) -> Scorecard:
    """Judge findings against a run's truth.

    Parameters
    ----------
    observed
        The run's tables; of its events only primary clicks are read, so a table of these alone will do.
    truth
        The truth of the same run.
    findings
        With the schema `FINDINGS`, of one detector or several.
    declared
        The kinds that each detector looks for; a detector's findings of other kinds are not scored, and a declared kind
        of which it found nothing is. Detectors that are not named here are scored on the kinds that they found.
    seed
        Of the random rows.
    source
        What errors call the findings.

    Raises
    ------
    BadInput
        Not one of the findings' sessions is in the run, or a finding lacks what it needs.
    """
    case = open_case(observed, truth, findings, source=source)
    reference = reference_of(case)
    docket = open_docket(case, reference)
    results: list[KindScore] = []
    undeclared: dict[str, dict[str, int]] = {}
    for detector, kinds in _detectors(case, declared).items():
        judged, ignored = _judge_detector(case, reference, detector, kinds)
        if ignored:
            undeclared[detector] = ignored
        results += tally(docket, judged, kinds, row="detector", detector=detector, full=True)
        results += _random_rows(docket, judged.spans, kinds, detector=detector, seed=seed)
    scored = sorted({KINDS.index(entry.kind) for entry in results})
    nothing = judge_spans(_no_spans(), reference)
    ceiling = judge_spans(perfect_findings(case, reference), reference)
    results += tally(docket, nothing, scored, row="null", detector="null", full=False)
    results += tally(docket, ceiling, scored, row="perfect", detector="perfect", full=False)
    order = {"null": 1, "perfect": 2}
    # A random row follows its detector; null and perfect close the kind.
    results.sort(
        key=lambda r: (
            KINDS.index(r.kind),
            r.row in order,
            "" if r.row in order else r.detector,
            order.get(r.row, 0),
            r.row,
        )
    )
    planted = np.bincount(reference.judged.kind[~reference.ambiguous], minlength=_K)
    return Scorecard(
        results=tuple(results),
        matching=_matching_rules(seed),
        population={
            "sessions": len(case.sessions),
            "recorded_sessions": int(case.sessions.recorded.sum()),
            "visitors": len(np.unique(case.sessions.visitor)),
            "page_views": int(docket.page_views.sum()),
            "clicks": len(case.clicks.session),
            "benign_clicks": int(docket.benign_clicks.sum()),
            "ambiguous_episodes": int(reference.ambiguous.sum()),
        },
        unjudged=case.unjudged,
        undeclared=undeclared,
        kinds_without_detector={
            KINDS[kind]: int(planted[kind]) for kind in np.flatnonzero(planted).tolist() if kind not in scored
        },
    )


def _detectors(case: Case, declared: Mapping[str, Collection[str]] | None) -> dict[str, list[int]]:
    """Which kinds each detector is scored on, detectors in alphabetical order."""
    kinds: dict[str, set[int]] = {
        name: {KINDS.index(kind) for kind in names} for name, names in (declared or {}).items()
    }
    pairs = np.unique(np.stack([case.findings.detector, case.findings.spans.kind], axis=1), axis=0)
    for detector, kind in pairs.tolist():
        name = case.findings.detector_names[detector]
        if declared is None or name not in declared:
            kinds.setdefault(name, set()).add(kind)
    return {name: sorted(kinds[name]) for name in sorted(kinds)}


def _judge_detector(case: Case, reference: Reference, detector: str, kinds: list[int]) -> tuple[Judged, dict[str, int]]:
    findings = case.findings
    code = findings.detector_names.index(detector) if detector in findings.detector_names else -1
    own = findings.detector == code
    scored = own & np.isin(findings.spans.kind, kinds)
    other = np.bincount(findings.spans.kind[own & ~scored], minlength=_K)
    ignored = {KINDS[kind]: int(other[kind]) for kind in np.flatnonzero(other).tolist()}
    return judge_spans(findings.spans.take(scored), reference, findings.score[scored]), ignored


def _no_spans() -> Spans:
    nothing = np.zeros(0, dtype=np.int64)
    return Spans(**dict.fromkeys(Spans.__slots__, nothing))


def _random_rows(docket: Docket, spans: Spans, kinds: list[int], *, detector: str, seed: int) -> list[KindScore]:
    """Chance with as many findings as the detector: means, and the spread of repetitions in place of an interval."""
    reference = docket.reference
    found = np.bincount(spans.kind, minlength=_K)
    matched, neither, seen = [], [], []
    for placed in random_findings(docket.case.clicks, found, seed=seed, name=detector):
        pairs = candidate_pairs(placed, reference.judged, reference.agreement)
        counts = count_matches(placed, pairs, reference)
        matched.append(counts.matched)
        neither.append(counts.neither)
        seen.append(count_matches(placed, pairs.take(docket.observable[pairs.episode]), reference).matched)
    if not matched:
        return []
    hits, unsure, hits_seen = np.stack(matched), np.stack(neither), np.stack(seen)
    truth = np.bincount(reference.judged.kind[~reference.ambiguous], minlength=_K)
    observable = np.bincount(reference.judged.kind[~reference.ambiguous & docket.observable], minlength=_K)
    return [
        KindScore(
            row="random",
            detector=detector,
            kind=KINDS[kind],
            truth=int(truth[kind]),
            findings=int(found[kind]),
            matched=round(float(hits[:, kind].mean()), 2),
            ambiguous=round(float(unsure[:, kind].mean()), 2),
            precision=_spread(hits[:, kind], found[kind] - unsure[:, kind], NOT_FOUND),
            recall=_spread(hits[:, kind], truth[kind], NOT_PLANTED),
            recall_observable=_spread(hits_seen[:, kind], observable[kind], NOT_OBSERVABLE),
            f1=_spread(
                2 * hits[:, kind], found[kind] - unsure[:, kind] + truth[kind], f"{NOT_PLANTED} and {NOT_FOUND}"
            ),
        )
        for kind in kinds
    ]


def _spread(part: IntArray, whole: IntArray, reason: str) -> Estimate:
    whole = np.broadcast_to(whole, part.shape)
    if not (whole > 0).all():
        return Estimate(value=None, low=None, high=None, method="undefined", reason=reason)
    values = part / whole
    low, high = np.quantile(values, [0.05, 0.95])
    return Estimate(
        value=round(float(values.mean()), DIGITS),
        low=round(float(low), DIGITS),
        high=round(float(high), DIGITS),
        method=_SPREAD,
    )


def _matching_rules(seed: int) -> dict[str, Any]:
    return {
        "assignment": "one to one: most true episodes, then most ambiguous ones, then least total distance in time",
        "clock": "page time less the session's clock_skew_ms",
        "collar_ms": dict(COLLAR_MS),
        "outcome_kinds": list(OUTCOME_KINDS),
        "intervals": {"level": LEVEL, "cluster": "visitor", "icc_at_0_and_1": ICC},
        "random": {"repetitions": REPETITIONS, "seed": seed},
    }
