"""Pursuing a goal: find the way by what the page shows, look around on the way, go back when it was the wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from simbench.site.declaration import GoalStep
from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept, Read
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.calls import watch_call
from simbench.visitor.mind.eyes import glance, hesitate, in_view, look_over
from simbench.visitor.mind.forms import fill_in
from simbench.visitor.mind.frustration import shake_it
from simbench.visitor.mind.hands import activate
from simbench.visitor.mind.loading import arrive, go_back, settle
from simbench.visitor.mind.loops import came_back, end_loop, set_out
from simbench.visitor.mind.loops import compared as compared_one
from simbench.visitor.mind.searching import compare_here, look_for, skim, suffer_loss
from simbench.visitor.mind.side_acts import side_acts
from simbench.visitor.person import Call, Doing, Visitor

__all__ = ["pursue"]

#: How much of a page is worth reading, by its type (assumed; 0 nothing, 1 everything).
_APPETITE = {
    "home": 0.35, "category": 0.45, "search": 0.35, "product": 0.6, "cart": 0.25, "checkout": 0.2,
    "confirmation": 0.3, "policy": 0.55, "article": 0.85, "form": 0.3, "other": 0.4,
}  # fmt: skip
#: Pages that people come to a shop's inside from: a hub shows several things of a kind.
_HUBS = frozenset({"category", "search", "home"})


def pursue(me: Visitor, p: Percept) -> Doing:
    """Live through the visit from the moment that the first page has been asked for, until the decision to leave."""
    me.pages_left = me.trait.depth
    yield from settle(me, p)
    if me.leaving:
        return
    if me.goal_name == "browse":
        yield from _browse(me, p)
        return
    done = 0
    steps = me.goal.steps
    compared = 0
    to_compare = round(me.trait.compare_items) if me.goal_name == "compare" else 0
    seen_view = -1
    for _ in range(60):
        if me.leaving:
            return
        if p.view != seen_view:
            seen_view = p.view
            me.pages_left -= 1.0
            yield from glance(me, p)
            if me.pages_left < 0:
                me.leaving = "enough"
                return
        number = _next_step(steps, done, p)
        if number is None:
            if not (yield from _find_the_way(me, p, steps, done)):
                me.leaving = me.leaving or "lost"
            continue
        step = steps[number]
        if step.form is not None:
            form = next(f for f in me.site.forms if f.form == step.form)
            accepted = yield from fill_in(me, p, form)
            if not accepted:
                if me.call is not None:
                    # What sends a form is of no use to whoever has given the form up.
                    me.call.serves = False
                me.leaving = me.leaving or "form"
                return
            yield from arrive(me, p, seen_view)
            done = number + 1
        elif step.content is not None:
            found = yield from _look_for_content(me, p, step)
            if not found and me.will_quit(p.now_ms, 0.3):
                me.leaving = me.leaving or "lost"
                return
            done = number + 1
        else:
            reached = yield from _take_step(me, p, step, done)
            if me.leaving:
                return
            if reached == "nothing" and not (yield from _find_the_way(me, p, steps, done)):
                me.leaving = me.leaving or "stuck"
            if reached in {"unsuitable", "elsewhere", "nothing"}:
                continue
            if reached and step.reach is not None and step.reach.state is not None:
                # What was wished for is here and taken.
                end_loop(me)
            if reached and _is_item(me, step) and compared < to_compare:
                compared += 1
                yield from _compare_and_return(me, p)
                if compared >= to_compare:
                    me.leaving = "compared"
                continue
            if reached:
                done = number + 1
            else:
                me.leaving = "stuck"
                return
        if done >= len(steps):
            me.journal.outcome = "done"
            yield from _linger(me, p)
            return


def _next_step(steps: Sequence[GoalStep], done: int, p: Percept) -> int | None:
    """The furthest step that can be taken from here, from the next one on; else an earlier one."""
    for number in (*range(done, len(steps)), *range(done - 1, -1, -1)):
        step = steps[number]
        if step.page == p.scene.page and (step.state is None or step.state == p.scene.state):
            return number
    return None


def _is_item(me: Visitor, step: GoalStep) -> bool:
    return step.reach is not None and step.reach.state is None and me.site.page(step.reach.page).kind == "product"


def _candidates(me: Visitor, p: Percept, step: GoalStep) -> list[tuple[float, Element]]:
    """Elements that promise what the step wants, with the strength of their scent (Pirolli & Card 1999)."""
    assert step.reach is not None
    scene = p.scene
    if step.target is not None:
        element = scene.element(step.target)
        return [(1.0, element)] if element is not None and element.w > 0 and element.h > 0 else []
    key = ("scent", id(step))
    found = scene.notes.get(key)
    if found is None:
        state = step.reach.state if step.reach.page == scene.page else None
        found = scene.notes[key] = [
            (_scent(element, step, scene.vh), element)
            for element in scene.leading_to(step.reach.page, state)
            if element.interactive
        ]
    options: list[tuple[float, Element]] = found  # type: ignore[assignment]
    if me.given_up_on:
        return [option for option in options if option[1].target not in me.given_up_on]
    return options


def _scent(element: Element, step: GoalStep, vh: float) -> float:
    """What a link promises: words that were looked for, size, and place (examination ~ 1 / (1 + screens below))."""
    text = element.text.lower()
    overlap = sum(word.lower() in text for word in step.words)
    below = max(0.0, element.y - vh) / vh if not element.fixed else 0.0
    return (0.3 + overlap) * min(2.5, 0.4 + element.w * element.h / 20_000.0) / (1.0 + below)


def _choose(me: Visitor, options: Sequence[tuple[float, Element]]) -> Element:
    total = sum(scent for scent, _ in options)
    mark = me.dice.mind() * total
    for scent, element in options:
        mark -= scent
        if mark <= 0:
            return element
    return options[-1][1]


def _take_step(me: Visitor, p: Percept, step: GoalStep, done: int) -> Doing:
    """Look the page over and press what leads on; returns whether that worked, or ``unsuitable``."""
    assert step.reach is not None
    page = me.site.page(step.page)
    appetite = _APPETITE[page.kind]
    if page.kind == "product" and step.target is not None and step.state is None:
        view = p.view
        # Is it what the link promised? For this visitor, not always; and then one glance can tell.
        unsuitable = me.dice.fate() < B.unsuitable
        if not unsuitable or me.dice.fate() >= B.seen_at_a_glance:
            yield from look_over(me, p, appetite)
        watch_call(me, p)
        if me.leaving:
            return False
        if unsuitable and p.can_go_back and view == p.view:
            return (yield from _turn_back(me, p))
        yield from _restless(me, p)
        yield from side_acts(me, p)
        watch_call(me, p)
        if me.leaving or p.scene.page != step.page:
            return "elsewhere"
    else:
        hurried = me.dice.mind() > 0.35 + 0.5 * appetite
        if not hurried:
            yield from look_over(me, p, appetite)
            yield from _restless(me, p)
        elif me.dice.eye() < B.skim:
            yield from skim(me, p)
        if me.goal_name == "compare" and page.kind in _HUBS and me.dice.eye() < B.compare_here:
            yield from compare_here(me, p)
        watch_call(me, p)
        if me.leaving or p.scene.page != step.page:
            return "elsewhere"
        # Who has just put something in the cart goes on; the time for looking around is before that.
        state = page.state(p.scene.state)
        if state is None or state.opening:
            yield from side_acts(me, p)
        if me.leaving or p.scene.page != step.page:
            return "elsewhere"
    options = _candidates(me, p, step)
    if not options:
        return "nothing"
    element = _choose(me, options)
    call = me.call if me.call is not None and me.call.serves and me.call.view == p.view else None
    if call is not None and call.target == element.target:
        noticed = yield from _notice(me, p, call, element)
        if not noticed and step.target is None:
            # It is one way among several: another one will do.
            options = [option for option in options if option[1].target != element.target]
            noticed = bool(options)
            element = _choose(me, options) if options else element
            call.other_way = noticed
        if not noticed:
            call.missed = True
            me.leaving = "missed"
            return False
        if me.postpones and page.kind == "cart":
            # It was put there for another day: nothing is wrong with the button, or with anything else.
            call.postponed = True
            me.leaving = "postponed"
            return False
        yield from hesitate(me, p, element, 0.5)
        if page.kind in {"product", "cart"} and me.dice.mind() < B.second_thoughts * (1.0 + me.trait.hesitancy):
            call.declined = True
            return (yield from _think_again(me, p))
    elif call is not None:
        call.other_way = True
    if page.kind in _HUBS and _is_item(me, step):
        set_out(me, p)
    for attempt in range(3):
        view = p.view
        came = yield from activate(me, p, element)
        if came:
            break
        if me.turning_back:
            return (yield from _turn_in_anger(me, p))
        if attempt == 2 or me.will_quit(p.now_ms, 0.25):
            return False
        element = p.scene.element(element.target) or element
    stray = me.stray is not None
    yield from arrive(me, p, view)
    if stray and not me.leaving:
        return "elsewhere"
    return not me.leaving


def _notice(me: Visitor, p: Percept, call: Call, element: Element) -> Doing:
    """Whether the call to action is noticed by the time it is wanted: eyes may pass over it, or not come to it."""
    if call.lag_ms is None:
        # It was on screen, but it did not look like what it is.
        return False
    if not in_view(p, element) and call.noticed_ms is None:
        screens_away = abs(element.y - p.scroll_y - p.scene.vh / 2) / p.scene.vh
        if screens_away > 1.0:
            u = me.dice.eye()
            if u < _miss_below(me, screens_away):
                call.cause = _blame_depth(me, p, element, u)
                return False
            if not (yield from look_for(me, p, element, element.target, 0.25)):
                call.cause = _blame_depth(me, p, element, u)
                return False
    yield Look(me.dice.lognormal(450.0, 0.4), element.target)
    call.noticed_ms = min(call.noticed_ms or p.began_ms, p.began_ms)
    return True


def _miss_below(me: Visitor, screens_away: float) -> float:
    """Chance that something so many screens away is never come to."""
    miss = B.miss_below * exp(1.2 * (0.5 - me.trait.scroll_propensity)) * min(screens_away, 3.0) / 2.0
    return min(miss, 0.9)


def _blame_depth(me: Visitor, p: Percept, element: Element, u: float) -> str | None:
    """The defect without which `element` would stand where, with the same luck `u`, it would have been come to."""
    defect = me.effects_on_people.get(element.target)
    if defect is None:
        return None
    otherwise = p.otherwise(element.target, defect.id)
    if otherwise is None or otherwise.fixed:
        return defect.id
    screens_away = abs(otherwise.y - p.scroll_y - p.scene.vh / 2) / p.scene.vh
    return defect.id if screens_away <= 1.0 or u >= _miss_below(me, screens_away) else None


def _think_again(me: Visitor, p: Percept) -> Doing:
    """Decided against it, for now: most leave, some look at what else there is and may come back to it."""
    if me.dice.mind() < B.not_yet and p.can_go_back:
        yield from go_back(me, p)
        return False if me.leaving else "elsewhere"
    me.leaving = "declined"
    return False


def _turn_in_anger(me: Visitor, p: Percept) -> Doing:
    """Back, out of anger at what did not work: what the page had to say was never the matter."""
    me.turning_back = False
    if not p.can_go_back:
        me.leaving = "stuck"
        return False
    there, arrived = p.view, p.arrived_ms
    yield from go_back(me, p)
    if me.leaving:
        return False
    me.journal.lookalike("u_turn", "venting", there, arrived, p.now_ms)
    return "elsewhere"


def _turn_back(me: Visitor, p: Percept) -> Doing:
    """What was expected here is not here: back to where the link was, with the wish unmet (or away altogether)."""
    there, arrived = p.view, p.arrived_ms
    if me.call is not None:
        # To buy is of no use any more, here.
        me.call.serves = False
    yield from suffer_loss(me, p)
    if me.will_quit(p.now_ms, 0.3):
        me.journal.ambiguous("u_turn", "leaves_site", there, arrived, p.now_ms)
        me.leaving = "unsuitable"
        return False
    yield from go_back(me, p)
    if me.leaving:
        me.journal.ambiguous("u_turn", "leaves_site", there, arrived, p.now_ms)
        return False
    me.journal.true("u_turn", there, arrived, p.now_ms)
    came_back(me, p)
    return "unsuitable"


def _restless(me: Visitor, p: Percept) -> Doing:
    """A restless hand plays with the mouse while its owner reads on: quick and vivid, and nothing is wrong."""
    if me.touch or me.dice.eye() >= B.vivid_wander:
        return
    strokes = 2 + me.dice.poisson(B.wander_strokes, me.dice.vent())
    view = p.view
    yield from shake_it(me, p, strokes, B.wander_stroke_ms, B.wander_reach_px, reading=True)
    me.journal.lookalike("thrashed_cursor", "reading_wander", view, p.began_ms, p.now_ms)


def _compare_and_return(me: Visitor, p: Percept) -> Doing:
    """Look at one of several items and go back for the next: nothing was wrong with it."""
    arrived, view, page = p.arrived_ms, p.view, p.scene.page
    ms = me.dice.lognormal(B.compare_back_ms, B.compare_back_sigma)
    reach = min(p.scene.sy_max, p.scene.vh * me.dice.eye() * 1.2 * me.trait.scroll_propensity)
    yield Read(ms, float(round(reach)))
    if me.dice.mind() < 0.3:
        yield from side_acts(me, p)
    if me.leaving or not p.can_go_back or p.scene.page != page:
        return
    yield from go_back(me, p)
    if me.leaving:
        return
    if p.view == view + 1:
        me.journal.lookalike("u_turn", "comparing", view, arrived, p.now_ms)
    compared_one(me, p)


def _look_for_content(me: Visitor, p: Percept, step: GoalStep) -> Doing:
    """Look for a named thing on this page, and read it; returns whether it was found."""
    assert step.content is not None
    element = p.scene.element(step.content)
    if element is not None and (element.w <= 0 or element.h <= 0):
        element = None
    found = yield from look_for(me, p, element, step.content)
    if me.leaving:
        return False
    if found and element is not None:
        yield Look(me.dice.lognormal(2500.0, 0.5), element.target)
        # It was come for; around it one reads on.
        yield from look_over(me, p, 0.3)
    else:
        yield from suffer_loss(me, p)
    return found


def _find_the_way(me: Visitor, p: Percept, steps: Sequence[GoalStep], done: int) -> Doing:
    """Nothing of the goal is here: look for a link to a page where it goes on, from the furthest step to the first."""
    scene = p.scene
    for number in (*range(done, len(steps)), *range(done - 1, -1, -1)):
        target_page = steps[number].page
        if target_page == scene.page:
            continue
        links = [e for e in scene.leading_to(target_page, None) if e.interactive and e.target not in me.given_up_on]
        if links:
            element = links[int(me.dice.mind() * len(links))]
            view = p.view
            came = yield from activate(me, p, element)
            if not came:
                me.given_up_on.add(element.target)
                return not me.will_quit(p.now_ms, 0.3)
            yield from arrive(me, p, view)
            return not me.leaving
    if (yield from _open_menu(me, p)):
        return True
    if p.can_go_back:
        yield from go_back(me, p)
        return not me.leaving
    return False


def _open_menu(me: Visitor, p: Percept) -> Doing:
    """Open the page's menu, where it has one that is shut."""
    openers = p.scene.leading_to(p.scene.page, "menu")
    if not openers or "menu" in me.given_up_on:
        return False
    came = yield from activate(me, p, openers[0])
    if not came:
        me.given_up_on.add("menu")
    return bool(came)


