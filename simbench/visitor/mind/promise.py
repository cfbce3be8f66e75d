"""An advertisement promised something: look for it where the link led, and see what to do when it is not there."""

from __future__ import annotations

from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept, Read
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.memory import Promise
from simbench.visitor.mind.eyes import glance, in_view
from simbench.visitor.mind.hands import activate
from simbench.visitor.mind.loading import go_back, settle
from simbench.visitor.person import Doing, Visitor
from simbench.visitor.scene import Scene

__all__ = ["look_for_promise"]


def look_for_promise(me: Visitor, p: Percept, promise: Promise) -> Doing:
    """Look for what was promised on the landing page, and perhaps on one page more.

    Found, the visit goes on as any other. Not found, the visitor leaves (`misled`), or makes do with what there is.
    """
    yield from settle(me, p)
    if me.leaving:
        return
    yield from glance(me, p)
    if (yield from _search(me, p, promise)):
        return
    me.suffer("lost", p.now_ms, promise.id)
    link = _next_best(me, p) if me.dice.mind() < B.promise_elsewhere else None
    if link is not None:
        view = p.view
        yield from activate(me, p, link)
        if p.view == view and not p.loading:
            link = None
        else:
            yield from settle(me, p)
            if me.leaving or (yield from _judge_next(me, p, promise)):
                return
    if me.dice.mind() < B.promise_leave:
        if link is None:
            me.journal.ambiguous("u_turn", "leaves_site", p.view, p.began_ms, p.now_ms, cause=promise.id)
        me.leaving = "misled"


def _judge_next(me: Visitor, p: Percept, promise: Promise) -> Doing:
    """One page further: whether it is there; if not, back to where the link was."""
    arrived, view = p.now_ms, p.view
    yield from glance(me, p)
    if (yield from _search(me, p, promise)):
        return True
    me.suffer("lost", p.now_ms, promise.id)
    if p.can_go_back:
        yield from go_back(me, p)
        me.journal.true("u_turn", view, arrived, p.now_ms, cause=promise.id)
    return bool(me.leaving)


def _search(me: Visitor, p: Percept, promise: Promise) -> Doing:
    """Go down the page in search of what was promised; returns whether it is there."""
    scene = p.scene
    wanted = _place(scene, promise)
    if wanted is not None and in_view(p, wanted):
        yield Look(me.dice.lognormal(900.0, 0.4), wanted.target)
        return True
    began: float | None = None
    view = p.view
    # Who is not shown it at once looks on, a screen at a time, as far as they like to scroll.
    while p.scroll_y < scene.sy_max - 1.0 and me.dice.eye() < 0.35 + 0.6 * me.trait.scroll_propensity:
        to = min(p.scroll_y + 0.8 * scene.vh, scene.sy_max)
        yield Read(me.dice.lognormal(B.promise_screen_ms, 0.4), float(round(to)))
        began = p.began_ms if began is None else began
        if wanted is not None and in_view(p, wanted):
            yield Look(me.dice.lognormal(900.0, 0.4), wanted.target)
            me.journal.lookalike("scroll_hunt", "skimming", view, began, p.now_ms, target=wanted.target)
            return True
    if began is not None and wanted is None:
        me.journal.true("scroll_hunt", view, began, p.now_ms, cause=promise.id)
    elif began is not None:
        # It is there, and was given up too early: the search was for a thing that is not where it was expected.
        me.journal.true("scroll_hunt", view, began, p.now_ms)
    return False


def _place(scene: Scene, promise: Promise) -> Element | None:
    """What on the page keeps the promise, the topmost; worked out once a scene."""
    key = ("promise", promise.words)
    if key not in scene.notes:
        keeps = [e for e in scene.elements if e.text and e.w > 0 and e.h > 0 and promise.kept_by(e.text)]
        scene.notes[key] = min(keeps, key=lambda e: e.y, default=None)
    return scene.notes[key]  # type: ignore[return-value]


def _next_best(me: Visitor, p: Percept) -> Element | None:
    """A link to some other page that may have it: a product or a list."""
    scene = p.scene
    pages = [page.page for page in me.site.pages if page.kind in {"product", "category", "search"}]
    links = [e for page in pages if page != scene.page for e in scene.leading_to(page, None) if e.interactive]
    shown = [e for e in links if in_view(p, e) and e.target not in me.given_up_on]
    return shown[int(me.dice.mind() * len(shown))] if shown else None
