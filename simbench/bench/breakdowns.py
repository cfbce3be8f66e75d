"""Where a detector is right and wrong: by device, persona, source, page and cause; what it missed; what fooled it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from simbench.bench.docket import Docket, Judged
from simbench.bench.interval import ratio_intervals
from simbench.bench.results import NOT_FOUND, NOT_PLANTED, estimate_list
from simbench.bench.verdicts import FALSE, MATCHED, NEITHER, Verdicts
from simbench.events.schema import KINDS

__all__ = ["breakdowns", "false_by_reason", "missed_by_cause"]

IntArray = npt.NDArray[np.int64]

_K: Final = len(KINDS)


def missed_by_cause(docket: Docket, verdicts: Verdicts) -> list[dict[str, int]]:
    """By kind: missed true episodes by what caused them, or that no recording could show them."""
    case, reference = docket.case, docket.reference
    names = [*case.episodes.cause_names, "none", "unobservable"]
    cause = case.episodes.cause[reference.rows]
    cause = np.where(cause < 0, len(names) - 2, cause)
    cause = np.where(docket.observable, cause, len(names) - 1)
    rows = ~reference.ambiguous & ~verdicts.found
    return _counted(reference.judged.kind[rows], cause[rows], names)


def false_by_reason(docket: Docket, judged: Judged) -> list[dict[str, int]]:
    """By kind: false findings by what they met instead of an episode."""
    rows = judged.verdicts.standing == FALSE
    return _counted(judged.spans.kind[rows], judged.verdicts.reason[rows], docket.reference.reasons)


def _counted(kind: IntArray, code: IntArray, names: Iterable[str]) -> list[dict[str, int]]:
    """By kind: how often each name occurs, the commonest first."""
    words = tuple(names)
    table = np.bincount(kind * len(words) + code, minlength=_K * len(words)).reshape(_K, len(words))
    return [
        {words[at]: int(row[at]) for at in sorted(np.flatnonzero(row).tolist(), key=lambda at: (-row[at], words[at]))}
        for row in table
    ]


def breakdowns(docket: Docket, judged: Judged) -> list[dict[str, dict[str, dict[str, Any]]]]:
    """By kind: truth, findings, matched, precision and recall by device, persona, source, page and cause."""
    case, reference = docket.case, docket.reference
    sessions, truth_session, finding_session = case.sessions, reference.judged.session, judged.spans.session
    places = {
        "device": (sessions.device_names, sessions.device[truth_session], sessions.device[finding_session]),
        "persona": (sessions.persona_names, sessions.persona[truth_session], sessions.persona[finding_session]),
        "source": (sessions.source_names, sessions.source[truth_session], sessions.source[finding_session]),
        "page": (case.page_names, reference.judged.page, judged.spans.page),
        "cause": (case.episodes.cause_names, case.episodes.cause[reference.rows], None),
    }
    out: list[dict[str, dict[str, dict[str, Any]]]] = [{} for _ in KINDS]
    for name, (values, of_truth, of_findings) in places.items():
        for kind, table in enumerate(_one_breakdown(docket, judged, (*values, _REST[name]), of_truth, of_findings)):
            out[kind][name] = table
    return out


#: What stands for null in each breakdown.
_REST: Final = {"device": "unknown", "persona": "unknown", "source": "unknown", "page": "unknown", "cause": "none"}


def _one_breakdown(
    docket: Docket, judged: Judged, names: tuple[str, ...], of_truth: IntArray, of_findings: IntArray | None
) -> list[dict[str, dict[str, Any]]]:
    reference, verdicts, visitor = docket.reference, judged.verdicts, docket.case.sessions.visitor
    width = len(names)
    strata = _K * width
    true = ~reference.ambiguous
    place = reference.judged.kind * width + np.where(of_truth < 0, width - 1, of_truth)
    recall = ratio_intervals(
        verdicts.found[true],
        np.ones(int(true.sum())),
        visitor[reference.judged.session[true]],
        place[true],
        strata=strata,
    )
    truth = np.bincount(place[true], minlength=strata)
    matched = np.bincount(place[true & verdicts.found], minlength=strata)
    recalls = estimate_list(recall, NOT_PLANTED)
    findings, precisions = np.zeros(strata, dtype=np.int64), None
    if of_findings is not None:
        where = judged.spans.kind * width + np.where(of_findings < 0, width - 1, of_findings)
        counted = verdicts.standing != NEITHER
        precision = ratio_intervals(
            verdicts.standing[counted] == MATCHED,
            np.ones(int(counted.sum())),
            visitor[judged.spans.session[counted]],
            where[counted],
            strata=strata,
        )
        findings = np.bincount(where, minlength=strata)
        precisions = estimate_list(precision, NOT_FOUND)
    out: list[dict[str, dict[str, Any]]] = [{} for _ in KINDS]
    for at in np.flatnonzero((truth > 0) | (findings > 0)).tolist():
        entry: dict[str, Any] = {"truth": int(truth[at]), "matched": int(matched[at]), "recall": recalls[at]}
        if precisions is not None:
            entry |= {"findings": int(findings[at]), "precision": precisions[at]}
        out[at // width][names[at % width]] = entry
    return out
