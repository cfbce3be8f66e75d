"""Widgets whose answer the document does not show: a file or a tab opens, something is heard, copied or painted.

To a person these presses are answered, to whoever watches the document they look dead. Two more belong here, of which
nobody can say what they are: a control that is switched off, and one whose answer is off screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from simbench.site.declaration import Interest
from simbench.site.model import Element
from simbench.visitor.acts import Await, Choose, Hide, Look, Percept, ScrollTo
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.mind.hands import bring_into_view, point_at, press_calmly
from simbench.visitor.person import Doing, Visitor

__all__ = ["UNSEEN_ANSWERS", "press_disabled", "press_for_what_is_off_screen", "use_widget"]

#: By kind of interest, the look-alike that using it is.
UNSEEN_ANSWERS: Final = {
    "download": "download", "new_tab": "new_tab", "file": "file_chooser", "date_button": "date_button",
    "css_toggle": "css_feedback", "copy_text": "copy", "audio": "audio",
}  # fmt: skip


@dataclass(slots=True)
class _Run:
    """Presses on one widget under one expectation."""

    view: int
    begun: float = 0.0
    ended: float = 0.0
    made: int = 0
    alive: bool = True
    target: str | None = None
    cause: str | None = None


def use_widget(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    """Press a widget for what it does, and turn to that: read the file, come back from the tab, hear the sound."""
    name = UNSEEN_ANSWERS[interest.kind]
    least, most = interest.presses or (1, 1)
    run = yield from _press(me, p, element, least + int(me.dice.mind() * (most - least + 1)))
    if not _label_if_dead(me, run):
        me.journal.lookalike("dead_click", name, run.view, run.begun, run.ended, target=run.target)
        if run.made > 1:
            again = "toggle" if interest.kind == "css_toggle" else name
            me.journal.lookalike("rage_click", again, run.view, run.begun, run.ended, target=run.target)
    if not run.alive or p.view != run.view or p.loading:
        return
    if interest.kind == "new_tab":
        yield Hide(me.dice.lognormal(B.new_tab_ms, B.new_tab_sigma))
    elif interest.kind == "file":
        yield Hide(me.dice.lognormal(B.file_dialog_ms, B.file_dialog_sigma), "dialog")
        if me.dice.mind() < B.file_chosen:
            yield Choose(interest.field or element.target, 20.0)
    else:
        yield Look(me.dice.lognormal(900.0, 0.5), element.target)


def press_disabled(me: Visitor, p: Percept, element: Element) -> Doing:
    """Press a control although it is switched off: whether that is a dead click, nobody can say."""
    if not element.disabled:
        return
    run = yield from _press(me, p, element, 1 + (me.dice.vent() < 0.5 * B.retry))
    if not run.alive:
        me.journal.ambiguous("dead_click", "disabled_control", run.view, run.begun, run.ended, target=run.target)


def press_for_what_is_off_screen(me: Visitor, p: Percept, interest: Interest, element: Element) -> Doing:
    """Press a control that answers elsewhere on the page: where that is off screen, nobody can say that it did."""
    shown = p.scene.element(interest.answer) if interest.answer is not None else None
    least, most = interest.presses or (1, 1)
    run = yield from _press(me, p, element, least + int(me.dice.mind() * (most - least + 1)))
    if _label_if_dead(me, run) or shown is None or p.view != run.view or p.loading:
        return
    top, bottom = shown.y - p.scroll_y, shown.y + shown.h - p.scroll_y
    if bottom <= 0.0 or top >= p.scene.vh:
        me.journal.ambiguous("dead_click", "effect_off_screen", run.view, run.begun, run.ended, target=run.target)
        if me.dice.mind() < B.go_and_see:
            # Where did it go? Down there.
            wanted = min(max(shown.y - 0.4 * p.scene.vh, 0.0), p.scene.sy_max)
            yield ScrollTo(float(round(wanted)), 250.0 + abs(wanted - p.scroll_y) * 0.4)
            yield Look(me.dice.lognormal(1200.0, 0.5), shown.target)


def _press(me: Visitor, p: Percept, element: Element, presses: int) -> Doing:
    """Press `element` so many times, each time waiting for what it does; returns the `_Run`."""
    yield from bring_into_view(me, p, element)
    yield from point_at(me, p, element)
    run = _Run(view=p.view)
    for number in range(presses):
        if number:
            yield Look(me.dice.lognormal(B.use_again_ms, B.use_again_sigma), element.target)
        if p.view != run.view or p.loading:
            break
        yield from press_calmly(me, p)
        if not run.made:
            run.begun, run.target = p.began_ms, p.hit
        run.made += 1
        run.ended = p.now_ms
        if not p.alive:
            run.alive, run.cause = False, p.cause
        if element.disabled:
            continue
        if not p.response:
            yield Await(me.dice.lognormal(B.expect_ms, B.expect_sigma))
        if not p.response:
            break
    return run


def _label_if_dead(me: Visitor, run: _Run) -> bool:
    """A press that was to do something and came to nothing (it missed, or the widget is broken) is a dead click."""
    if run.alive:
        return False
    me.journal.true("dead_click", run.view, run.begun, run.ended, target=run.target, cause=run.cause)
    me.suffer("dead_click", run.ended, run.cause)
    return True
