"""Hands: bring something into view, point at it, press it, and see what comes of it.

Here the labels of clicks are made: an episode opens when a press that was meant to do something is made, and is settled
by what the world says would have happened without the fault, never by how many presses there were or how quickly.
"""

from __future__ import annotations

from math import hypot

from simbench.site.model import Element
from simbench.visitor.acts import Aim, Await, KeyPress, Look, Percept, Point, Press, ScrollTo, SelectText
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.body.pointer import movement_ms
from simbench.visitor.mind.expecting import expected_ms, is_disabled, part_of, tells_of_failure
from simbench.visitor.mind.frustration import let_off_steam, vent_by
from simbench.visitor.person import Doing, Stray, Visitor
from simbench.visitor.scene import Scene

__all__ = [
    "activate", "bring_into_view", "point_at", "press_calmly", "press_nowhere", "select_text",
    "step_through",
]  # fmt: skip


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
    if way < 1.0:
        return
    if me.touch and way > 0.5 * scene.vh and me.dice.aim() < B.momentum:
        # The fling runs on beyond, and the finger brings the page back.
        beyond = min(max(wanted + (wanted - p.scroll_y) * 0.4, 0.0), scene.sy_max)
        view = p.view
        yield ScrollTo(float(round(beyond)), 250.0 + abs(beyond - p.scroll_y) * 0.4)
        begun = p.began_ms
        yield Look(me.dice.lognormal(B.beyond_ms, B.poise_sigma))
        if abs(wanted - p.scroll_y) >= 1.0:
            yield ScrollTo(float(round(wanted)), 250.0 + abs(wanted - p.scroll_y) * 0.55)
        me.journal.lookalike("scroll_hunt", "momentum", view, begun, p.now_ms)
        return
    yield ScrollTo(float(round(wanted)), 250.0 + way * 0.55)


def point_at(me: Visitor, p: Percept, element: Element) -> Doing:
    """Move to a point of `element`."""
    x, y, ms = _aimed(me, p, element)
    yield Point(x, y, ms, me.trait.overshoot)


def _aimed(me: Visitor, p: Percept, element: Element) -> tuple[float, float, float]:
    """Where a press on `element` lands, and how long the way takes: spread by its size, and for fingers by the tip."""
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
    return x, y, movement_ms(trait.fitts_a_ms, trait.fitts_b_ms, distance, min(width, height), noise)


def press_calmly(me: Visitor, p: Percept) -> Doing:
    """One press where the pointer is."""
    yield Press(max(30.0, me.dice.lognormal(me.trait.hold_ms, 0.3)))


def activate(me: Visitor, p: Percept, element: Element) -> Doing:
    """Press `element` in order to get something from it; returns ``page``, ``state``, ... or ``""`` for nothing.

    What the visitor does when nothing comes: wait, try again, vent, clear the way, give up.
    """
    yield from bring_into_view(me, p, element)
    me.turning_back = False
    me.stray = None
    if not me.touch and me.dice.aim() < me.trait.keyboard:
        came = yield from _press_by_key(me, p, element)
        if came:
            return came
    habit = me.dice.aim()
    if habit > 1.0 - B.think:
        # A thought before the press.
        yield Look(me.dice.lognormal(0.6 * 1000.0 * me.trait.decision_s, 0.5), element.target)
    scene, view, reached_for = p.scene, p.view, p.now_ms
    x, y, ms = _aimed(me, p, element)
    yield Aim(x, y, ms, me.trait.overshoot, max(30.0, me.dice.lognormal(me.trait.hold_ms, 0.3)))
    target, alive, error, cause = p.hit, p.alive, p.error, p.cause
    run = _Run(started=p.began_ms, released=p.now_ms, view=view, target=target)
    run.note(p)
    meant = part_of(scene, target, element)
    if me.call is not None and meant and element.target == me.call.target and alive:
        me.call.used = True
    if not meant and target is not None and _strayed(p, scene, target, element):
        me.stray = Stray(p.blame_aim(element.target))
    if me.grudges:
        # Whoever is still angry may let it out on the next thing that is pressed, whether it works or not.
        way, blamed = vent_by(me, p, None, gain=B.spill, only=_STRIKE)
        if way is not None:
            yield from _strike(me, p, run, blamed, at_once=True)
            alive = alive or run.alive
    elif p.view == view:
        alive = (yield from _press_again(me, p, run, habit)) or alive
    if not p.response:
        deadline_ms = expected_ms(me, element)
        yield Await(deadline_ms)
        if not p.response and p.loading:
            # A page is seen to be on its way: one waits a little longer.
            yield Await(deadline_ms * (B.feedback - 1.0))
    came = p.response or ("page" if p.view != view else "")
    late = not came
    if late:
        came = yield from _disappointed(me, p, element, run, cause, covered=not meant)
    run.label(me)
    if alive and (late or run.presses > 1):
        me.journal.lookalike("dead_click", "slow_but_alive", view, run.started, run.released, target=target)
    _label_errors(me, p, run, error, cause, since=reached_for, alive=alive)
    if came == "state" and tells_of_failure(p.scene) and not tells_of_failure(scene):
        yield from _told_of_failure(me, p, element)
    return came


