from dataclasses import replace

import numpy as np
import pytest

from simbench.visitor.body.halving import Pieces, halves_of
from simbench.visitor.body.idle import wander_moves
from simbench.visitor.body.pointer import expand_moves
from simbench.visitor.body.pointer_model import pointer_model
from simbench.visitor.body.samples import FRAME_MS, Moves
from simbench.visitor.noise import act_keys

N = 500


def moves_of(n: int = N, seed: int = 1, wandering: bool = False) -> Moves:
    rng = np.random.default_rng(seed)
    t0 = rng.uniform(0, 1000, n)
    return Moves(
        x0=np.rint(rng.uniform(200, 1400, n)), y0=np.rint(rng.uniform(200, 800, n)),
        x1=np.rint(rng.uniform(200, 1400, n)), y1=np.rint(rng.uniform(200, 800, n)), t0=t0,
        t1=t0 + rng.uniform(80, 4000, n), key=act_keys(np.full(n, 5, np.uint64), np.arange(n)),
        wandering=np.full(n, wandering), overshoot=0.0,
    )  # fmt: skip


def test_the_model_is_small() -> None:
    assert pointer_model().numbers <= 10_000


@pytest.mark.parametrize("interval", [FRAME_MS, 50.0, 100.0])
@pytest.mark.parametrize("wandering", [False, True])
def test_movements_end_where_and_when_they_should(interval: float, wandering: bool) -> None:
    moves = moves_of(wandering=wandering)
    samples = expand_moves(moves, interval)
    assert (samples.t >= moves.t0[samples.row] - 1e-9).all()
    assert (samples.t <= moves.t1[samples.row] + 1e-9).all()
    assert np.isfinite(samples.x).all()
    assert (samples.x >= 0).all()
    assert (samples.y >= 0).all()
    last = np.flatnonzero(np.diff(samples.row, append=-1))
    assert np.array_equal(samples.x[last], moves.x1[samples.row[last]])
    assert np.array_equal(samples.y[last], moves.y1[samples.row[last]])


def test_a_thinned_recording_is_a_thinning_of_the_same_movement() -> None:
    moves = moves_of()
    fine, coarse = expand_moves(moves, FRAME_MS), expand_moves(moves, 3 * FRAME_MS)
    place = {
        (row, round(t, 6)): (x, y)
        for row, t, x, y in zip(fine.row.tolist(), fine.t.tolist(), fine.x.tolist(), fine.y.tolist(), strict=True)
    }
    found = 0
    for row, t, x, y in zip(coarse.row.tolist(), coarse.t.tolist(), coarse.x.tolist(), coarse.y.tolist(), strict=True):
        # A frame at which nothing had moved since the last frame is left out of the finer one.
        if (row, round(t, 6)) in place:
            found += 1
            assert place[row, round(t, 6)] == (x, y)
    assert found > 0.8 * coarse.row.size


def test_samples_of_one_movement_do_not_depend_on_its_company() -> None:
    moves = moves_of()
    many = expand_moves(moves, FRAME_MS)
    columns = {name: getattr(moves, name) for name in Moves.__slots__}
    for i in range(0, N, 25):
        alone = expand_moves(
            Moves(**{name: a[i : i + 1] if isinstance(a, np.ndarray) else a for name, a in columns.items()}), FRAME_MS
        )
        here = many.row == i
        assert np.array_equal(many.t[here], alone.t)
        assert np.array_equal(many.x[here], alone.x)
        assert np.array_equal(many.y[here], alone.y)


def test_bulk_larger_than_one_batch_is_the_same_as_in_parts() -> None:
    moves = moves_of(9000)
    many = expand_moves(moves, 100.0)
    columns = {name: getattr(moves, name) for name in Moves.__slots__}
    part = Moves(**{name: a[8000:] if isinstance(a, np.ndarray) else a for name, a in columns.items()})
    some = expand_moves(part, 100.0)
    here = many.row >= 8000
    assert np.array_equal(many.x[here], some.x)
    assert np.array_equal(many.row[here] - 8000, some.row)


