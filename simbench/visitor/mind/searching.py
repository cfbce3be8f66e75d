"""Searching: looking for a named thing on a page, skimming one for nothing in particular, looking something up.

`scroll_hunt` opens when the visitor expected a named thing at hand and it is not there; the same motion without that
(skimming, comparing two things on one page) is a look-alike.
"""

from __future__ import annotations

from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept, ScrollTo
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.eyes import in_view, look_over
from simbench.visitor.mind.frustration import let_off_steam, vent_by
from simbench.visitor.mind.hands import activate, bring_into_view
from simbench.visitor.mind.loading import arrive, go_back
from simbench.visitor.person import Doing, Visitor

__all__ = ["compare_here", "look_for", "look_up", "skim", "suffer_loss"]


def look_for(me: Visitor, p: Percept, element: Element | None, name: str, appetite: float = 0.5) -> Doing:
    """Look for a named thing on this page (`name` is its selector); returns whether it was found.

    `element` is None where this page does not have it, or not in a form that this visitor would understand.
    """
    u = me.dice.eye()
    if element is not None and in_view(p, element):
        if u >= B.overlook:
            return True
        # It is before the eyes, and they pass over it: off they go.
        return (yield from _hunt(me, p, element, name))
    if u < B.expects_at_hand or element is None:
        return (yield from _hunt(me, p, element, name))
    # It is expected further down, and there it is.
    if me.dice.eye() < B.skim:
        begun = yield from _pass(me, p, element.y + element.h, B.skim_look_ms, None)
        if begun is not None:
            me.journal.lookalike("scroll_hunt", "skimming", p.view, begun, p.now_ms)
    else:
        yield from look_over(me, p, appetite, element.y + element.h)
    yield from bring_into_view(me, p, element)
    return not me.leaving


def _hunt(me: Visitor, p: Percept, element: Element | None, name: str) -> Doing:
    """Pass over the page, down and up, until the thing is found or given up; opens and closes `scroll_hunt`."""
    scene, view = p.scene, p.view
    if scene.sy_max < 40.0:
        return element is not None
    passes = 1 + me.dice.poisson(B.hunt_passes * (1.0 - 0.5 * me.trait.give_up), me.dice.mind())
    begun: float | None = None
    found = False
    down = p.scroll_y < 0.6 * scene.sy_max
    for number in range(passes):
        first = yield from _pass(me, p, scene.doc_h if down else 0.0, B.hunt_look_ms, element, number)
        begun = first if begun is None else begun
        found = p.view == view and element is not None and me.spotted
        if found or p.view != view:
            break
        down = not down
    if begun is None:
        return element is not None
    if found and element is not None and not element.fixed and element.y + element.h / 2 < scene.vh:
        me.journal.ambiguous("scroll_hunt", "within_first_viewport", view, begun, p.now_ms, target=name)
    else:
        me.journal.true("scroll_hunt", view, begun, p.now_ms, target=name, cause=_moved_by(me, p, element),
                        intensity=float(passes))  # fmt: skip
    if found and element is not None:
        yield from bring_into_view(me, p, element)
    return found


def _pass(
    me: Visitor, p: Percept, to_y: float, look_ms: float, element: Element | None, number: int = 0
) -> Doing:  # fmt: skip
    """Scroll on towards `to_y` (page px) in strides with short looks between, until `element` is spotted.

    Returns when the first stride began; None where there was nowhere to go. Sets `me.spotted`.
    """
    scene, view = p.scene, p.view
    me.spotted = False
    end = min(max(to_y - 0.9 * scene.vh if to_y > 0.0 else 0.0, 0.0), scene.sy_max)
    stride = me.dice.lognormal(B.stride * scene.vh, B.stride_sigma) * (1.0 + 0.3 * number)
    begun: float | None = None
    for _ in range(60):
        way = end - p.scroll_y
        if abs(way) < 8.0:
            break
        step = min(stride * (0.7 + 0.6 * me.dice.aim()), abs(way))
        to = p.scroll_y + (step if way > 0 else -step)
        yield ScrollTo(float(round(to)), 120.0 + step * 0.45)
        if begun is None:
            begun = p.began_ms
        yield Look(me.dice.lognormal(look_ms, 0.6))
        if p.view != view:
            break
        if element is not None and in_view(p, element) and me.dice.eye() < B.spot:
            me.spotted = True
            break
    return begun


