"""Pursuing a goal: find the way by what the page shows, look around on the way, go back when it was the wrong one."""

from __future__ import annotations

from collections.abc import Sequence
from math import exp

from simbench.site.declaration import GoalStep
from simbench.site.model import Element
from simbench.visitor.acts import Look, Percept, Read
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.eyes import glance, hesitate, in_view, look_over
from simbench.visitor.mind.forms import fill_in
from simbench.visitor.mind.hands import activate
from simbench.visitor.mind.side_acts import go_back, settle, side_acts
from simbench.visitor.person import Doing, Visitor

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
                me.leaving = me.leaving or "form"
                return
            yield from _arrive_after(me, p, seen_view)
            done = number + 1
        elif step.content is not None:
            yield from _look_for_content(me, p, step)
            done = number + 1
        else:
            reached = yield from _take_step(me, p, step, done)
            if me.leaving:
                return
            if reached == "nothing" and not (yield from _find_the_way(me, p, steps, done)):
                me.leaving = me.leaving or "stuck"
            if reached in {"unsuitable", "elsewhere", "nothing"}:
                continue
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
        arrived, view = p.now_ms, p.view
        yield from look_over(me, p, appetite)
        if me.leaving:
            return False
        # Is it what the link promised? For this visitor, not always.
        if me.dice.fate() < B.unsuitable and p.can_go_back:
            return (yield from _turn_back(me, p, view, arrived))
        yield from side_acts(me, p)
        if me.leaving or p.scene.page != step.page:
            return "elsewhere"
    else:
        hurried = me.dice.mind() > 0.35 + 0.5 * appetite
        if not hurried:
            yield from look_over(me, p, appetite)
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
    cta = any(c.page == step.page and c.target == element.target and c.goal == me.goal_name for c in me.site.ctas)
    if cta:
        noticed = yield from _notice(me, p, element)
        if not noticed:
            me.journal.true("missed_cta", p.view, p.began_ms, p.now_ms, target=element.target,
                            cause=_blame(me, element))  # fmt: skip
            me.leaving = "missed"
            return False
        if me.postpones and page.kind == "cart":
            # It was put there for another day: nothing is wrong with the button, or with anything else.
            me.journal.lookalike("skipped_cta", "postponed", p.view, p.began_ms, p.now_ms, target=element.target)
            me.leaving = "postponed"
            return False
        yield from hesitate(me, p, element, 0.5)
        if page.kind in {"product", "cart"} and me.dice.mind() < B.second_thoughts * (1.0 + me.trait.hesitancy):
            me.journal.true("skipped_cta", p.view, p.began_ms, p.now_ms, target=element.target)
            me.leaving = "declined"
            return False
    for attempt in range(3):
        view = p.view
        came = yield from activate(me, p, element)
        if came:
            break
        if attempt == 2 or me.will_quit(p.now_ms, 0.25):
            return False
        element = p.scene.element(element.target) or element
    yield from _arrive_after(me, p, view)
    return not me.leaving


def _arrive_after(me: Visitor, p: Percept, view: int) -> Doing:
    """If the last act led to another page, wait for it."""
    if p.view != view or p.loading:
        yield from settle(me, p)


def _blame(me: Visitor, element: Element) -> str | None:
    defect = me.effects_on_people.get(element.target)
    return defect.id if defect is not None else None


def _notice(me: Visitor, p: Percept, element: Element) -> Doing:
    """Whether the call to action is noticed at all: it may look like an advertisement, or lie far down."""
    defect = me.effects_on_people.get(element.target)
    if defect is not None and defect.finding == "cta_skipped" and me.dice.eye() < B.miss_ad_like:
        return False
    if not in_view(p, element):
        screens_away = abs(element.y - p.scroll_y - p.scene.vh / 2) / p.scene.vh
        if screens_away > 1.0:
            miss = B.miss_below * exp(1.2 * (0.5 - me.trait.scroll_propensity)) * min(screens_away, 3.0) / 2.0
            if me.dice.eye() < min(miss, 0.9):
                return False
    yield Look(me.dice.lognormal(450.0, 0.4), element.target)
    return True


def _turn_back(me: Visitor, p: Percept, view: int, arrived: float) -> Doing:
    """What was expected here is not here: back to where the link was, with the wish unmet (or away altogether)."""
    me.suffer("lost", p.now_ms, None)
    if me.will_quit(p.now_ms, 0.3):
        me.journal.ambiguous("u_turn", "leaves_site", view, arrived, p.now_ms)
        me.leaving = "unsuitable"
        return False
    yield from go_back(me, p)
    me.journal.true("u_turn", view, arrived, p.now_ms)
    return "unsuitable"


def _compare_and_return(me: Visitor, p: Percept) -> Doing:
    """Look at one of several items and go back for the next: nothing was wrong with it."""
    arrived, view, page = p.now_ms, p.view, p.scene.page
    ms = me.dice.lognormal(B.compare_back_ms, B.compare_back_sigma)
    reach = min(p.scene.sy_max, p.scene.vh * me.dice.eye() * 1.2 * me.trait.scroll_propensity)
    yield Read(ms, float(round(reach)))
    if me.dice.mind() < 0.3:
        yield from side_acts(me, p)
    if me.leaving or not p.can_go_back or p.scene.page != page:
        return
    yield from go_back(me, p)
    me.journal.lookalike("u_turn", "comparing", view, arrived, p.now_ms)


def _look_for_content(me: Visitor, p: Percept, step: GoalStep) -> Doing:
    """Read until the thing that was looked for is found."""
    assert step.content is not None
    element = p.scene.element(step.content)
    until = element.y + element.h if element is not None else None
    yield from look_over(me, p, 0.5, until)
    if element is not None:
        yield Look(me.dice.lognormal(2500.0, 0.5), element.target)


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
            yield from _arrive_after(me, p, view)
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
        arrived, view = p.now_ms, p.view
        yield from look_over(me, p, _APPETITE[kind])
        yield from side_acts(me, p)
        if me.leaving:
            return
        if me.pages_left <= 0:
            me.leaving = "enough"
            return
        if p.can_go_back and kind not in _HUBS and me.dice.mind() < 0.45:
            left = p.view
            yield from go_back(me, p)
            if left == view:
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
            yield from _arrive_after(me, p, before)
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
