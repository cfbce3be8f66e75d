"""Calls to action: whether the main one of each page view is noticed, serves, and is followed (`docs/episodes.md`).

A call is *noticed* when the eyes, in passing over it, recognise it: some time after it came on screen, or never, where
it looks like an advertisement. What became of it is settled when the view ends, and, where the visitor may yet come
back to it, when the visit ends.
"""

from __future__ import annotations

from simbench.site.declaration import Cta
from simbench.visitor.acts import Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Call, Visitor

__all__ = ["end_calls", "turn_page", "watch_call"]


def turn_page(me: Visitor, p: Percept) -> None:
    """Another page view has begun: settle the last one's call, and see what this one's is."""
    call = me.call
    if call is not None:
        if call.view == p.view:
            return
        _seen(call, p.deepest_before, p.arrived_ms)
        _settle(me, call, p.arrived_ms)
        me.call = None
    key = "call"
    declared = p.scene.notes.get(key, key)
    if declared is key:
        declared = p.scene.notes[key] = _main_call(me, p)
    if declared is None:
        return
    assert isinstance(declared, Cta)
    element = p.scene.element(declared.target)
    if element is None or element.h <= 0:
        return
    # Eyes pass over what looks like an advertisement, and now and then over other things.
    defect = me.effects_on_people.get(declared.target)
    ad_like = defect is not None and defect.finding == "cta_skipped"
    u = me.dice.eye()
    blind = u < (B.miss_ad_like if ad_like else B.miss_plain)
    call = Call(
        view=p.view, target=declared.target, serves=declared.goal == me.goal_name, began_ms=p.arrived_ms,
        lag_ms=None if blind else me.dice.lognormal(B.notice_ms, B.notice_sigma),
        depth=0.0 if element.fixed else element.y + element.h / 2,
        cause=defect.id if ad_like and blind and u >= B.miss_plain and defect is not None else None,
    )  # fmt: skip
    _seen(call, p.deepest, p.now_ms)
    me.call = call


def watch_call(me: Visitor, p: Percept) -> None:
    """Something was read or scrolled: the call to action may have come on screen meanwhile."""
    call = me.call
    if call is not None and call.noticed_ms is None and call.lag_ms is not None and call.view == p.view:
        _seen(call, p.deepest, p.now_ms)


def end_calls(me: Visitor, p: Percept) -> None:
    """The visit ends: settle what is open."""
    call = me.call
    if call is not None:
        _seen(call, p.deepest if call.view == p.view else p.deepest_before, p.now_ms)
        _settle(me, call, p.now_ms)
        me.call = None
    for call in me.put_off:
        # Not taken back up: what was declined stays declined.
        if call.declined:
            me.journal.true("skipped_cta", call.view, call.noticed_ms or call.began_ms, call.ended_ms,
                            target=call.target)  # fmt: skip
        else:
            me.journal.ambiguous("skipped_cta", "view_cut", call.view, call.noticed_ms or call.began_ms, call.ended_ms,
                                 target=call.target)  # fmt: skip
    me.put_off.clear()


def _main_call(me: Visitor, p: Percept) -> Cta | None:
    return next((cta for cta in me.site.ctas if cta.page == p.scene.page), None)


def _seen(call: Call, deepest: float, now_ms: float) -> None:
    """The page has been on screen down to `deepest`: from now on at the latest the eyes can come to the call."""
    if call.noticed_ms is None and call.lag_ms is not None and call.depth <= deepest:
        call.noticed_ms = now_ms + call.lag_ms


def _settle(me: Visitor, call: Call, end_ms: float) -> None:
    """The view is over."""
    journal = me.journal
    view, target, began = call.view, call.target, call.began_ms
    noticed = call.noticed_ms is not None and call.noticed_ms < end_ms
    since = call.noticed_ms if call.noticed_ms is not None and noticed else began
    if call.used:
        for earlier in [one for one in me.put_off if one.target == target]:
            me.put_off.remove(earlier)
            journal.lookalike("skipped_cta", "postponed", earlier.view, earlier.noticed_ms or earlier.began_ms,
                              earlier.ended_ms, target=target)  # fmt: skip
    elif call.postponed:
        journal.lookalike("skipped_cta", "postponed", view, since, end_ms, target=target)
    elif not call.serves:
        if noticed:
            journal.lookalike("skipped_cta", "not_needed", view, since, end_ms, target=target)
        else:
            journal.lookalike("missed_cta", "not_needed", view, began, end_ms, target=target)
    elif call.missed:
        journal.true("missed_cta", view, began, end_ms, target=target, cause=call.cause)
    elif call.other_way:
        if noticed:
            journal.ambiguous("skipped_cta", "goal_other_way", view, since, end_ms, target=target)
        else:
            journal.ambiguous("missed_cta", "goal_other_way", view, began, end_ms, target=target)
    elif not noticed:
        journal.ambiguous("missed_cta", "view_cut", view, began, end_ms, target=target)
    elif end_ms - since < B.noticed_late_ms:
        journal.ambiguous("skipped_cta", "noticed_late", view, since, end_ms, target=target)
    else:
        # Declined, or left for something else: whether that was the last word, the rest of the visit tells.
        call.ended_ms = end_ms
        me.put_off.append(call)
