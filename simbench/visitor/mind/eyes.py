"""Eyes: take a page in, read it, and now and then do something idle with the hand meanwhile."""

from __future__ import annotations

from math import gamma, log

from simbench.site.model import Element
from simbench.visitor.acts import Await, Hide, Look, Percept, Read
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.hands import bring_into_view, point_at, press_calmly, select_text
from simbench.visitor.mind.loading import refocus
from simbench.visitor.person import Doing, Visitor

__all__ = ["distracted", "glance", "hesitate", "in_view", "look_over"]


def in_view(p: Percept, element: Element) -> bool:
    """Whether the middle of `element` is on screen."""
    if element.fixed:
        return True
    middle = element.y + element.h / 2 - p.scroll_y
    return 0.0 <= middle <= p.scene.vh


def glance(me: Visitor, p: Percept) -> Doing:
    """The first look at a page, before anything is read; shorter for who knows the site."""
    known = 1.0 - B.known_saves * me.memory.familiarity
    ms = known * me.dice.lognormal(B.orient_ms, B.orient_sigma)
    yield Read(ms, p.scroll_y, _wander(me, p, p.scroll_y))


def look_over(me: Visitor, p: Percept, appetite: float, until_y: float | None = None) -> Doing:
    """Read down the page as far as `appetite` (0 to 1) and the person's propensity to scroll go, then perhaps up again.

    With `until_y` (page px) the reading goes at least that far.
    """
    scene = p.scene
    trait, dice = me.trait, me.dice
    keep_on = min(0.97, trait.scroll_propensity * (0.55 + 0.9 * appetite))
    screens = 1.0
    while dice.eye() < keep_on and screens * scene.vh < scene.doc_h and screens < 40:
        screens += 1.0
    depth = min(scene.doc_h, screens * scene.vh * 0.82)
    if until_y is not None:
        depth = max(depth, min(until_y, scene.doc_h))
    pace = 60_000.0 / trait.reading_wpm * trait.reading_share * (0.3 + 1.2 * appetite)
    # How long people stay, beyond what there is to read: Weibull (Liu, White & Dumais 2010), scaled to a mean of 1.
    shape = trait.dwell_shape
    dwell = min(max((-log(1.0 - dice.eye())) ** (1.0 / shape) / gamma(1.0 + 1.0 / shape), 0.15), 5.0)
    # A long page is read in a few stretches; between them hands may get idle.
    stretches = 1 if depth <= scene.vh else 2 if depth <= 4 * scene.vh else 3
    top = p.scroll_y
    for stretch in range(stretches):
        seen = p.scroll_y + scene.vh
        goal_y = top + (depth - top) * (stretch + 1) / stretches
        scroll_y = min(max(goal_y - scene.vh * 0.9, p.scroll_y), scene.sy_max)
        words = scene.words_above(scroll_y + scene.vh * 0.9) - scene.words_above(p.scroll_y)
        screens_here = 1.0 + (scroll_y - p.scroll_y) / scene.vh
        ms = (words * pace + B.screen_ms * screens_here) * dwell
        yield Read(min(ms, 240_000.0), float(round(scroll_y)), _wander(me, p, scroll_y))
        if scroll_y + scene.vh <= seen + 1 and stretch:
            break
        yield from _idle_hand(me, p)
        if p.view < 0 or me.leaving:
            return
    if p.scroll_y > scene.vh * 0.5 and dice.eye() < B.reread:
        back_to = p.scroll_y * dice.eye()
        yield Read(B.screen_ms * (1.0 + 2.0 * dice.eye()) * dwell, float(round(back_to)), _wander(me, p, back_to))
        me.journal.lookalike("scroll_hunt", "re_reading", p.view, p.began_ms, p.now_ms)
    if dice.mind() < B.reads_closely * (0.3 + 1.4 * appetite):
        yield from _read_closely(me, p)
    yield from distracted(me, p)


def _read_closely(me: Visitor, p: Percept) -> Doing:
    """Read one text word for word, the hand at rest: a pause, but no doubt."""
    text = _something_to_read(me, p)
    if text is None:
        return
    ms = me.dice.lognormal(60_000.0 / me.trait.reading_wpm * text.words + 400.0, 0.3)
    yield Look(min(ms, 60_000.0), text.target)
    me.journal.lookalike("hesitation", "slow_reader", p.view, p.began_ms, p.now_ms, target=text.target)


