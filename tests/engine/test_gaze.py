"""Truth of attention: the eyes' time adds up, falls where there is something to see, and does not follow the mouse."""

from __future__ import annotations

import numpy as np
import pytest

from simbench.engine.gaze import views_seen
from simbench.engine.stage import Stage
from simbench.engine.tape import NOWHERE, Col, Kind
from simbench.events.run import Run
from simbench.events.truth import Truth
from simbench.site.model import load_site
from simbench.visitor.mind.attention import BANDS, Attention

KEYS = np.array([7], dtype=np.uint64)


@pytest.fixture(scope="module")
def stage() -> Stage:
    return Stage(load_site("shop"))


def tape_of(scene: int, rows: list[dict[Col, float]]) -> np.ndarray:
    tape = np.full((len(rows), len(Col)), NOWHERE)
    for row, given in zip(tape, rows, strict=True):
        row[[Col.SESSION, Col.VIEW, Col.SCENE, Col.TARGET, Col.S0, Col.S1]] = 0, 0, scene, -1, 0, 0
        row[[Col.A, Col.B, Col.C]] = 0
        for column, value in given.items():
            row[column] = value
    return tape


def test_reading_takes_its_time_and_stays_in_the_window(stage: Stage) -> None:
    scene = stage.scene("/product/:id", "fresh", "desktop-1440", frozenset())
    tape = tape_of(scene, [{Col.KIND: Kind.READ, Col.T0: 0, Col.T1: 8000}])
    seen = views_seen(tape, stage, ["s"], KEYS)
    bands = np.array(seen["bands"][0].as_py())
    assert bands.sum() == pytest.approx(8000, abs=BANDS)
    below = int(np.ceil(stage.scenes[scene].vh / stage.scenes[scene].doc_h * BANDS))
    assert bands[below:].sum() == 0
    elements = {e["target"]: e["ms"] for e in seen["elements"][0].as_py()}
    assert sum(elements.values()) <= 8000
    assert all(ms >= 400 for ms in elements.values())


def test_an_aimed_press_is_looked_at_from_the_beginning_of_the_movement(stage: Stage) -> None:
    scene = stage.scene("/product/:id", "fresh", "desktop-1440", frozenset())
    code = stage.strings.code("#add-to-cart")
    box = stage.box(scene, code)
    assert box is not None
    y = (box[0] + box[1]) / 2
    tape = tape_of(scene, [
        {Col.KIND: Kind.MOVE, Col.T0: 0, Col.T1: 900, Col.X0: 0, Col.Y0: 0, Col.X1: 900, Col.Y1: y},
        {Col.KIND: Kind.PRESS, Col.T0: 900, Col.T1: 1000, Col.X0: 900, Col.Y0: y, Col.TARGET: code},
    ])  # fmt: skip
    seen = views_seen(tape, stage, ["s"], KEYS)
    assert seen["elements"][0].as_py() == [{"target": "#add-to-cart", "ms": 1000.0}]
    assert sum(seen["bands"][0].as_py()) == pytest.approx(1000, abs=BANDS)


def test_a_button_that_looks_like_an_advertisement_is_passed_over(stage: Stage) -> None:
    plain = stage.scenes[stage.scene("/product/:id", "fresh", "desktop-1440", frozenset())]
    seen = Attention.of(plain, frozenset())
    blind = Attention.of(plain, frozenset({"#add-to-cart"}))

    def drawn(attention: Attention) -> float:
        at = attention.targets.index("#add-to-cart")
        return float((attention.strips * attention.share[:, at]).sum())

    assert drawn(blind) < 0.9 * drawn(seen)


def test_time_looked_is_within_the_time_of_the_view(demo_run: Run) -> None:
    truth, views = Truth.open(demo_run).views.to_pandas(), demo_run.table("views").to_pandas()
    both = truth.merge(views[["session", "view", "start", "end"]], on=["session", "view"])
    lasted = (both.end - both.start).dt.total_seconds() * 1000
    looked = np.stack(both.bands).sum(axis=1)
    # Rounding to whole ms in each band; and what was begun before the page was left is looked at to its end.
    assert (looked <= lasted + BANDS).mean() > 0.98
    assert 0.4 < looked.sum() / lasted.sum() < 1.0


def test_eyes_and_mouse_agree_somewhat_and_no_more(demo_run: Run) -> None:
    """Gaze and cursor are two processes: r = .58 over pages (Chen, Anderson & Sohn 2001); here within .2 to .85."""
    views = demo_run.table("views").to_pandas()[["session", "view", "doc_h"]]
    events = demo_run.table("events").to_pandas()
    moves = events[events.type == "mousemove"].merge(views, on=["session", "view"])
    moves["band"] = np.minimum((moves.y / moves.doc_h * BANDS).astype(int), BANDS - 1)
    cursor = moves.groupby(["session", "view", "band"], observed=True).size().unstack(fill_value=0)
    cursor = cursor.reindex(columns=range(BANDS), fill_value=0)
    gaze = Truth.open(demo_run).views.to_pandas().set_index(["session", "view"]).bands
    both = [(c, np.asarray(gaze[key])) for key, c in zip(cursor.index, cursor.to_numpy(), strict=True) if c.sum() > 40]
    each = [np.corrcoef(c, g)[0, 1] for c, g in both if g.std() > 0 and c.std() > 0]
    assert 0.2 < float(np.median(each)) < 0.85
