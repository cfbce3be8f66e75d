"""The numbers of the rrweb format, by name.

The same in rrweb 1 and 2: `EventType`, `IncrementalSource`, `MouseInteractions`, `PointerTypes`, `NodeType`.
"""

from __future__ import annotations

from enum import IntEnum
from typing import Final

__all__ = ["EventType", "Interaction", "NodeKind", "PointerKind", "Source", "kind_name"]


class EventType(IntEnum):
    """`type` of an event."""

    DOM_CONTENT_LOADED = 0
    LOAD = 1
    FULL_SNAPSHOT = 2
    INCREMENTAL = 3
    META = 4
    CUSTOM = 5
    PLUGIN = 6
    ASSET = 7
    ANNOTATION = 8


class Source(IntEnum):
    """`data.source` of an incremental event."""

    MUTATION = 0
    MOUSE_MOVE = 1
    MOUSE_INTERACTION = 2
    SCROLL = 3
    VIEWPORT_RESIZE = 4
    INPUT = 5
    TOUCH_MOVE = 6
    MEDIA_INTERACTION = 7
    STYLE_SHEET_RULE = 8
    CANVAS_MUTATION = 9
    FONT = 10
    LOG = 11
    DRAG = 12
    STYLE_DECLARATION = 13
    SELECTION = 14
    ADOPTED_STYLE_SHEET = 15
    CUSTOM_ELEMENT = 16


class Interaction(IntEnum):
    """`data.type` of a mouse interaction."""

    MOUSE_UP = 0
    MOUSE_DOWN = 1
    CLICK = 2
    CONTEXT_MENU = 3
    DBL_CLICK = 4
    FOCUS = 5
    BLUR = 6
    TOUCH_START = 7
    TOUCH_MOVE = 8
    TOUCH_END = 9
    TOUCH_CANCEL = 10


class PointerKind(IntEnum):
    """`data.pointerType` of a mouse interaction."""

    MOUSE = 0
    PEN = 1
    TOUCH = 2


class NodeKind(IntEnum):
    """`type` of a serialised node; `SHADOW_ROOT` is ours, for rrweb only marks its children."""

    SHADOW_ROOT = -1
    DOCUMENT = 0
    DOCTYPE = 1
    ELEMENT = 2
    TEXT = 3
    CDATA = 4
    COMMENT = 5


_EVENT_NAMES: Final = {
    EventType.DOM_CONTENT_LOADED: "DomContentLoaded",
    EventType.LOAD: "Load",
    EventType.FULL_SNAPSHOT: "FullSnapshot",
    EventType.META: "Meta",
    EventType.CUSTOM: "Custom",
    EventType.PLUGIN: "Plugin",
    EventType.ASSET: "Asset",
    EventType.ANNOTATION: "Annotation",
}
_SOURCE_NAMES: Final = {source: source.name.title().replace("_", "") for source in Source}


def kind_name(event_type: int, source: int | None) -> str:
    """The name under which an event is tallied, such as ``Meta`` or ``MouseMove``.

    Examples
    --------
    >>> kind_name(3, 1), kind_name(4, None), kind_name(3, 99)
    ('MouseMove', 'Meta', 'Incremental 99')
    """
    if event_type == EventType.INCREMENTAL:
        return _SOURCE_NAMES.get(source, f"Incremental {source}") if source is not None else "Incremental"  # type: ignore[call-overload]
    return _EVENT_NAMES.get(event_type, f"type {event_type}")  # type: ignore[call-overload]
