"""Which finding is which episode: candidate pairs, and the best one-to-one matching of them.

A finding and an episode are a candidate pair when kind and session are the same, their targets agree
(`TargetAgreement`) and, for kinds with a collar, their times overlap or lie no further apart than the collar; kinds
that are outcomes are paired by view instead. Times are whole milliseconds, so a gap equal to the collar is in.

Of all one-to-one matchings that one is taken that finds the most true episodes; of these, the one that explains the
most leftover findings by ambiguous episodes; of these, the one with the least total distance in time (starts apart plus
ends apart). Greedy matching, in whatever order, can miss pairs and depends on the order of rows (sed_eval issue 3,
pyannote-metrics issue 95); this one does not.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from typing import Final

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import linear_sum_assignment
from scipy.sparse.csgraph import connected_components, min_weight_full_bipartite_matching

from simbench.bench.targets import TargetAgreement
from simbench.events.schema import KINDS, OUTCOME_KINDS

__all__ = [
    "COLLAR_MS",
    "Matching",
    "Pairs",
    "Spans",
    "candidate_pairs",
    "match",
    "match_pairs",
    "pairs_in_time",
    "useful_findings",
]

IntArray = npt.NDArray[np.int64]
BoolArray = npt.NDArray[np.bool_]

#: How far a finding's time may lie from an episode's, by kind; outcome kinds have none.
COLLAR_MS: Final = {
    kind: 2000 if kind in {"hesitation", "scroll_hunt", "field_struggle"} else 500
    for kind in KINDS
    if kind not in OUTCOME_KINDS
}

#: Beyond every instant, and small enough that sums of it stay inside int64.
_FAR: Final = 2**59
#: Whole numbers up to here are exact in float64, which the solvers work in.
_EXACT: Final = 2**52
#: Components with more cells than this are solved sparsely.
_DENSE_CELLS: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Spans:
    """Findings or episodes as arrays of equal length, on one clock.

    `kind` indexes `KINDS`; `session`, `page` and `target` are codes that findings and episodes share; -1 in `view`,
    `page` and `target` means not known. Times are ms.
    """

    kind: IntArray
    session: IntArray
    view: IntArray
    start_ms: IntArray
    end_ms: IntArray
    page: IntArray
    target: IntArray

    def __len__(self) -> int:
        return len(self.kind)

    def take(self, rows: npt.NDArray[np.int64] | BoolArray) -> Spans:
        """The rows that `rows` (indexes or a mask) picks."""
        return Spans(**{name: getattr(self, name)[rows] for name in self.__slots__})

    def canonical_order(self, last: BoolArray | None = None) -> IntArray:
        """An order of the rows that does not depend on the order they stand in; `last` settles what is equal."""
        keys = (
            *(() if last is None else (last,)),
            self.page,
            self.view,
            self.target,
            self.end_ms,
            self.start_ms,
            self.session,
            self.kind,
        )
        return np.lexsort(keys).astype(np.int64)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """Candidate pairs: indexes of findings and episodes, and how far apart in time (ms) they are."""

    finding: IntArray
    episode: IntArray
    distance_ms: IntArray

    def __len__(self) -> int:
        return len(self.finding)

    def take(self, rows: npt.NDArray[np.int64] | BoolArray) -> Pairs:
        """The pairs that `rows` (indexes or a mask) picks."""
        return Pairs(finding=self.finding[rows], episode=self.episode[rows], distance_ms=self.distance_ms[rows])


@dataclass(frozen=True, slots=True, kw_only=True)
class Matching:
    """`episode_of` is the episode that each finding is matched to, or -1; `pairs` are all candidates."""

    episode_of: IntArray
    pairs: Pairs


def pairs_in_time(
    finding_group: IntArray,
    findings: tuple[IntArray, IntArray],
    gap_ms: IntArray,
    episode_group: IntArray,
    episodes: tuple[IntArray, IntArray],
) -> tuple[IntArray, IntArray]:
    """Indexes of all (finding, episode) of one group whose times overlap or lie at most `gap_ms` apart.

    Parameters
    ----------
    finding_group, episode_group
        Codes from 0; only equal ones are paired.
    findings, episodes
        Starts and ends, ms.
    gap_ms
        One a finding.
    """
    nothing = np.zeros(0, dtype=np.int64)
    if not len(finding_group) or not len(episode_group):
        return nothing, nothing
    start_e, end_e = episodes
    order = np.lexsort((start_e, episode_group))
    groups, first = np.unique(episode_group[order], return_index=True)
    group_e = np.searchsorted(groups, episode_group[order])
    base = start_e[order][first]
    longest = np.maximum.reduceat((end_e - start_e)[order], first)
    since = start_e[order] - base[group_e]
    width = int(since.max()) + 3
    key = group_e * width + since

    at = np.minimum(np.searchsorted(groups, finding_group), len(groups) - 1)
    known = np.flatnonzero(groups[at] == finding_group)
    at, gap = at[known], gap_ms[known]
    start_f, end_f = findings[0][known], findings[1][known]
    # In each group, the episodes that begin no later than the finding's end, and no earlier than the longest could.
    earliest = np.clip(start_f - gap - longest[at] - base[at], 0, width - 2)
    latest = np.clip(end_f + gap - base[at], -1, width - 2)
    low = np.searchsorted(key, at * width + earliest, side="left")
    high = np.searchsorted(key, at * width + latest, side="right")
    count = np.maximum(high - low, 0)
    which = np.repeat(np.arange(len(known)), count)
    within = np.arange(len(which)) - np.repeat(np.cumsum(count) - count, count)
    episode = order[low[which] + within]
    near = (start_e[episode] - end_f[which] <= gap[which]) & (start_f[which] - end_e[episode] <= gap[which])
    return known[which[near]].astype(np.int64), episode[near].astype(np.int64)


def candidate_pairs(
    findings: Spans, episodes: Spans, agreement: TargetAgreement, *, collar_ms: dict[str, int] | None = None
) -> Pairs:
    """All pairs that may be matched.

    Parameters
    ----------
    findings, episodes
        On one clock (the true one: findings' times with their session's skew taken off).
    agreement
        When two targets agree.
    collar_ms
        By kind; a kind without one is an outcome, and paired by session, view and target, whatever the times.
    """
    collars = COLLAR_MS if collar_ms is None else collar_ms
    collar = np.array([collars.get(kind, -1) for kind in KINDS], dtype=np.int64)
    outcome_f, outcome_e = collar[findings.kind] < 0, collar[episodes.kind] < 0
    finding, episode = pairs_in_time(
        findings.session * len(KINDS) + findings.kind,
        (np.where(outcome_f, -_FAR, findings.start_ms), np.where(outcome_f, _FAR, findings.end_ms)),
        np.maximum(collar[findings.kind], 0),
        episodes.session * len(KINDS) + episodes.kind,
        (np.where(outcome_e, 0, episodes.start_ms), np.where(outcome_e, 0, episodes.end_ms)),
    )
    view_f, view_e = findings.view[finding], episodes.view[episode]
    good = ~outcome_f[finding] | (view_f < 0) | (view_e < 0) | (view_f == view_e)
    good &= agreement.agree(
        findings.page[finding], findings.target[finding], episodes.page[episode], episodes.target[episode]
    )
    finding, episode = finding[good], episode[good]
    return Pairs(finding=finding, episode=episode, distance_ms=time_distance_ms(findings, finding, episodes, episode))


def time_distance_ms(findings: Spans, finding: IntArray, episodes: Spans, episode: IntArray) -> IntArray:
    """How far the starts are apart plus how far the ends are apart."""
    starts = np.abs(findings.start_ms[finding] - episodes.start_ms[episode])
    return np.asarray(starts + np.abs(findings.end_ms[finding] - episodes.end_ms[episode]), dtype=np.int64)


def match(
    findings: Spans,
    episodes: Spans,
    agreement: TargetAgreement,
    *,
    ambiguous: BoolArray | None = None,
    collar_ms: dict[str, int] | None = None,
) -> Matching:
    """Match findings to episodes, one to one; the result does not depend on the order of rows.

    Parameters
    ----------
    findings, episodes, agreement, collar_ms
        As for `candidate_pairs`.
    ambiguous
        Which episodes nobody could tell: they are matched only by what true episodes leave over.
    """
    second = np.zeros(len(episodes), dtype=np.bool_) if ambiguous is None else ambiguous
    order_f, order_e = findings.canonical_order(), episodes.canonical_order(second)
    pairs = candidate_pairs(findings.take(order_f), episodes.take(order_e), agreement, collar_ms=collar_ms)
    chosen = match_pairs(pairs, second[order_e])
    episode_of = np.full(len(findings), -1, dtype=np.int64)
    episode_of[order_f[pairs.finding[chosen]]] = order_e[pairs.episode[chosen]]
    own = Pairs(finding=order_f[pairs.finding], episode=order_e[pairs.episode], distance_ms=pairs.distance_ms)
    return Matching(episode_of=episode_of, pairs=own)


def match_pairs(pairs: Pairs, ambiguous: BoolArray) -> IntArray:
    """Indexes of the pairs that make the best matching: most true, then most ambiguous, then least distance.

    What is still equal is settled by the indexes of findings and episodes, so bring these into a canonical order first.
    """
    if not len(pairs):
        return np.zeros(0, dtype=np.int64)
    second = ambiguous[pairs.episode]
    component, star = _components(pairs)
    order = np.lexsort((pairs.episode, pairs.finding, pairs.distance_ms, second, component))
    _, first = np.unique(component[order], return_index=True)
    # A component around one episode, or one finding, is settled by its best pair; nearly all are.
    chosen = [order[first[star[component[order[first]]]]]]
    rest = order[~star[component[order]]]
    chosen.extend(
        rows[_best_of_component(pairs.take(rows), second[rows])]
        for rows in (np.split(rest, np.flatnonzero(np.diff(component[rest])) + 1) if len(rest) else [])
    )
    return np.sort(np.concatenate(chosen)).astype(np.int64)


def _components(pairs: Pairs) -> tuple[IntArray, BoolArray]:
    """The connected component of each pair, and of each component whether it has one finding or one episode only."""
    findings, finding = np.unique(pairs.finding, return_inverse=True)
    episodes, episode = np.unique(pairs.episode, return_inverse=True)
    nodes = len(findings) + len(episodes)
    links = sparse.coo_array((np.ones(len(pairs), dtype=np.int8), (finding, len(findings) + episode)), (nodes, nodes))
    count, node_component = connected_components(links, directed=False)
    sizes_f = np.bincount(node_component[: len(findings)], minlength=count)
    sizes_e = np.bincount(node_component[len(findings) :], minlength=count)
    star = (sizes_f == 1) | (sizes_e == 1)
    return node_component[: len(findings)][finding].astype(np.int64), star


def _best_of_component(pairs: Pairs, second: BoolArray) -> IntArray:
    """Rows of the best matching of one component, by an assignment problem in whole numbers."""
    findings, finding = np.unique(pairs.finding, return_inverse=True)
    episodes, episode = np.unique(pairs.episode, return_inverse=True)
    most = min(len(findings), len(episodes))
    # One ambiguous match outweighs all distances, one true match all of these; capped so that all sums stay exact.
    far = min(int(pairs.distance_ms.max()), _EXACT // (4 * (most + 1) ** 3))
    distance = np.minimum(pairs.distance_ms, far)
    for_ambiguous = most * far + 1
    for_true = most * (for_ambiguous + far) + 1
    cost = distance - np.where(second, for_ambiguous, for_true)
    if len(findings) * len(episodes) <= _DENSE_CELLS:
        dense = np.zeros((len(findings), len(episodes)))
        dense[finding, episode] = cost
        rows, columns = linear_sum_assignment(dense)
    else:
        # Each finding may stay alone, with an episode of its own that costs nothing; weights must not be 0.
        alone = np.arange(len(findings))
        lift = for_true + 1
        weights = sparse.coo_array(
            (
                np.concatenate([cost + lift, np.full(len(findings), lift)]).astype(np.float64),
                (np.concatenate([finding, alone]), np.concatenate([episode, len(episodes) + alone])),
            ),
            (len(findings), len(episodes) + len(findings)),
        )
        solution = min_weight_full_bipartite_matching(weights.tocsr())
        rows, columns = solution[0].astype(np.intp), solution[1].astype(np.intp)
    partner = np.full(len(findings), -1, dtype=np.int64)
    partner[rows] = columns
    return np.flatnonzero(partner[finding] == episode).astype(np.int64)


def useful_findings(pairs: Pairs, rank: IntArray) -> BoolArray:
    """Which findings enlarge the maximum matching when findings come one by one, in the order of `rank`.

    The number of useful ones among the first n is the size of a maximum matching of these n, so that one pass gives the
    matches at every threshold of a score: the sets of findings that can be matched at once are a matroid (Edmonds &
    Fulkerson, 1965).

    Parameters
    ----------
    pairs
        Candidates.
    rank
        One a finding: its place in the order.
    """
    useful = np.zeros(len(rank), dtype=np.bool_)
    if not len(pairs):
        return useful
    component, star = _components(pairs)
    order = np.lexsort((pairs.episode, rank[pairs.finding], component))
    by_component = component[order]
    _, first = np.unique(by_component, return_index=True)
    useful[pairs.finding[order[first[star[by_component[first]]]]]] = True
    rest = order[~star[by_component]]
    for rows in np.split(rest, np.flatnonzero(np.diff(component[rest])) + 1) if len(rest) else []:
        useful[_augmenting(pairs.finding[rows], pairs.episode[rows])] = True
    return useful


def _augmenting(finding: IntArray, episode: IntArray) -> list[int]:
    """Findings, met in the order of the rows, from which an augmenting path leads (Kuhn, 1955; breadth first)."""
    neighbours: dict[int, list[int]] = {}
    for f, e in zip(finding.tolist(), episode.tolist(), strict=True):
        neighbours.setdefault(f, []).append(e)
    holder: dict[int, int] = {}
    held: dict[int, int] = {}
    found = []
    for start in neighbours:
        came_from: dict[int, int] = {}
        queue = deque([start])
        free = -1
        while queue and free < 0:
            f = queue.popleft()
            for e in neighbours[f]:
                if e in came_from:
                    continue
                came_from[e] = f
                if e not in holder:
                    free = e
                    break
                queue.append(holder[e])
        if free < 0:
            continue
        found.append(start)
        # Walk back, giving each finding on the path the episode that it reached.
        while free >= 0:
            f = came_from[free]
            holder[free] = f
            held[f], free = free, held.get(f, -1)
    return found