#: What is open to whoever has a target before the eyes.
_STRIKE = frozenset({"strike"})
_NO_TARGET = frozenset({"shake", "scroll"})


def _strayed(p: Percept, scene: Scene, target: str, element: Element) -> bool:
    """Whether the press, which hit `target` instead of `element`, leads to a page that was not meant."""
    if not p.loading and p.response != "page":
        return False
    hit = scene.element(target)
    led = scene.effect(hit) if hit is not None else None
    meant = scene.effect(element)
    return led is not None and led.kind == "navigate" and (meant is None or meant.url != led.url)


def _press_again(me: Visitor, p: Percept, run: _Run, habit: float) -> Doing:
    """Press again before anything could be expected: by a habit of double clicks, or out of impatience; benign.

    Returns whether something will come of it.
    """
    doubled = B.double_habit * me.trait.double_clicker
    hurry = B.double_submit * min(B.hurry_s / me.trait.patience_s, 3.0) if not p.response else 0.0
    if habit >= doubled + hurry:
        return False
    if habit < doubled:
        # A habit from the desktop, which fingers have learnt too: the second press comes whatever the first one did.
        name, pause_ms = "double_click", me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma) * 0.6
    else:
        name, pause_ms = "double_submit", me.dice.lognormal(B.hurry_gap_ms, B.hurry_gap_sigma)
    alive = False
    presses = 1 if name == "double_click" else 1 + me.dice.poisson(B.hurry_more, me.dice.vent())
    spread = _calm_spread(me) if me.touch or name == "double_submit" else 0.0
    for number in range(presses):
        yield Await(max(60.0, pause_ms if not number else me.dice.lognormal(B.hurry_gap_ms, B.hurry_gap_sigma)))
        if (p.response and name != "double_click") or p.view != run.view:
            break
        yield from _jitter(me, p, spread)
        yield from press_calmly(me, p)
        if p.hit == run.target:
            run.note(p)
            alive = alive or p.alive
    if run.presses > 1:
        me.journal.lookalike("rage_click", name, run.view, run.started, run.released, target=run.target)
    return alive


def _calm_spread(me: Visitor) -> float:
    """How far from press to press a calm hand strays in a burst (px, sd an axis): often not at all."""
    return B.jitter_touch_px if me.touch else 0.0 if me.dice.aim() < B.hand_still else B.jitter_px


def _jitter(me: Visitor, p: Percept, spread: float) -> Doing:
    """Between two presses the hand strays; a finger is lifted, and comes down somewhere else."""
    if spread <= 0.0:
        return
    x = float(round(min(max(p.x + spread * me.dice.hand(), 0.0), p.scene.vw - 1.0)))
    y = float(round(min(max(p.y + spread * me.dice.hand(), 0.0), p.scene.vh - 1.0)))
    if abs(x - p.x) > 0.5 or abs(y - p.y) > 0.5:
        yield Point(x, y, 20.0)


def _press_by_key(me: Visitor, p: Percept, element: Element) -> Doing:
    """Tab to `element` and press Enter; returns what came of it. Where nothing does, the mouse is taken instead.

    What lies covered is left to the mouse, although Tab would reach it: nobody has tried that in the captured site.
    """
    scene, view, reached_for = p.scene, p.view, p.now_ms
    x, y, _, _ = scene.spot(element)
    under = scene.hit(x, y - (0.0 if element.fixed else p.scroll_y), p.scroll_y)
    if not element.focusable or under is None or not part_of(scene, under.target, element):
        return ""
    yield KeyPress(element.target, 1 + me.dice.poisson(B.tab_stops, me.dice.aim()), me.dice.lognormal(B.tab_ms, 0.3))
    if p.hit != element.target or p.view != view:
        return p.response or "page"
    alive, error, cause = p.alive, p.error, p.cause
    run = _Run(started=p.began_ms, released=p.now_ms, view=view, target=p.hit)
    run.note(p)
    if me.call is not None and element.target == me.call.target and alive:
        me.call.used = True
    if not p.response:
        yield Await(expected_ms(me, element))
    came = p.response or ("page" if p.view != view else "")
    run.label(me)
    _label_errors(me, p, run, error, cause, since=reached_for, alive=alive)
    return came


