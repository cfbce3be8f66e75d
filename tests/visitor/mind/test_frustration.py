"""Anger has causes, wears off, is vented in the person's own ways, and is blamed on what it would not be without."""

from __future__ import annotations

import pytest
from lone_visitor import Seen, visitor

from simbench.visitor.mind.frustration import vent_by


def test_who_is_not_angry_does_not_vent() -> None:
    assert vent_by(visitor(0.0, vent_rage=1.0), Seen(), "a") == (None, None)  # type: ignore[arg-type]


def test_anger_adds_up_and_decays_for_all_causes_alike() -> None:
    me = visitor(0.5, frustration_decay_s=10.0)
    me.suffer("dead_click", 0.0, "a")
    me.suffer("lost", 0.0, None)
    assert me.anger == pytest.approx(2.0)
    me.calm_down(10_000.0)
    assert me.anger == pytest.approx(2.0 / 2.718281828)
    assert sum(me.grudges.values()) == pytest.approx(me.anger)
    assert me.anger_cause == "a"


@pytest.mark.parametrize(
    ("dial", "way"),
    [("vent_rage", "strike"), ("vent_thrash", "shake"), ("vent_scroll", "scroll"), ("vent_back", "back")],
)
def test_every_way_has_its_dial(dial: str, way: str) -> None:
    me = visitor(0.01, **{dial: 1.0})
    me.suffer("dead_click", 0.0, None)
    assert vent_by(me, Seen(), None)[0] == way  # type: ignore[arg-type]


def test_a_finger_cannot_shake_a_cursor_and_nobody_goes_back_from_the_first_page() -> None:
    me = visitor(0.01, touch=True, vent_thrash=1.0, vent_back=1.0)
    me.suffer("dead_click", 0.0, None)
    assert vent_by(me, Seen(), None)[0] == "back"  # type: ignore[arg-type]
    assert vent_by(me, Seen(can_go_back=False), None)[0] is None  # type: ignore[arg-type]


def test_the_occasion_is_blamed_where_a_defect_made_it() -> None:
    me = visitor(0.01, vent_rage=1.0)
    me.suffer("dead_click", 0.0, "earlier")
    assert vent_by(me, Seen(), "here") == ("strike", "here")  # type: ignore[arg-type]


def test_an_earlier_defect_is_blamed_if_without_it_the_anger_would_not_do() -> None:
    # gain .6 x dial 1 x anger 2 -> chance .70; with anger 1 it is .45.
    me = visitor(0.6, vent_rage=1.0)
    me.suffer("lost", 0.0, None)
    me.suffer("dead_click", 0.0, "earlier")
    assert vent_by(me, Seen(), None) == ("strike", "earlier")  # type: ignore[arg-type]


def test_a_defect_is_not_blamed_for_what_would_have_come_without_it() -> None:
    me = visitor(0.3, vent_rage=1.0)
    me.suffer("lost", 0.0, None)
    me.suffer("dead_click", 0.0, "earlier")
    assert vent_by(me, Seen(), None) == ("strike", None)  # type: ignore[arg-type]
