"""The matching is the best one there is, and nothing about the order of rows shows in it."""

from __future__ import annotations

from itertools import combinations, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simbench.bench.matching import COLLAR_MS, Pairs, Spans, candidate_pairs, match, match_pairs, useful_findings
from simbench.bench.targets import TargetAgreement
from simbench.events.schema import KINDS, OUTCOME_KINDS

RAGE, DEAD, U_TURN = KINDS.index("rage_click"), KINDS.index("dead_click"), KINDS.index("u_turn")
NOBODY = np.zeros(0, dtype=np.int64)
NO_ELEMENTS = TargetAgreement(NOBODY, NOBODY, NOBODY, targets=50)


def spans(*rows: tuple[int, int, int, int, int, int]) -> Spans:
    """Rows of kind, session, view, start, end, target."""
    table = np.array(rows, dtype=np.int64).reshape(-1, 6)
    kind, session, view, start, end, target = table.T
    return Spans(
        kind=kind, session=session, view=view, start_ms=start, end_ms=end, page=np.zeros_like(kind), target=target
    )


def rage(start: int, end: int, *, session: int = 0, target: int = -1) -> tuple[int, int, int, int, int, int]:
    return (RAGE, session, 0, start, end, target)


def value_of(pairs: list[tuple[int, int, int]], ambiguous: np.ndarray) -> tuple[int, int, int]:
    true = sum(not ambiguous[e] for _, e, _ in pairs)
    return true, len(pairs) - true, -sum(d for _, _, d in pairs)


def best_by_force(pairs: Pairs, findings: int, episodes: int, ambiguous: np.ndarray) -> tuple[int, int, int]:
    distance = {
        (f, e): d
        for f, e, d in zip(pairs.finding.tolist(), pairs.episode.tolist(), pairs.distance_ms.tolist(), strict=True)
    }
    best = (0, 0, 0)
    for size in range(1, min(findings, episodes) + 1):
        for some in combinations(range(findings), size):
            for others in permutations(range(episodes), size):
                if all((f, e) in distance for f, e in zip(some, others, strict=True)):
                    chosen = [(f, e, distance[f, e]) for f, e in zip(some, others, strict=True)]
                    best = max(best, value_of(chosen, ambiguous))
    return best


@st.composite
def small_cases(draw: st.DrawFn) -> tuple[Spans, Spans, np.ndarray]:
    def some(most: int) -> Spans:
        row = st.tuples(
            st.just(RAGE),
            st.integers(0, 1),
            st.just(0),
            st.integers(0, 20).map(lambda t: 250 * t),
            st.sampled_from([0, 250, 1500]),
            st.integers(-1, 1),
        )
        rows = draw(st.lists(row, max_size=most))
        return spans(*((k, s, v, start, start + length, target) for k, s, v, start, length, target in rows))

    findings, episodes = some(5), some(4)
    ambiguous = np.array(draw(st.lists(st.booleans(), min_size=len(episodes), max_size=len(episodes))), dtype=bool)
    return findings, episodes, ambiguous


def worth(findings: Spans, episodes: Spans, ambiguous: np.ndarray) -> tuple[tuple[int, int, int], Pairs]:
    matching = match(findings, episodes, NO_ELEMENTS, ambiguous=ambiguous)
    distance = {
        (f, e): d
        for f, e, d in zip(
            matching.pairs.finding.tolist(), matching.pairs.episode.tolist(), matching.pairs.distance_ms.tolist(),
            strict=True,
        )
    }  # fmt: skip
    chosen = [(f, e, distance[f, e]) for f, e in enumerate(matching.episode_of.tolist()) if e >= 0]
    assert len({e for _, e, _ in chosen}) == len(chosen), "an episode was given to two findings"
    return value_of(chosen, ambiguous), matching.pairs


@settings(max_examples=80, deadline=None)
@given(small_cases())
def test_no_matching_is_better(case: tuple[Spans, Spans, np.ndarray]) -> None:
    findings, episodes, ambiguous = case
    value, pairs = worth(findings, episodes, ambiguous)
    assert value == best_by_force(pairs, len(findings), len(episodes), ambiguous)