class _Run:
    """The presses that were made on one target under one expectation."""

    __slots__ = ("alive", "dead", "presses", "released", "started", "target", "view")

    def __init__(self, *, started: float, released: float, view: int, target: str | None) -> None:
        self.started = started
        self.released = released
        self.view = view
        self.target = target
        self.presses = 0
        #: Whether something came, or will come, of any of them.
        self.alive = False
        #: Presses that nothing came of, by what they hit: first press, last release, the defect to blame, and why
        #: nobody could call them dead.
        self.dead: dict[str | None, tuple[float, float, str | None, str | None]] = {}

    def note(self, p: Percept) -> None:
        """Take down the press that was just made."""
        if p.hit == self.target and p.view == self.view:
            self.presses += 1
            self.released = p.now_ms
        if p.alive:
            self.alive = True
            return
        known = self.dead.get(p.hit)
        if known is not None:
            self.dead[p.hit] = (known[0], p.now_ms, known[2], known[3])
            return
        hit = p.scene.element(p.hit) if p.hit is not None and p.cause is None else None
        control = p.scene.element(hit.interactive_ancestor) if hit is not None and hit.interactive_ancestor else None
        disabled = control is not None and is_disabled(p, control)
        self.dead[p.hit] = (p.began_ms, p.now_ms, p.cause, "disabled_control" if disabled else None)

    def label(self, me: Visitor) -> None:
        """Without these presses the page would be the same: dead clicks, one for each target."""
        for target, (begun, ended, cause, doubt) in self.dead.items():
            if doubt is not None:
                me.journal.ambiguous("dead_click", doubt, self.view, begun, ended, target=target)
            else:
                me.journal.true("dead_click", self.view, begun, ended, target=target, cause=cause)


def _label_errors(
    me: Visitor, p: Percept, run: _Run, error: str | None, cause: str | None, *, since: float, alive: bool
) -> None:  # fmt: skip
    """With the press there was an error: an error click. An error of the page's own is none, whenever it comes."""
    if error is not None:
        end = max(run.released, p.error_ms)
        if alive:
            me.journal.ambiguous("error_click", "error_but_effect", run.view, run.started, end, target=run.target,
                                 cause=cause)  # fmt: skip
        else:
            me.journal.true("error_click", run.view, run.started, end, target=run.target, cause=cause)
    elif p.view == run.view:
        # One that falls between reaching for the thing and what came of it would have been there without the press.
        strayed = p.strayed_error(since)
        if strayed is not None:
            me.journal.lookalike("error_click", "unrelated_error", run.view, min(run.started, strayed),
                                 max(run.released, strayed), target=run.target)  # fmt: skip


def _told_of_failure(me: Visitor, p: Percept, element: Element) -> Doing:
    """The page says that something went wrong. Where a form was sent, it is for the form to deal with it."""
    if any(form.submit == element.target for form in me.site.forms):
        return
    me.suffer("error", p.now_ms, p.blame())
    way, cause = vent_by(me, p, None, only=_NO_TARGET)
    if way is not None:
        yield from let_off_steam(me, p, way, cause)


def _disappointed(
    me: Visitor, p: Percept, element: Element, run: _Run, cause: str | None, *, covered: bool
) -> Doing:  # fmt: skip
    """Nothing came within the time that the visitor gave it.

    Whether anything is on its way nobody can see, unless the browser shows that a page is loading.
    """
    me.suffer("slow" if p.loading else "covered" if covered else "dead_click", p.now_ms, cause)
    patience_ms = me.dice.lognormal(1000.0 * me.trait.patience_s, B.patience_sigma)
    tries = 0
    while not p.response and tries < 4 and p.view == run.view:
        tries += 1
        way, blamed = vent_by(me, p, cause)
        if way == "strike":
            yield from _strike(me, p, run, blamed)
            me.relieve(B.vent_relief)
            if not p.response:
                yield Await(expected_ms(me, element))
        elif way is not None:
            yield from let_off_steam(me, p, way, blamed)
            if me.turning_back:
                break
            yield from bring_into_view(me, p, element)
        elif me.dice.vent() < B.retry * (0.6 if tries > 1 else 1.0):
            yield from _retry(me, p, element, run, anew=covered or p.hit != run.target)
            if not p.response:
                yield Await(expected_ms(me, element))
        elif covered and me.dice.mind() < B.clear_the_way:
            if (yield from _clear_the_way(me, p, element)):
                # A new press under a new expectation, with labels of its own.
                return (yield from activate(me, p, p.scene.element(element.target) or element))
        else:
            waited = p.now_ms - run.started
            if waited < patience_ms:
                yield Await(patience_ms - waited)
            if not p.response:
                me.suffer("slow" if p.loading or tries == 1 else "dead_click", p.now_ms, cause)
                if me.dice.vent() < 0.6:
                    break
    # A page that is seen to be on its way is waited for elsewhere.
    return p.response or ("page" if p.loading and not me.turning_back else "")


