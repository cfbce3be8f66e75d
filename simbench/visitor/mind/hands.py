"""Hands: bring something into view, point at it, press it, and see what comes of it.

Here the labels of clicks are made: an episode opens when a press that was meant to do something is made, and is settled
by what the world says would have happened without the fault, never by how many presses there were or how quickly.
"""

from __future__ import annotations

from math import hypot

from simbench.site.model import Element
from simbench.visitor.acts import Await, Percept, Point, Press, ScrollTo, SelectText
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.body.pointer import movement_ms
from simbench.visitor.person import Doing, Visitor

__all__ = ["activate", "bring_into_view", "point_at", "press_calmly", "select_text", "step_through"]


def bring_into_view(me: Visitor, p: Percept, element: Element) -> Doing:
    """Scroll until `element` is on screen, somewhere between the upper third and the lower third."""
    scene = p.scene
    if element.fixed:
        return
    margin = min(60.0, scene.vh * 0.1)
    top, bottom = element.y - p.scroll_y, element.y + element.h - p.scroll_y
    if top >= margin and bottom <= scene.vh - margin:
        return
    if element.h > scene.vh * 0.7 and top < scene.vh * 0.5 and bottom > scene.vh * 0.5:
        return
    place = (0.25 + 0.45 * me.dice.aim()) * scene.vh
    wanted = min(max(element.y + min(element.h, scene.vh * 0.6) / 2 - place, 0.0), scene.sy_max)
    way = abs(wanted - p.scroll_y)
    if way >= 1.0:
        yield ScrollTo(float(round(wanted)), 250.0 + way * 0.55)


def point_at(me: Visitor, p: Percept, element: Element) -> Doing:
    """Move to a point of `element`: spread by its size, and for fingers by the fingertip."""
    middle_x, middle_y, width, height = p.scene.spot(element)
    if not element.fixed:
        middle_y -= p.scroll_y
    sd_x, sd_y = B.press_sd * width, B.press_sd * height
    if me.touch:
        # A fingertip's own spread comes on top, and it lands where it lands (FFitts law, Bi, Li & Zhai 2013).
        tap = me.trait.tap_sd_px
        x = middle_x + hypot(min(sd_x, 40.0), tap) * me.dice.hand()
        y = middle_y + hypot(min(sd_y, 14.0), tap) * me.dice.hand()
    else:
        x = middle_x + sd_x * me.dice.hand()
        y = middle_y + sd_y * me.dice.hand()
        x = min(max(x, middle_x - width / 2 + 1.0), middle_x + width / 2 - 1.0)
        y = min(max(y, middle_y - height / 2 + 1.0), middle_y + height / 2 - 1.0)
    x = float(round(min(max(x, 0.0), p.scene.vw - 1.0)))
    y = float(round(min(max(y, 0.0), p.scene.vh - 1.0)))
    distance = hypot(x - p.x, y - p.y)
    trait = me.trait
    noise = trait.motor_noise * me.dice.time()
    ms = movement_ms(trait.fitts_a_ms, trait.fitts_b_ms, distance, min(width, height), noise)
    yield Point(x, y, ms, trait.overshoot)


def press_calmly(me: Visitor, p: Percept) -> Doing:
    """One press where the pointer is."""
    yield Press(max(30.0, me.dice.lognormal(me.trait.hold_ms, 0.3)))


def activate(me: Visitor, p: Percept, element: Element) -> Doing:
    """Press `element` in order to get something from it; returns ``page``, ``state``, ... or ``""`` for nothing.

    What the visitor does when nothing comes: wait, try again, strike, clear the way, give up.
    """
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    double = me.dice.aim() < B.double_habit * me.trait.double_clicker and not me.touch
    yield from press_calmly(me, p)
    started, view, target, alive = p.began_ms, p.view, p.hit, p.alive
    run = _Run(started=started, released=p.now_ms, view=view, target=target)
    run.note(p)
    response_ms, error, cause = p.response_ms, p.error, p.cause
    released = p.now_ms
    if double and not p.response:
        # A habit from the desktop: everything is double-clicked (a look-alike of rage).
        yield Await(me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma) * 0.6)
        if p.view == view:
            yield from press_calmly(me, p)
            me.journal.lookalike("rage_click", "double_click", view, started, p.now_ms, target=target)
            released = run.released = p.now_ms
            run.note(p)
            alive = alive or p.alive
    if not p.response:
        yield Await(me.dice.lognormal(B.expect_ms, B.expect_sigma))
    came = p.response
    if not came:
        came = yield from _disappointed(me, p, element, run, cause)
    # Labels. Without the press the page would be the same: a dead click. With it there was an error: an error click.
    for dead, (begun, ended, fault) in run.dead.items():
        me.journal.true("dead_click", view, begun, ended, target=dead, cause=fault)
    if alive and (run.presses > 1 or (response_ms > B.expect_ms and came)):
        me.journal.lookalike("dead_click", "slow_but_alive", view, started, run.released, target=target)
    if error is not None:
        if alive:
            me.journal.ambiguous("error_click", "error_but_effect", view, started, released, target=target, cause=cause)
        else:
            me.journal.true("error_click", view, started, run.released, target=target, cause=cause)
    return came


