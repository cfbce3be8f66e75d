"""Clicks of which nothing new is expected: to mark a word, or to close what lies over the page by a click beside it."""

from __future__ import annotations

from typing import Final

from simbench.site.model import Element
from simbench.visitor.acts import Await, Look, Percept, Point, SelectText
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.hands import bring_into_view, point_at, press_calmly, select_text
from simbench.visitor.person import Doing, Visitor

__all__ = ["click_away", "double_click_word"]

#: How often a place beside an overlay is looked for.
_TRIES: Final = 12


def double_click_word(me: Visitor, p: Percept, element: Element) -> Doing:
    """Mark a word by a double click; a finger marks it by a long press."""
    if me.touch:
        yield from select_text(me, p, element)
        return
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    yield SelectText(2, min(me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma), 480.0))
    me.journal.lookalike("rage_click", "double_click", p.view, p.began_ms, p.now_ms, target=p.hit)
    me.journal.lookalike("dead_click", "text_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
    yield Look(me.dice.lognormal(700.0, 0.5), element.target)


def click_away(me: Visitor, p: Percept) -> Doing:
    """Press beside what lies over the page, where that closes it; returns whether it did."""
    scene, view = p.scene, p.view
    for _ in range(_TRIES):
        x, y = float(int(me.dice.aim() * scene.vw)), float(int(me.dice.aim() * scene.vh))
        beside = scene.hit(x, y, p.scroll_y)
        effect = scene.effect(beside) if beside is not None and not beside.interactive else None
        if effect is None or effect.kind != "state" or effect.state != "fresh":
            continue
        yield Point(x, y, me.dice.lognormal(500.0, 0.4), me.trait.overshoot)
        yield from press_calmly(me, p)
        me.journal.lookalike("dead_click", "click_away", view, p.began_ms, p.now_ms, target=p.hit)
        if not p.response:
            yield Await(B.expect_ms)
        return True
    return False
