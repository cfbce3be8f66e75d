"""Loops: one wish that leads out from a hub and back to it, unmet, again and again."""

from __future__ import annotations

from simbench.visitor.acts import Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Loop, Visitor

__all__ = ["came_back", "end_loop", "set_out"]


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


def end_loop(me: Visitor, given_up_ms: float | None = None) -> None:
    """The wish is met or given up (`given_up_ms`): two failed attempts or more make it a loop."""
    loop, me.loop = me.loop, None
    if loop is None or loop.returns < 2:
        return
    end = loop.back_ms if given_up_ms is None else given_up_ms
    if loop.changed:
        me.journal.ambiguous("back_loop", "subgoal_changed", loop.view, loop.began_ms, end)
    else:
        me.journal.true("back_loop", loop.view, loop.began_ms, end, intensity=float(loop.returns))
