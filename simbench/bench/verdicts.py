"""What became of every finding and every episode: matched, missed, or wrong in a way that has a name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt

from simbench.bench.case import Case
from simbench.bench.matching import (
    COLLAR_MS,
    Pairs,
    Spans,
    candidate_pairs,
    match_pairs,
    pairs_in_time,
    time_distance_ms,
    useful_findings,
)
from simbench.bench.targets import TargetAgreement
from simbench.events.schema import KINDS

__all__ = [
    "FALSE",
    "MATCHED",
    "NEITHER",
    "Counts",
    "Reference",
    "Verdicts",
    "count_at_collar",
    "count_matches",
    "judge",
    "reference_of",
    "useful_by_rank",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: Standings of a finding: it is a true episode, an ambiguous one (counts neither way), or false.
MATCHED: Final = 0
NEITHER: Final = 1
FALSE: Final = 2

_DUPLICATE: Final = 0
_NONE: Final = 1
_FIRST_LOOKALIKE: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """The truth in canonical order: `judged` holds true and ambiguous episodes, `lookalikes` the benign ones.

    `rows` are the judged episodes' rows in the case. `reasons` names the ways in which a finding can be false.
    """

    judged: Spans
    ambiguous: BoolArray
    rows: IntArray
    lookalikes: Spans
    lookalike: IntArray
    agreement: TargetAgreement
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdicts:
    """Of one detector's findings.

    `standing` and `reason` (index into `Reference.reasons`, -1 where not false) have one entry a finding, `found` one a
    judged episode. `touched` and `touching` say of episodes and findings whether they have any candidate at all.
    """

    standing: IntArray
    reason: IntArray
    found: BoolArray
    touched: BoolArray
    touching: BoolArray
    pairs: Pairs


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """By kind: findings matched to true episodes, and those that count neither way."""

    matched: IntArray
    neither: IntArray


def reference_of(case: Case) -> Reference:
    """Bring the case's truth into the order and shape that `judge` wants."""
    episodes = case.episodes
    judged = np.flatnonzero(episodes.role != 1)
    judged = judged[episodes.spans.take(judged).canonical_order(episodes.role[judged] == 2)]
    lookalikes = np.flatnonzero(episodes.role == 1)
    lookalikes = lookalikes[np.lexsort((episodes.lookalike[lookalikes],))]
    lookalikes = lookalikes[episodes.spans.take(lookalikes).canonical_order()]
    names = [*(f"lookalike:{name}" for name in episodes.lookalike_names), "lookalike:unnamed"]
    return Reference(
        judged=episodes.spans.take(judged),
        ambiguous=episodes.role[judged] == 2,
        rows=judged.astype(np.int64),
        lookalikes=episodes.spans.take(lookalikes),
        lookalike=np.where(episodes.lookalike[lookalikes] < 0, len(names) - 1, episodes.lookalike[lookalikes]),
        agreement=case.agreement,
        reasons=("duplicate", "none", *names, *(f"other_kind:{kind}" for kind in KINDS)),
    )


def judge(findings: Spans, reference: Reference) -> Verdicts:
    """Match findings with the truth and name what is left.

    Parameters
    ----------
    findings
        Of one detector, on the true clock, in canonical order (`Spans.canonical_order`).
    reference
        The truth.
    """
    pairs = candidate_pairs(findings, reference.judged, reference.agreement)
    chosen = match_pairs(pairs, reference.ambiguous)
    standing = np.full(len(findings), FALSE, dtype=np.int64)
    standing[pairs.finding[chosen]] = np.where(reference.ambiguous[pairs.episode[chosen]], NEITHER, MATCHED)
    found = np.zeros(len(reference.judged), dtype=np.bool_)
    found[pairs.episode[chosen]] = True
    touched, touching = np.zeros_like(found), np.zeros(len(findings), dtype=np.bool_)
    touched[pairs.episode] = True
    touching[pairs.finding] = True
    false = np.flatnonzero(standing == FALSE)
    reason = np.full(len(findings), -1, dtype=np.int64)
    reason[false] = _reasons(findings.take(false), touching[false], reference)
    return Verdicts(standing=standing, reason=reason, found=found, touched=touched, touching=touching, pairs=pairs)


