import numpy as np

from simbench.study.realism.movements import movement_features, movements
from simbench.study.realism.web_mouse import WebTask, simulate

#: 25, 50 and 75 % of people on a web site (Iliou et al., phase 1), by `movement_features`; of straightness: 1 - it.
PEOPLE = {
    "dur": (567, 950, 1650), "D": (137, 263, 469), "vpk": (786, 1340, 3067), "straight": (0.009, 0.040, 0.433),
    "tpk": (0.218, 0.438, 0.674),
}  # fmt: skip


def test_sessions_are_a_function_of_the_seed() -> None:
    task = WebTask(sessions=2, movements=10)
    one, same, other = simulate(task, 1), simulate(task, 1), simulate(task, 2)
    assert all(np.array_equal(one[name], same[name], equal_nan=name in "xy") for name in one)
    assert not np.array_equal(one["t_ms"][:50], other["t_ms"][:50])


def test_movements_are_as_long_as_straight_and_as_quick_as_peoples() -> None:
    """Fixed seed; a quarter either way, as the realism study demands (a third for 1 - straightness)."""
    made = movement_features(movements(simulate(WebTask(), 1)))
    for name, wanted in PEOPLE.items():
        values = 1 - made[name] if name == "straight" else made[name]
        near = 0.34 if name == "straight" else 0.25
        found = np.quantile(values, [0.25, 0.5, 0.75])
        assert (np.abs(found / np.array(wanted) - 1) < near).all(), (name, found)


def test_the_window_is_not_left_and_clicks_follow_movements() -> None:
    table = simulate(WebTask(sessions=5, movements=40), 3)
    moved = table["ev"] == "m"
    assert (table["x"][moved] >= 0).all()
    assert 0.02 < (~moved).sum() / (5 * 40) < 0.12
    for session in np.unique(table["session"]):
        assert (np.diff(table["t_ms"][table["session"] == session]) >= 0).all()