def _retry(me: Visitor, p: Percept, element: Element, run: _Run, *, anew: bool) -> Doing:
    """Try a press again, calmly: nobody is angry, the finger merely insists a little."""
    yield Await(me.dice.lognormal(B.retry_gap_ms, B.retry_gap_sigma))
    if p.response or p.view != run.view:
        return
    if anew:
        # It was missed, or something lies over it: aim anew.
        yield from point_at(me, p, element)
    begun: float | None = None
    ended = 0.0
    target = run.target
    spread = _calm_spread(me)
    tempo = me.dice.lognormal(B.insist_gap_ms, B.insist_tempo_sigma)
    for number in range(1 + me.dice.poisson(B.retry_more, me.dice.vent())):
        if number:
            yield Await(max(60.0, me.dice.lognormal(tempo, B.insist_gap_sigma)))
            if p.response or p.view != run.view:
                break
            yield from _jitter(me, p, spread)
        yield from press_calmly(me, p)
        run.note(p)
        if begun is None:
            begun, target = p.began_ms, p.hit
        ended = p.now_ms
    if begun is not None:
        me.journal.lookalike("rage_click", "calm_retry", run.view, begun, ended, target=target)


def _strike(me: Visitor, p: Percept, run: _Run, cause: str | None, *, at_once: bool = False) -> Doing:
    """Vent by striking: a burst of presses at what let the visitor down, or (`at_once`) at the next thing pressed.

    What was pressed for a purpose is no part of it. Bursts have a tempo of their own: some are fast and in one place,
    some slow and all over it.
    """
    if not at_once:
        yield Await(me.dice.lognormal(B.strike_onset_ms, B.strike_onset_sigma))
        if not p.response and p.view == run.view and me.dice.aim() >= B.hand_still:
            # The hand has not been waiting all that time on the same spot.
            yield from _jitter(me, p, B.strike_spread_px)
    resolved = bool(p.response) and not at_once
    if p.view != run.view:
        return
    intended = 1 + me.dice.poisson(B.strike_mean, me.dice.vent())
    begun = ended = 0.0
    made = 0
    target = run.target
    anger = me.anger
    tempo = me.dice.lognormal(B.strike_gap_ms, B.strike_tempo_sigma)
    # The button of a mouse can be struck without moving it; a finger cannot.
    still = not me.touch and me.dice.aim() < B.hand_still
    spread = 0.0 if still else me.dice.lognormal(B.strike_spread_px, B.strike_spread_sigma)
    for strike in range(intended):
        if strike or at_once:
            yield Await(max(40.0, me.dice.lognormal(tempo, B.strike_gap_sigma)))
            if p.view != run.view:
                break
            yield from _jitter(me, p, spread)
        yield Press(max(25.0, me.dice.lognormal(me.trait.hold_ms * 0.85, 0.3)))
        if not made:
            begun, target = p.began_ms, p.hit
        made += 1
        ended = p.now_ms
        run.note(p)
    if not made:
        return
    if resolved:
        me.journal.ambiguous("rage_click", "load_resolved", run.view, begun, ended, target=target, cause=cause)
    elif made == 1:
        me.journal.ambiguous("rage_click", "one_press", run.view, begun, ended, target=target, cause=cause)
    else:
        me.journal.true("rage_click", run.view, begun, ended, target=target, cause=cause, intensity=anger)


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
                yield Await(expected_ms(me, candidate))
            # Whether it worked or not, it is not tried twice.
            me.given_up_on.add(candidate.target)
            return bool(p.response)
    return False


