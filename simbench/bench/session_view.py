"""The coarser question that product lists show: which sessions have any episode of a kind."""

from __future__ import annotations

from typing import Final

import numpy as np

from simbench.bench.docket import Docket, Judged
from simbench.bench.interval import ratio_intervals
from simbench.bench.results import DIGITS, NOT_FOUND, NOT_PLANTED, SessionView, estimate_list, share
from simbench.events.schema import KINDS

__all__ = ["session_views"]

#: Shares of sessions with an episode at which the precision of flagged sessions is restated.
SESSION_PREVALENCES: Final = (0.001, 0.01, 0.05, 0.1, 0.3)


def session_views(docket: Docket, judged: Judged, kinds: list[int]) -> dict[int, SessionView]:
    """Sensitivity, specificity and precision of "this session has an episode of the kind", for recorded sessions."""
    case, reference = docket.case, docket.reference
    visitor, recorded = case.sessions.visitor, case.sessions.recorded
    shape = (len(KINDS), len(case.sessions))
    positive, unsure, flagged = (np.zeros(shape, dtype=np.bool_) for _ in range(3))
    true = ~reference.ambiguous
    positive[reference.judged.kind[true], reference.judged.session[true]] = True
    unsure[reference.judged.kind[~true], reference.judged.session[~true]] = True
    flagged[judged.spans.kind, judged.spans.session] = True
    out = {}
    for kind in kinds:
        considered = np.flatnonzero(recorded & (positive[kind] | ~unsure[kind]))
        with_truth, flag, who = positive[kind, considered], flagged[kind, considered], visitor[considered]
        both = with_truth & flag
        sensitivity = ratio_intervals(both, with_truth, who)
        specificity = ratio_intervals(~with_truth & ~flag, ~with_truth, who)
        precision = ratio_intervals(both, flag, who)
        se, sp = float(sensitivity.value[0]), float(specificity.value[0])
        known = bool(with_truth.any() and not with_truth.all())
        out[kind] = SessionView(
            sessions=len(considered),
            with_truth=int(with_truth.sum()),
            flagged=int(flag.sum()),
            both=int(both.sum()),
            sensitivity=estimate_list(sensitivity, NOT_PLANTED)[0],
            specificity=estimate_list(specificity, "every session has an episode")[0],
            precision=estimate_list(precision, NOT_FOUND)[0],
            likelihood_ratio=round(se / (1 - sp), DIGITS) if known and sp < 1 else None,
            precision_at=tuple(
                (rate, share(se * rate, se * rate + (1 - sp) * (1 - rate))) for rate in SESSION_PREVALENCES
            )
            if known
            else (),
        )
    return out
