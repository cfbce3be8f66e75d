from simbench.study.realism.copies import nearest_distances, shapes
from simbench.study.realism.movements import movements
from simbench.study.realism.web_mouse import WebTask, simulate


def test_a_copy_is_found_and_two_draws_are_none() -> None:
    one = shapes(movements(simulate(WebTask(sessions=5, movements=20), seed=1)))
    two = shapes(movements(simulate(WebTask(sessions=5, movements=20), seed=2)))
    assert (nearest_distances(one[:10], one) < 1e-6).all()
    assert (nearest_distances(one, two) > 1e-3).all()
