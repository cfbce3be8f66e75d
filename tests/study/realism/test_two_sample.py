import numpy as np
import pytest

from simbench.errors import BadInput
from simbench.study.realism.two_sample import rank_auc, two_sample_auc

pytest.importorskip("sklearn")


def sample(seed: int, shift: float = 0.0, sessions: int = 10) -> tuple[dict[str, np.ndarray], np.ndarray]:
    rng = np.random.default_rng(seed)
    n = sessions * 20
    return {"one": rng.normal(shift, 1, n), "two": rng.normal(0, 1, n)}, np.repeat(np.arange(sessions), 20)


def test_the_area_under_the_curve_counts_pairs() -> None:
    scores, y = np.array([0.1, 0.4, 0.35, 0.8, 0.4]), np.array([0, 0, 1, 1, 1])
    pairs = [(s > t) + 0.5 * (s == t) for s in scores[y == 1] for t in scores[y == 0]]
    assert rank_auc(scores, y) == pytest.approx(np.mean(pairs))


def test_two_alike_are_not_told_apart_and_two_unlike_are() -> None:
    (a, ga), (b, gb) = sample(1), sample(2)
    alike = two_sample_auc(a, b, ["one", "two"], groups_people=ga, groups_other=gb, bootstraps=40)
    assert 0.4 < alike.auc < 0.6
    assert alike.low <= alike.auc + 0.02
    assert alike.high >= alike.auc - 0.02
    c, gc = sample(3, shift=3.0)
    unlike = two_sample_auc(a, c, ["one", "two"], groups_people=ga, groups_other=gc, bootstraps=40)
    assert unlike.auc > 0.95
    assert unlike.per_feature["one"] > 0.95
    assert unlike.per_feature["two"] < 0.65
    again = two_sample_auc(a, c, ["one", "two"], groups_people=ga, groups_other=gc, bootstraps=40)
    assert again == unlike


def test_too_few_sessions_are_refused() -> None:
    (a, ga), (b, gb) = sample(1), sample(2, sessions=3)
    with pytest.raises(BadInput, match="at least 5 sessions"):
        two_sample_auc(a, b, ["one"], groups_people=ga, groups_other=gb)
