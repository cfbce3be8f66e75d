"""Maps: what is counted, what is not, and that parts merge exactly."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from core_builder import Visit, element, observed, written
from hypothesis import given, settings
from hypothesis import strategies as st

from simbench.core.click_map import ClickMap
from simbench.core.grid import CELL_PX, Grid, Place, cell_sums
from simbench.core.maps import Maps, click_map, map_part, map_run, move_map, scroll_map
from simbench.core.move_map import REST_MS
from simbench.core.scroll_map import DEPTH_PX, ScrollMap

ELEMENTS = [
    element("/", "#buy", tag="button", box=(0, 0, 200, 100)),
    element("/", "#icon", tag="svg", interactive_ancestor="#buy"),
    element("/", "#bar", tag="nav", fixed=True, box=(0, 0, 1440, 60)),
]


def cells(grid: Grid) -> dict[tuple[int, int], int]:
    return {(x, y): n for x, y, n in zip(grid.x.tolist(), grid.y.tolist(), grid.amount.tolist(), strict=True)}


# -- clicks ----------------------------------------------------------------------------------------------------------


def test_clicks_are_counted_on_cells_and_elements() -> None:
    a = Visit("a").page("/").press("#buy", at=100, x=17, y=9).press("#icon", at=900, x=18, y=10)
    b = Visit("b").page("/").press("#buy", at=100, x=0, y=0).press("#text", at=900, x=700, y=2990)
    quiet = Visit("c").page("/")
    found = click_map(observed(a, b, quiet, elements=ELEMENTS), page="/")
    assert (found.sessions, found.views, found.clicks, found.outside, found.unplaced) == (3, 3, 4, 0, 0)
    assert cells(found.grid) == {(2, 1): 2, (0, 0): 1, (700 // CELL_PX, 2990 // CELL_PX): 1}
    first, second = found.ranking()
    assert (first.target, first.clicks, first.sessions, first.rank, first.share) == ("#buy", 3, 2, 1, 0.75)
    assert (second.target, second.clicks, second.sessions, second.rank, second.share) == ("#text", 1, 1, 2, 0.25)
    assert (found.width_px, found.height_px) == (1440, 3000)


def test_only_primary_clicks_by_pointer() -> None:
    a = Visit("a").page("/").press("#buy", at=100, button=2).add("click", at=500, target="#buy", detail=0, x=1, y=1)
    a.press("#buy", at=900, click=False).add("mousemove", at=999, x=4.0, y=4.0)
    found = click_map(observed(a, elements=ELEMENTS), page="/")
    assert (found.views, found.clicks) == (1, 0)


def test_clicks_beyond_the_page_are_dropped_but_counted() -> None:
    a = Visit("a").page("/").press("#buy", at=100, y=3400).press("#buy", at=900, x=-3).press("#buy", at=1900, x=5)
    found = click_map(observed(a, elements=ELEMENTS), page="/")
    assert (found.clicks, found.outside, found.grid.total) == (3, 2, 1)
    assert found.targets == {"#buy": (3, 1)}


def test_positions_that_no_page_has() -> None:
    a = Visit("a").page("/", viewport_w=None, viewport_h=800.0, doc_h=None).add("scroll", at=1, scroll_y=1e30)
    for x in (1e30, np.inf, -np.inf, np.nan):
        a.press("#buy", at=len(a.events) * 1000, x=float(x)).add(
            "mousemove", at=len(a.events) * 1000, x=float(x), y=1.0
        )
    seen = observed(a)
    found = click_map(seen, page="/")
    assert (found.clicks, found.outside, found.unplaced) == (4, 1, 3)
    assert move_map(seen, page="/").outside == 4
    assert scroll_map(seen, page="/").px_of(1.0) == 1_000_000


def test_clicks_nobody_placed_still_count_on_their_element() -> None:
    a = Visit("a").page("/").add("click", at=100, target="#buy", detail=1)
    found = click_map(observed(a, elements=ELEMENTS), page="/")
    assert (found.clicks, found.unplaced, found.grid.total, found.targets) == (1, 1, 0, {"#buy": (1, 1)})


def test_a_bar_that_stays_is_clicked_where_the_picture_shows_it() -> None:
    a = Visit("a").page("/").press("#bar", at=100, x=40, y=2030, scroll_y=2000.0)
    assert cells(click_map(observed(a, elements=ELEMENTS), page="/").grid) == {(5, 30 // CELL_PX): 1}


def test_states_layouts_and_devices_are_kept_apart() -> None:
    a = Visit("a").page("/").press("#buy", at=100)
    a.state = "menu"
    a.press("#buy", at=900)
    b = Visit("b", device="mobile").page("/", layout="l2", viewport_w=390.0).press("#buy", at=100)
    seen = observed(a, b, elements=ELEMENTS)
    maps = map_part(seen)
    of = {place: (found.sessions, found.views, found.clicks) for place, found in maps.click.items()}
    wide = {"page": "/", "layout": "l1", "device": "desktop"}
    small = {"page": "/", "layout": "l2", "device": "mobile"}
    assert of == {
        Place(**wide): (1, 1, 2),
        Place(**wide, state="fresh"): (1, 1, 1),
        Place(**wide, state="menu"): (1, 1, 1),
        Place(**small): (1, 1, 1),
        Place(**small, state="fresh"): (1, 1, 1),
    }
    assert click_map(seen, page="/", device="mobile").clicks == 1
    assert click_map(seen, page="/", state="menu").clicks == 1
    assert click_map(seen, page="/").clicks == 3
    assert click_map(seen, page="/nowhere") == ClickMap.empty(Place(page="/nowhere"))


def test_a_view_filter() -> None:
    seen = observed(Visit("a").page("/").press("#buy", at=100), Visit("b").page("/").press("#buy", at=100))
    found = click_map(seen, page="/", wanted=np.array([False, True]))
    assert (found.sessions, found.views, found.clicks) == (1, 1, 1)
    assert scroll_map(seen, page="/", wanted=np.array([False, True])).views == 1
    assert map_part(seen, wanted=np.array([False, False])) == Maps.empty()


def test_imports_without_sizes_states_or_sessions() -> None:
    a = Visit("a").page("/", state=None, layout=None, viewport_w=None, viewport_h=None, doc_h=None)
    a.press("#b > a:nth-of-type(1) > svg:nth-of-type(1)", at=5, x=9000, y=9000)
    seen = observed(a)
    seen = type(seen)(events=seen.events, views=seen.views, sessions=seen.sessions.slice(0, 0),
                      elements=seen.elements, goals={})  # fmt: skip
    (place,) = map_part(seen).click
    assert place == Place(page="/")
    found = click_map(seen, page="/")
    assert (found.clicks, found.outside, found.width_px) == (1, 0, 0)
    assert list(found.targets) == ["#b > a:nth-of-type(1)"]
    reached = scroll_map(seen, page="/")
    assert (reached.views, reached.unsized, reached.sized, reached.framed, reached.visitors) == (1, 1, 0, 0, 0)
    assert np.isnan(reached.average_fold_px)
    assert reached.reach().tolist() == [0.0] * 101
    assert reached.depth_of(0.5) is None


# -- scrolling -------------------------------------------------------------------------------------------------------


def test_reach_counts_from_the_fold_to_the_deepest_point() -> None:
    still = Visit("still").page("/", viewport_h=600.0, doc_h=3000.0)
    half = Visit("half").page("/", viewport_h=600.0, doc_h=3000.0).add("scroll", at=900, scroll_y=900.0)
    half.add("scroll", at=1900, scroll_y=0.0)
    end = Visit("end").page("/", viewport_h=600.0, doc_h=3000.0).add("scroll", at=900, scroll_y=2400.0)
    inner = Visit("inner").page("/", viewport_h=600.0, doc_h=3000.0)
    inner.add("scroll", at=900, scroll_y=5000.0, scroll_container="#list")
    found = scroll_map(observed(still, half, end, inner), page="/")
    reach = found.reach()
    assert reach[[0, 20, 21, 50, 51, 99, 100]].tolist() == [1.0, 1.0, 0.5, 0.5, 0.25, 0.25, 0.25]
    assert found.average_fold_px == 600
    assert found.depth_of(0.75) == 20
    assert found.depth_of(0.5) == 50
    assert found.depth_of(0.25) == 100
    in_px = found.reach_px()
    assert in_px[600 // DEPTH_PX] == 1.0
    assert in_px[1500 // DEPTH_PX] == 0.5
    assert in_px[-1] == 0.25


def test_visitors_count_once_with_their_deepest_view() -> None:
    first = Visit("a", visitor="v").page("/").add("scroll", at=10, scroll_y=2100.0).page("/", at=100)
    again = Visit("b", visitor="v").page("/")
    other = Visit("c", visitor="w").page("/")
    one, two = (scroll_map(observed(*visits), page="/") for visits in ([first], [again, other]))
    both = one.merge(two)
    assert (both.views, both.visitors) == (4, 2)
    assert both.reach()[100] == 0.25
    assert both.visitor_reach()[100] == 0.5


def test_a_page_shorter_than_the_window_is_seen_whole() -> None:
    found = scroll_map(observed(Visit().page("/", viewport_h=900.0, doc_h=500.0)), page="/")
    assert found.reach()[100] == 1.0


def test_depths_in_px_need_no_document_height() -> None:
    still, down = (Visit(n).page("/", viewport_h=800.0, doc_h=None) for n in "ab")
    found = scroll_map(observed(still, down.add("scroll", at=10, scroll_y=1000.0)), page="/")
    assert (found.sized, found.framed, found.average_fold_px) == (0, 2, 800)
    assert found.depth_of(0.5) is None
    assert (found.px_of(1.0), found.px_of(0.5)) == (800, 1800)


def test_a_view_that_opens_scrolled_down_reaches_there() -> None:
    a = Visit().page("/")
    a.events[0]["scroll_y"] = 2100.0
    assert scroll_map(observed(a), page="/").reach()[100] == 1.0


# -- moves -----------------------------------------------------------------------------------------------------------


def test_dwell_is_the_time_to_the_next_sample_and_at_most_a_second() -> None:
    a = Visit().page("/")
    for at, x in ((1000, 0.0), (1050, 8.0), (1100, 16.0), (9000, 24.0)):
        a.add("mousemove", at=at, x=x, y=0.0)
    a.add("pagehide", at=9300)
    found = move_map(observed(a), page="/")
    assert cells(found.grid) == {(0, 0): 50, (1, 0): 50, (2, 0): REST_MS, (3, 0): 300}
    assert (found.samples, found.dwell_ms, found.outside) == (4, 1400, 0)


def test_a_mouse_does_not_dwell_across_pages() -> None:
    a = Visit().page("/").add("mousemove", at=1000, x=0.0, y=0.0).add("pagehide", at=1200)
    a.page("/next", at=1500).add("mousemove", at=1600, x=0.0, y=0.0)
    seen = observed(a)
    assert move_map(seen, page="/").dwell_ms == 200
    assert move_map(seen, page="/next").dwell_ms == 0


def test_fingers_do_not_move_the_mouse() -> None:
    a = Visit().page("/").add("touchmove", at=10, x=1.0, y=1.0).add("touchmove", at=500, x=1.0, y=1.0)
    assert move_map(observed(a), page="/").samples == 0


# -- merging ---------------------------------------------------------------------------------------------------------


def random_visit(name: str, seed: int) -> Visit:
    rng = np.random.default_rng(seed)
    a = Visit(name, visitor=f"v{seed % 7}", device=("desktop", "mobile")[seed % 2])
    at = 0
    for page in rng.choice(["/", "/cart"], size=rng.integers(1, 4)).tolist():
        a.page(page, at=at)
        for kind in rng.choice(["press", "move", "scroll", "state"], size=12).tolist():
            at += int(rng.integers(1, 1500))
            x, y = float(rng.integers(-50, 1500)), float(rng.integers(0, 3200))
            if kind == "press":
                a.press(str(rng.choice(["#buy", "#icon", "#bar", "#text"])), at=at, x=x, y=y)
            elif kind == "move":
                a.add("mousemove", at=at, x=x, y=y)
            elif kind == "scroll":
                a.add("scroll", at=at, scroll_y=y)
            else:
                a.state = str(rng.choice(["fresh", "menu"]))
        at += 2000
    return a


@settings(max_examples=15, deadline=None)
@given(seeds=st.lists(st.integers(0, 10_000), min_size=1, max_size=7, unique=True), cut=st.integers(0, 7))
def test_parts_merge_to_the_whole(seeds: list[int], cut: int) -> None:
    visits = [random_visit(f"s{i}", seed) for i, seed in enumerate(seeds)]
    whole = map_part(observed(*visits, elements=ELEMENTS))
    one, two = (map_part(observed(*some, elements=ELEMENTS)) for some in (visits[:cut], visits[cut:]))
    assert one.merge(two) == whole
    assert two.merge(one) == whole
    assert Maps.empty().merge(whole) == whole


def test_a_run_is_mapped_part_by_part_by_whoever_is_there(tmp_path: Path) -> None:
    parts = [observed(*(random_visit(f"s{p}-{i}", 10 * p + i) for i in range(5)), elements=ELEMENTS) for p in range(3)]
    run = written(tmp_path / "run", *parts)
    alone = map_run(run)
    with ThreadPoolExecutor(3) as pool:
        together = map_run(run, executor=pool)
    assert alone == together
    assert sum(found.clicks for place, found in alone.click.items() if place.state is None) > 10
    assert list(alone.click) == sorted(alone.click, key=lambda place: place.order)


def test_cell_sums_agree_with_themselves_however_they_are_made() -> None:
    rng = np.random.default_rng(1)
    key, amount = rng.integers(0, 5000, 20_000), rng.integers(1, 1000, 20_000)
    dense = cell_sums(key, amount)
    far = cell_sums(key * 10_000_000, amount)
    assert dense[0].tolist() == (far[0] // 10_000_000).tolist()
    assert dense[1].tolist() == far[1].tolist()
    assert dense[1].sum() == amount.sum()


def test_a_dense_grid_covers_the_page() -> None:
    grid = Grid.of(np.array([0, 1, 50]), np.array([0, 2, 0]), np.array([1, 2, 4]))
    assert grid.dense(20, 20).tolist() == [[1, 0, 0], [0, 0, 0], [0, 2, 0]]
    assert ScrollMap.empty(Place(page="/")).merge(ScrollMap.empty(Place(page="/"))).views == 0
