import numpy as np

from simbench.visitor.dice import Dice, Luck
from simbench.visitor.mind.reading import Stretch, plan_reading
from simbench.visitor.person import Trait

N = 3000


def plans(*, screens: float = 4.0, appetite: float = 0.5, shape: float = 0.7) -> list[tuple[Stretch, ...]]:
    luck = Luck(lambda purpose, *key: np.random.default_rng([1, *purpose.encode(), *key]), 0, N)
    trait = Trait({"reading_wpm": 238.0, "reading_share": 0.24, "dwell_shape": shape, "scroll_propensity": 0.54})
    return [
        plan_reading(trait, Dice(luck, i), words=420.0, screens=screens, appetite=appetite) for i in range(N)
    ]  # fmt: skip


def test_reading_goes_down_and_takes_time() -> None:
    for plan in plans():
        depths = [stretch.depth for stretch in plan]
        assert 1 <= len(plan) <= 4
        assert depths == sorted(depths)
        assert depths[0] >= 1.0
        assert depths[-1] <= 4.0 + 1e-9
        assert all(stretch.ms > 0 for stretch in plan)


def test_most_leave_soon_or_see_the_end() -> None:
    """News (EB-NeRD): 30 % reach the end, and more leave in the first half than between it and the end."""
    depth = np.array([plan[-1].depth / 4.0 for plan in plans()])
    assert 0.2 < np.mean(depth >= 1.0) < 0.5
    assert np.mean(depth < 0.5) > np.mean((depth >= 0.5) & (depth < 1.0))
    seconds = np.array([sum(stretch.ms for stretch in plan) for plan in plans()]) / 1000.0
    assert 9.0 < np.median(seconds) < 32.0
    assert np.quantile(seconds, 0.95) > 4.0 * np.median(seconds)


def test_appetite_takes_people_further_and_holds_them_longer() -> None:
    low, high = plans(appetite=0.1), plans(appetite=0.9)
    assert np.mean([p[-1].depth for p in low]) < np.mean([p[-1].depth for p in high]) - 0.5
    assert np.mean([sum(s.ms for s in p) for p in low]) < np.mean([sum(s.ms for s in p) for p in high])


def test_a_page_of_one_screen_is_seen_whole() -> None:
    assert {plan[-1].depth for plan in plans(screens=1.0)} == {1.0}
