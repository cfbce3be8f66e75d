from math import log2

import numpy as np
import pytest

from simbench.visitor.body.idle import wander_moves
from simbench.visitor.body.pointer import expand_moves, movement_ms
from simbench.visitor.body.samples import Moves
from simbench.visitor.noise import act_keys

N = 400


def some_moves(n: int = N, seed: int = 1) -> Moves:
    rng = np.random.default_rng(seed)
    t0 = rng.uniform(0, 1000, n)
    return Moves(
        x0=np.rint(rng.uniform(0, 1400, n)), y0=np.rint(rng.uniform(0, 800, n)), x1=np.rint(rng.uniform(0, 1400, n)),
        y1=np.rint(rng.uniform(0, 800, n)), t0=t0, t1=t0 + rng.uniform(150, 1800, n),
        key=act_keys(np.full(n, 5, np.uint64), np.arange(n)),
    )  # fmt: skip


def one(moves: Moves, i: int) -> Moves:
    columns = {name: getattr(moves, name) for name in Moves.__slots__}
    return Moves(**{name: a[i : i + 1] if isinstance(a, np.ndarray) else a for name, a in columns.items()})


def test_fitts_law_in_shannon_form() -> None:
    assert movement_ms(100, 150, 300, 20, 0.0) == pytest.approx(100 + 150 * log2(300 / 20 + 1))
    assert movement_ms(0, 0, 300, 20, 0.0) == 80.0


def test_every_movement_ends_where_and_when_it_was_told_to() -> None:
    moves = some_moves()
    samples = expand_moves(moves, 50.0)
    last = np.flatnonzero(np.diff(samples.row, append=-1))
    assert samples.row[last].tolist() == list(range(N))
    assert np.array_equal(samples.x[last], moves.x1)
    assert np.array_equal(samples.y[last], moves.y1)
    assert (samples.t <= moves.t1[samples.row] + 1e-9).all()
    assert (samples.t >= moves.t0[samples.row]).all()


def test_samples_are_as_far_apart_as_the_recorder_wants_but_for_the_last() -> None:
    samples = expand_moves(some_moves(), 50.0)
    gaps = np.diff(samples.t)[np.diff(samples.row) == 0]
    last = np.diff(samples.row, append=-1)[1:][np.diff(samples.row) == 0] != 0
    assert (gaps[~last] >= 49.999).all()
    assert (gaps > 0).all()


def test_a_movement_alone_is_the_same_as_among_many() -> None:
    moves = some_moves()
    many = expand_moves(moves, 50.0)
    for i in (0, 17, N - 1):
        alone = expand_moves(one(moves, i), 50.0)
        here = many.row == i
        assert np.array_equal(many.t[here], alone.t)
        assert np.array_equal(many.x[here], alone.x)
        assert np.array_equal(many.y[here], alone.y)


def test_who_overshoots_goes_beyond_and_comes_back() -> None:
    moves = some_moves()
    plain = {name: getattr(moves, name) for name in Moves.__slots__ if name != "overshoot"}
    way = np.hypot(moves.x1 - moves.x0, moves.y1 - moves.y0)

    def furthest(overshoot: float) -> np.ndarray:
        samples = expand_moves(Moves(**plain, overshoot=overshoot), 8.0)
        dx, dy = (moves.x1 - moves.x0)[samples.row], (moves.y1 - moves.y0)[samples.row]
        along = (samples.x - moves.x0[samples.row]) * dx + (samples.y - moves.y0[samples.row]) * dy
        most = np.zeros(N)
        np.maximum.at(most, samples.row, along / way[samples.row] ** 2)
        return most[way > 200]

    assert (furthest(1.0) > 1.01).all()
    assert (furthest(0.0) < 1.01).mean() > 0.6


def test_speed_peaks_in_the_first_half() -> None:
    """Real mouse movements peak at .21 of their time (quartiles .09 to .38), a minimum-jerk movement at .5."""
    moves = some_moves(2000)
    samples = expand_moves(moves, 8.0)
    speed = np.hypot(np.diff(samples.x), np.diff(samples.y)) / np.diff(samples.t)
    peaks = []
    for i in range(2000):
        here = np.flatnonzero((samples.row[1:] == i) & (samples.row[:-1] == i))
        if here.size > 10:
            at = here[np.argmax(speed[here])]
            peaks.append((samples.t[at] - moves.t0[i]) / (moves.t1[i] - moves.t0[i]))
    assert 0.15 < np.median(peaks) < 0.4


def test_wandering_begins_and_ends_where_the_stretch_does_and_keeps_within_it() -> None:
    reads = some_moves(100)
    reads = Moves(**{**{n: getattr(reads, n) for n in Moves.__slots__}, "t1": reads.t0 + 20_000})
    row, moves = wander_moves(reads)
    first = np.flatnonzero(np.diff(row, prepend=-1))
    last = np.flatnonzero(np.diff(row, append=-1))
    assert np.array_equal(moves.x0[first], reads.x0)
    assert np.array_equal(moves.x1[last], reads.x1)
    assert np.array_equal(moves.y1[last], reads.y1)
    assert (moves.t0 >= reads.t0[row]).all()
    assert (moves.t1 <= reads.t1[row] + 1e-6).all()
    same = row[1:] == row[:-1]
    assert (moves.t0[1:][same] >= moves.t1[:-1][same] - 1e-6).all()