def _moved_by(me: Visitor, p: Percept, element: Element | None) -> str | None:
    """The defect without which the thing would have been where it was expected: at hand."""
    defect = me.effects_on_people.get(element.target) if element is not None else None
    if defect is None or element is None:
        return None
    otherwise = p.otherwise(element.target, defect.id)
    if otherwise is None or not (otherwise.fixed or otherwise.y + otherwise.h / 2 < p.scene.vh):
        return None
    return defect.id


def skim(me: Visitor, p: Percept) -> Doing:
    """Run down a page, and perhaps up again, to see whether anything catches the eye: nothing is looked for."""
    scene, view = p.scene, p.view
    depth = min(1.0, 0.3 + me.dice.eye())
    begun = yield from _pass(me, p, scene.doc_h * depth, B.skim_look_ms, None)
    if begun is None:
        return
    if p.view == view and me.dice.eye() < B.skim_back:
        yield from _pass(me, p, 0.0, B.skim_look_ms, None, 1)
    me.journal.lookalike("scroll_hunt", "skimming", view, begun, p.now_ms)


def compare_here(me: Visitor, p: Percept) -> Doing:
    """Weigh two things on one page that do not fit on the screen together: down to the one, up to the other."""
    scene, view = p.scene, p.view
    things = [e for e in scene.elements if e.interactive and not e.fixed and e.h > 0.2 * scene.vh]
    if len(things) < 2 or scene.sy_max < 40.0:
        return
    one = things[int(me.dice.aim() * len(things))]
    far = [e for e in things if abs(e.y - one.y) > 0.8 * scene.vh]
    if not far:
        return
    other = far[int(me.dice.aim() * len(far))]
    begun: float | None = None
    for number in range(2 + me.dice.poisson(1.0, me.dice.mind())):
        thing = one if number % 2 == 0 else other
        to = min(max(thing.y + thing.h / 2 - 0.5 * scene.vh, 0.0), scene.sy_max)
        if abs(to - p.scroll_y) >= 1.0:
            yield ScrollTo(float(round(to)), 200.0 + abs(to - p.scroll_y) * 0.45)
            begun = p.began_ms if begun is None else begun
        yield Look(me.dice.lognormal(B.weigh_ms, 0.5), thing.target)
        if p.view != view:
            return
    if begun is not None:
        me.journal.lookalike("scroll_hunt", "comparing", view, begun, p.now_ms)


def suffer_loss(me: Visitor, p: Percept) -> Doing:
    """What was looked for is not there: angry people shake the mouse or scroll about."""
    me.suffer("lost", p.now_ms, None)
    way, cause = vent_by(me, p, None, only=frozenset({"shake", "scroll"}))
    if way is not None:
        yield from let_off_steam(me, p, way, cause)


def look_up(me: Visitor, p: Percept, element: Element) -> Doing:
    """Follow a link to look something up, and come back: with it, or without."""
    view = p.view
    came = yield from activate(me, p, element)
    if p.view == view and not p.loading:
        if came:
            yield Look(me.dice.lognormal(1500.0, 0.5), element.target)
        return
    stray = me.stray is not None
    yield from arrive(me, p, view)
    if me.leaving or stray or p.view == view:
        return
    there, arrived = p.view, p.arrived_ms
    # Whether the answer is there for this visitor, who may have wanted to know something else.
    answer, name = _answer_here(me, p)
    has_it = me.dice.fate() >= 0.5 * B.unsuitable
    if name is not None:
        found = yield from look_for(me, p, answer if has_it else None, name, 0.35)
    else:
        yield from look_over(me, p, 0.35)
        found = has_it
    if me.leaving:
        return
    if found and answer is not None:
        yield Look(me.dice.lognormal(1800.0, 0.5), answer.target)
        # Some read on while they are here.
        if me.dice.eye() < B.reads_on:
            yield from look_over(me, p, 0.35)
    elif not found:
        yield from suffer_loss(me, p)
    if not p.can_go_back:
        return
    yield from go_back(me, p)
    if me.leaving:
        return
    if found:
        me.journal.lookalike("u_turn", "found_and_back", there, arrived, p.now_ms)
    else:
        me.journal.true("u_turn", there, arrived, p.now_ms)


def _answer_here(me: Visitor, p: Percept) -> tuple[Element | None, str | None]:
    """What people come to this page to find out, by the goals of the site; and its selector."""
    known = p.scene.notes.get("answer", "")
    if known == "":
        page = p.scene.page
        known = next(
            (step.content for goal in me.site.goals.values() for step in goal.steps
             if step.page == page and step.content is not None), None
        )  # fmt: skip
        p.scene.notes["answer"] = known
    name = str(known) if known is not None else None
    return (p.scene.element(name) if name is not None else None), name
