"""Presets of scrolling, typing, dwell and strokes: reproducible, in the people's columns and near their numbers.

The numbers are people's published quantiles (docs/realism-bodies.md); whoever holds the recordings compares in full.
"""

import numpy as np
import pytest

from simbench.study.realism.dwell import dwell_features, simulate_news
from simbench.study.realism.halves import calibration_half
from simbench.study.realism.scrolls import legs, scroll_features, simulate_scrolls
from simbench.study.realism.touches import simulate_strokes, stroke_features
from simbench.study.realism.typing import simulate_typing, typing_features

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)
#: The people's band (25 %, outer quantiles half to twice), and a fifth more for the chance of a small sample.
MIDDLE, OUTER = 1.25 * 1.2, 2.0 * 1.2


def near(values: np.ndarray, people: tuple[float, ...]) -> bool:
    ratio = np.quantile(values, LEVELS) / np.array(people)
    allowed = np.array([OUTER, MIDDLE, MIDDLE, MIDDLE, OUTER])
    return bool((np.maximum(ratio, 1.0 / ratio) <= allowed).all())


def test_typing_has_people_s_intervals_holds_and_corrections() -> None:
    keys = simulate_typing(60, seed=2)
    interval = keys.interval[~np.isnan(keys.interval)]
    assert near(interval, (72, 119, 168, 256, 688))
    assert near(keys.hold, (56, 80, 101, 128, 185))
    assert np.mean(keys.kind == 2) == pytest.approx(0.058, rel=0.35)
    same = ~np.isnan(keys.interval[1:])
    assert np.mean((keys.interval[1:] < keys.hold[:-1])[same]) == pytest.approx(0.177, rel=0.35)
    columns, person = typing_features(keys)
    assert {column.size for column in columns.values()} == {person.size}
    assert np.bincount(person).max() <= 200


def test_scrolling_has_people_s_gaps_steps_and_ways_back() -> None:
    read = simulate_scrolls(80, seed=2)
    gap = np.concatenate([np.diff(t) for _, t, _ in read.readings()])
    step = np.abs(np.concatenate([np.diff(y) for _, _, y in read.readings()]))
    signed = np.concatenate([np.diff(y) for _, _, y in read.readings()])
    assert near(gap, (147, 347, 701, 3006, 24557))
    assert near(step, (4, 40, 100, 354, 700))
    # About a fifth go up: 20.6 % of the people's.
    assert 0.15 < np.mean(signed < 0) < 0.3
    assert (read.y >= 0).all()
    columns, person = scroll_features(read)
    assert {column.size for column in columns.values()} == {person.size}


def test_news_is_read_as_long_and_as_far_as_by_people() -> None:
    views = simulate_news(20, views=100, seed=2)
    assert near(views.seconds, (2, 6, 17, 49, 164))
    assert near(views.depth, (14, 32, 69, 100, 100))
    assert np.mean(views.depth >= 100) == pytest.approx(0.3, abs=0.1)
    columns, _ = dwell_features(views)
    assert np.isfinite(columns["dwell"]).all()


def test_fingers_stroke_upward_mostly_and_for_as_long_as_people_do() -> None:
    strokes = simulate_strokes(20, strokes=60, seed=2)
    # 92 % of the people's vertical strokes on articles go one way; quantiles are of those.
    assert 0.84 < np.mean(~strokes.back) < 0.97
    assert near(strokes.duration_s, (0.25, 0.48, 0.76, 1.41, 3.4))
    columns, _ = stroke_features(strokes)
    assert all(np.isfinite(column).all() for column in columns.values())


def test_presets_are_the_same_for_the_same_seed_only() -> None:
    for make in (simulate_typing, simulate_scrolls, simulate_news, simulate_strokes):
        first, again, other = make(6, seed=3), make(6, seed=3), make(6, seed=4)
        for name in first.__slots__:
            assert np.array_equal(getattr(first, name), getattr(again, name), equal_nan=True)
        name = first.__slots__[-2]
        assert not np.array_equal(getattr(first, name), getattr(other, name))


def test_legs_turn_only_where_a_reader_really_turns_back() -> None:
    y = np.array([0.0, 300, 250, 600, 1000, 900, 500, 0, 400, 1000])
    assert legs(y) == [(0, 4), (4, 7), (7, 9)]


def test_halves_hang_on_the_name_alone() -> None:
    people = np.arange(400)
    half = calibration_half(people)
    assert 150 < half.sum() < 250
    assert np.array_equal(calibration_half(people[::-1])[::-1], half)
    assert np.array_equal(calibration_half(people.astype(float)), half)
