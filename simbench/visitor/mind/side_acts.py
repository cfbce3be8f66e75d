"""What visitors do on the side: look closer, leaf through, try a coupon, look something up, copy a model number."""

from __future__ import annotations

from simbench.site.declaration import FormField, Interest
from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept
from simbench.visitor.mind.eyes import glance
from simbench.visitor.mind.forms import enter
from simbench.visitor.mind.hands import activate, select_text, step_through
from simbench.visitor.mind.loading import settle
from simbench.visitor.mind.searching import look_up
from simbench.visitor.person import Doing, Visitor

__all__ = ["close_overlay", "side_acts"]

#: Side acts that step through something by pressing again and again, and the look-alike that this is.
_STEPPED = {"carousel": "carousel", "stepper": "stepper", "toggle": "toggle"}


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
        yield from step_through(me, p, element, 2, "double_click")
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


def close_overlay(me: Visitor, p: Percept) -> Doing:
    """Get out of a state that was only looked into (a zoomed picture, an open menu)."""
    for candidate in p.scene.elements:
        effect = p.scene.effect(candidate) if candidate.interactive else None
        if effect is not None and effect.kind == "state" and effect.state == "fresh":
            yield from activate(me, p, candidate)
            return
