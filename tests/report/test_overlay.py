"""Overlays: colours that mean what the legend says, over any backdrop, in the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from simbench.core.click_map import ClickMap
from simbench.core.grid import CELL_PX, Grid, Place
from simbench.core.move_map import MoveMap
from simbench.core.scroll_map import ScrollMap
from simbench.errors import BadInput, OutsideFailure
from simbench.events.parquet import conform
from simbench.events.run import Run, RunWriter
from simbench.events.schema import ELEMENTS
from simbench.report.overlay import SQUARE_PX, draw_map, heat_layer, save_png, scroll_layer
from simbench.report.overlay_backdrop import find_backdrop
from simbench.report.overlay_scale import Scale
from simbench.report.palette import opacity, ramp

PLACE = Place(page="/product/:id", layout="abc", device="desktop")


def clicks(*cells: tuple[int, int, int], place: Place = PLACE, outside: int = 0, target: str = "#buy") -> ClickMap:
    x, y, n = np.array(cells, dtype=np.int64).reshape(-1, 3).T
    total = int(n.sum())
    return ClickMap(
        place=place, sessions=80, views=100, clicks=total + outside, outside=outside, width_px=800, height_px=1200,
        grid=Grid.of(x, y, n), targets={target: (total, 40)} if total else {},
    )  # fmt: skip


def reach() -> ScrollMap:
    by_percent = np.zeros(101, dtype=np.int64)
    by_percent[[40, 60, 80, 100]] = 25
    return ScrollMap(
        place=PLACE, sessions=80, views=103, unsized=3, width_px=800, height_px=1200, fold_px=48_000, doc_px=120_000,
        by_percent=by_percent, by_px=np.ones(3, dtype=np.int64),
        visitor=np.arange(50, dtype=np.uint64), visitor_percent=np.full(50, 70),
    )  # fmt: skip


def run(tmp_path: Path, *, picture: bool, boxes: bool = True) -> Run:
    import pyarrow as pa

    with RunWriter(tmp_path / "run") as writer:
        rows = [
            {"page": "/product/:id", "state": "fresh", "layout": "abc", "target": "#buy", "tag": "button",
             "text": "Add to cart", "x": 100.0, "y": 200.0, "w": 200.0, "h": 48.0, "z": 3},
            {"page": "/product/:id", "state": "fresh", "layout": "abc", "target": "#text", "tag": "p",
             "text": "A lamp", "x": 100.0, "y": 300.0, "w": 600.0, "h": 48.0, "z": 2},
        ]  # fmt: skip
        table = pa.Table.from_pylist(
            rows if boxes else [], schema=None if boxes else pa.schema([("page", pa.string())])
        )
        writer.write_table("elements.parquet", conform(table, ELEMENTS))
        if picture:
            Image.new("RGB", (1600, 2400), (20, 60, 90)).save(tmp_path / "p.png")
            writer.write_bytes("pages/p.png", (tmp_path / "p.png").read_bytes())
            row = {"page": "/product/:id", "state": "fresh", "layout": "abc", "viewport_w": 800, "viewport_h": 600,
                   "doc_h": 1200, "screenshot": "p.png", "dom": None}  # fmt: skip
            other = {**row, "layout": "def", "screenshot": "missing.png"}
            writer.write_json("pages/index.json", [other, row])
        return writer.commit({}, {})


# -- colours ---------------------------------------------------------------------------------------------------------


def luminance(colours: np.ndarray) -> np.ndarray:
    """CIE Y of sRGB bytes."""
    linear = np.asarray(colours, dtype=float) / 255
    linear = np.where(linear <= 0.04045, linear / 12.92, ((linear + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


#: Full loss of one cone type (Machado, Oliveira & Fernandes 2009, severity 1.0), on linear RGB.
DEFICIENCIES = {
    "protanopia": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deuteranopia": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "tritanopia": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def test_more_is_always_darker() -> None:
    light = luminance(ramp(np.linspace(0, 1, 256)))
    assert (np.diff(light) < 0).mean() > 0.97
    assert light[0] / light[-1] > 10


@pytest.mark.parametrize("name", DEFICIENCIES)
def test_more_is_darker_for_those_who_lack_a_cone_type(name: str) -> None:
    colours = ramp(np.linspace(0, 1, 64)) / 255.0
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ np.array(DEFICIENCIES[name]).T, 0, 1) @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(seen) < 0.002).all()
    assert seen[0] - seen[-1] > 0.5


def test_nothing_is_transparent_and_more_is_never_more_so() -> None:
    steps = opacity(np.linspace(0, 1, 100))
    assert steps[0] == 0
    assert (np.diff(steps) > 0).all()
    assert steps[-1] < 1


# -- layers ----------------------------------------------------------------------------------------------------------


def test_the_legend_counts_what_lies_in_a_square() -> None:
    """Clicks spread evenly over a wide field: every square holds its share of them, blur or no blur."""
    side = 60
    x, y = (a.ravel() for a in np.meshgrid(np.arange(side), np.arange(side)))
    grid = Grid.of(x, y, np.full(side * side, 4))
    layer = heat_layer(grid, width_px=side * CELL_PX, height_px=side * CELL_PX)
    assert layer.scale.most == pytest.approx(4 * (SQUARE_PX / CELL_PX) ** 2, rel=1e-6)
    assert layer.image.size == (side * CELL_PX, side * CELL_PX)


def test_a_layer_shows_the_page_where_nothing_is() -> None:
    layer = heat_layer(Grid.of(np.array([10]), np.array([10]), np.array([5])), width_px=801, height_px=1203)
    alpha = np.asarray(layer.image.getchannel("A"))
    assert alpha.shape == (1203, 801)
    assert alpha[84, 84] > 150
    assert alpha[600, 400] == 0
    dark = np.where(alpha > 150, luminance(np.asarray(layer.image)[..., :3]), 9)
    hottest = np.unravel_index(dark.argmin(), dark.shape)
    assert abs(hottest[0] - 84) <= CELL_PX
    assert abs(hottest[1] - 84) <= CELL_PX


def test_two_maps_can_share_one_scale() -> None:
    grid = Grid.of(np.array([10]), np.array([10]), np.array([5]))
    own = heat_layer(grid, width_px=400, height_px=400)
    shared = heat_layer(grid, width_px=400, height_px=400, most=own.scale.most * 4)
    assert np.asarray(shared.image.getchannel("A")).max() < np.asarray(own.image.getchannel("A")).max()


def test_the_mouse_is_coloured_by_its_time_and_clicks_by_the_root_of_their_number() -> None:
    assert Scale(most=100.0).share(25.0) == 0.5
    assert Scale(most=100.0, power=1.0).share(25.0) == 0.25
    assert Scale(most=100.0, power=1.0).times(0.01) == Scale(most=1.0, power=1.0)


def test_a_handful_of_clicks_is_no_hot_spot() -> None:
    grid = Grid.of(np.array([10]), np.array([10]), np.array([3]))
    layer = heat_layer(grid, width_px=400, height_px=400, least=5.0)
    assert layer.scale.most == 5.0
    assert luminance(np.asarray(layer.image)[84, 84, :3]) > 3 * luminance(ramp(1.0))


def test_a_layer_of_nothing() -> None:
    assert not np.asarray(heat_layer(Grid.empty(), width_px=100, height_px=100).image.getchannel("A")).any()


def test_reach_is_painted_in_steps() -> None:
    layer = np.asarray(scroll_layer(reach(), width_px=10, height_px=1000))
    assert layer.shape == (1000, 10, 4)
    column = [tuple(colour) for colour in layer[:, 0, :3].tolist()]
    assert column[10] == column[390] == tuple(ramp(1.0).tolist())
    assert column[500] == tuple(ramp(0.8).tolist())
    assert len(set(column)) < 20


@pytest.mark.parametrize("most", [0.3, 1.0, 7.0, 214.0, 98_765.0])
def test_ticks_are_round_apart_and_end_at_the_most(most: float) -> None:
    ticks = Scale(most=most).ticks()
    assert ticks[-1] == most
    assert ticks == sorted(ticks)
    assert 2 <= len(ticks) <= 7
    assert (np.diff(Scale(most=most).share(ticks)) >= 0.149).all()


# -- pictures --------------------------------------------------------------------------------------------------------


def test_reach_in_px_where_no_document_height_is_known(tmp_path: Path) -> None:
    in_px = np.zeros(61, dtype=np.int64)
    in_px[[30, 60]] = 5
    found = ScrollMap(place=PLACE, views=10, unsized=10, width_px=800, fold_px=6000, by_px=in_px)
    column = np.asarray(scroll_layer(found, width_px=1, height_px=1200))[:, 0, :3]
    assert column[100].tolist() == ramp(1.0).tolist()
    assert column[900].tolist() == ramp(0.5).tolist()
    backdrop = find_backdrop(run(tmp_path, picture=False), PLACE, width_px=800, height_px=0, deepest_px=1220)
    assert draw_map(found, backdrop).height >= 1220


@pytest.mark.parametrize("picture", [True, False])
@pytest.mark.parametrize("kind", ["click", "move", "scroll"])
def test_every_map_is_drawn_with_and_without_a_picture(tmp_path: Path, kind: str, picture: bool) -> None:
    found = {
        "click": clicks((15, 28, 40), (16, 28, 60), (90, 140, 1), outside=3),
        "move": MoveMap(place=PLACE, views=3, sessions=2, samples=9, width_px=800, height_px=1200,
                        grid=Grid.of(np.array([5]), np.array([5]), np.array([70_000]))),
        "scroll": reach(),
    }[kind]  # fmt: skip
    backdrop = find_backdrop(run(tmp_path, picture=picture), PLACE, width_px=800, height_px=1200)
    assert backdrop.has_picture == picture
    assert list(backdrop.boxes) == ["#text", "#buy"]
    image = draw_map(found, backdrop, where="device = desktop")
    assert image.width > 800 + 300
    assert image.height >= 1200
    save_png(image, tmp_path / "a.png")
    save_png(draw_map(found, backdrop, where="device = desktop"), tmp_path / "b.png")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_heat_lies_where_the_clicks_are(tmp_path: Path) -> None:
    backdrop = find_backdrop(run(tmp_path, picture=True), PLACE, width_px=800, height_px=1200)
    none = np.asarray(draw_map(clicks(), backdrop)).astype(int)
    some = np.asarray(draw_map(clicks((70, 130, 50), target="#elsewhere"), backdrop)).astype(int)
    left = none.shape[1] - 800 - 28
    page = np.abs(some - none)[28 : 28 + 1200, left : left + 800].sum(axis=2)
    y, x = np.unravel_index(page.argmax(), page.shape)
    assert abs(x - 70 * CELL_PX) < 80
    assert abs(y - 130 * CELL_PX) < 80
    assert page[:400].max() == 0


def test_a_page_that_nobody_measured(tmp_path: Path) -> None:
    place = Place(page="/far")
    found = clicks((10, 300, 5), place=place)
    backdrop = find_backdrop(run(tmp_path, picture=False, boxes=False), place, width_px=0, height_px=0, deepest_px=2408)
    assert (backdrop.width_px, backdrop.height_px) == (1280, 2408)
    assert draw_map(found, backdrop).height >= 2408


def test_a_picture_of_another_layout_is_never_taken(tmp_path: Path) -> None:
    opened = run(tmp_path, picture=True)
    assert not find_backdrop(opened, Place(page="/product/:id", layout="xyz"), width_px=390, height_px=900).has_picture
    missing = find_backdrop(opened, Place(page="/product/:id", layout="def"), width_px=800, height_px=1200)
    with pytest.raises(BadInput, match=r"missing\.png: the run names this screenshot"):
        draw_map(clicks(), missing)


def test_very_tall_pages_are_cut_and_long_names_wrapped(tmp_path: Path) -> None:
    place = Place(page="/" + "very-long-segment-" * 12, device="mobile")
    found = clicks((1, 1, 1), place=place)
    tall = find_backdrop(run(tmp_path, picture=False), place, width_px=200, height_px=40_000)
    assert draw_map(found, tall).height < 17_000


def test_a_disk_that_refuses(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(OutsideFailure, match="cannot be written"):
        save_png(Image.new("RGB", (1, 1)), tmp_path / "file" / "a.png")
