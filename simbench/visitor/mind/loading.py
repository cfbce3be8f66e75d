"""Loading: waiting for a page that was asked for, what is done meanwhile, and coming to it or going back from it."""

from __future__ import annotations

from simbench.visitor.acts import Await, Back, Hide, Look, Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.calls import turn_page
from simbench.visitor.mind.frustration import shake_it
from simbench.visitor.mind.hands import activate, press_nowhere
from simbench.visitor.person import Doing, Visitor

__all__ = ["arrive", "go_back", "refocus", "settle"]


def settle(me: Visitor, p: Percept) -> Doing:
    """Wait for a page to arrive, answer the cookie banner, or lose patience."""
    if p.loading:
        yield from _wait(me, p)
        if me.leaving:
            return
    turn_page(me, p)
    if me.consent is not None and p.scene.state == "consent":
        yield from _answer_banner(me, p)
    elif not me.touch and me.dice.fate() < B.cursor_search:
        yield from _look_for_cursor(me, p)


def _wait(me: Visitor, p: Percept) -> Doing:
    """Wait from the moment that the page was asked for, as long as patience lasts; sets `leaving` when it does not."""
    began, view = p.asked_ms, p.view
    patience_ms = me.dice.lognormal(1000.0 * me.trait.patience_s, B.patience_sigma)
    fate = me.dice.fate()
    if fate < B.tab_switch:
        # Another tab is looked into while this one loads.
        yield Await(me.dice.lognormal(B.tab_switch_ms, 0.5))
        if p.loading:
            left = p.now_ms
            yield Hide(min(me.dice.lognormal(B.away_ms, B.away_sigma), 20 * 60_000.0))
            me.journal.lookalike("slow_load_exit", "tab_switch", view, began, left)
            yield from refocus(me, p)
    elif me.pages_left < 1.0 and fate > 1.0 - B.done_anyway:
        # It was enough anyhow; the page that is on its way would not have been looked at.
        yield Await(me.dice.lognormal(B.tab_switch_ms, 0.5))
        if p.loading:
            me.journal.lookalike("slow_load_exit", "done_anyway", view, began, p.now_ms)
            me.leaving = "enough"
            return
    limit = began + patience_ms
    if p.loading:
        yield Await(max(limit - p.now_ms, 1.0))
    if p.loading and p.view != view:
        # Something of it is there: feedback makes waits bearable (Nah 2004).
        limit = began + B.feedback * patience_ms
        yield Await(max(limit - p.now_ms, 1.0))
    if not p.loading:
        return
    cause = p.blame_load(limit - began)
    me.suffer("slow", p.now_ms, cause)
    if me.will_quit(p.now_ms, B.leave_when_slow):
        me.journal.true("slow_load_exit", p.view, began, p.now_ms, cause=cause, intensity=me.anger)
        me.leaving = "slow"
        return
    yield Await(60_000.0)
    if p.loading:
        me.journal.true("slow_load_exit", p.view, began, p.now_ms, cause=cause, intensity=me.anger)
        me.leaving = "slow"
    elif me.will_quit(p.now_ms, B.leave_after_slow):
        yield Look(me.dice.lognormal(B.turn_ms, B.turn_sigma))
        me.journal.ambiguous("slow_load_exit", "after_load", p.view, began, p.now_ms, cause=cause)
        me.leaving = "slow"


def arrive(me: Visitor, p: Percept, view: int) -> Doing:
    """If the last act led away from `view`, wait for the page; and if it is not the one that was meant, go back."""
    if p.view == view and not p.loading:
        return
    stray, me.stray = me.stray, None
    if stray is not None and p.loading and me.dice.fate() < B.misclick_seen:
        # The wrong thing was pressed, and it is noticed before the page comes.
        began = p.asked_ms
        yield Await(me.dice.lognormal(B.turn_ms, B.turn_sigma))
        if p.loading and p.view == view:
            yield Back()
            me.journal.lookalike("slow_load_exit", "misclick", view, began, p.now_ms)
            return
    yield from settle(me, p)
    if stray is None or me.leaving or not p.can_go_back:
        return
    there, arrived = p.view, p.arrived_ms
    yield Look(me.dice.lognormal(B.stray_seen_ms, B.turn_sigma))
    yield from go_back(me, p)
    if not me.leaving:
        me.journal.ambiguous("u_turn", "mis_tap", there, arrived, p.now_ms, cause=stray.cause)


def go_back(me: Visitor, p: Percept) -> Doing:
    """Decide to go back, and wait for the page that comes."""
    yield Look(me.dice.lognormal(B.turn_ms, B.turn_sigma))
    yield Back()
    yield from settle(me, p)


def refocus(me: Visitor, p: Percept) -> Doing:
    """Back at the window: a click anywhere brings it to the front, and the cursor has to be found again."""
    if me.touch:
        return
    fate = me.dice.fate()
    if fate < B.window_focus:
        yield from press_nowhere(me, p, "window_focus")
    elif fate > 1.0 - B.cursor_search_back:
        yield from _look_for_cursor(me, p)


def _look_for_cursor(me: Visitor, p: Percept) -> Doing:
    """Where is it? A shake of the mouse makes the cursor show itself."""
    strokes = 2 + me.dice.poisson(B.search_strokes, me.dice.vent())
    view = p.view
    yield from shake_it(me, p, strokes, B.search_stroke_ms, B.search_reach_px)
    me.journal.lookalike("thrashed_cursor", "cursor_search", view, p.began_ms, p.now_ms)


def _answer_banner(me: Visitor, p: Percept) -> Doing:
    """Say yes or no to cookies."""
    answers = p.scene.leading_to(p.scene.page, "fresh")
    if not answers:
        return
    yield Look(me.dice.lognormal(1300.0, 0.5), answers[0].target)
    # The first answer in the page's own order is the one that accepts, by the convention of `site.yaml`.
    answer = answers[0] if me.consent or len(answers) == 1 else answers[1]
    yield from activate(me, p, answer)
