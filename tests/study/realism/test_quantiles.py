"""The rule of the table of quantiles."""

from __future__ import annotations

import numpy as np
import pytest

from simbench.study.realism.groups import Floats, Measure, Numbers
from simbench.study.realism.quantiles import QuantileRow, compare_numbers

MEASURE = Measure(name="m", unit="ms")


def numbers(values: Floats, persons: int = 37) -> Numbers:
    return Numbers(values=np.asarray(values, dtype=float), person=np.arange(len(values)) % persons)


def compare(people: Floats, visitors: Floats, measure: Measure = MEASURE, persons: int = 37) -> QuantileRow:
    return compare_numbers(measure, numbers(people, persons), numbers(visitors), seed=1, resamples=200)


PEOPLE = np.random.default_rng(1).lognormal(5, 0.5, 4000)


def test_the_same_passes_and_a_third_more_fails_in_the_middle_only() -> None:
    assert compare(PEOPLE, PEOPLE).passed
    row = compare(PEOPLE, PEOPLE * 1.35)
    assert [cell.passed for cell in row.cells] == [True, False, False, False, True]
    assert row.passed is False
    assert [cell.passed for cell in compare(PEOPLE, PEOPLE * 2.2).cells] == [False] * 5


def test_a_middle_quantile_that_the_people_themselves_do_not_settle_passes() -> None:
    random = np.random.default_rng(2)
    # Eight people who differ by a factor of several: their median is anybody's guess.
    values = np.concatenate([np.full(50, level) for level in random.lognormal(5, 1.2, 8)])
    people = Numbers(values=values, person=np.repeat(np.arange(8), 50))
    row = compare_numbers(MEASURE, people, numbers(values * 1.3), seed=1)
    middle = row.cells[2]
    assert middle.ratio == pytest.approx(1.3, rel=0.2)
    assert middle.passed
    # The outer ones are held to half and twice, whatever people do.
    assert compare_numbers(MEASURE, people, numbers(values * 2.5), seed=1).cells[0].passed is False


def test_with_very_few_people_there_is_no_interval_to_excuse_anything() -> None:
    row = compare(PEOPLE, PEOPLE * 1.3, persons=3)
    assert row.cells[2].low is None
    assert row.cells[2].passed is False


def test_straightness_is_judged_by_what_lacks_to_one() -> None:
    straight = 1 - np.random.default_rng(3).lognormal(-3.5, 0.5, 3000)
    crooked = 1 - (1 - straight) * 1.5
    assert compare(straight, crooked).passed  # the values themselves differ by two percent
    assert not compare(straight, crooked, Measure(name="s", unit="share", complement=True)).passed


def test_shares_and_zeros() -> None:
    share = Measure(name="s", unit="share", kind="share")
    ones = (np.arange(2000) % 10 == 0).astype(float)
    row = compare(ones, ones, share)
    assert [cell.level for cell in row.cells] == [None]
    assert row.cells[0].people == pytest.approx(0.1)
    assert row.passed
    assert not compare(ones, (np.arange(2000) % 4 == 0).astype(float), share).passed
    zeros = np.zeros(500)
    assert compare(zeros, zeros).passed
    assert not compare(zeros, zeros + 3).passed


def test_without_visitors_nothing_is_judged() -> None:
    row = compare_numbers(MEASURE, numbers(PEOPLE), None, seed=1)
    assert row.passed is None
    entry = row.document("g")[0]
    assert entry["value"] is None
    assert entry["held"] is None
    assert entry["people"] == pytest.approx(np.quantile(PEOPLE, 0.05), rel=1e-4)