def _wander(me: Visitor, p: Percept, scroll_y: float) -> tuple[float, float] | None:
    """Where a restless mouse comes to in a stretch of reading that ends at `scroll_y`; None: it lies still.

    Some people let the mouse go along with what they read, others park it out of the way; what the eyes do is theirs
    alone (Huang, White & Buscher 2012).
    """
    if me.touch or me.dice.eye() < me.trait.keyboard:
        # A finger, or a hand that lies on the keyboard.
        return None
    mood = me.dice.eye()
    if mood > B.mouse_restless:
        return None
    scene = p.scene
    if mood < B.mouse_follows * B.mouse_restless:
        x = scene.column(scroll_y + 0.45 * scene.vh) + 0.12 * scene.vw * (me.dice.aim() - 0.5)
        y = (0.25 + 0.4 * me.dice.aim()) * scene.vh
    else:
        x = (0.15 + 0.7 * me.dice.aim()) * scene.vw
        y = (0.2 + 0.6 * me.dice.aim()) * scene.vh
    return float(round(x)), float(round(y))


def _idle_hand(me: Visitor, p: Percept) -> Doing:
    """Click on a text that is being read, on nothing, or mark some of it: nothing is expected of it."""
    chance = me.dice.mind()
    if chance < 0.5 * me.trait.idle_click:
        text = _something_to_read(me, p)
        if text is None:
            return
        yield from point_at(me, p, text)
        yield from press_calmly(me, p)
        if not p.alive:
            name = "reading_click" if me.dice.mind() < 0.7 else "idle_click"
            me.journal.lookalike("dead_click", name, p.view, p.began_ms, p.now_ms, target=p.hit)
        elif not p.response:
            yield Await(B.expect_ms)
    elif chance > 1.0 - 0.5 * me.trait.text_select:
        text = _something_to_read(me, p)
        if text is not None:
            yield from select_text(me, p, text)


def _something_to_read(me: Visitor, p: Percept) -> Element | None:
    """A text on screen that is nothing but text; and if the hand slipped to something else, nothing."""
    scene = p.scene
    texts = [
        e for e in scene.elements
        if e.kind == "text" and e.interactive_ancestor is None and e.words >= 3 and not e.fixed
        and e.y - p.scroll_y > 0 and e.y + e.h - p.scroll_y < scene.vh and scene.effect(e) is None
    ]  # fmt: skip
    if not texts:
        return None
    text = texts[int(me.dice.aim() * len(texts))]
    hit = scene.hit(text.x + text.w / 2, text.y + text.h / 2 - p.scroll_y, p.scroll_y)
    return text if hit is text else None


def distracted(me: Visitor, p: Percept) -> Doing:
    """Now and then something else wants attention: a message, a coffee, another tab."""
    minutes = 0.35
    if me.dice.fate() >= me.trait.distraction_per_min * minutes:
        return
    ms = me.dice.lognormal(B.away_ms, B.away_sigma)
    begun = p.now_ms
    if me.dice.fate() < B.hidden:
        yield Hide(min(ms, 20 * 60_000.0))
        me.journal.lookalike("hesitation", "distraction", p.view, begun, p.now_ms)
        yield from refocus(me, p)
        return
    yield Look(min(ms, 20 * 60_000.0))
    me.journal.lookalike("hesitation", "distraction", p.view, begun, p.now_ms)


def hesitate(me: Visitor, p: Percept, element: Element, weight: float) -> Doing:
    """Be torn about `element` before acting on it, with chance `weight` x hesitancy; returns whether it happened."""
    if me.dice.mind() >= weight * me.trait.hesitancy:
        return False
    yield from bring_into_view(me, p, element)
    own_median_ms = 1000.0 * me.trait.decision_s
    ms = me.dice.lognormal(1.6 * own_median_ms, 0.6)
    yield Look(ms, element.target)
    begun = p.began_ms
    if ms > own_median_ms:
        me.journal.true("hesitation", p.view, begun, p.now_ms, target=element.target, intensity=ms / own_median_ms)
    else:
        me.journal.ambiguous("hesitation", "below_median_decision_time", p.view, begun, p.now_ms,
                             target=element.target)  # fmt: skip
    return True
