"""Expecting: what should come of a press, and by when; and what on screen tells of a failure."""

from __future__ import annotations

from typing import Final

from simbench.site.model import Element
from simbench.visitor.acts import Percept
from simbench.visitor.behaviour import BEHAVIOUR as B
from simbench.visitor.person import Visitor
from simbench.visitor.scene import Scene

__all__ = ["expected_ms", "is_disabled", "part_of", "tells_of_failure"]

#: Controls whose answer is their own new look: it is expected at once.
_TOGGLES: Final = frozenset({"checkbox", "radio", "switch", "tab", "option", "menuitem", "label", "spinbutton"})
#: Words in the name of a state that tells of a failure, by the convention of `site.yaml`.
_FAILED: Final = ("rejected", "invalid", "error", "failed", "none")


def expected_ms(me: Visitor, element: Element) -> float:
    """Time within which this visitor, this time, expects a press on `element` to show something."""
    if element.role in _TOGGLES:
        median = B.expect_toggle_ms
    elif element.href is not None or element.role == "link":
        median = B.expect_page_ms
    else:
        median = B.expect_ms
    return me.dice.lognormal(median, B.expect_sigma)


def part_of(scene: Scene, target: str | None, element: Element) -> bool:
    """Whether a press on `target` is a press on `element`: itself, or a part of the same control."""
    if target is None or target == element.target:
        return target is not None
    hit = scene.element(target)
    return hit is not None and (hit.interactive_ancestor == element.interactive_ancestor is not None)


def is_disabled(p: Percept, element: Element) -> bool:
    """Whether `element` is a control that the page has switched off: it is there, but takes no focus and no press."""
    return element.disabled and p.scene.effect(element) is None


def tells_of_failure(scene: Scene) -> bool:
    """Whether the page says that something went wrong: visible to everybody, unlike an error in a script."""
    known = scene.notes.get("failure")
    if known is None:
        known = scene.notes["failure"] = any(word in scene.state for word in _FAILED)
    return bool(known)
