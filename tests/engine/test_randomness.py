"""Streams are addressed, repeatable, disjoint, and statistically independent."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from simbench.engine.randomness import MOST_KEYS, stream, uniforms

WORDS = st.integers(0, 2**64 - 1)
ADDRESSES = st.tuples(
    st.integers(-(2**70), 2**70), st.text(max_size=12), st.lists(WORDS, max_size=MOST_KEYS).map(tuple)
)


def test_the_same_address_gives_the_same_numbers() -> None:
    assert np.array_equal(stream(7, "a", 1, 2).random(50), stream(7, "a", 1, 2).random(50))


def test_numbers_are_pinned() -> None:
    """A change here changes every published run: it needs a behaviour version."""
    assert stream(7, "pinned", 3).integers(0, 2**32, 4).tolist() == [866045060, 3005830785, 1549255679, 751298865]


@settings(max_examples=300, deadline=None)
@given(ADDRESSES, ADDRESSES)
def test_different_addresses_give_different_numbers(
    one: tuple[int, str, tuple[int, ...]], other: tuple[int, str, tuple[int, ...]]
) -> None:
    draws = [stream(seed, purpose, *key).integers(0, 2**63, 4).tolist() for seed, purpose, key in (one, other)]
    assert (draws[0] == draws[1]) == (one == other)


@pytest.mark.parametrize("key", [(), (5,), (5, 6), (5, 6, 7)])
def test_the_key_stands_in_the_upper_words_of_the_counter(key: tuple[int, ...]) -> None:
    state = stream(1, "x", *key).bit_generator.state["state"]["counter"]
    assert state.tolist() == [0, *key, *[0] * (3 - len(key))]


def test_drawing_moves_only_the_lowest_word() -> None:
    generator = stream(1, "x", 5)
    generator.random(1_000_000)
    counter = generator.bit_generator.state["state"]["counter"]
    assert counter[0] == 250_000
    assert counter[1:].tolist() == [5, 0, 0]


def test_neighbouring_streams_are_independent() -> None:
    """First numbers of 5 000 neighbouring shards: uniform, uncorrelated with the next. False alarms: 2 in 10 000."""
    first = np.array([stream(11, "neighbours", shard).random() for shard in range(5_000)])
    assert stats.kstest(first, "uniform").pvalue > 1e-4
    assert stats.pearsonr(first[:-1], first[1:]).pvalue > 1e-4


def test_uniforms_of_a_session_do_not_depend_on_how_many_follow() -> None:
    assert np.array_equal(uniforms(3, "p", 2, (10, 4)), uniforms(3, "p", 2, (500, 4))[:10])
    assert not np.array_equal(uniforms(3, "p", 2, 10), uniforms(3, "p", 3, 10))


@pytest.mark.parametrize("key", [(-1,), (2**64,), (1, 2, 3, 4)])
def test_a_key_that_does_not_fit_is_refused(key: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="at most 3 integers"):
        stream(1, "x", *key)
