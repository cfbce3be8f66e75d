"""Plays a recording: what visitors and pages did, event by event."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any, Final

from simbench.events.codecs.rrweb.catalogue import Catalogue
from simbench.events.codecs.rrweb.checks import Malformed, items, node_id, number, record, text, whole
from simbench.events.codecs.rrweb.clicks import ClickCounter
from simbench.events.codecs.rrweb.elements import in_editable, is_text_field
from simbench.events.codecs.rrweb.names import EventType, Interaction, PointerKind, Source, kind_name
from simbench.events.codecs.rrweb.recording import MOVES, Recording
from simbench.events.codecs.rrweb.selection import selected_length
from simbench.events.codecs.rrweb.signals import Signal, custom_signals, plugin_signals
from simbench.events.codecs.rrweb.tables import Session
from simbench.events.codecs.rrweb.tree import Node
from simbench.events.codecs.rrweb.visit import Visit

__all__ = ["Player"]

#: Of a large mutation so many nodes are looked at to find the element around them all.
_TOUCHED_READ: Final = 64

_INTERACTIONS: Final = {
    Interaction.MOUSE_UP: "pointerup",
    Interaction.MOUSE_DOWN: "pointerdown",
    Interaction.CLICK: "click",
    Interaction.CONTEXT_MENU: "contextmenu",
    Interaction.DBL_CLICK: "dblclick",
    Interaction.FOCUS: "focus",
    Interaction.BLUR: "blur",
    Interaction.TOUCH_START: "touchstart",
    Interaction.TOUCH_MOVE: "touchmove",
    Interaction.TOUCH_END: "touchend",
    Interaction.TOUCH_CANCEL: "touchend",
}
_POINTER_NAMES: Final = {PointerKind.MOUSE: "mouse", PointerKind.PEN: "pen", PointerKind.TOUCH: "touch"}
_TOUCHES: Final = frozenset({"touchstart", "touchmove", "touchend"})


class Player:
    """Turns one recording into sessions.

    Parameters
    ----------
    recording
        What to play.
    catalogue
        Is given the elements.
    finished
        Is given each session when it is over.

    Attributes
    ----------
    before_snapshot
        Events from before the full snapshot of their page: what they are about is not known.
    unknown_nodes
        Events about nodes that the recording does not hold.
    not_mapped
        Events that have no counterpart in a run, by type.
    """

    def __init__(self, recording: Recording, catalogue: Catalogue, finished: Callable[[Session], None]) -> None:
        self.before_snapshot = 0
        self.unknown_nodes = 0
        self.not_mapped: Counter[str] = Counter()
        self._recording = recording
        self._visit = Visit(recording.identity, catalogue, finished)
        self._clicks = ClickCounter(has_presses=recording.has_presses)
        self._touching = False
        self._with_snapshot = recording.metas_with_snapshot()

    @property
    def idle(self) -> int:
        """Changes of the page while the visitor was away: in no session."""
        return self._visit.idle

    @property
    def dom_problems(self) -> Counter[str]:
        """Parts of mutations that did not fit the page, by what is wrong with them."""
        return self._visit.dom.problems

    def play(self) -> None:
        """Play the recording to its end."""
        for time, event, position, content in self._recording.atoms():
            try:
                self._play(time, event, position, content)
            except Malformed as problem:
                self._recording.reject_event(event, str(problem))
        self._visit.end()

    def _play(self, time: int, event: int, position: int, content: dict[str, Any]) -> None:
        kind = content["type"]
        data: Any = content.get("data")
        if kind == EventType.META:
            self._visit.meta(time, data, snapshot_follows=event in self._with_snapshot)
        elif kind == EventType.FULL_SNAPSHOT:
            documents = self._visit.documents
            self._visit.snapshot(time, data)
            if self._visit.documents > documents:
                self._clicks = ClickCounter(has_presses=self._recording.has_presses)
        elif kind in (EventType.DOM_CONTENT_LOADED, EventType.LOAD):
            self._visit.load(kind)
        elif not self._visit.is_known:
            self.before_snapshot += position <= 0
        elif kind == EventType.INCREMENTAL:
            self._read_incremental(time, position, data)
        elif kind == EventType.CUSTOM:
            self._read_signals(time, list(custom_signals(data)), content)
        elif kind == EventType.PLUGIN:
            self._read_signals(time, list(plugin_signals(data)), content)
        else:
            self.not_mapped[kind_name(kind, None)] += 1

    # Incremental events

    def _read_incremental(self, time: int, position: int, data: dict[str, Any]) -> None:
        source = data["source"]
        if source in MOVES:
            self._read_position(time, source, data["positions"][position])
        elif source == Source.MUTATION:
            self._read_mutation(time, data)
        elif source == Source.MOUSE_INTERACTION:
            self._read_interaction(time, data)
        elif source == Source.SCROLL:
            self._read_scroll(time, data)
        elif source == Source.VIEWPORT_RESIZE:
            width, height = self._visit.resize(data)
            self._visit.by_visitor(time).event(
                time, "resize", scroll_y=self._visit.scroll[1], data=f"{width:.0f}x{height:.0f}"
            )
        elif source == Source.INPUT:
            self._read_input(time, data)
        elif source == Source.SELECTION:
            self._read_selection(time, data)
        elif source == Source.MEDIA_INTERACTION:
            self._changed(time, self._node(data), 1, "media")
        elif source == Source.CANVAS_MUTATION:
            self._changed(time, self._node(data), len(items(data.get("commands"), "commands")) or 1, "canvas")
        elif source in (Source.STYLE_SHEET_RULE, Source.STYLE_DECLARATION, Source.ADOPTED_STYLE_SHEET):
            rules = sum(len(items(data.get(name), name)) for name in ("adds", "removes", "styles"))
            node = self._visit.dom.node(node_id(data["id"])) if data.get("id") is not None else None
            self._changed(time, node, rules or 1, "style")
        else:
            self.not_mapped[kind_name(EventType.INCREMENTAL, source)] += 1

    def _read_position(self, time: int, source: int, position: dict[str, Any]) -> None:
        node = self._node(position)
        x, y = self._visit.on_page(position, node)
        # In an iframe, rrweb takes a mouse for a finger (its `instanceof MouseEvent` asks the wrong window).
        touch = source == Source.TOUCH_MOVE and (self._touching or not self._visit.is_framed(node))
        session = self._visit.by_visitor(time)
        session.event(
            time,
            "touchmove" if touch else "mousemove",
            x=x,
            y=y,
            scroll_y=self._visit.scroll[1],
            target=self._visit.target(node),
            pointer="touch" if touch else "mouse",
            data="drag" if source == Source.DRAG else None,
        )

    def _read_interaction(self, time: int, data: dict[str, Any]) -> None:
        code = whole(data.get("type"), "data.type")
        if code not in _INTERACTIONS:
            raise Malformed(f"data.type {code} is no mouse interaction")
        kind = _INTERACTIONS[Interaction(code)]
        given = data.get("pointerType")
        pointer = _POINTER_NAMES.get(whole(given, "pointerType")) if given is not None else None  # type: ignore[call-overload]
        node = self._node(data)
        x, y = self._visit.on_page(data, node)
        session = self._visit.by_visitor(time)
        detail = button = None
        if kind == "click":
            client = (data.get("x"), data.get("y"))
            click = self._clicks.click(time, data["id"], *client, pointer)
            detail, pointer, button = click.detail, click.pointer, 0
            self._visit.clicked(time, node)
        elif kind == "pointerdown":
            pointer = self._clicks.press(time, pointer or "mouse")
        elif kind == "pointerup":
            pointer = self._clicks.release(time, pointer or "mouse")
        elif kind in _TOUCHES:
            pointer = pointer or "touch"
            self._touching = kind != "touchend"
            if kind == "touchstart":
                self._clicks.press(time, pointer)
            elif kind == "touchend":
                self._clicks.release(time, pointer)
        elif kind == "dblclick":
            detail, button = 2, 0
        session.event(
            time,
            kind,
            x=x,
            y=y,
            scroll_y=self._visit.scroll[1],
            target=self._visit.target(node),
            pointer=pointer,
            button=button,
            detail=detail,
            data="cancel" if code == Interaction.TOUCH_CANCEL else None,
        )

    def _read_scroll(self, time: int, data: dict[str, Any]) -> None:
        x, y = number(data.get("x"), "x"), number(data.get("y"), "y")
        node = self._node(data)
        session = self._visit.by_visitor(time)
        if node is None:
            session.event(time, "scroll")
        elif node is self._visit.dom.document:
            self._visit.scroll = (x, y)
            session.event(time, "scroll", scroll_y=y)
        else:
            # The document in an iframe scrolls inside that element.
            scroller = self._visit.target(node if node.is_element else node.parent)
            top = y if scroller is not None else None
            session.event(time, "scroll", scroll_y=top, target=scroller, scroll_container=scroller)

    def _read_input(self, time: int, data: dict[str, Any]) -> None:
        value = text(data.get("text"), "text")
        checked = data.get("isChecked", False)
        if not isinstance(checked, bool):
            raise Malformed("isChecked is not true or false")
        node = self._node(data)
        kind = node.attributes.get("type", "text").strip().lower() if node is not None and node.tag == "input" else ""
        if node is None or is_text_field(node):
            self._visit.typed.note(data["id"], value)
        if data.get("userTriggered") is False:
            self._changed(time, node, 1, "value")
            return
        session = self._visit.by_visitor(time)
        target = self._visit.target(node)
        if kind in ("checkbox", "radio"):
            session.event(time, "change", scroll_y=self._visit.scroll[1], target=target, value=float(checked))
        elif node is not None and (node.tag == "select" or kind in ("file", "range", "color")):
            session.event(time, "change", scroll_y=self._visit.scroll[1], target=target)
        else:
            length = len(value.encode("utf-16-le")) // 2
            session.event(time, "input", scroll_y=self._visit.scroll[1], target=target, value=float(length))

    def _read_selection(self, time: int, data: dict[str, Any]) -> None:
        ranges = [record(entry, "a range") for entry in items(data.get("ranges"), "ranges")]
        ends = [
            (
                node_id(entry.get("start"), "start"),
                whole(entry.get("startOffset"), "startOffset"),
                node_id(entry.get("end"), "end"),
                whole(entry.get("endOffset"), "endOffset"),
            )
            for entry in ranges
        ]
        lengths = [selected_length(self._visit.dom, *range_) for range_ in ends]
        known = [length for length in lengths if length is not None]
        first = self._visit.dom.node(ends[0][0]) if ends else None
        self._visit.by_visitor(time).event(
            time,
            "selection",
            scroll_y=self._visit.scroll[1],
            target=self._visit.target(first),
            value=float(sum(known)) if len(known) == len(lengths) else None,
        )

    def _read_mutation(self, time: int, data: dict[str, Any]) -> None:
        changes = self._visit.dom.mutate(data)
        for node, full in changes.texts:
            if in_editable(node):
                self._visit.typed.note(node.id, full)
        if changes.count:
            self._changed(time, _around(changes.touched), changes.count, changes.kind)

    def _changed(self, time: int, node: Node | None, count: int, kind: str) -> None:
        """The page has changed."""
        session = self._visit.by_page(time)
        if session is not None:
            target = self._visit.target(node)
            session.event(
                time, "mutation", scroll_y=self._visit.scroll[1], target=target, value=float(count), data=kind
            )

    # Custom events and plugins

    def _read_signals(self, time: int, signals: list[Signal], content: dict[str, Any]) -> None:
        data = content["data"]
        self._recording.note_agent(data.get("payload"))
        if not signals:
            name = data.get("tag") if content["type"] == EventType.CUSTOM else data.get("plugin")
            self.not_mapped[f"{kind_name(content['type'], None)} {str(name)[:60]}"] += 1
        for signal in signals:
            if signal.type == "url":
                self._visit.go_to(time, text(signal.data, "url"))
            elif signal.type == "response":
                self._read_response(time, signal)
            else:
                # Whoever leaves after an hour was not there in between; whoever comes back begins anew.
                away = signal.type in ("error", "pagehide") or signal.data == "hidden"
                session = self._visit.by_page(time) if away else self._visit.by_visitor(time)
                if session is not None:
                    session.event(time, signal.type, scroll_y=self._visit.scroll[1], data=signal.data)

    def _read_response(self, time: int, signal: Signal) -> None:
        session = self._visit.by_page(time)
        url = self._visit.clean(text(signal.data, "url"))
        if session is not None:
            session.event(time - signal.duration_ms, "request", data=url)
            session.event(time, "response", data=url, value=signal.value)

    def _node(self, data: dict[str, Any]) -> Node | None:
        node = self._visit.dom.node(node_id(data.get("id")))
        self.unknown_nodes += node is None
        return node


def _around(nodes: list[Node]) -> Node | None:
    """The element that all nodes are or lie in."""
    common: Node | None = None
    for node in nodes[:_TOUCHED_READ]:
        other = node.element()
        if other is None:
            return None
        if common is None:
            common = other
        while common is not other and common is not None and other is not None:
            if common.depth >= other.depth:
                common = common.above()
            else:
                other = other.above()
        if common is None or other is None:
            return None
    return common
