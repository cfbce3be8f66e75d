"""Venting: what angry visitors do with their anger, and which fault is to blame for it.

Anger is a state of the visitor (`simbench.visitor.person.Visitor`): causes feed it, time wears it down. Whether and how
it is vented is a race between the person's ways of venting, each with a hazard of its own: dial x anger. Striking is
`rage_click`, shaking the mouse is `thrashed_cursor`; scrolling about, going back and leaving are no kinds of their own.
"""

from __future__ import annotations

from math import exp, pi

from simbench.visitor.acts import Look, Percept, ScrollTo, Shake
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Doing, Visitor

__all__ = ["let_off_steam", "shake_it", "vent_by"]

#: Ways of venting with the dials that weigh them.
_WAYS = (("strike", "vent_rage"), ("shake", "vent_thrash"), ("scroll", "vent_scroll"), ("back", "vent_back"))


def vent_by(
    me: Visitor, p: Percept, occasion: str | None, *, gain: float = 1.0, only: frozenset[str] | None = None
) -> tuple[str | None, str | None]:
    """How the visitor vents just now, if at all, and the defect without which that would not be.

    Parameters
    ----------
    occasion
        The defect that made the occasion, if one did: without it there would be nothing to vent at here.
    gain
        How strongly this occasion invites to vent.
    only
        The ways that are open here; None: all.
    """
    if not me.grudges:
        return None, None
    me.calm_down(p.now_ms)
    u = me.dice.vent()
    hazards = [
        (way, B.vent_gain * gain * getattr(me.trait, dial))
        for way, dial in _WAYS
        if (only is None or way in only) and (way != "shake" or not me.touch) and (way != "back" or p.can_go_back)
    ]
    way = _way(hazards, u, me.anger)
    return way, _blamed(me, hazards, u, way, occasion) if way is not None else None


def _way(hazards: list[tuple[str, float]], u: float, anger: float) -> str | None:
    """The way that wins the race for the uniform number `u` at this anger; None where none does in time."""
    total = sum(hazard for _, hazard in hazards) * anger
    chance = 1.0 - exp(-total)
    if u >= chance:
        return None
    mark = u / chance * total
    for way, hazard in hazards:
        mark -= hazard * anger
        if mark <= 0.0:
            return way
    return hazards[-1][0]


def _blamed(
    me: Visitor, hazards: list[tuple[str, float]], u: float, way: str, occasion: str | None
) -> str | None:  # fmt: skip
    """The counterfactual: with the same luck and without that defect's share of the anger, nothing would be vented so.

    Where several would each have sufficed, no one of them is needed; then the one that weighs most is named, if without
    all of them it would not have come to this.
    """
    if occasion is not None:
        return occasion
    planted = sorted(((share, cause) for cause, share in me.grudges.items() if cause is not None), reverse=True)
    if not planted:
        return None
    for share, cause in planted:
        if _way(hazards, u, max(me.anger - share, 0.0)) != way:
            return cause
    rest = max(me.anger - sum(share for share, _ in planted), 0.0)
    return planted[0][1] if _way(hazards, u, rest) != way else None


def let_off_steam(me: Visitor, p: Percept, way: str, cause: str | None) -> Doing:
    """Vent in a way that needs no target: shake the mouse, scroll about, or make up one's mind to go back."""
    if way == "shake":
        strokes = 1 + me.dice.poisson(B.shake_strokes, me.dice.vent())
        view = p.view
        anger = me.anger
        yield from shake_it(me, p, strokes, B.shake_stroke_ms, B.shake_reach_px)
        # To and once back is a cycle; who stops before that, or is stopped, might have done anything.
        if strokes < 2 or p.view != view:
            me.journal.ambiguous("thrashed_cursor", "cut_short", view, p.began_ms, p.now_ms, cause=cause)
        else:
            me.journal.true("thrashed_cursor", view, p.began_ms, p.now_ms, cause=cause, intensity=anger)
    elif way == "scroll":
        yield from _scroll_about(me, p)
    elif way == "back":
        me.turning_back = True
    me.relieve(B.vent_relief)


def shake_it(
    me: Visitor, p: Percept, strokes: int, stroke_ms: float, reach_px: float, *, reading: bool = False
) -> Doing:  # fmt: skip
    """Shake the mouse about where it is: in the person's own tempo, as far as the window leaves room."""
    tempo = me.trait.fitts_b_ms / B.shake_tempo_ms
    ms = max(45.0, me.dice.lognormal(stroke_ms * tempo, B.shake_tempo_sigma))
    room = 2.0 * max(20.0, min(p.x, p.y, p.scene.vw - p.x, p.scene.vh - p.y))
    reach = min(me.dice.lognormal(reach_px, B.shake_reach_sigma), room)
    u = me.dice.vent()
    # Most go to and fro, more across than up; some go round.
    roundness = 0.0 if u < B.shake_straight else 1.0
    angle = 0.5 * me.dice.hand() if u < 0.8 * B.shake_straight else pi / 2 + 0.5 * me.dice.hand()
    yield Shake(strokes, ms, reach, angle, roundness, reading)


def _scroll_about(me: Visitor, p: Percept) -> Doing:
    """Up and down for no purpose."""
    scene = p.scene
    if scene.sy_max < 40.0:
        return
    begun: float | None = None
    view = p.view
    down = p.scroll_y < 0.5 * scene.sy_max
    for _ in range(2 + me.dice.poisson(B.scroll_about, me.dice.vent())):
        way = me.dice.lognormal(0.6 * scene.vh, 0.5)
        to = min(max(p.scroll_y + (way if down else -way), 0.0), scene.sy_max)
        down = not down
        if abs(to - p.scroll_y) < 1.0:
            continue
        yield ScrollTo(float(round(to)), 200.0 + abs(to - p.scroll_y) * 0.4)
        if begun is None:
            begun = p.began_ms
        yield Look(me.dice.lognormal(260.0, 0.5))
        if p.view != view:
            break
    if begun is not None:
        me.journal.lookalike("scroll_hunt", "venting", view, begun, p.now_ms)
