"""Boards: canvases that are drawn on and played with; and texts that are marked by dragging. No document changes."""

from __future__ import annotations

from itertools import pairwise
from math import cos, hypot, pi, sin
from typing import Final

from simbench.site.declaration import Interest
from simbench.site.model import Element
from simbench.visitor.acts import Await, Drag, Look, Percept, Point
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.body.pointer import movement_ms
from simbench.visitor.mind.hands import bring_into_view, press_calmly, select_text
from simbench.visitor.person import Doing, Visitor

__all__ = ["drag_over_text", "draw_on_board", "play_on_board"]

#: How far from its edges a board is used, px.
_MARGIN_PX: Final = 12.0


def draw_on_board(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    """Draw a few lines with the button held (or a finger): a look-alike of thrashing, and of dead clicks."""
    yield from bring_into_view(me, p, element)
    least, most = interest.presses or (2, 6)
    view = p.view
    begun: float | None = None
    target = None
    for number in range(least + int(me.dice.mind() * (most - least + 1))):
        if number:
            yield Look(me.dice.lognormal(B.between_lines_ms, B.between_lines_sigma), element.target)
        path = _line(me, p, element)
        yield from _go_to(me, p, *path[0])
        way = sum(hypot(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(path))
        yield Drag(tuple(path), 120.0 + way / me.dice.lognormal(B.draw_px_per_s, B.draw_sigma) * 1000.0)
        if begun is None:
            begun, target = p.began_ms, p.hit
    if begun is None:
        return
    if not me.touch:
        me.journal.lookalike("thrashed_cursor", "drawing", view, begun, p.now_ms, target=target)
        # A mouse that draws clicks wherever it lets go.
        me.journal.lookalike("dead_click", "drawing", view, begun, p.now_ms, target=target)
    yield Look(me.dice.lognormal(1200.0, 0.5), element.target)


def play_on_board(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    """Play a game of quick presses here and there on a board: a look-alike of rage, and of dead clicks."""
    yield from bring_into_view(me, p, element)
    least, most = interest.presses or (4, 12)
    view = p.view
    begun: float | None = None
    made = 0
    target = None
    tempo = me.dice.lognormal(B.play_gap_ms, 0.3)
    x, y = _spot(me, p, element)
    for number in range(least + int(me.dice.mind() * (most - least + 1))):
        if number:
            yield Await(max(60.0, me.dice.lognormal(tempo, B.step_gap_sigma)))
            if me.dice.aim() < B.play_elsewhere:
                x, y = _spot(me, p, element)
        if p.view != view:
            break
        if abs(x - p.x) > 1.0 or abs(y - p.y) > 1.0:
            yield from _go_to(me, p, x, y)
        yield from press_calmly(me, p)
        if begun is None:
            begun, target = p.began_ms, p.hit
        made += 1
    if begun is None:
        return
    me.journal.lookalike("dead_click", "game", view, begun, p.now_ms, target=target)
    if made > 1:
        me.journal.lookalike("rage_click", "game", view, begun, p.now_ms, target=target)


def drag_over_text(me: Visitor, p: Percept, element: Element) -> Doing:
    """Mark a text by dragging over it; a finger marks it by a long press."""
    if me.touch:
        yield from select_text(me, p, element)
        return
    yield from bring_into_view(me, p, element)
    x, y, width, height = p.scene.spot(element)
    top = y - height / 2 - (0.0 if element.fixed else p.scroll_y)
    line = min(height, 12.0)
    start = (round(x - width / 2 + 2.0), round(top + line / 2 + 2.0))
    end = (round(x + width * (0.1 + 0.38 * me.dice.aim())), round(top + height - line / 2 - 1.0))
    yield from _go_to(me, p, *start)
    way = hypot(end[0] - start[0], end[1] - start[1])
    yield Drag((start, end), 150.0 + way / me.dice.lognormal(B.draw_px_per_s, B.draw_sigma) * 1000.0, selects=True)
    me.journal.lookalike("dead_click", "drag_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
    yield Look(me.dice.lognormal(800.0, 0.5), element.target)


def _go_to(me: Visitor, p: Percept, x: float, y: float) -> Doing:
    noise = me.trait.motor_noise * me.dice.time()
    ms = movement_ms(me.trait.fitts_a_ms, me.trait.fitts_b_ms, hypot(x - p.x, y - p.y), 40.0, noise)
    yield Point(float(x), float(y), ms, me.trait.overshoot)


def _inside(p: Percept, element: Element, x: float, y: float) -> tuple[float, float]:
    """The point of the board nearest to client (`x`, `y`) that is on screen."""
    top = element.y - (0.0 if element.fixed else p.scroll_y)
    low_y, high_y = max(top + _MARGIN_PX, 1.0), min(top + element.h - _MARGIN_PX, p.scene.vh - 1.0)
    low_x, high_x = element.x + _MARGIN_PX, element.x + element.w - _MARGIN_PX
    return float(round(min(max(x, low_x), high_x))), float(round(min(max(y, low_y), high_y)))


def _spot(me: Visitor, p: Percept, element: Element) -> tuple[float, float]:
    top = element.y - (0.0 if element.fixed else p.scroll_y)
    return _inside(p, element, element.x + element.w * me.dice.aim(), top + element.h * me.dice.aim())


def _line(me: Visitor, p: Percept, element: Element) -> list[tuple[float, float]]:
    """A line of one to four legs across the board, mostly along walls: at right angles, more or less."""
    x, y = _spot(me, p, element)
    path = [(x, y)]
    angle = 0.5 * pi * int(4.0 * me.dice.aim())
    for _ in range(1 + int(4.0 * me.dice.aim())):
        reach = (0.15 + 0.35 * me.dice.aim()) * min(element.w, 2.0 * element.h)
        lean = angle + 0.06 * me.dice.hand()
        x, y = _inside(p, element, x + reach * cos(lean), y + reach * sin(lean))
        if hypot(x - path[-1][0], y - path[-1][1]) > 4.0:
            path.append((x, y))
        angle += 0.5 * pi if me.dice.aim() < 0.5 else -0.5 * pi
    if len(path) == 1:
        path.append(_inside(p, element, x + 30.0, y - 20.0))
    return path
