import numpy as np
import pytest

from simbench.visitor.body.scrolling import FINGER, Scrolls, expand_scrolls, scroll_devices
from simbench.visitor.body.touch import expand_strokes
from simbench.visitor.noise import act_keys

N = 400
BOTTOM = 3200.0


def some_stretches(n: int = N, *, touch: bool = False, quick: bool = False) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    s0, s1 = rng.uniform(0, 3000, n).round(), rng.uniform(0, 3000, n).round()
    s1[: n // 20] = s0[: n // 20]
    t0 = rng.uniform(0, 500, n)
    return {
        "s0": s0, "s1": s1, "t0": t0, "t1": t0 + rng.uniform(300, 60_000, n),
        "key": act_keys(np.full(n, 5, np.uint64), np.arange(n)), "touch": np.full(n, touch), "quick": np.full(n, quick),
        "viewport_w": np.full(n, 390.0), "viewport_h": np.full(n, 780.0),
        "person": act_keys(np.full(n, 6, np.uint64), np.arange(n) // 4), "bottom": np.full(n, BOTTOM),
    }  # fmt: skip


def scrolled(stretches: dict[str, np.ndarray], interval_ms: float = 100.0) -> Scrolls:
    return expand_scrolls(**stretches, interval_ms=interval_ms)


def flick_ends(stretches: dict[str, np.ndarray]) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Stretch, time and place of the end of each flick: an endless throttle gives its first frame and its end."""
    scrolls = scrolled(stretches, 1e9)
    return scrolls.row[1::2], scrolls.t[1::2], scrolls.scroll_y[1::2]


@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("quick", [False, True])
def test_scrolling_ends_where_and_by_when_it_was_told_to_and_never_leaves_the_page(touch: bool, quick: bool) -> None:
    told = some_stretches(touch=touch, quick=quick)
    scrolls = scrolled(told)
    still = N // 20
    assert set(scrolls.row.tolist()) == set(range(still, N))
    last = np.flatnonzero(np.diff(scrolls.row, append=-1))
    assert np.array_equal(scrolls.scroll_y[last], told["s1"][scrolls.row[last]])
    assert (scrolls.scroll_y >= 0).all()
    assert (scrolls.scroll_y <= BOTTOM).all()
    assert (np.diff(scrolls.t)[np.diff(scrolls.row) == 0] > 0).all()
    assert (scrolls.t >= told["t0"][scrolls.row]).all()
    assert (scrolls.t <= told["t1"][scrolls.row] + 1e-6).all()
    assert (scrolls.strokes.t0.size > 0) is touch
    if quick:
        # In one go: never back.
        way = np.sign(told["s1"] - told["s0"])[scrolls.row[1:]]
        same = np.diff(scrolls.row) == 0
        assert (np.diff(scrolls.scroll_y) * way >= 0)[same].all()


@pytest.mark.parametrize("touch", [False, True])
def test_a_stretch_alone_is_the_same_as_among_many(touch: bool) -> None:
    told = some_stretches(touch=touch)
    many = scrolled(told)
    for i in (31, 77, N - 1):
        alone = scrolled({name: column[i : i + 1] for name, column in told.items()})
        here = many.row == i
        assert np.allclose(many.t[here], alone.t, atol=1e-6)
        assert np.array_equal(many.scroll_y[here], alone.scroll_y)
        here = many.stroke_row == i
        assert np.allclose(many.strokes.y1[here], alone.strokes.y1)
        assert np.allclose(many.strokes.t0[here], alone.strokes.t0, atol=1e-6)


@pytest.mark.parametrize("touch", [False, True])
def test_the_motion_is_the_same_however_often_it_is_looked_at(touch: bool) -> None:
    told = some_stretches(60, touch=touch)
    fine, coarse = scrolled(told, 20.0), scrolled(told, 100.0)
    seen = {(row, round(t, 3)): y for row, t, y in zip(fine.row, fine.t, fine.scroll_y, strict=True)}
    assert fine.t.size > 1.5 * coarse.t.size
    both = [
        (seen[at], y)
        for row, t, y in zip(coarse.row, coarse.t, coarse.scroll_y, strict=True)
        if (at := (row, round(t, 3))) in seen
    ]
    # But for the last of a flick, which comes when the throttle lets it, the coarse ones are among the fine ones.
    assert len(both) > 0.5 * coarse.t.size
    assert all(a == b for a, b in both)
    assert np.array_equal(fine.strokes.y1, coarse.strokes.y1)


def test_about_a_fifth_of_the_flicks_of_slow_reading_go_back() -> None:
    """Of people's scrolls in a reading 20.6 % go up; most of them in legs back up, the rest inside a leg: 5 to 20 %."""
    n = 1500
    told = some_stretches(n)
    told |= {"s0": np.zeros(n), "s1": np.full(n, 2000.0), "t0": np.zeros(n), "t1": np.full(n, 60_000.0)}
    row, _, y = flick_ends(told)
    up = np.diff(y)[np.diff(row) == 0] < 0
    assert 0.05 < up.mean() < 0.2


def test_slow_stretches_have_rests_and_hasty_ones_none() -> None:
    told = some_stretches(1000)
    told |= {"s0": np.zeros(1000), "s1": np.full(1000, 1500.0), "t0": np.zeros(1000), "t1": np.full(1000, 40_000.0)}
    row, t, _ = flick_ends(told)
    gaps = np.diff(t)[np.diff(row) == 0]
    # Two modes, as people's gaps have: within bursts about .35 s, and rests of seconds.
    assert 250 < np.median(gaps[gaps < 1200]) < 700
    assert np.quantile(gaps[gaps > 1200], 0.75) > 4000
    told |= {"quick": np.ones(1000, bool), "t1": np.full(1000, 1100.0)}
    gaps = np.diff(scrolled(told, 20.0).t)
    assert (gaps < 1100.0).all()


def test_wheels_go_by_whole_notches_of_their_person() -> None:
    n = 800
    told = some_stretches(n)
    told |= {"s0": np.zeros(n), "s1": np.full(n, 3000.0), "t0": np.zeros(n), "t1": np.full(n, 60_000.0)}
    wheel = np.flatnonzero(scroll_devices(told["person"], told["touch"]) == 0)
    row, _, y = flick_ends({name: column[wheel] for name, column in told.items()})
    inner = (np.diff(row, append=-1) == 0) & (y > 0)
    assert 0.75 < np.mean(y[inner] % 100 == 0) < 0.95


def test_keys_that_scroll_are_told_by_class_and_pressed_before_the_page_moves() -> None:
    told = some_stretches(2000)
    scrolls = scrolled(told)
    keyed = np.flatnonzero(scroll_devices(told["person"], told["touch"]) == 2)
    assert 0.01 < keyed.size / 2000 < 0.1
    assert set(scrolls.key_row.tolist()) <= set(keyed.tolist())
    assert set(scrolls.key_kind.tolist()) == {0, 1, 2}
    first = {row: scrolls.t[scrolls.row == row].min() for row in set(scrolls.key_row.tolist())}
    assert all(scrolls.key_t[scrolls.key_row == row].min() <= first[row] for row in first)


def test_while_the_finger_is_down_the_page_goes_with_it() -> None:
    told = some_stretches(80, touch=True)
    scrolls = scrolled(told, 1.0)
    finger = expand_strokes(scrolls.strokes, 4.0)
    assert (scroll_devices(told["person"], told["touch"]) == FINGER).all()
    compared = 0
    for stroke in range(0, scrolls.strokes.t0.size, 7):
        mine = scrolls.row == scrolls.stroke_row[stroke]
        at = (finger.row == stroke) & (finger.t < scrolls.strokes.t1[stroke])
        if at.sum() > 2:
            page = np.interp(finger.t[at], scrolls.t[mine], scrolls.scroll_y[mine])
            compared += 1
            # Both are rounded to whole px: up with the finger, down with the page.
            assert np.ptp(page + finger.y[at]) <= 4.0
    assert compared > 30
    strokes = scrolls.strokes
    assert (strokes.t1 > strokes.t0).all()
    assert ((strokes.y0 >= 0) & (strokes.y0 <= 780) & (strokes.y1 >= 0) & (strokes.y1 <= 780)).all()
    assert ((strokes.x0 >= 0) & (strokes.x0 <= 390)).all()


def test_nothing_to_scroll_gives_nothing() -> None:
    told = some_stretches()
    told["s1"] = told["s0"]
    scrolls = scrolled(told)
    assert scrolls.row.size == scrolls.strokes.t0.size == scrolls.key_t.size == 0
