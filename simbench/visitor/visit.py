"""A visit, from the first page to the last: the coroutine that both engines play."""

from __future__ import annotations

from collections.abc import Generator

from simbench.visitor.acts import Act, Arrive, Leave, Look, Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.bots import run_program
from simbench.visitor.mind.bouncing import bounce
from simbench.visitor.mind.calls import end_calls
from simbench.visitor.mind.goals import pursue
from simbench.visitor.mind.loops import end_loop
from simbench.visitor.mind.promise import look_for_promise
from simbench.visitor.mind.survey import answer_survey
from simbench.visitor.person import Visitor

__all__ = ["visit"]


def visit(me: Visitor) -> Generator[Act, Percept, None]:
    """Play `me` from arrival to departure.

    Yields acts; expects to be sent the percept after each of them. When it returns, `me.journal` holds the episodes,
    the outcome, and the answer to the survey.
    """
    p = yield Arrive(me.landing)
    if me.bot is not None:
        yield from run_program(me, p)
    else:
        me.given_up_on.update(me.memory.let_down_by)
        if me.promise is not None:
            yield from look_for_promise(me, p, me.promise)
        elif me.bounces:
            yield from bounce(me, p)
        if not me.leaving:
            yield from pursue(me, p)
    end_calls(me, p)
    end_loop(me, p.now_ms)
    journal = me.journal
    # Another page may yet come while the hand goes to the tab.
    view = p.view
    if me.leaving == "form":
        # From the decision to the hand that closes the tab.
        yield Look(me.dice.lognormal(B.turn_ms, B.turn_sigma))
    journal.left(view, p.now_ms)
    if me.leaving and journal.outcome != "done":
        journal.outcome = me.leaving
    if me.bot is None:
        journal.survey = answer_survey(me)
    yield Leave()