def _reasons(findings: Spans, touching: BoolArray, reference: Reference) -> IntArray:
    """Why each false finding is false, by the nearest thing that it met; truth beats a look-alike."""
    reason = np.full(len(findings), _NONE, dtype=np.int64)
    # Later assignments win: another kind's truth, then a look-alike of the kind, then an episode found already.
    others = _other_kinds(findings, reference)
    at = _nearest(others)
    reason[others.finding[at]] = (
        _FIRST_LOOKALIKE + _lookalike_names(reference) + reference.judged.kind[others.episode[at]]
    )
    alike = candidate_pairs(findings, reference.lookalikes, reference.agreement)
    at = _nearest(alike)
    reason[alike.finding[at]] = _FIRST_LOOKALIKE + reference.lookalike[alike.episode[at]]
    reason[touching] = _DUPLICATE
    return reason


def _lookalike_names(reference: Reference) -> int:
    return len(reference.reasons) - _FIRST_LOOKALIKE - len(KINDS)


def _nearest(pairs: Pairs) -> IntArray:
    """The nearest pair of each finding that has one."""
    order = np.lexsort((pairs.episode, pairs.distance_ms, pairs.finding))
    _, first = np.unique(pairs.finding[order], return_index=True)
    return order[first].astype(np.int64)


def _other_kinds(findings: Spans, reference: Reference) -> Pairs:
    """Pairs of findings with true episodes of other kinds at that time and target."""
    true = np.flatnonzero(~reference.ambiguous)
    episodes = reference.judged.take(true)
    collar = np.array([COLLAR_MS.get(kind, 0) for kind in KINDS], dtype=np.int64)
    finding, episode = pairs_in_time(
        findings.session,
        (findings.start_ms, findings.end_ms),
        collar[findings.kind],
        episodes.session,
        (episodes.start_ms, episodes.end_ms),
    )
    good = findings.kind[finding] != episodes.kind[episode]
    good &= reference.agreement.agree(
        findings.page[finding], findings.target[finding], episodes.page[episode], episodes.target[episode]
    )
    finding, episode = finding[good], episode[good]
    distance = time_distance_ms(findings, finding, episodes, episode)
    return Pairs(finding=finding, episode=true[episode].astype(np.int64), distance_ms=distance)


def useful_by_rank(pairs: Pairs, reference: Reference, rank: IntArray) -> tuple[BoolArray, BoolArray]:
    """Which findings enlarge the matching as they come in order of `rank`: that with true episodes, and with any.

    Among the first n findings the first flag counts those matched, and the second less the first those that count
    neither way (a matching of the true episodes can always be grown into a largest one of all that keeps them).
    """
    true = useful_findings(pairs.take(~reference.ambiguous[pairs.episode]), rank)
    return true, useful_findings(pairs, rank) if reference.ambiguous[pairs.episode].any() else true


def count_matches(findings: Spans, pairs: Pairs, reference: Reference) -> Counts:
    """How many findings of each kind `judge` would call matched and neither, without saying which."""
    true, either = useful_by_rank(pairs, reference, np.arange(len(findings), dtype=np.int64))
    matched = np.bincount(findings.kind[true], minlength=len(KINDS)).astype(np.int64)
    both = np.bincount(findings.kind[either], minlength=len(KINDS)).astype(np.int64)
    return Counts(matched=matched, neither=both - matched)


def count_at_collar(findings: Spans, pairs: Pairs, reference: Reference, collar_ms: int) -> Counts:
    """`count_matches` under one collar for all kinds that have one; `pairs` must come from no smaller a collar."""
    apart = np.maximum(
        reference.judged.start_ms[pairs.episode] - findings.end_ms[pairs.finding],
        findings.start_ms[pairs.finding] - reference.judged.end_ms[pairs.episode],
    )
    return count_matches(findings, pairs.take(apart <= collar_ms), reference)
