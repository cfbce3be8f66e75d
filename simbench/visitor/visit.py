"""A visit, from the first page to the last: the coroutine that both engines play."""

from __future__ import annotations

from collections.abc import Generator

from simbench.visitor.acts import Act, Arrive, Leave, Look, Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.goals import pursue
from simbench.visitor.person import Visitor

__all__ = ["visit"]


def visit(me: Visitor) -> Generator[Act, Percept, None]:
    """Play `me` from arrival to departure.

    Yields acts; expects to be sent the percept after each of them. When it returns, `me.journal` holds the episodes
    and the outcome.
    """
    p = yield Arrive(me.landing)
    yield from pursue(me, p)
    journal = me.journal
    if me.leaving == "form":
        # From the decision to the hand that closes the tab.
        yield Look(me.dice.lognormal(B.turn_ms, B.turn_sigma))
    journal.left(p.view, p.now_ms)
    if me.leaving and journal.outcome != "done":
        journal.outcome = me.leaving
    yield Leave()