def test_nothing_and_nowhere() -> None:
    none = moves_of(0)
    assert expand_moves(none, 50.0).row.size == 0
    still = replace(moves_of(), x1=moves_of().x0, y1=moves_of().y0)
    samples = expand_moves(still, FRAME_MS)
    assert np.isfinite(samples.x).all()


def test_halves_add_up_and_are_as_long_as_they_should_be() -> None:
    rng = np.random.default_rng(3)
    n = 2000
    dx, dy = rng.normal(0, 100, (1, n)).astype(np.float32), rng.normal(0, 50, (1, n)).astype(np.float32)
    length = (np.hypot(dx, dy) * (1 + rng.exponential(0.5, (1, n)))).astype(np.float32)
    shares = [rng.uniform(0, 1, (1, n)).astype(np.float32) for _ in range(3)]
    own = Pieces(length, dx, dy)
    a, b = halves_of(own, shares[0], 2 * shares[1] - 1, shares[2], np.ones((1, n), np.float32), np.float32(20))
    assert np.allclose(a.dx + b.dx, dx, atol=1e-3)
    assert np.allclose(a.dy + b.dy, dy, atol=1e-3)
    for half in (a, b):
        assert (half.length >= np.hypot(half.dx, half.dy) - 1e-3).all()
    total = a.length + b.length
    # Steps of under a pixel that a mouse does not make change a path by a few px at most.
    assert np.quantile(np.abs(total - length), 0.99) < 3.0


def test_wandering_winds_more_than_aiming() -> None:
    def straightness(wandering: bool) -> float:
        moves = moves_of(1500, wandering=wandering)
        samples = expand_moves(moves, FRAME_MS)
        same = np.diff(samples.row) == 0
        way = np.hypot(np.diff(samples.x), np.diff(samples.y))[same]
        path = np.bincount(samples.row[1:][same], way, minlength=1500)
        chord = np.hypot(moves.x1 - moves.x0, moves.y1 - moves.y0)
        return float(np.quantile(chord / path, 0.75))

    assert straightness(True) > 0.97
    assert straightness(False) < straightness(True)


def test_who_overshoots_is_beyond_the_end_at_half_the_time() -> None:
    moves = moves_of()
    far = np.hypot(moves.x1 - moves.x0, moves.y1 - moves.y0)

    def furthest(overshoot: float) -> np.ndarray:
        samples = expand_moves(replace(moves, overshoot=overshoot), FRAME_MS)
        dx, dy = (moves.x1 - moves.x0)[samples.row], (moves.y1 - moves.y0)[samples.row]
        along = (samples.x - moves.x0[samples.row]) * dx + (samples.y - moves.y0[samples.row]) * dy
        most = np.zeros(N)
        np.maximum.at(most, samples.row, along / far[samples.row] ** 2)
        long_enough = (far > 200) & (moves.t1 - moves.t0 > 300)
        return most[long_enough]

    assert (furthest(1.0) > 1.01).mean() > 0.98
    assert (furthest(0.0) > 1.01).mean() < 0.4


def test_idle_hands_move_and_rest_as_peoples_do() -> None:
    """In motion 62 % of the time (half to two thirds here, stretches beginning and ending with a rest)."""
    n = 300
    reads = replace(moves_of(n), t1=moves_of(n).t0 + 60_000.0)
    row, moves = wander_moves(reads)
    duration = moves.t1 - moves.t0
    assert 0.45 < duration.sum() / (n * 60_000.0) < 0.75
    assert 700 < np.median(duration) < 1250
    same = row[1:] == row[:-1]
    rests = (moves.t0[1:] - moves.t1[:-1])[same]
    assert (rests >= -1e-6).all()
    assert 300 < np.median(rests) < 600
    first, last = np.flatnonzero(np.diff(row, prepend=-1)), np.flatnonzero(np.diff(row, append=-1))
    assert np.array_equal(moves.x0[first], reads.x0)
    assert np.array_equal(moves.x1[last], reads.x1)
    assert (moves.t0 >= reads.t0[row]).all()
    assert (moves.t1 <= reads.t1[row]).all()
