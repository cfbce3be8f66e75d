"""Bouncing: a look at the first page is enough, and the visitor is gone."""

from __future__ import annotations

from simbench.visitor.acts import Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.eyes import glance, look_over
from simbench.visitor.mind.loading import settle
from simbench.visitor.person import Doing, Visitor

__all__ = ["bounce"]


def bounce(me: Visitor, p: Percept) -> Doing:
    """Look at the page where the visit began, and leave: it is not what was wanted, or not now.

    Whoever followed a link here, and leaves, did not go back to a page of the site: nobody could call it a U-turn for
    sure.
    """
    yield from settle(me, p)
    if me.leaving:
        return
    arrived, view = p.now_ms, p.view
    yield from glance(me, p)
    if me.dice.mind() >= B.bounce_at_once:
        yield from look_over(me, p, 0.2)
    if me.came_by_link:
        me.journal.ambiguous("u_turn", "leaves_site", view, arrived, p.now_ms)
    me.leaving = me.leaving or "bounced"