@settings(max_examples=40, deadline=None)
@given(small_cases())
def test_matching_is_symmetric(case: tuple[Spans, Spans, np.ndarray]) -> None:
    findings, episodes, ambiguous = case
    nobody = np.zeros_like(ambiguous)
    there, _ = worth(findings, episodes, nobody)
    back, _ = worth(episodes, findings, np.zeros(len(findings), dtype=bool))
    assert there == back


@settings(max_examples=40, deadline=None)
@given(small_cases(), st.randoms(use_true_random=False))
def test_order_of_rows_does_not_show(case: tuple[Spans, Spans, np.ndarray], random: object) -> None:
    findings, episodes, ambiguous = case
    order_f, order_e = list(range(len(findings))), list(range(len(episodes)))
    random.shuffle(order_f)  # type: ignore[attr-defined]
    random.shuffle(order_e)  # type: ignore[attr-defined]
    rows_f, rows_e = np.array(order_f, dtype=np.int64), np.array(order_e, dtype=np.int64)
    plain = match(findings, episodes, NO_ELEMENTS, ambiguous=ambiguous).episode_of
    mixed = match(findings.take(rows_f), episodes.take(rows_e), NO_ELEMENTS, ambiguous=ambiguous[rows_e]).episode_of

    def facts(of: np.ndarray, left: Spans, right: Spans, unsure: np.ndarray) -> list[tuple[object, ...]]:
        def row(table: Spans, at: int) -> tuple[int, ...]:
            return tuple(int(getattr(table, name)[at]) for name in ("session", "start_ms", "end_ms", "target"))

        return sorted((row(left, f), row(right, e), bool(unsure[e])) for f, e in enumerate(of.tolist()) if e >= 0)

    # Rows that are equal in every column are interchangeable, so what was matched is compared, not which index.
    assert facts(plain, findings, episodes, ambiguous) == facts(
        mixed, findings.take(rows_f), episodes.take(rows_e), ambiguous[rows_e]
    )


@settings(max_examples=50, deadline=None)
@given(small_cases())
def test_useful_findings_count_the_maximum_at_every_threshold(case: tuple[Spans, Spans, np.ndarray]) -> None:
    findings, episodes, _ = case
    nobody = np.zeros(len(episodes), dtype=bool)
    rank = np.arange(len(findings))[::-1].copy()
    useful = useful_findings(candidate_pairs(findings, episodes, NO_ELEMENTS), rank)
    for first in range(len(findings) + 1):
        kept = rank < first
        value, _ = worth(findings.take(kept), episodes, nobody)
        assert int(useful[kept].sum()) == value[0]


def test_greedy_would_lose_a_pair() -> None:
    # The first finding lies nearest to the only episode that the second one can have.
    episodes = spans(rage(1000, 1000), rage(1800, 1800))
    findings = spans(rage(1450, 1450), rage(2300, 2300))
    assert match(findings, episodes, NO_ELEMENTS).episode_of.tolist() == [0, 1]


@pytest.mark.parametrize(("gap", "found"), [(0, True), (499, True), (500, True), (501, False)])
@pytest.mark.parametrize("side", ["before", "after"])
def test_gap_equal_to_the_collar_matches(gap: int, found: bool, side: str) -> None:
    episodes = spans(rage(10_000, 12_000))
    finding = rage(12_000 + gap, 13_000 + gap) if side == "after" else rage(9_000 - gap, 10_000 - gap)
    assert match(spans(finding), episodes, NO_ELEMENTS).episode_of.tolist() == [0 if found else -1]


def test_long_episode_that_began_long_ago_is_met() -> None:
    episodes = spans(rage(0, 100_000), rage(50_000, 50_010), rage(50_020, 50_030))
    assert match(spans(rage(99_000, 99_000)), episodes, NO_ELEMENTS).episode_of.tolist() == [0]


def test_other_sessions_and_kinds_do_not_meet() -> None:
    episodes = spans(rage(1000, 2000))
    assert match(spans(rage(1000, 2000, session=1)), episodes, NO_ELEMENTS).episode_of.tolist() == [-1]
    assert match(spans((DEAD, 0, 0, 1000, 2000, -1)), episodes, NO_ELEMENTS).episode_of.tolist() == [-1]


