"""The tests that guards rest on, held to known answers; chances of false alarms are stated where luck plays."""

from __future__ import annotations

import numpy as np
import pytest

from simbench.study.statistics import (
    auc,
    balanced_accuracy,
    best_threshold,
    halves,
    holm,
    paired_slope,
    permutation_auc,
)


def test_holm_steps_down_and_never_falls() -> None:
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])
    assert holm([0.6, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]).shape == (0,)


def ratio(a: list[float], b: list[float]) -> tuple[np.ndarray, np.ndarray]:
    return np.array(a, dtype=float), np.array(b, dtype=float)


def test_a_slope_by_hand() -> None:
    # Rates 6/4 and 2/4, two turns apart, opportunities with a standard deviation of 2: (1.5 - .5) / (2 * 2).
    slope = paired_slope(ratio([3, 3], [2, 2]), ratio([1, 1], [2, 2]), np.array([0, 1]), 2.0)
    assert slope.slope == pytest.approx(0.25)
    # Both visitors moved by the same, so there is no error at all.
    assert slope.error == 0.0
    assert slope.p_moves(1) == 0.0 and slope.p_moves(-1) == 1.0
    assert slope.p_equivalent(0.3) == 0.0 and slope.p_equivalent(0.1) == 1.0
    assert slope.p_beyond(0.1) == 0.0 and slope.p_beyond(0.3) == 1.0


def test_what_both_runs_share_falls_out() -> None:
    rng = np.random.default_rng(1)
    shared = rng.normal(50, 20, 400)
    ones = np.ones(400)
    slope = paired_slope((shared + 1.0, ones), (shared, ones), np.arange(400), 20.0)
    assert slope.slope == pytest.approx(0.025) and slope.error < 1e-12


def test_equivalence_is_claimed_wrongly_no_oftener_than_it_says() -> None:
    # The truth lies on the margin, so a test at .05 must say "equivalent" 5 times in 100: 100 expected of 2,000, and
    # a fair test says it more than 135 times with a chance of 2 in 10,000 (fixed seed).
    rng = np.random.default_rng(2)
    said = 0
    for _ in range(2000):
        up, down = rng.normal(0.2, 1.0, 120), rng.normal(0.0, 1.0, 120)
        slope = paired_slope((up, np.ones(120)), (down, np.ones(120)), np.arange(120), 1.0)
        said += slope.p_equivalent(0.1) < 0.05
    assert said < 135


def test_who_comes_twice_counts_once() -> None:
    rng = np.random.default_rng(3)
    up, down = rng.normal(0, 1, 100), rng.normal(0, 1, 100)
    once = paired_slope((up, np.ones(100)), (down, np.ones(100)), np.arange(100), 1.0)
    twice = paired_slope(
        (np.tile(up, 2), np.ones(200)), (np.tile(down, 2), np.ones(200)), np.tile(np.arange(100), 2), 1.0
    )
    assert twice.slope == pytest.approx(once.slope) and twice.error == pytest.approx(once.error)


def test_no_opportunity_is_no_movement() -> None:
    nothing = np.zeros(3)
    slope = paired_slope((nothing, nothing), (nothing, nothing), np.arange(3), 1.0)
    assert slope.p_moves(1) == 1.0 and np.isnan(slope.up)


def test_a_threshold_either_way_and_through_what_is_missing() -> None:
    x = np.array([1.0, 2.0, np.nan, 4.0, 5.0])
    rule = best_threshold(x, np.array([True, True, False, False, False]))
    assert (rule.sign, rule.score) == (-1, 1.0)
    assert rule.says(x).tolist() == [True, True, False, False, False]
    overlapping = best_threshold(np.array([1.0, 2.0, 3.0, 4.0]), np.array([False, True, False, True]))
    assert overlapping.score == 0.75
    useless = best_threshold(np.full(6, 3.0), np.array([True, False] * 3))
    assert useless.score == 0.5


def test_a_rule_chosen_and_judged_on_the_same_noise_would_look_good() -> None:
    # On pure noise the best threshold of 20 features looks good where it was chosen, and is at chance elsewhere.
    rng = np.random.default_rng(4)
    x, positive = rng.normal(size=(300, 20)), rng.random(300) < 0.3
    half = halves(np.arange(300), 1)
    rules = [best_threshold(x[half, j], positive[half]) for j in range(20)]
    best = int(np.argmax([rule.score for rule in rules]))
    assert rules[best].score > 0.56
    said = rules[best].says(x[~half, best])
    found = balanced_accuracy(said, positive[~half], np.arange(int((~half).sum())))
    assert found.low < 0.5 < found.high


def test_balanced_accuracy_by_hand() -> None:
    said = np.array([True, True, False, True, False, False])
    positive = np.array([True, True, True, False, False, False])
    found = balanced_accuracy(said, positive, np.arange(6))
    assert found.value == pytest.approx(2 / 3) and found.low < 0.5 and found.high > 0.9
    perfect = balanced_accuracy(positive, positive, np.arange(6))
    assert perfect.value == 1.0 and perfect.low < 0.9


def test_balanced_accuracy_covers_the_truth() -> None:
    # Visitors with 1 to 6 rows whose errors go together; true value .8. Of 300 intervals 285 are expected to cover,
    # fewer than 270 with a chance below 1 in 1,000 (fixed seed).
    rng = np.random.default_rng(5)
    covered = 0
    for _ in range(300):
        sizes = rng.integers(1, 7, 80)
        cluster = np.repeat(np.arange(80), sizes)
        positive = rng.random(len(cluster)) < 0.4
        wrong = (rng.beta(0.8, 3.2, 80))[cluster] > rng.random(len(cluster))
        found = balanced_accuracy(positive ^ wrong, positive, cluster)
        covered += found.low <= 0.8 <= found.high
    assert covered >= 270


def test_halves_keep_visitors_together() -> None:
    cluster = np.array([7, 7, 2, 2, 2, 9, 4])
    half = halves(cluster, 3)
    for name in np.unique(cluster):
        assert len(set(half[cluster == name])) == 1
    assert half.any() and not half.all()


def test_auc_and_its_chance() -> None:
    positive = np.array([False, False, True, True])
    assert auc(np.array([1.0, 2.0, 3.0, 4.0]), positive) == 1.0
    assert auc(np.ones(4), positive) == 0.5
    rng = np.random.default_rng(6)
    labels = rng.random(200) < 0.3
    stratum = rng.integers(0, 2, 200)
    told = permutation_auc(labels + rng.normal(0, 0.5, 200), labels, stratum, 1, 499)
    assert told.p == pytest.approx(1 / 500) and told.value > 0.85
    # A score that follows the stratum alone tells nothing within it.
    blind = permutation_auc(stratum.astype(float), labels, stratum, 1, 499)
    assert blind.value == 0.5 and blind.p == 1.0


def test_chance_is_called_a_leak_no_oftener_than_it_says() -> None:
    # 200 scores that know nothing, at .05: 10 alarms expected, over 21 with a chance below 1 in 1,000 (fixed seed).
    rng = np.random.default_rng(7)
    alarms = 0
    for number in range(200):
        labels = rng.random(60) < 0.4
        alarms += permutation_auc(rng.normal(size=60), labels, np.zeros(60, dtype=np.int64), number, 199).p < 0.05
    assert alarms <= 21
