"""Loops: one wish that leads out from a hub and back to it, unmet, again and again."""

from __future__ import annotations

from simbench.visitor.acts import Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Loop, Visitor

__all__ = ["came_back", "compared", "end_loop", "set_out"]


def set_out(me: Visitor, p: Percept) -> None:
    """Leave a hub with a wish. While the same wish leads out from the same hub, it is the same loop."""
    loop = me.loop
    if loop is not None and loop.hub == p.scene.page:
        return
    if loop is not None:
        end_loop(me)
    me.loop = Loop(hub=p.scene.page, view=p.view, began_ms=p.now_ms)


def came_back(me: Visitor, p: Percept) -> None:
    """Back with the wish unmet: a failed attempt, if it is the hub that it set out from. The wish may change now."""
    loop = me.loop
    if loop is None or loop.hub != p.scene.page:
        return
    loop.returns += 1
    loop.back_ms = p.now_ms
    if me.dice.fate() < B.change_of_wish:
        if loop.returns >= 2:
            # Twice for one wish it was already.
            end_loop(me)
        else:
            loop.changed = True


def compared(me: Visitor, p: Percept) -> None:
    """Back from one of several things that are weighed against each other: no attempt has failed."""
    loop = me.loop
    if loop is not None and loop.hub == p.scene.page:
        loop.compared += 1
        loop.back_ms = p.now_ms


def end_loop(me: Visitor, given_up_ms: float | None = None) -> None:
    """The wish is met or given up (`given_up_ms`): two failed attempts or more make it a loop."""
    loop, me.loop = me.loop, None
    if loop is None:
        return
    end = loop.back_ms if given_up_ms is None else given_up_ms
    if loop.returns < 2:
        if loop.returns + loop.compared >= 2:
            # The same hub again and again, for one thing after another: each of them was what it promised.
            me.journal.lookalike("back_loop", "comparing", loop.view, loop.began_ms, loop.back_ms)
    elif loop.changed:
        me.journal.ambiguous("back_loop", "subgoal_changed", loop.view, loop.began_ms, end)
    else:
        me.journal.true("back_loop", loop.view, loop.began_ms, end, intensity=float(loop.returns))
