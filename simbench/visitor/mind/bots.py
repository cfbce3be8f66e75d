"""Programs that come to the site: they want nothing, feel nothing, and keep an even pace.

What a program does is never frustration, whatever it looks like: presses, returns and wriggling mice that a detector
might take for it are written down as the look-alike `bot`. A program sees the page's document, so it follows links by
their addresses and needs no eyes; it answers no banner (see `simbench.engine.cast` for what that means for consent).
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from simbench.site.model import Element
from simbench.visitor.acts import Arrive, Await, Back, Look, Percept, Point, Press, ScrollTo
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Doing, Visitor

__all__ = ["run_program"]

#: How long a program waits for a page, ms.
_TIMEOUT_MS: Final = 30_000.0
#: A frame of a scripted mouse, ms: programs move it at an even speed, in steps.
_STEP_MS: Final = 20.0


def run_program(me: Visitor, p: Percept) -> Doing:
    """Play the program that `me` is, from the moment that the first page has been asked for."""
    me.pages_left = me.trait.depth
    # The pace is the program's, not the page's: the same from first to last.
    pace_ms = 1000.0 * me.trait.decision_s
    yield Await(_TIMEOUT_MS)
    if me.bot == "crawler":
        yield from _crawl(me, p, pace_ms)
    elif me.bot == "price_scraper":
        yield from _scrape(me, p, pace_ms)
    else:
        yield from _click_around(me, p, pace_ms)
    me.leaving = "enough"


def _open(p: Percept, url: str) -> Doing:
    yield Arrive(url)
    if p.loading:
        yield Await(_TIMEOUT_MS)


def _addresses(me: Visitor, p: Percept) -> Iterator[str]:
    """Addresses of this site that the document links to, in its order, each without its fragment."""
    for element in p.scene.elements:
        if element.href is None or not element.href.startswith("/"):
            continue
        parts = urlsplit(element.href)
        address = parts.path + (f"?{parts.query}" if parts.query else "")
        if me.page_of(address):
            yield address


def _crawl(me: Visitor, p: Percept, pace_ms: float) -> Doing:
    """Breadth-first: all links of a page before those of the pages behind them. No pointer; half of them scroll."""
    renders = me.dice.mind() < B.crawler_scrolls
    seen = {me.landing.partition("#")[0]}
    queue: list[str] = []
    while True:
        me.pages_left -= 1.0
        if renders and p.scene.sy_max > 0:
            yield ScrollTo(p.scene.sy_max, _STEP_MS)
        yield Look(pace_ms)
        for address in _addresses(me, p):
            if address not in seen:
                seen.add(address)
                queue.append(address)
        if not queue or me.pages_left < 1.0:
            return
        yield from _open(p, queue.pop(0))


def _scrape(me: Visitor, p: Percept, pace_ms: float) -> Doing:
    """The lists, and every product that they show, in order; some go back to the list between products."""
    returns, wriggles = me.dice.mind() < B.scraper_returns, me.dice.mind() < B.scraper_moves
    kinds = {page.page: page.kind for page in me.site.pages}
    lists = [page.url for page in me.site.pages if page.kind in {"category", "search"}]
    for number, address in enumerate(lists):
        if number or kinds[p.scene.page] != "category":
            yield from _open(p, address)
        me.pages_left -= 1.0
        products = list(dict.fromkeys(a for a in _addresses(me, p) if kinds[me.page_of(a)] == "product"))
        yield Look(pace_ms)
        for product in products:
            if me.pages_left < 1.0:
                return
            me.pages_left -= 1.0
            yield from _open(p, product)
            arrived, view = p.now_ms, p.view
            if wriggles:
                yield from _wriggle(me, p)
            yield Look(pace_ms)
            if returns and p.can_go_back:
                yield Back()
                yield Await(_TIMEOUT_MS)
                me.journal.lookalike("u_turn", "bot", view, arrived, p.now_ms)


def _wriggle(me: Visitor, p: Percept) -> Doing:
    """Move the mouse by rote, to pass for somebody: along straight lines, at one speed, from corner to corner."""
    if me.touch:
        return
    began = p.now_ms
    for corner in range(4):
        x = (0.3, 0.7, 0.3, 0.5)[corner] * p.scene.vw
        y = (0.3, 0.35, 0.6, 0.5)[corner] * p.scene.vh
        yield from _move_straight(p, float(round(x)), float(round(y)), 8)
    me.journal.lookalike("thrashed_cursor", "bot", p.view, began, p.now_ms)


def _move_straight(p: Percept, x: float, y: float, steps: int) -> Doing:
    from_x, from_y = p.x, p.y
    for step in range(1, steps + 1):
        share = step / steps
        yield Point(
            float(round(from_x + share * (x - from_x))), float(round(from_y + share * (y - from_y))), _STEP_MS, 0.0
        )


def _click_around(me: Visitor, p: Percept, pace_ms: float) -> Doing:
    """Click what stands out, dead in the middle, at an even beat, until something gives way or the quota is done."""
    moves = me.dice.mind() < B.clicker_moves
    while me.pages_left >= 1.0:
        me.pages_left -= 1.0
        target = _what_stands_out(me, p)
        if target is None:
            return
        yield Look(pace_ms)
        if not target.fixed and not 0.0 <= target.y + target.h / 2 - p.scroll_y < p.scene.vh:
            yield ScrollTo(min(max(target.y - p.scene.vh / 3, 0.0), p.scene.sy_max), _STEP_MS)
        yield from _beat(me, p, target, 1 + me.dice.poisson(B.clicker_more, me.dice.mind()), pace_ms, moves)
        if p.loading:
            yield Await(_TIMEOUT_MS)


def _beat(me: Visitor, p: Percept, target: Element, presses: int, pace_ms: float, moves: bool) -> Doing:
    """Press the middle of `target` so many times, and write down what that may be taken for."""
    x = float(round(target.x + target.w / 2))
    y = float(round(target.y + target.h / 2 - (0.0 if target.fixed else p.scroll_y)))
    view, made = p.view, 0
    began: float | None = None
    dead: dict[str | None, float] = {}
    ended, hit = p.now_ms, None
    for number in range(presses):
        if number:
            yield Look(pace_ms)
        if p.view != view:
            break
        if moves and not number:
            yield from _move_straight(p, x, y, 10)
        else:
            # No way is seen: the pointer is simply there.
            yield Point(x, y, 0.0, 0.0)
        yield Press(B.clicker_hold_ms)
        began = p.began_ms if began is None else began
        made, ended, hit = made + 1, p.now_ms, p.hit
        if not p.alive:
            dead.setdefault(p.hit, p.began_ms)
        if p.error is not None:
            me.journal.lookalike("error_click", "bot", view, p.began_ms, p.now_ms, target=p.hit)
    if began is not None and made > 1:
        me.journal.lookalike("rage_click", "bot", view, began, ended, target=hit)
    for element, since in dead.items():
        me.journal.lookalike("dead_click", "bot", view, since, ended, target=element)


def _what_stands_out(me: Visitor, p: Percept) -> Element | None:
    """The page's call to action, or else what is largest among what can be pressed."""
    for cta in me.site.ctas:
        if cta.page == p.scene.page and cta.target in p.scene:
            return p.scene.element(cta.target)
    pressable = [e for e in p.scene.elements if e.interactive and e.w > 0 and e.h > 0]
    # Not the same twice: a program keeps a list of what it has clicked.
    fresh = [e for e in pressable if e.target not in me.given_up_on]
    best = max(fresh, key=lambda e: e.w * e.h, default=None)
    if best is not None:
        me.given_up_on.add(best.target)
    return best