class _Run:
    """The presses that were made on one target under one expectation."""

    __slots__ = ("dead", "presses", "released", "started", "target", "view")

    def __init__(self, *, started: float, released: float, view: int, target: str | None) -> None:
        self.started = started
        self.released = released
        self.view = view
        self.target = target
        self.presses = 1
        #: Presses that nothing came of, by what they hit: first press, last release, and the defect to blame.
        self.dead: dict[str | None, tuple[float, float, str | None]] = {}

    def note(self, p: Percept) -> None:
        """Take down the press that was just made."""
        if not p.alive:
            begun, _, cause = self.dead.get(p.hit, (p.began_ms, 0.0, p.cause))
            self.dead[p.hit] = (begun, p.now_ms, cause)


def _disappointed(me: Visitor, p: Percept, element: Element, run: _Run, cause: str | None) -> Doing:
    """Nothing came within the time that the visitor gave it. Whether anything is on its way, nobody can see."""
    covered = p.hit is not None and p.hit != element.target and not _part_of(p, p.hit, element)
    me.suffer("covered" if covered else "dead_click", p.now_ms, cause)
    patience_ms = me.dice.lognormal(1000.0 * me.trait.patience_s, B.patience_sigma)
    first_retry: float | None = None
    last_retry = 0.0
    tries = 0
    while not p.response and tries < 4:
        tries += 1
        if me.will_strike(p.now_ms):
            yield from _strike(me, p, run)
            if not p.response:
                yield Await(me.dice.lognormal(B.expect_ms, B.expect_sigma))
            me.anger *= 0.55
        elif me.dice.vent() < B.retry * (0.6 if tries > 1 else 1.0):
            yield Await(me.dice.lognormal(B.retry_gap_ms, B.retry_gap_sigma))
            if p.response:
                break
            if covered:
                # It was missed, or something lies over it: aim anew.
                yield from point_at(me, p, element)
            # Nobody is angry yet: the finger simply insists a little.
            for again in range(1 + me.dice.poisson(B.retry_more, me.dice.vent())):
                if again:
                    yield Await(max(60.0, me.dice.lognormal(B.insist_gap_ms, B.insist_gap_sigma)))
                    if p.response or p.view != run.view:
                        break
                yield from press_calmly(me, p)
                run.note(p)
                if p.hit == run.target:
                    first_retry = p.began_ms if first_retry is None else first_retry
                    last_retry = p.now_ms
                    run.presses += 1
                    run.released = p.now_ms
            if not p.response:
                yield Await(me.dice.lognormal(B.expect_ms, B.expect_sigma))
        elif covered and me.dice.mind() < B.clear_the_way:
            if (yield from _clear_the_way(me, p, element)):
                # A new press under a new expectation, with labels of its own.
                return (yield from activate(me, p, p.scene.element(element.target) or element))
        else:
            waited = p.now_ms - run.started
            if waited < patience_ms:
                yield Await(patience_ms - waited)
            if not p.response:
                me.suffer("slow" if tries == 1 else "dead_click", p.now_ms, cause)
                if me.dice.vent() < 0.6:
                    break
    if first_retry is not None:
        me.journal.lookalike("rage_click", "calm_retry", run.view, run.started, last_retry, target=run.target)
    return p.response


def _part_of(p: Percept, target: str, element: Element) -> bool:
    hit = p.scene.element(target)
    return hit is not None and (hit.interactive_ancestor == element.interactive_ancestor is not None)


