"""What visitors do on the side: look closer, leaf through, try a coupon, look something up, copy a model number."""

from __future__ import annotations

from simbench.site.declaration import FormField, Interest
from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept
from simbench.visitor.mind.boards import drag_over_text, draw_on_board, play_on_board
from simbench.visitor.mind.clicks_for_nothing import click_away, double_click_word
from simbench.visitor.mind.eyes import glance, look_over
from simbench.visitor.mind.forms import enter
from simbench.visitor.mind.hands import activate, select_text, step_through
from simbench.visitor.mind.loading import go_back, settle
from simbench.visitor.mind.searching import look_up
from simbench.visitor.mind.widgets import UNSEEN_ANSWERS, press_disabled, press_for_what_is_off_screen, use_widget
from simbench.visitor.person import Doing, Visitor

__all__ = ["close_overlay", "side_acts"]

#: Side acts that step through something by pressing again and again, and the look-alike that this is.
_STEPPED = {
    "carousel": "carousel", "stepper": "stepper", "toggle": "toggle", "calendar": "calendar", "paginate": "pagination",
    "sort": "sort",
}  # fmt: skip


def side_acts(me: Visitor, p: Percept) -> Doing:
    """Do what interests the visitor on this page and in this state, each thing at most once a visit."""
    key = "interests"
    here = p.scene.notes.get(key)
    if here is None:
        here = p.scene.notes[key] = [
            interest for interest in me.site.interests
            if interest.page == p.scene.page and interest.state in {None, p.scene.state}
        ]  # fmt: skip
    done = 0
    interests: list[Interest] = here  # type: ignore[assignment]
    for interest in interests:
        # Each thing done makes the next less likely: nobody works through a page.
        if me.dice.mind() * (1.0 + done) >= getattr(me.trait, f"interests_{interest.kind}"):
            continue
        if interest.name in me.satisfied:
            continue
        element = p.scene.element(interest.target)
        if element is None or element.w <= 0 or element.h <= 0 or element.target in me.given_up_on:
            continue
        me.satisfied.add(interest.name)
        done += 2
        page = p.scene.page
        yield from _do(me, p, interest, element)
        if me.leaving or p.scene.page != page:
            return


def _do(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    kind = interest.kind
    if kind in _STEPPED:
        least, most = interest.presses or (1, 3)
        presses = least + int(me.dice.mind() * (most - least + 1))
        yield from step_through(me, p, element, presses, _STEPPED[kind])
    elif kind == "select_text":
        yield from select_text(me, p, element)
    elif kind == "double_click":
        yield from double_click_word(me, p, element)
    elif kind == "inspect":
        came = yield from activate(me, p, element)
        if came:
            yield Look(me.dice.lognormal(2200.0, 0.6), element.target)
            yield from close_overlay(me, p)
        else:
            me.given_up_on.add(element.target)
    elif kind in {"coupon", "search"}:
        yield from _type_and_press(me, p, interest, element)
    elif kind == "lookup":
        yield from look_up(me, p, element)
    elif kind == "detour":
        yield from _detour(me, p, element)
    elif kind in UNSEEN_ANSWERS:
        yield from use_widget(me, p, interest, element)
    elif kind == "off_screen":
        yield from press_for_what_is_off_screen(me, p, interest, element)
    elif kind == "disabled":
        yield from press_disabled(me, p, element)
    elif kind == "draw":
        yield from draw_on_board(me, p, interest, element)
    elif kind == "game":
        yield from play_on_board(me, p, interest, element)
    elif kind == "drag_select":
        yield from drag_over_text(me, p, element)
    if p.loading and not me.leaving:
        # The press missed, and hit a link.
        yield from settle(me, p)


def _type_and_press(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    target = interest.field or interest.target
    box = p.scene.element(target)
    if box is None:
        return
    sample = FormField(target=target, name=interest.name, kind="text", good=interest.type or "lamp")
    yield from enter(me, p, sample, box, good=True)
    if interest.target == target:
        return
    view = p.view
    came = yield from activate(me, p, element)
    if p.view != view:
        yield from settle(me, p)
        if not me.leaving:
            yield from glance(me, p)
    elif came:
        yield Look(me.dice.lognormal(1100.0, 0.4), target)
    elif me.will_quit(p.now_ms, 0.3):
        me.leaving = interest.kind


def _detour(me: Visitor, p: Percept, element: Element) -> Doing:
    """Have a look at something else that the shop offers, try it out, and come back."""
    view = p.view
    yield from activate(me, p, element)
    if p.view == view and not p.loading:
        return
    yield from settle(me, p)
    if me.leaving:
        return
    there, arrived, page = p.view, p.now_ms, p.scene.page
    yield from glance(me, p)
    yield from look_over(me, p, 0.3)
    if not me.leaving:
        yield from side_acts(me, p)
    if me.leaving or not p.can_go_back or p.view != there or p.scene.page != page:
        return
    yield from go_back(me, p)
    if not me.leaving:
        me.journal.lookalike("u_turn", "found_and_back", there, arrived, p.now_ms)


def close_overlay(me: Visitor, p: Percept) -> Doing:
    """Get out of a state that was only looked into (a zoomed picture, an open menu)."""
    if me.dice.mind() < me.trait.interests_click_away and (yield from click_away(me, p)):
        return
    for candidate in p.scene.elements:
        effect = p.scene.effect(candidate) if candidate.interactive else None
        if effect is not None and effect.kind == "state" and effect.state == "fresh":
            yield from activate(me, p, candidate)
            return