def step_through(me: Visitor, p: Percept, element: Element, presses: int, name: str) -> Doing:
    """Press a control several times because each press does something (a stepper, a carousel): benign by intent."""
    if name == "double_click" and not element.interactive and p.scene.effect(element) is None:
        # On a text it marks a word.
        return (yield from select_text(me, p, element, clicks=2))
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    view = p.view
    begun = None
    tempo = me.dice.lognormal(B.step_gap_ms, 0.3)
    spread = _calm_spread(me)
    made = 0
    ended = 0.0
    target: str | None = None
    dead = False
    for number in range(presses):
        if number:
            yield Await(max(60.0, me.dice.lognormal(tempo, B.step_gap_sigma)))
        if p.view != view or element.target not in p.scene:
            break
        if number:
            yield from _jitter(me, p, spread)
        yield from press_calmly(me, p)
        if begun is None:
            begun, target = p.began_ms, p.hit
        made += 1
        if not p.alive:
            dead = True
            break
        ended = p.now_ms
    if made > dead and (made - dead > 1 or name == "double_click"):
        me.journal.lookalike("rage_click", name, view, begun or 0.0, ended, target=target)
    if dead:
        control = p.scene.element(element.target)
        if p.cause is not None:
            me.journal.true("dead_click", view, p.began_ms, p.now_ms, target=p.hit, cause=p.cause)
        elif control is not None and is_disabled(p, control):
            me.journal.ambiguous("dead_click", "disabled_control", view, p.began_ms, p.now_ms, target=p.hit)
        else:
            # The end of the carousel: it has that state already.
            me.journal.ambiguous("dead_click", "already_in_state", view, p.began_ms, p.now_ms, target=p.hit)


def select_text(me: Visitor, p: Percept, element: Element, clicks: int | None = None) -> Doing:
    """Mark a word or a paragraph by two or three quick clicks, or by a long press of a finger: benign."""
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    if me.touch and (clicks == 2 or me.dice.aim() < B.double_tap):
        yield from _double_tap(me, p)
        return
    if me.touch:
        yield SelectText(1, 0.0)
        me.journal.lookalike("dead_click", "text_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
        if me.dice.mind() < B.click_away:
            yield Look(me.dice.lognormal(900.0, 0.5), element.target)
            yield from press_nowhere(me, p, "click_away")
        return
    clicks = clicks or (2 if me.dice.mind() < 0.6 else 3)
    gap = me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma)
    drift_x, drift_y = (0.0, 0.0) if me.dice.aim() < B.hand_still else (me.dice.hand(), me.dice.hand())
    hold_ms = max(30.0, 0.75 * me.dice.lognormal(me.trait.hold_ms, 0.25))
    yield Await(me.dice.lognormal(B.poise_ms, B.poise_sigma))
    yield SelectText(
        clicks, max(min(gap, 480.0 - hold_ms), 40.0), float(round(drift_x)), float(round(drift_y)), hold_ms
    )
    me.journal.lookalike("dead_click", "text_selection", p.view, p.began_ms, p.now_ms, target=p.hit)
    name = "double_click" if clicks == 2 else "triple_click"
    me.journal.lookalike("rage_click", name, p.view, p.began_ms, p.now_ms, target=p.hit)
    if me.dice.mind() < B.click_away:
        yield Look(me.dice.lognormal(900.0, 0.5), element.target)
        yield from press_nowhere(me, p, "click_away")


def _double_tap(me: Visitor, p: Percept) -> Doing:
    """Tap a text twice, to enlarge or mark it: that is between the finger and the browser, and no page is told."""
    view, target = p.view, p.hit
    begun = 0.0
    alive = False
    for number in range(2):
        if number:
            yield Await(max(60.0, me.dice.lognormal(B.double_gap_ms, B.double_gap_sigma) * 0.6))
            if p.view != view:
                return
            yield from _jitter(me, p, B.jitter_touch_px)
        yield from press_calmly(me, p)
        begun, target = (p.began_ms, p.hit) if not number else (begun, target)
        alive = alive or p.alive
    me.journal.lookalike("rage_click", "double_click", view, begun, p.now_ms, target=target)
    if not alive:
        me.journal.lookalike("dead_click", "text_selection", view, begun, p.now_ms, target=target)


def press_nowhere(me: Visitor, p: Percept, name: str) -> Doing:
    """Press where nothing is: to take a mark off a text, or to bring a window to the front. No answer is expected."""
    scene = p.scene
    x, y = p.x, p.y
    for _ in range(4):
        hit = scene.hit(x, y, p.scroll_y)
        if hit is None or (hit.interactive_ancestor is None and scene.effect(hit) is None):
            break
        x, y = float(int(me.dice.aim() * scene.vw)), float(int((0.1 + 0.8 * me.dice.aim()) * scene.vh))
    else:
        return
    if (x, y) != (p.x, p.y):
        yield Point(x, y, me.dice.lognormal(450.0, 0.4), me.trait.overshoot)
    yield from press_calmly(me, p)
    if not p.alive:
        me.journal.lookalike("dead_click", name, p.view, p.began_ms, p.now_ms, target=p.hit)
    elif not p.response:
        yield Await(B.expect_ms)
