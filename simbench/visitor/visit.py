"""A visit, from the first page to the last: the coroutine that both engines play."""

from __future__ import annotations

from collections.abc import Generator

from simbench.visitor.acts import Act, Arrive, Leave, Percept
from simbench.visitor.mind.calls import end_calls
from simbench.visitor.mind.goals import pursue
from simbench.visitor.mind.loops import end_loop
from simbench.visitor.person import Visitor

__all__ = ["visit"]


def visit(me: Visitor) -> Generator[Act, Percept, None]:
    """Play `me` from arrival to departure.

    Yields acts; expects to be sent the percept after each of them. When it returns, `me.journal` holds the episodes
    and the outcome.
    """
    p = yield Arrive(me.landing)
    yield from pursue(me, p)
    end_calls(me, p)
    end_loop(me, p.now_ms)
    journal = me.journal
    if me.leaving and journal.outcome != "done":
        journal.outcome = me.leaving
    yield Leave()
