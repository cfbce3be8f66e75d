"""What visitors do on the side: look closer, leaf through, try a coupon, look something up, copy a model number."""

from __future__ import annotations

from simbench.site.declaration import FormField, Interest
from simbench.site.model import Element
from simbench.visitor.acts import Await, Back, Look, Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.boards import drag_over_text, draw_on_board, play_on_board
from simbench.visitor.mind.clicks_for_nothing import click_away, double_click_word
from simbench.visitor.mind.eyes import glance, look_over
from simbench.visitor.mind.forms import enter
from simbench.visitor.mind.hands import activate, select_text, step_through
from simbench.visitor.mind.widgets import UNSEEN_ANSWERS, press_disabled, press_for_what_is_off_screen, use_widget
from simbench.visitor.person import Doing, Visitor

__all__ = ["close_overlay", "go_back", "settle", "side_acts"]

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
        yield from _look_up(me, p, element)
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


def _look_up(me: Visitor, p: Percept, element: Element) -> Doing:
    """Follow a link to look something up, and come back: with it, or without."""
    view = p.view
    came = yield from activate(me, p, element)
    if p.view == view:
        if came:
            yield Look(me.dice.lognormal(1500.0, 0.5), element.target)
        return
    del came
    yield from settle(me, p)
    if me.leaving:
        return
    there, arrived = p.view, p.now_ms
    found = me.dice.fate() >= 0.5 * B.unsuitable
    yield from look_over(me, p, 0.35)
    if not p.can_go_back or me.leaving:
        return
    yield from go_back(me, p)
    if me.leaving:
        return
    if found:
        me.journal.lookalike("u_turn", "found_and_back", there, arrived, p.now_ms)
    else:
        me.journal.true("u_turn", there, arrived, p.now_ms)
        me.suffer("lost", p.now_ms, None)


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


def settle(me: Visitor, p: Percept) -> Doing:
    """Wait for a page to arrive, answer the cookie banner, or lose patience."""
    began = p.now_ms
    patience_ms = me.dice.lognormal(1000.0 * me.trait.patience_s, B.patience_sigma)
    if p.loading:
        yield Await(patience_ms)
    if p.loading:
        me.suffer("slow", p.now_ms, None)
        if me.will_quit(p.now_ms, B.leave_when_slow):
            me.journal.true("slow_load_exit", p.view, began, p.now_ms)
            me.leaving = "slow"
            return
        yield Await(60_000.0)
        if p.loading:
            me.leaving = "slow"
            return
    if me.consent is not None and p.scene.state == "consent":
        yield from _answer_banner(me, p)


def go_back(me: Visitor, p: Percept) -> Doing:
    """Decide to go back, and wait for the page that comes."""
    yield Look(me.dice.lognormal(B.turn_ms, B.turn_sigma))
    yield Back()
    yield from settle(me, p)


def _answer_banner(me: Visitor, p: Percept) -> Doing:
    """Say yes or no to cookies."""
    answers = p.scene.leading_to(p.scene.page, "fresh")
    if not answers:
        return
    yield Look(me.dice.lognormal(1300.0, 0.5), answers[0].target)
    # The first answer in the page's own order is the one that accepts, by the convention of `site.yaml`.
    answer = answers[0] if me.consent or len(answers) == 1 else answers[1]
    yield from activate(me, p, answer)