def test_outcomes_match_by_view_and_target_whatever_the_time() -> None:
    episodes = spans((U_TURN, 0, 3, 1000, 2000, 7))
    finding_rows = [
        (U_TURN, 0, 3, 9_000_000, 9_000_000, 7),
        (U_TURN, 0, 2, 1000, 2000, 7),
        (U_TURN, 0, 3, 1000, 2000, 8),
    ]
    for row, found in zip(finding_rows, [True, False, False], strict=True):
        assert match(spans(row), episodes, NO_ELEMENTS).episode_of.tolist() == [0 if found else -1]
    assert match(spans((U_TURN, 0, -1, 0, 0, -1)), episodes, NO_ELEMENTS).episode_of.tolist() == [0]


def test_true_episodes_come_before_ambiguous_ones_however_near() -> None:
    episodes = spans(rage(1000, 1000), rage(1400, 1400))
    matching = match(spans(rage(1400, 1400)), episodes, NO_ELEMENTS, ambiguous=np.array([False, True]))
    assert matching.episode_of.tolist() == [0]


def test_the_nearer_finding_is_the_match() -> None:
    episodes = spans(rage(1000, 2000))
    assert match(spans(rage(1000, 2300), rage(1000, 2100)), episodes, NO_ELEMENTS).episode_of.tolist() == [-1, 0]


def test_big_components_are_solved_sparsely_and_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = np.random.default_rng(5)
    rows = np.unique(rng.integers(0, 30, (160, 2)), axis=0)
    pairs = Pairs(finding=rows[:, 0], episode=rows[:, 1], distance_ms=rng.integers(0, 2000, len(rows)))
    ambiguous = rng.random(30) < 0.3

    def value() -> tuple[int, int, int]:
        chosen = match_pairs(pairs, ambiguous)
        return value_of(
            [(int(pairs.finding[i]), int(pairs.episode[i]), int(pairs.distance_ms[i])) for i in chosen], ambiguous
        )

    dense = value()
    monkeypatch.setattr("simbench.bench.matching._DENSE_CELLS", 0)
    assert value() == dense
    assert dense[0] > 10


def test_every_kind_has_a_collar_or_is_an_outcome() -> None:
    assert set(COLLAR_MS) | set(OUTCOME_KINDS) == set(KINDS)
    assert not set(COLLAR_MS) & set(OUTCOME_KINDS)


# Page 0 holds a button with an icon and a label, and a lone image; on page 1 the icon is part of a link.
BUTTON, ICON, LABEL, IMAGE, LINK = 1, 2, 3, 4, 5
ELEMENTS = TargetAgreement(
    np.array([0, 0, 0, 0, 1, 1]),
    np.array([BUTTON, ICON, LABEL, IMAGE, ICON, LINK]),
    np.array([BUTTON, BUTTON, BUTTON, -1, LINK, LINK]),
    targets=10,
)


@pytest.mark.parametrize(
    ("page_a", "a", "page_b", "b", "agree"),
    [
        (0, ICON, 0, ICON, True),
        (0, ICON, 0, BUTTON, True),
        (0, BUTTON, 0, ICON, True),
        (0, ICON, 0, LABEL, True),
        (0, ICON, 0, IMAGE, False),
        (0, IMAGE, 0, IMAGE, True),
        (0, -1, 0, IMAGE, True),
        (0, IMAGE, 0, -1, True),
        (1, ICON, 1, BUTTON, False),
        (1, ICON, 1, LINK, True),
        (-1, ICON, 1, LINK, True),
        (-1, ICON, 1, BUTTON, False),
        (-1, ICON, -1, BUTTON, True),
        (-1, ICON, -1, LINK, True),
        (0, 9, 0, 9, True),
        (0, 9, 0, 8, False),
    ],
)
def test_targets_agree(page_a: int, a: int, page_b: int, b: int, agree: bool) -> None:
    arrays = [np.array([value], dtype=np.int64) for value in (page_a, a, page_b, b)]
    assert bool(ELEMENTS.agree(*arrays)[0]) is agree
