"""Hit tables answer as the grids of scenes do, for points on pixels and between them."""

from __future__ import annotations

import numpy as np
import pytest

from simbench.engine.hits import REL_STEPS
from simbench.engine.stage import Stage
from simbench.site.model import load_site


@pytest.fixture(scope="module")
def stage() -> Stage:
    """Some scenes of the shop, with and without defects, on two devices."""
    site = load_site("shop")
    stage = Stage(site)
    for viewport in sorted({v.name for v in site.viewports})[:2]:
        for page in ("/", "/category", "/checkout"):
            for defects in (frozenset(), frozenset(("covered-continue", "photo-no-zoom"))):
                stage.scene(page, stage.opening_state(page, frozenset(("consent",))), viewport, defects)
    return stage


@pytest.mark.parametrize("whole", [True, False])
def test_every_point_hits_what_the_scene_says(stage: Stage, whole: bool) -> None:
    rng = np.random.default_rng(1)
    n = 20_000
    scene = rng.integers(0, len(stage.scenes), n).astype(np.intp)
    width = np.array([s.vw for s in stage.scenes])[scene]
    height = np.array([s.vh for s in stage.scenes])[scene]
    deep = np.array([s.sy_max for s in stage.scenes])[scene]
    x, y, scroll = rng.random(n) * width, rng.random(n) * height, rng.random(n) * deep
    if whole:
        x, y, scroll = np.floor(x), np.floor(y), np.floor(scroll)
    else:
        # Quarters are exact in float32, as fractions of a screen's pixels are.
        x, y, scroll = (np.floor(v * 4) / 4 for v in (x, y, scroll))
    target, rel_x, rel_y = stage.hits().find(
        scene, x.astype(np.float32), y.astype(np.float32), scroll.astype(np.float32)
    )
    names = stage.strings.values
    for k in range(n):
        element = stage.scenes[scene[k]].hit(float(x[k]), float(y[k]), float(scroll[k]))
        assert names[target[k]] == (element.target if element is not None else "html"), (x[k], y[k], scroll[k])
        if element is not None:
            page_y = y[k] if element.fixed else y[k] + scroll[k]
            assert rel_x[k] == pytest.approx((x[k] - element.x) / max(element.w, 1.0), abs=1 / REL_STEPS)
            assert rel_y[k] == pytest.approx((page_y - element.y) / max(element.h, 1.0), abs=1 / REL_STEPS)
    assert len(set(target.tolist())) > 50


def test_points_outside_hit_the_nearest_edge_of_the_tables(stage: Stage) -> None:
    far = np.array([-50, 0, 9000], dtype=np.float32)
    target, _, _ = stage.hits().find(np.zeros(3, np.intp), far, far, np.zeros(3, np.float32))
    assert stage.strings.values[target[2]] == "html"
