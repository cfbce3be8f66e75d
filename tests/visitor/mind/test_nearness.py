"""Links are come to by how near they are to what is on screen."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from lone_visitor import Seen, visitor

from simbench.visitor.mind.goals import _by_nearness, _nearness


def link(y: float, *, fixed: bool = False) -> Any:
    return SimpleNamespace(y=y, h=0.0, fixed=fixed, target=f"#at-{y:g}")


def at(scroll_y: float) -> Any:
    return Seen(scroll_y=scroll_y, scene=SimpleNamespace(vh=800.0))


def test_it_falls_off_with_the_screens_between_both_ways() -> None:
    assert _nearness(at(0.0), link(400.0)) == 1.0
    assert _nearness(at(0.0), link(1600.0)) == pytest.approx(0.25)
    assert _nearness(at(2400.0), link(800.0)) == pytest.approx(1.0 / 9.0)
    assert _nearness(at(2400.0), link(10.0, fixed=True)) == 1.0


def test_what_let_somebody_down_is_no_way_any_more() -> None:
    me = visitor(0.5)
    me.given_up_on.add("#at-400")
    ways = _by_nearness(me, at(0.0), [(1.0, link(400.0)), (2.0, link(1600.0))])
    assert [(round(weight, 3), way.target) for weight, way in ways] == [(0.5, "#at-1600")]
