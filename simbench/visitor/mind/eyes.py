"""Eyes: take a page in, read it, and now and then do something idle with the hand meanwhile."""

from __future__ import annotations

from simbench.site.model import Element
from simbench.visitor.acts import Await, Hide, Look, Percept, Point, Read, ScrollTo
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.hands import bring_into_view, point_at, press_calmly, select_text
from simbench.visitor.mind.loading import refocus
from simbench.visitor.mind.reading import plan_reading
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
    """Read down the page as far as the visitor's time for it goes (`plan_reading`), then perhaps up again.

    `appetite` (0 to 1) is what the page is worth to the visitor. With `until_y` (page px) the reading goes at least
    that far.
    """
    scene, view, top = p.scene, p.view, p.scroll_y
    dice = me.dice
    left = max(scene.doc_h - top, scene.vh)
    words = scene.words_above(scene.doc_h) - scene.words_above(top) + _pictures(p) * left / scene.doc_h
    plan = plan_reading(me.trait, dice, words=words, screens=left / scene.vh, appetite=appetite)
    stretches = [(part.ms, top + (part.depth - 1.0) * scene.vh) for part in plan]
    if until_y is not None:
        beyond = min(until_y, scene.doc_h) - 0.9 * scene.vh
        if beyond > stretches[-1][1]:
            # Further down than there was time for: quicker, but the eyes go all the way.
            screens = (beyond - stretches[-1][1]) / scene.vh
            stretches.append((B.screen_ms * (0.3 + screens), beyond))
    reached = top
    for number, (ms, to_y) in enumerate(stretches):
        scroll_y = min(max(to_y, p.scroll_y), scene.sy_max)
        yield Read(min(ms, 240_000.0), float(round(scroll_y)), _wander(me, p, scroll_y))
        if number == 0 or scroll_y > reached + 1.0:
            yield from _idle_hand(me, p)
        reached = max(reached, scroll_y)
        if p.view != view or me.leaving:
            return
    if p.scroll_y > scene.vh * 0.5 and dice.eye() < B.reread:
        back_to = p.scroll_y * dice.eye()
        yield Read(B.screen_ms * (1.0 + 2.0 * dice.eye()), float(round(back_to)), _wander(me, p, back_to))
        me.journal.lookalike("scroll_hunt", "re_reading", p.view, p.began_ms, p.now_ms)
    if dice.mind() < B.reads_closely * (0.3 + 1.4 * appetite):
        yield from _read_closely(me, p)
    yield from distracted(me, p)


def _pictures(p: Percept) -> float:
    """What the page's pictures come to in words: they take their time as well."""
    known = p.scene.notes.get("pictures")
    if known is None:
        known = p.scene.notes["pictures"] = sum(
            B.picture_words * (element.w * element.h) ** 0.5 / 100.0
            for element in p.scene.elements
            if element.kind == "image" and element.w > 0 and element.h > 0
        )
    return float(known)  # type: ignore[arg-type]


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
    known = scene.notes.get("texts")
    if known is None:
        known = scene.notes["texts"] = [
            e for e in scene.elements
            if e.kind == "text" and e.interactive_ancestor is None and e.words >= 3 and not e.fixed
            and scene.effect(e) is None
        ]  # fmt: skip
    every: list[Element] = known  # type: ignore[assignment]
    top, vh = p.scroll_y, scene.vh
    texts = [e for e in every if e.y - top > 0 and e.y + e.h - top < vh]
    if not texts:
        return None
    text = texts[int(me.dice.aim() * len(texts))]
    hit = scene.hit(text.x + text.w / 2, text.y + text.h / 2 - p.scroll_y, p.scroll_y)
    return text if hit is text else None


def distracted(me: Visitor, p: Percept) -> Doing:
    """Now and then something else wants attention: a message, a coffee, another tab, or a word from the next room."""
    minutes = 0.35
    chance = me.trait.distraction_per_min * minutes
    fate = me.dice.fate()
    if fate >= (1.0 + B.glances_aside) * chance:
        return
    begun = p.now_ms
    if fate < chance:
        ms = me.dice.lognormal(B.away_ms, B.away_sigma)
        hides = me.dice.fate() < B.hidden
    else:
        # Only the eyes are elsewhere, and soon back.
        ms = me.dice.lognormal(B.glance_aside_ms, B.glance_aside_sigma)
        hides = False
    yield Hide(min(ms, 20 * 60_000.0)) if hides else Look(min(ms, 20 * 60_000.0))
    me.journal.lookalike("hesitation", "distraction", p.view, begun, p.now_ms)
    if hides:
        yield from refocus(me, p)


def hesitate(me: Visitor, p: Percept, element: Element, weight: float, since: float | None = None) -> Doing:
    """Be torn about `element` before acting on it, with chance `weight` x hesitancy; returns whether it happened.

    The doubt begins when the eyes come to the element (`since`, if that was before now), and lasts until the visitor
    begins to act, or turns away.
    """
    if me.dice.mind() >= weight * me.trait.hesitancy:
        return False
    yield from bring_into_view(me, p, element)
    own_median_ms = 1000.0 * me.trait.decision_s
    ms = me.dice.lognormal(B.doubt * own_median_ms, B.doubt_sigma)
    begun = p.now_ms if since is None else since
    yield from _be_torn(me, p, element, ms)
    if ms > own_median_ms:
        me.journal.true("hesitation", p.view, begun, p.now_ms, target=element.target, intensity=ms / own_median_ms)
    else:
        me.journal.ambiguous("hesitation", "below_median_decision_time", p.view, begun, p.now_ms,
                             target=element.target)  # fmt: skip
    return True


def _be_torn(me: Visitor, p: Percept, element: Element, ms: float) -> Doing:
    """Look at `element` for `ms` altogether, with a hand that rests, or reaches for it and draws back, or scrolls.

    Whoever is torn between two answers shows it in the way of the hand (Freeman & Ambady 2010; direction only).
    """
    u = me.dice.eye()
    scene = p.scene
    if not me.touch and u < B.doubt_reaches:
        turns = 1 + me.dice.poisson(B.doubt_turns, me.dice.eye())
        for turn in range(turns):
            yield Look(ms / (turns + 1), element.target)
            if turn % 2 == 0:
                yield from point_at(me, p, element)
            else:
                away = 160.0 * me.dice.hand(), 90.0 * me.dice.hand()
                x, y = min(max(p.x + away[0], 1.0), scene.vw - 1.0), min(max(p.y + away[1], 1.0), scene.vh - 1.0)
                yield Point(float(round(x)), float(round(y)), me.dice.lognormal(B.doubt_move_ms, 0.4))
        yield Look(ms / (turns + 1), element.target)
    elif u > 1.0 - B.doubt_rereads and not element.fixed and scene.sy_max > 0.5 * scene.vh:
        # What did it say above? Up or down, and back to it.
        there = p.scroll_y
        way = me.dice.lognormal(0.4 * scene.vh, 0.5) * (-1.0 if there > 0.2 * scene.vh else 1.0)
        to = float(round(min(max(there + way, 0.0), scene.sy_max)))
        yield Look(0.3 * ms, element.target)
        yield ScrollTo(to, 250.0 + abs(to - there) * 0.4)
        yield Look(0.4 * ms)
        yield ScrollTo(there, 250.0 + abs(to - there) * 0.4)
        yield Look(0.3 * ms, element.target)
    else:
        yield Look(ms, element.target)
