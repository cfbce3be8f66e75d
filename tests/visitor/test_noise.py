import numpy as np
from scipy import stats

from simbench.visitor.noise import act_keys, normal, uniform


def keys(n: int) -> np.ndarray:
    return act_keys(np.full(n, 7, dtype=np.uint64), np.arange(n))


def test_one_by_one_is_the_same_as_in_bulk() -> None:
    many = uniform(keys(1000), 3)
    single = [uniform(act_keys(np.array([7], np.uint64), np.array([i])), 3)[0] for i in (0, 1, 500, 999)]
    assert many[[0, 1, 500, 999]].tolist() == single


def test_uniform_numbers_are_uniform_and_independent_of_key_and_salt() -> None:
    # False-alarm rate 1e-6 each: the numbers are fixed, so the test never flickers.
    n = 50_000
    a, b = uniform(keys(n), 1), uniform(keys(n), 2)
    assert ((a > 0) & (a < 1)).all()
    assert stats.kstest(a, "uniform").pvalue > 1e-6
    assert abs(np.corrcoef(a, b)[0, 1]) < 5 / np.sqrt(n)
    assert abs(np.corrcoef(a[1:], a[:-1])[0, 1]) < 5 / np.sqrt(n)


def test_sessions_do_not_share_numbers() -> None:
    sessions = np.repeat(np.arange(200, dtype=np.uint64), 50)
    found = uniform(act_keys(sessions, np.tile(np.arange(50), 200)), 1)
    assert np.unique(found).size == found.size


def test_normal_numbers_are_normal() -> None:
    assert stats.kstest(normal(keys(50_000), 9), "norm").pvalue > 1e-6
