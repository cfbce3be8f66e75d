"""Shaking ends where it began, turns as often as it was told to, and is the same alone as among many."""

from __future__ import annotations

import numpy as np

from simbench.visitor.body.samples import Samples
from simbench.visitor.body.shaking import expand_shakes
from simbench.visitor.noise import act_keys

N = 200


def shaken(rows: slice = slice(None), interval_ms: float = 8.0, roundness: float = 0.0) -> Samples:
    rng = np.random.default_rng(2)
    strokes = rng.integers(1, 12, N).astype(float)
    t0 = rng.uniform(0, 1000, N)
    return expand_shakes(
        x0=np.full(N, 700.0)[rows], y0=np.full(N, 450.0)[rows], t0=t0[rows],
        t1=(t0 + strokes * rng.uniform(90, 300, N))[rows], strokes=strokes[rows],
        reach_px=rng.uniform(60, 300, N)[rows], angle=rng.uniform(-0.4, 0.4, N)[rows],
        roundness=np.full(N, roundness)[rows], key=act_keys(np.full(N, 5, np.uint64), np.arange(N))[rows],
        interval_ms=interval_ms,
    )  # fmt: skip


def turns(samples: Samples, row: int) -> int:
    dx = np.diff(samples.x[samples.row == row])
    way = np.sign(dx[dx != 0])
    return int((way[1:] != way[:-1]).sum())


def test_a_shake_ends_where_it_began() -> None:
    samples = shaken()
    last = np.flatnonzero(np.diff(samples.row, append=-1))
    assert samples.row[last].tolist() == list(range(N))
    assert (samples.x[last] == 700.0).all()
    assert (samples.y[last] == 450.0).all()
    assert (np.diff(samples.t)[np.diff(samples.row) == 0] > 0).all()


def test_a_shake_to_and_fro_turns_once_a_stroke() -> None:
    rng = np.random.default_rng(2)
    strokes = rng.integers(1, 12, N)
    samples = shaken()
    told = np.array([turns(samples, row) for row in range(N)])
    # The last stroke brings the hand back, which is a turn of its own except where it goes on the same way.
    assert (np.abs(told - (strokes - 1)) <= 1).all()
    assert np.corrcoef(told, strokes)[0, 1] > 0.98


def test_a_round_shake_is_as_wide_as_it_is_long_and_a_straight_one_is_not() -> None:
    wide = [np.ptp(shaken(roundness=round_).y) / np.ptp(shaken(roundness=round_).x) for round_ in (0.0, 1.0)]
    assert wide[1] > 1.3 * wide[0]


def test_a_shake_alone_is_the_same_as_among_many() -> None:
    many = shaken(interval_ms=50.0)
    for i in (0, 17, N - 1):
        alone = shaken(slice(i, i + 1), interval_ms=50.0)
        here = many.row == i
        assert np.array_equal(many.t[here], alone.t)
        assert np.array_equal(many.x[here], alone.x)
        assert np.array_equal(many.y[here], alone.y)
