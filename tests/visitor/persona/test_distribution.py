"""Draws follow the distributions that they are named after, inside their limits, and one uniform number a draw."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError
from scipy import stats

from simbench.visitor.persona.distribution import Value, Weights, draw, draw_weights, mean, quantile, shares_problem

VALUE: TypeAdapter[Any] = TypeAdapter(Value)
WEIGHTS: TypeAdapter[Any] = TypeAdapter(Weights[str])

#: Each distribution as it is written, and as scipy has it.
KNOWN = [
    ({"normal": {"mean": 3, "sd": 2}}, stats.norm(3, 2)),
    ({"lognormal": {"median": 3, "sigma": 0.5}}, stats.lognorm(0.5, scale=3)),
    ({"beta": {"mean": 0.6, "concentration": 8}}, stats.beta(4.8, 3.2)),
    ({"uniform": {"low": -1, "high": 4}}, stats.uniform(-1, 5)),
    ({"gamma": {"mean": 6, "shape": 3}}, stats.gamma(3, scale=2)),
    ({"weibull": {"median": 5, "shape": 0.7}}, stats.weibull_min(0.7, scale=5 / np.log(2) ** (1 / 0.7))),
]
IDS = [next(iter(written)) for written, _ in KNOWN]


@pytest.mark.parametrize(("written", "known"), KNOWN, ids=IDS)
def test_quantiles_are_those_of_the_distribution(written: dict[str, Any], known: Any) -> None:
    u = np.array([0.001, 0.05, 0.3, 0.5, 0.77, 0.95, 0.999])
    assert quantile(VALUE.validate_python(written), u) == pytest.approx(known.ppf(u), rel=1e-9)


@pytest.mark.parametrize(("written", "known"), KNOWN, ids=IDS)
def test_means_are_analytic(written: dict[str, Any], known: Any) -> None:
    assert mean(VALUE.validate_python(written)) == pytest.approx(known.mean(), rel=1e-9)


@pytest.mark.parametrize(("written", "known"), KNOWN, ids=IDS)
def test_draws_follow_it(written: dict[str, Any], known: Any) -> None:
    drawn = draw(VALUE.validate_python(written), 4000, np.random.default_rng(5))
    # Kolmogorov-Smirnov; with a fixed seed it holds or it does not, and would fail one good seed in a thousand.
    assert stats.kstest(drawn, known.cdf).pvalue > 1e-3


@pytest.mark.parametrize(("written", "known"), KNOWN, ids=IDS)
def test_limits_cut_it_off_without_a_heap_at_the_edge(written: dict[str, Any], known: Any) -> None:
    low, high = float(known.ppf(0.2)), float(known.ppf(0.7))
    value = VALUE.validate_python({**written, "min": low, "max": high})
    drawn = draw(value, 4000, np.random.default_rng(6))
    assert drawn.min() >= low
    assert drawn.max() <= high
    inside = (drawn > low) & (drawn < high)
    assert inside.all(), "nobody stands on the edge"
    assert stats.kstest(drawn, lambda x: (known.cdf(x) - 0.2) / 0.5).pvalue > 1e-3
    expected = known.expect(lambda x: x, lb=low, ub=high, conditional=True)
    assert mean(value) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(("written", "known"), KNOWN, ids=IDS)
def test_the_outermost_uniform_numbers_give_finite_draws(written: dict[str, Any], known: Any) -> None:
    del known
    assert np.isfinite(quantile(VALUE.validate_python(written), np.array([0.0, 1.0]))).all()


def test_a_constant_takes_its_random_numbers_too() -> None:
    one, other = np.random.default_rng(1), np.random.default_rng(1)
    assert draw(3, 5, one).tolist() == [3.0] * 5
    draw(VALUE.validate_python({"normal": {"mean": 0, "sd": 1}}), 5, other)
    assert one.random() == other.random(), "what is drawn next does not depend on whether a value is a constant"


def test_the_same_uniform_numbers_give_draws_that_move_with_the_parameter() -> None:
    u = np.random.default_rng(2).random(500)
    short, long = (VALUE.validate_python({"lognormal": {"median": m, "sigma": 0.5}}) for m in (3, 4))
    assert (draw(long, 500, u) > draw(short, 500, u)).all()


def test_draws_come_one_by_one_as_in_bulk() -> None:
    u = np.random.default_rng(3).random(50)
    for written, _ in KNOWN:
        value = VALUE.validate_python(written)
        assert draw(value, 50, u).tolist() == [draw(value, 1, u[i : i + 1])[0] for i in range(50)]


def test_a_choice_of_numbers() -> None:
    value = VALUE.validate_python({"choice": {"1": 0.7, "2.5": 0.3}})
    assert draw(value, 4, np.array([0.0, 0.69, 0.71, 0.999])).tolist() == [1, 1, 2.5, 2.5]
    assert mean(value) == pytest.approx(1.45)


def test_uniform_numbers_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match=r"not \(3,\)"):
        draw(1.0, 3, np.zeros(4))
    with pytest.raises(ValueError, match=r"not \(3,\)"):
        draw_weights({"a": 1.0}, 3, np.zeros(4))


@pytest.mark.parametrize(
    ("written", "says"),
    [
        ("3", "needs a number or a distribution"),
        (True, "needs a number or a distribution"),
        (None, "needs a number or a distribution"),
        ([3], "needs a number or a distribution"),
        (float("nan"), "finite"),
        (float("inf"), "finite"),
        ({}, "names no distribution"),
        ({"min": 3}, "names no distribution"),
        ({"norm": {}}, 'unknown distribution "norm"; did you mean "normal"?'),
        ({"normal": {"mean": 0, "sd": 1}, "beta": {}}, "names two distributions"),
        ({"normal": {"mean": 0}}, "required"),
        ({"normal": {"mean": 0, "sd": -1}}, "greater than or equal to 0"),
        ({"lognormal": {"median": 0, "sigma": 1}}, "greater than 0"),
        ({"beta": {"mean": 1, "concentration": 1}}, "less than 1"),
        ({"beta": {"mean": 0.5, "concentration": 0}}, "greater than 0"),
        ({"uniform": {"low": 2, "high": 1}}, "low (2) is above high (1)"),
        ({"gamma": {"mean": -1, "shape": 1}}, "greater than 0"),
        ({"weibull": {"median": 1, "shape": 0}}, "greater than or equal"),
        ({"choice": {"a": 1}}, "is not a number"),
        ({"choice": {"1": 0.5}}, "add up to 0.5"),
        ({"choice": {}}, "is empty"),
        ({"normal": {"mean": 0, "sd": 1}, "min": 2, "max": 1}, "min (2) must be less than max (1)"),
        ({"uniform": {"low": 0, "high": 1}, "min": 2}, "leave nothing"),
        ({"normal": {"mean": 0, "sd": 0}, "max": -1}, "leave nothing"),
    ],
)
def test_impossible_values_are_refused(written: Any, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        VALUE.validate_python(written)
    assert says in str(caught.value)


_NUMBERS = st.floats(-1e4, 1e4)
_SIZES = st.floats(1e-3, 1e4)
_ANY = st.one_of(
    st.fixed_dictionaries({"normal": st.fixed_dictionaries({"mean": _NUMBERS, "sd": _SIZES})}),
    st.fixed_dictionaries({"lognormal": st.fixed_dictionaries({"median": _SIZES, "sigma": st.floats(0, 3)})}),
    st.fixed_dictionaries(
        {"beta": st.fixed_dictionaries({"mean": st.floats(0.001, 0.999), "concentration": st.floats(0.1, 1e4)})}
    ),
    st.fixed_dictionaries({"gamma": st.fixed_dictionaries({"mean": _SIZES, "shape": st.floats(0.05, 1e3)})}),
    st.fixed_dictionaries({"weibull": st.fixed_dictionaries({"median": _SIZES, "shape": st.floats(0.2, 20)})}),
)


@given(_ANY, st.floats(-1e4, 1e4), st.floats(0.1, 1e4), st.booleans())
@settings(max_examples=200, deadline=None)
def test_quantiles_are_finite_rise_and_keep_their_limits(written: Any, low: float, width: float, cut: bool) -> None:
    try:
        value = VALUE.validate_python({**written, "min": low, "max": low + width} if cut else written)
    except ValidationError:
        assert cut, "only limits can leave nothing"
        return
    q = quantile(value, np.linspace(0, 1, 41))
    assert np.isfinite(q).all()
    assert (np.diff(q) >= -1e-9 * np.abs(q[1:])).all()
    if cut:
        assert q.min() >= low
        assert q.max() <= low + width


# ---------------------------------------------------------------------------------------------------------------------
# Names


def test_weights_may_be_a_lone_name_shares_or_a_choice() -> None:
    assert WEIGHTS.validate_python("mobile") == {"mobile": 1.0}
    assert WEIGHTS.validate_python({"a": 0.25, "b": 0.75}) == {"a": 0.25, "b": 0.75}
    assert WEIGHTS.validate_python({"choice": {"a": 0.25, "b": 0.75}}) == {"a": 0.25, "b": 0.75}
    assert WEIGHTS.validate_python({"choice": 1}) == {"choice": 1.0}


@pytest.mark.parametrize(
    ("written", "says"),
    [
        (3, "needs a name or shares by name"),
        ({}, "is empty"),
        ({"a": 0.5, "b": 0.4}, "add up to 0.9, not 1"),
        ({"a": 1.5, "b": -0.5}, 'the share of "a" must lie between 0 and 1'),
        ({"a": "1"}, "valid number"),
    ],
)
def test_impossible_weights_are_refused(written: Any, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        WEIGHTS.validate_python(written)
    assert says in str(caught.value)


def test_shares_may_miss_one_by_a_millionth() -> None:
    assert shares_problem({"a": 0.333333, "b": 0.333333, "c": 0.333333}) is None
    assert shares_problem({"a": 1 / 3, "b": 1 / 3, "c": 1 / 3}) is None
    assert shares_problem({"a": 0.33333, "b": 0.33333, "c": 0.33333}) is not None


def test_names_are_drawn_by_their_shares() -> None:
    weights = {"a": 0.2, "b": 0.0, "c": 0.8}
    drawn = draw_weights(weights, 10_000, np.random.default_rng(7))
    counts = np.bincount(drawn, minlength=3)
    assert counts[1] == 0
    # Five standard deviations of a binomial: a good seed fails once in two million.
    assert abs(counts[0] - 2000) < 5 * np.sqrt(10_000 * 0.2 * 0.8)
    assert draw_weights(weights, 2, np.array([0.0, 0.9999999999])).tolist() == [0, 2]
