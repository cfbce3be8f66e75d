"""What a captured page looks like and does: the values that the model engine plays against."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

__all__ = ["Effect", "EffectKind", "Element", "ElementKind", "FieldTrial", "FormTrial", "Late", "Request", "Snapshot"]

ElementKind = Literal["text", "image", "control", "field", "box"]
EffectKind = Literal["navigate", "state", "change", "scroll", "open", "focus", "sound", "copy", "error", "none"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Element:
    """One rendered element.

    Boxes are in CSS px: of the page (`fixed` false) or of the viewport (`fixed` true, which includes bars that stick
    from the start). What a clipping ancestor hides is cut off; inside an inner scroller (`container`) the box is where
    the element stands while the scroller is at its start, and the reader cuts it with the scroller's own box.
    """

    target: str
    tag: str
    role: str
    #: At most 80 characters; what an interactive element says as a whole, what any other one renders itself.
    text: str
    #: Number of words that the element itself renders (not its children).
    words: int
    href: str | None
    x: float
    y: float
    w: float
    h: float
    #: Place in the paint order: greater is on top.
    z: int
    fixed: bool
    cursor: str
    focusable: bool
    interactive: bool
    #: The nearest interactive element, itself included.
    interactive_ancestor: str | None
    #: Whether it takes part in hit-testing at all; what covers what is for the paint order to say.
    hit: bool
    kind: ElementKind
    #: Whether it is a control that cannot be used now.
    disabled: bool = False
    #: The inner scroller that it lies in.
    container: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A request to the server: path without query, status, and the server's own time for it, unloaded."""

    method: str
    url: str
    status: int
    ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """What a click does, found by clicking.

    `kind` is the most telling of what happened: something opened, the page was left, the state changed, what is seen
    changed, it scrolled, a field took the focus, there was only a sound, only the clipboard took something, only an
    error was thrown, or only a request was made (`none`). An error is in `error` whatever else happened. What changes
    by style sheet or on a canvas alone is a `change` with `mutations` 0: a person sees it, a recorder does not.
    """

    kind: EffectKind
    #: Where it navigates, as path and query on this site, or as a whole URL elsewhere.
    url: str | None = None
    #: The state that the page is in afterwards, where it is another one.
    state: str | None = None
    #: How many nodes of the document changed.
    mutations: int = 0
    #: Time from the click to the first thing that a person can see, with an unloaded server.
    first_ms: float = 0.0
    #: Class of the error thrown, such as ``TypeError``.
    error: str | None = None
    requests: tuple[Request, ...] = ()
    #: Where the page is scrolled to.
    scroll_y: float | None = None
    #: What opened outside the page: ``window``, ``download`` or ``file_chooser``.
    open: str | None = None
    #: The field that has the focus afterwards.
    focus: str | None = None
    #: The box or choice that took a new value, of which the browser tells by `input` and `change`. A value that a
    #: script sets is told by nothing.
    ticked: str | None = None
    #: Whether something is heard.
    sounds: bool = False
    #: Whether the clipboard took something.
    copies: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldTrial:
    """A field with its bad sample: what leaving it does, and what sending the form does, all else being right."""

    blur: Effect | None
    submit: Effect


@dataclass(frozen=True, slots=True, kw_only=True)
class FormTrial:
    """A form tried: sent with good samples only, and with each bad sample (by field)."""

    submit: Effect
    fields: Mapping[str, FieldTrial] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Late:
    """Elements that appear some time after the page began to arrive (server's time not counted)."""

    ms: float
    targets: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """A page in one state, in one viewport, under some defects."""

    page: str
    state: str
    viewport: str
    #: Those of the defects asked for that can show on this page and device.
    defects: frozenset[str]
    #: Eight hex digits: the geometry of the page's fresh state.
    layout: str
    viewport_w: float
    viewport_h: float
    doc_h: float
    #: In paint order: later is on top.
    elements: tuple[Element, ...]
    #: By target; where none is given, a click changes nothing.
    effects: Mapping[str, Effect]
    #: By the form's selector; those that are filled in on this page and in this state.
    forms: Mapping[str, FormTrial]
    #: Largest contentful paint and load, from the first byte of the response.
    lcp_ms: float
    load_ms: float
    late: tuple[Late, ...]
    #: By the name of an interest that types a text first (a coupon, a search): what its click does then.
    typed: Mapping[str, Effect] = field(default_factory=dict)