def _browse(me: Visitor, p: Percept) -> Doing:
    """No aim but to see what there is: from page to page, sometimes back to the hub, until it is enough."""
    for _ in range(40):
        me.pages_left -= 1.0
        yield from glance(me, p)
        kind = me.site.page(p.scene.page).kind
        arrived, view = p.arrived_ms, p.view
        if me.dice.eye() < 0.5 * B.skim:
            yield from skim(me, p)
        else:
            yield from look_over(me, p, _APPETITE[kind])
            yield from _restless(me, p)
        yield from side_acts(me, p)
        watch_call(me, p)
        if me.leaving:
            return
        if me.pages_left <= 0:
            me.leaving = "enough"
            return
        if p.can_go_back and kind not in _HUBS and me.dice.mind() < 0.45:
            left = p.view
            yield from go_back(me, p)
            if left == view and not me.leaving:
                me.journal.lookalike("u_turn", "hub_browsing", view, arrived, p.now_ms)
        else:
            links = _interesting_links(me, p)
            if not links:
                me.leaving = "enough"
                return
            element = _choose(me, links)
            before = p.view
            came = yield from activate(me, p, element)
            if not came:
                me.given_up_on.add(element.target)
            yield from arrive(me, p, before)
        if me.leaving:
            return


def _interesting_links(me: Visitor, p: Percept) -> list[tuple[float, Element]]:
    """Links to somewhere else that is worth a look, weighted by kind of page and nearness to what is on screen."""
    scene = p.scene
    known = scene.notes.get("links")
    if known is None:
        known = scene.notes["links"] = [
            (3.0 if page.kind in {"product", "category", "article"} else 0.5, element)
            for page in me.site.pages
            if page.kind not in {"checkout", "confirmation", "cart"} and page.page != scene.page
            for element in scene.leading_to(page.page, None)
            if element.interactive
        ]
    options: list[tuple[float, Element]] = known  # type: ignore[assignment]
    top, bottom, vh = p.scroll_y, p.scroll_y + scene.vh, scene.vh
    return [
        (weight if element.fixed else weight / (1.0 + (max(0.0, element.y - bottom) + max(0.0, top - element.y)) / vh),
         element)
        for weight, element in options
        if element.target not in me.given_up_on
    ]  # fmt: skip


def _linger(me: Visitor, p: Percept) -> Doing:
    """The aim is reached: take in the last page, and go."""
    yield from look_over(me, p, 0.15)
    me.leaving = "done"
