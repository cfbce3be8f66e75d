import numpy as np
import pytest

from simbench.study.realism.movements import FEATURES_A, FEATURES_B, FRAME_MS, movement_features, movements


def table(t: np.ndarray, x: np.ndarray, y: np.ndarray, session: str = "a", ev: object = None) -> dict[str, np.ndarray]:
    n = t.size
    return {
        "session": np.full(n, session), "t_ms": t, "x": x, "y": y, "ev": np.full(n, "m") if ev is None else ev,
    }  # fmt: skip


def test_a_straight_movement_at_even_speed() -> None:
    k = np.arange(31)
    m = movements(table(1000 + FRAME_MS * k, 100 + 10.0 * k, np.full(31, 50.0)))
    f = movement_features(m)
    assert len(m) == 1
    assert f["dur"][0] == pytest.approx(500)
    assert f["L"][0] == f["D"][0] == 300
    assert f["straight"][0] == 1
    assert f["vpk"][0] == pytest.approx(600)
    assert f["maxdev"][0] == 0
    assert f["npk"][0] == 1
    assert f["axis"][0] == 1
    assert f["maxgap"][0] == pytest.approx(FRAME_MS)
    assert all(np.isfinite(f[name]).all() for name in (*FEATURES_A, *FEATURES_B))


def test_movements_are_cut_at_gaps_clicks_and_sessions() -> None:
    k = np.arange(40)
    t = FRAME_MS * k
    t[20:] += 200
    x = 10.0 * k
    assert len(movements(table(t, x, x))) == 2
    ev = np.full(40, "m")
    ev[10] = "cl"
    cut = movements(table(FRAME_MS * k, x, x, ev=ev))
    assert cut.clicked.tolist() == [True, False]
    one, two = table(FRAME_MS * k, x, x, "a"), table(FRAME_MS * k, x, x, "b")
    both = movements({name: np.concatenate([one[name], two[name]]) for name in one})
    assert both.session.tolist() == [0, 1]
    assert movement_features(both)["L"][0] == movement_features(both)["L"][1]


def test_what_is_short_or_small_is_no_movement() -> None:
    k = np.arange(4)
    assert len(movements(table(FRAME_MS * k, 100.0 * k, 0.0 * k))) == 0
    k = np.arange(20)
    assert len(movements(table(FRAME_MS * k, 2.0 * k, 0.0 * k))) == 0


def test_the_recorders_clock_does_not_show() -> None:
    """The same movement stamped late, early and out of phase has the same features."""
    rng = np.random.default_rng(1)
    k = np.arange(60)
    x, y = np.rint(np.cumsum(rng.uniform(0, 12, 60))), np.rint(np.cumsum(rng.uniform(-3, 9, 60)))
    true = movement_features(movements(table(FRAME_MS * k, x, y)))
    late = movement_features(movements(table(7.3 + FRAME_MS * k + rng.uniform(-3, 3, 60), x, y)))
    for name in (*FEATURES_A, *FEATURES_B):
        assert true[name] == pytest.approx(late[name]), name