def _strike(me: Visitor, p: Percept, run: _Run) -> Doing:
    """Vent by striking: a burst of presses at what let the visitor down. Fed by a fault, so it is rage."""
    cause = me.anger_cause
    yield Await(me.dice.lognormal(B.strike_onset_ms, B.strike_onset_sigma))
    resolved = bool(p.response)
    if p.view != run.view:
        return
    intended = 1 + me.dice.poisson(B.strike_mean, me.dice.vent())
    begun = ended = 0.0
    made = 0
    target = run.target
    tempo = me.dice.lognormal(B.strike_gap_ms, 0.2)
    x, y = p.x, p.y
    for strike in range(intended):
        if p.view != run.view:
            break
        if strike:
            yield Await(max(40.0, me.dice.lognormal(tempo, B.strike_gap_sigma)))
            if p.view != run.view:
                break
            near_x = x + B.strike_spread_px * me.dice.hand()
            near_y = y + B.strike_spread_px * me.dice.hand()
            near_x = float(round(min(max(near_x, 0.0), p.scene.vw - 1.0)))
            near_y = float(round(min(max(near_y, 0.0), p.scene.vh - 1.0)))
            if not me.touch and (abs(near_x - p.x) > 1.0 or abs(near_y - p.y) > 1.0):
                yield Point(near_x, near_y, 20.0)
        yield Press(max(25.0, me.dice.lognormal(me.trait.hold_ms * 0.85, 0.3)))
        if not made:
            begun = p.began_ms
            target = p.hit
        made += 1
        ended = p.now_ms
        run.note(p)
        if p.hit == run.target:
            run.presses += 1
            run.released = p.now_ms
    if not made:
        return
    if resolved:
        me.journal.ambiguous("rage_click", "load_resolved", run.view, begun, ended, target=target, cause=cause)
    elif made == 1:
        me.journal.ambiguous("rage_click", "one_press", run.view, begun, ended, target=target, cause=cause)
    else:
        me.journal.true("rage_click", run.view, begun, ended, target=target, cause=cause, intensity=me.anger)


def _clear_the_way(me: Visitor, p: Percept, element: Element) -> Doing:
    """Look for a control on whatever covers `element`, and press it; returns whether that worked."""
    scene = p.scene
    cover = scene.element(p.hit) if p.hit is not None else None
    if cover is None:
        return False
    for candidate in scene.elements:
        inside = (
            candidate.interactive
            and candidate.target != element.target
            and candidate.fixed == cover.fixed
            and cover.x <= candidate.x
            and candidate.x + candidate.w <= cover.x + cover.w + 1
            and cover.y <= candidate.y
            and candidate.y + candidate.h <= cover.y + cover.h + 1
            and candidate.target not in me.given_up_on
        )
        effect = scene.effect(candidate) if inside else None
        if effect is not None and effect.kind in {"change", "state"}:
            yield from point_at(me, p, candidate)
            yield from press_calmly(me, p)
            if not p.alive:
                me.journal.true("dead_click", p.view, p.began_ms, p.now_ms, target=p.hit, cause=p.cause)
            if not p.response:
                yield Await(B.expect_ms)
            # Whether it worked or not, it is not tried twice.
            me.given_up_on.add(candidate.target)
            return bool(p.response)
    return False


def step_through(me: Visitor, p: Percept, element: Element, presses: int, name: str) -> Doing:
    """Press a control several times because each press does something (a stepper, a carousel): benign by intent."""
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    view = p.view
    begun = None
    tempo = me.dice.lognormal(B.step_gap_ms, 0.3)
    made = 0
    target: str | None = None
    dead = False
    for number in range(presses):
        if number:
            yield Await(max(60.0, me.dice.lognormal(tempo, B.step_gap_sigma)))
        if p.view != view or element.target not in p.scene:
            break
        yield from press_calmly(me, p)
        if begun is None:
            begun, target = p.began_ms, p.hit
        made += 1
        if not p.alive:
            dead = True
            break
    if begun is not None and not dead and made > 1:
        me.journal.lookalike("rage_click", name, view, begun, p.now_ms, target=target)
    elif dead and begun is not None:
        # The end of the carousel: it has that state already.
        me.journal.ambiguous("dead_click", "already_in_state", view, p.began_ms, p.now_ms, target=p.hit)


def select_text(me: Visitor, p: Percept, element: Element) -> Doing:
    """Mark a word or a paragraph by two or three quick clicks, or by a long press of a finger: benign."""
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    if me.touch:
        yield SelectText(1, 0.0)
        me.journal.lookalike("dead_click", "text_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
        return
    clicks = 2 if me.dice.mind() < 0.6 else 3
    gap = me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma)
    yield SelectText(clicks, min(gap, 480.0))
    me.journal.lookalike("dead_click", "text_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
    name = "double_click" if clicks == 2 else "triple_click"
    me.journal.lookalike("rage_click", name, p.view, p.began_ms, p.now_ms, target=p.hit)
