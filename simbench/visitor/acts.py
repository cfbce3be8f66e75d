"""What a visitor can do, and what comes back: the whole interface between a mind and a body.

A visitor is a generator that yields an `Act` and is sent a `Percept`. It has no clock and does no I/O, so the same
visitor plays in a model of the site or in a real browser; see `simbench.engine`. Positions are CSS px, durations ms.
Client positions (`x`, `y`) are relative to the viewport, as in the DOM's ``clientX``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from simbench.site.model import Element
from simbench.visitor.scene import Scene

__all__ = ["Act", "Aim", "Arrive", "Await", "Back", "Choose", "Drag", "Hide", "KeyPress", "Leave", "Look",
           "Percept", "Point", "Press", "Read", "ScrollTo", "SelectText", "Shake", "Type"]  # fmt: skip


@dataclass(slots=True)
class Arrive:
    """Come to the site at `url` from outside."""

    url: str


@dataclass(slots=True)
class Look:
    """Rest the eyes on an element (or on nothing in particular) for `ms`; the hand is still."""

    ms: float
    target: str | None = None


@dataclass(slots=True)
class Read:
    """Read on for `ms` while the page is scrolled to `scroll_y` bit by bit.

    `wander` is where a restless mouse ends up meanwhile (client px), or None for a hand that keeps still.
    """

    ms: float
    scroll_y: float
    wander: tuple[float, float] | None = None


@dataclass(slots=True)
class ScrollTo:
    """Scroll to `scroll_y` in one go, to bring something into view."""

    scroll_y: float
    ms: float


@dataclass(slots=True)
class Point:
    """Move the pointer to client (`x`, `y`) within `ms`; a finger merely takes that long to get there.

    `overshoot` is the probability that the first submovement goes beyond. In 0 ms the pointer is simply there, as a
    program's is, and nothing is seen of its way.
    """

    x: float
    y: float
    ms: float
    overshoot: float = 0.15


@dataclass(slots=True)
class Press:
    """Press and release where the pointer is, held for `hold_ms`."""

    hold_ms: float


@dataclass(slots=True)
class Aim:
    """`Point` and then `Press`, as one act: what nearly every press is."""

    x: float
    y: float
    ms: float
    overshoot: float
    hold_ms: float


@dataclass(slots=True)
class KeyPress:
    """Go to the control `target` by `tabs` presses of Tab, `ms_per_tab` each, and press Enter on it."""

    target: str
    tabs: int
    ms_per_tab: float


@dataclass(slots=True)
class Shake:
    """Move the mouse to and fro or round and round about where it is, `strokes` half turns of `ms_per_stroke` each.

    `reach_px` is how far a stroke goes, `roundness` 0 for to and fro on a line and 1 for circles, `angle` the line's
    direction (radians). `reading` says that the eyes read on meanwhile.
    """

    strokes: int
    ms_per_stroke: float
    reach_px: float
    angle: float
    roundness: float = 0.0
    reading: bool = False


@dataclass(slots=True)
class SelectText:
    """Mark the text under the pointer by `clicks` quick clicks (2: a word, 3: a paragraph), or by 1 long press.

    The hand drifts by (`drift_x`, `drift_y`) px from click to click; each is held for `hold_ms`.
    """

    clicks: int
    gap_ms: float
    drift_x: float = 0.0
    drift_y: float = 0.0
    hold_ms: float = 60.0


@dataclass(slots=True)
class Drag:
    """Press at the first point of `path` (client px), go along it with the button or the finger down, and let go.

    `ms` is the time for the whole path. `selects` says that it goes over a text, which is marked.
    """

    path: tuple[tuple[float, float], ...]
    ms: float
    selects: bool = False


@dataclass(slots=True)
class Type:
    """Type `text`, a sample of the site's declaration, into `field`: `ms_per_key` a key, `slips` put right on the way.

    The text reaches a page at the most, never an event. `good` says whether it is what the form wants.
    """

    field: str
    text: str
    ms_per_key: float
    slips: int
    good: bool


@dataclass(slots=True)
class Choose:
    """Give the field that has the focus another value without typing (a choice, a tick)."""

    field: str
    ms: float


@dataclass(slots=True)
class Await:
    """Wait until something answers the last act, at most `ms`."""

    ms: float


@dataclass(slots=True)
class Hide:
    """Turn to another tab or away from the machine for `ms`, or (`dialog`) to a window of the system's own."""

    ms: float
    to: Literal["tab", "dialog"] = "tab"


@dataclass(slots=True)
class Back:
    """The browser's back button. While a page is on its way and has not come yet, it only calls that page off."""


@dataclass(slots=True)
class Leave:
    """Close the tab, or go elsewhere. Nothing comes after."""


Act = (
    Arrive | Look | Read | ScrollTo | Point | Press | KeyPress | Aim | Shake | SelectText | Drag | Type | Choose | Await
    | Hide | Back | Leave
)  # fmt: skip


class Percept(Protocol):
    """What the visitor perceives after an act. One object, brought up to date by the engine."""

    #: Time on the true clock, ms since the visit began: a stopwatch for labels, never a rule of behaviour.
    now_ms: float
    #: When the last act began.
    began_ms: float
    #: The page as it is now.
    scene: Scene
    #: Number of the page view, from 0.
    view: int
    #: Top of the viewport in page px.
    scroll_y: float
    #: Pointer in client px.
    x: float
    y: float
    #: After `Press`: the element that was really hit.
    hit: str | None
    #: After `Press` and `Await`: what is known to have come of the last press.
    #: ``""`` nothing yet, else ``page`` (another page), ``state`` (the page changed its state), ``change`` (something
    #: on the page changed), ``open``, ``focus``, ``scroll``, ``sound``, ``copy`` (the clipboard took something).
    response: str
    #: Whether the browser shows that a page is on its way.
    loading: bool
    #: After `Press`: whether anything will ever come of it. For the labels alone: a visitor cannot know.
    alive: bool
    #: After `Press`: when the answer will be on screen, ms after the press. For the labels alone.
    response_ms: float
    #: After `Press`: the class of a script error that the press raised. For the labels alone.
    error: str | None
    #: When the last such error came.
    error_ms: float
    #: After `Press`: the planted defect without which the press would have had another outcome. For the labels alone.
    cause: str | None

    #: When the page that is on its way, or the last that came, was asked for.
    asked_ms: float
    #: When this page view began to be shown.
    arrived_ms: float
    #: How far down this page view has been on screen, page px; and how far the view before it was.
    deepest: float
    deepest_before: float

    @property
    def can_go_back(self) -> bool:
        """Whether the browser has an earlier page of this site to go back to."""

    def blame(self) -> str | None:
        """The defect without which the last press would have had another outcome. For the labels alone."""

    def blame_aim(self, target: str) -> str | None:
        """The defect without which the last press would have hit `target`. For the labels alone."""

    def blame_load(self, patience_ms: float) -> str | None:
        """The defect without which the page on its way would be there within `patience_ms`. For the labels alone."""

    def otherwise(self, target: str, defect: str) -> Element | None:
        """The element as it would be on this page without `defect`. For the labels alone."""

    def strayed_error(self, since_ms: float) -> float | None:
        """When, from `since_ms` to now, the page threw an error of its own, if it did. For the labels alone."""
