"""Plays a recording: keeps the page's DOM, scroll and address as they were, and writes down what visitors did."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from simbench.events.codecs.rrweb.address import campaign_of, clean_url, page_of, traffic_source
from simbench.events.codecs.rrweb.catalogue import Catalogue
from simbench.events.codecs.rrweb.checks import Malformed, items, node_id, number, record, text, whole
from simbench.events.codecs.rrweb.clicks import ClickCounter
from simbench.events.codecs.rrweb.dom import Dom
from simbench.events.codecs.rrweb.elements import in_editable, interactive_ancestor, is_text_field
from simbench.events.codecs.rrweb.names import EventType, Interaction, NodeKind, PointerKind, Source, kind_name
from simbench.events.codecs.rrweb.recording import MOVES, Recording
from simbench.events.codecs.rrweb.selection import selected_length
from simbench.events.codecs.rrweb.selector import Selectors
from simbench.events.codecs.rrweb.signals import Signal, custom_signals, plugin_signals
from simbench.events.codecs.rrweb.tables import Session, opaque_id
from simbench.events.codecs.rrweb.tree import Node, Subtree
from simbench.events.codecs.rrweb.typed import TypedText

__all__ = ["IDLE_MS", "Player"]

#: A visitor who does nothing for so long and then goes on begins a new session.
IDLE_MS: Final = 30 * 60 * 1000
#: Snapshots that agree with the tree so far are of the same document.
_SAME_DOCUMENT: Final = 0.9
#: A click on a link leads to its page within this time.
_LINK_MS: Final = 30_000
#: Of a large mutation so many nodes are looked at to find the element around them all.
_TOUCHED_READ: Final = 64
#: No window is this large, CSS px.
_LARGEST_VIEWPORT: Final = 100_000

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


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meta:
    """What a Meta event says."""

    time: int
    href: str
    width: float
    height: float


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
    idle
        Events of the page itself while the visitor was away for longer than `IDLE_MS`: in no session.
    before_snapshot
        Events from before the full snapshot of their page: what they are about is not known.
    unknown_nodes
        Events about nodes that the recording does not hold.
    not_mapped
        Events that have no counterpart in a run, by type.
    """

    def __init__(self, recording: Recording, catalogue: Catalogue, finished: Callable[[Session], None]) -> None:
        self.idle = 0
        self.before_snapshot = 0
        self.unknown_nodes = 0
        self.not_mapped: Counter[str] = Counter()
        self.dom = Dom()
        self._recording = recording
        self._catalogue = catalogue
        self._finished = finished
        self._selectors = Selectors(self.dom)
        self._typed = TypedText()
        self._clicks = ClickCounter(has_presses=recording.has_presses)
        self._session: Session | None = None
        self._sessions = 0
        self._active_at = 0
        self._href: str | None = None
        self._url: str | None = None
        self._viewport: tuple[float, float] | None = None
        self._scroll = (0.0, 0.0)
        self._meta: _Meta | None = None
        self._new_document = False
        self._load_expected = False
        self._link: tuple[int, str] | None = None
        self._with_snapshot = recording.metas_with_snapshot()

    def play(self) -> None:
        """Play the recording to its end."""
        for time, event, position, content in self._recording.atoms():
            try:
                self._play(time, event, position, content)
            except Malformed as problem:
                self._recording.reject_event(event, str(problem))
        self._close()
        self._catalogue.seal(self._typed)

    def _play(self, time: int, event: int, position: int, content: dict[str, Any]) -> None:
        kind = content["type"]
        data: Any = content.get("data")
        if kind == EventType.META:
            self._read_meta(time, event, data)
        elif kind == EventType.FULL_SNAPSHOT:
            self._read_snapshot(time, data)
        elif kind in (EventType.DOM_CONTENT_LOADED, EventType.LOAD):
            self._note_load(kind)
        elif self._session is None or self._meta is not None:
            self.before_snapshot += position <= 0
        elif kind == EventType.INCREMENTAL:
            self._read_incremental(time, position, data)
        elif kind == EventType.CUSTOM:
            self._read_signals(time, list(custom_signals(data)), content)
        elif kind == EventType.PLUGIN:
            self._read_signals(time, list(plugin_signals(data)), content)
        else:
            self.not_mapped[kind_name(kind, None)] += 1

    # Pages, views and sessions

    def _note_load(self, kind: int) -> None:
        """A document that loads is a new one; its Load event may come after its snapshot."""
        if kind == EventType.DOM_CONTENT_LOADED:
            self._new_document = self._load_expected = True
        elif self._load_expected:
            self._load_expected = False
        else:
            self._new_document = True

    def _read_meta(self, time: int, event: int, data: dict[str, Any]) -> None:
        meta = _Meta(
            time=time,
            href=text(data.get("href"), "href"),
            width=_side(data.get("width"), "width"),
            height=_side(data.get("height"), "height"),
        )
        if event in self._with_snapshot or self._session is None:
            self._meta = meta
            return
        self._viewport = (meta.width, meta.height)
        self._go_to(time, meta.href)

    def _read_snapshot(self, time: int, data: dict[str, Any]) -> None:
        try:
            snapshot = Subtree.read(data.get("node"))
            if snapshot.top.kind != NodeKind.DOCUMENT:
                raise Malformed("node is not a document")
            offset = record(data.get("initialOffset") or {}, "initialOffset")
            scroll = (number(offset.get("left") or 0, "left"), number(offset.get("top") or 0, "top"))
        except Malformed:
            # The address at least is known; a first snapshot may still follow.
            if self._session is not None and self._meta is not None:
                meta, self._meta = self._meta, None
                self._viewport = (meta.width, meta.height)
                self._go_to(meta.time, meta.href)
            raise
        self._begin(time, snapshot, scroll)

    def _begin(self, time: int, snapshot: Subtree, scroll: tuple[float, float]) -> None:
        """Take a snapshot as the page that now is: a new view, or the same once more."""
        meta, self._meta = self._meta, None
        same = (
            self.dom.document is not None and not self._new_document and self.dom.likeness(snapshot) >= _SAME_DOCUMENT
        )
        moved = meta is not None and self._href is not None and _route(meta.href) != _route(self._href)
        before = self._url
        if self._session is not None and (moved or not same):
            self._scan()
        if not same:
            self._typed.new_page()
            self._clicks = ClickCounter(has_presses=self._recording.has_presses)
        first = self.dom.document is None
        self.dom.replace(snapshot)
        self._new_document = False
        self._scroll = scroll
        if meta is not None:
            self._href, self._url = meta.href, clean_url(meta.href, typed=self._typed.hides)
            self._viewport = (meta.width, meta.height)
        if same and not moved:
            return
        start = meta.time if meta is not None else time
        if first:
            nav = None
        elif same:
            nav = "spa"
        elif not moved:
            nav = "reload"
        else:
            nav = "link" if self._came_by_link(start) else None
        self._open_view(start, nav, referrer=before if nav in ("spa", "link") else None)
        self._scan()

    def _came_by_link(self, time: int) -> bool:
        return self._link is not None and time - self._link[0] <= _LINK_MS and self._link[1] == self._url

    def _go_to(self, time: int, href: str) -> None:
        """The address has changed, and the document has not."""
        try:
            href = urljoin(self._href or "", href)
        except ValueError as error:
            raise Malformed("href is not an address") from error
        if self._href is not None and _route(href) == _route(self._href):
            self._href = href
            return
        self._scan()
        before = self._url
        self._href, self._url = href, clean_url(href, typed=self._typed.hides, within=self._url)
        self._open_view(time, "spa", referrer=before)

    def _open_view(self, time: int, nav: str | None, *, referrer: str | None = None) -> None:
        if self._session is None or time - self._active_at >= IDLE_MS:
            self._open_session(time, landing=self._href)
        self._active_at = max(self._active_at, time)
        session = self._session
        assert session is not None
        width, height = self._viewport or (None, None)
        session.view(
            time,
            page=self._page(),
            url=self._url,
            viewport_w=width,
            viewport_h=height,
            nav=nav,
            referrer=referrer,
        )
        session.event(time, "pageview", scroll_y=self._scroll[1])

    def _open_session(self, time: int, *, landing: str | None = None) -> None:
        self._close()
        identity = self._recording.identity
        self._session = Session(
            opaque_id("session", identity, str(self._sessions)), visitor=opaque_id("visitor", identity), start=time
        )
        if self._sessions:
            self._session.about["visitor_type"] = "returning"
        if landing is not None:
            campaign = campaign_of(landing)
            self._session.about |= {**campaign, "source": traffic_source(campaign)}
        self._sessions += 1
        self._active_at = time

    def _close(self) -> None:
        if self._session is not None:
            self._scan()
            self._finished(self._session)
            self._session = None

    def _page(self) -> str | None:
        return page_of(self._url) if self._url is not None else None

    def _scan(self) -> None:
        self._catalogue.scan(self._page(), selectors=self._selectors, url=self._url, hides=self._typed.hides)

    def _visitor(self, time: int) -> Session:
        """The session that something a visitor did at `time` belongs to."""
        if time - self._active_at >= IDLE_MS:
            self._open_session(time)
            self._open_view(time, None)
        self._active_at = max(self._active_at, time)
        assert self._session is not None
        return self._session

    def _page_made(self, time: int) -> Session | None:
        """The session that something the page did at `time` belongs to; none while the visitor is away."""
        if time - self._active_at >= IDLE_MS:
            self.idle += 1
            return None
        return self._session

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
            width, height = _side(data.get("width"), "width"), _side(data.get("height"), "height")
            self._viewport = (width, height)
            self._visitor(time).event(time, "resize", scroll_y=self._scroll[1], data=f"{width:.0f}x{height:.0f}")
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
            node = self.dom.node(node_id(data["id"])) if data.get("id") is not None else None
            self._changed(time, node, rules or 1, "style")
        else:
            self.not_mapped[kind_name(EventType.INCREMENTAL, source)] += 1

    def _read_position(self, time: int, source: int, position: dict[str, Any]) -> None:
        node = self._node(position)
        x, y = self._on_page(position, node)
        touch = source == Source.TOUCH_MOVE
        session = self._visitor(time)
        session.event(
            time,
            "touchmove" if touch else "mousemove",
            x=x,
            y=y,
            scroll_y=self._scroll[1],
            target=self._target(node),
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
        x, y = self._on_page(data, node)
        session = self._visitor(time)
        detail = button = None
        if kind == "click":
            client = (data.get("x"), data.get("y"))
            click = self._clicks.click(time, data["id"], *client, pointer)
            detail, pointer, button = click.detail, click.pointer, 0
            self._note_link(time, node)
        elif kind == "pointerdown":
            pointer = self._clicks.press(time, pointer or "mouse")
        elif kind == "pointerup":
            pointer = self._clicks.release(time, pointer or "mouse")
        elif kind in _TOUCHES:
            pointer = pointer or "touch"
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
            scroll_y=self._scroll[1],
            target=self._target(node),
            pointer=pointer,
            button=button,
            detail=detail,
            data="cancel" if code == Interaction.TOUCH_CANCEL else None,
        )

    def _note_link(self, time: int, node: Node | None) -> None:
        element = node.element() if node is not None else None
        link = interactive_ancestor(element) if element is not None else None
        href = link.attributes.get("href") if link is not None and link.tag == "a" else None
        url = clean_url(href, typed=self._typed.hides, within=self._url) if href is not None else None
        self._link = (time, url) if url is not None else None

    def _read_scroll(self, time: int, data: dict[str, Any]) -> None:
        x, y = number(data.get("x"), "x"), number(data.get("y"), "y")
        node = self._node(data)
        session = self._visitor(time)
        if node is None:
            session.event(time, "scroll")
        elif node is self.dom.document:
            self._scroll = (x, y)
            session.event(time, "scroll", scroll_y=y)
        else:
            # The document in an iframe scrolls inside that element.
            scroller = self._target(node if node.is_element else node.parent)
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
            self._typed.note(data["id"], value)
        if data.get("userTriggered") is False:
            self._changed(time, node, 1, "value")
            return
        session = self._visitor(time)
        target = self._target(node)
        if kind in ("checkbox", "radio"):
            session.event(time, "change", scroll_y=self._scroll[1], target=target, value=float(checked))
        elif node is not None and (node.tag == "select" or kind in ("file", "range", "color")):
            session.event(time, "change", scroll_y=self._scroll[1], target=target)
        else:
            length = len(value.encode("utf-16-le")) // 2
            session.event(time, "input", scroll_y=self._scroll[1], target=target, value=float(length))

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
        lengths = [selected_length(self.dom, *range_) for range_ in ends]
        known = [length for length in lengths if length is not None]
        first = self.dom.node(ends[0][0]) if ends else None
        self._visitor(time).event(
            time,
            "selection",
            scroll_y=self._scroll[1],
            target=self._target(first),
            value=float(sum(known)) if len(known) == len(lengths) else None,
        )

    def _read_mutation(self, time: int, data: dict[str, Any]) -> None:
        changes = self.dom.mutate(data)
        for node, full in changes.texts:
            if in_editable(node):
                self._typed.note(node.id, full)
        if changes.count:
            self._changed(time, _around(changes.touched), changes.count, changes.kind)

    def _changed(self, time: int, node: Node | None, count: int, kind: str) -> None:
        """The page has changed."""
        session = self._page_made(time)
        if session is not None:
            target = self._target(node)
            session.event(time, "mutation", scroll_y=self._scroll[1], target=target, value=float(count), data=kind)

    # Custom events and plugins

    def _read_signals(self, time: int, signals: list[Signal], content: dict[str, Any]) -> None:
        data = content["data"]
        self._recording.note_agent(data.get("payload"))
        if not signals:
            name = data.get("tag") if content["type"] == EventType.CUSTOM else data.get("plugin")
            self.not_mapped[f"{kind_name(content['type'], None)} {str(name)[:60]}"] += 1
        for signal in signals:
            if signal.type == "url":
                self._go_to(time, text(signal.data, "url"))
            elif signal.type == "response":
                self._read_response(time, signal)
            else:
                # Whoever leaves after an hour was not there in between; whoever comes back begins anew.
                away = signal.type in ("error", "pagehide") or signal.data == "hidden"
                session = self._page_made(time) if away else self._visitor(time)
                if session is not None:
                    session.event(time, signal.type, scroll_y=self._scroll[1], data=signal.data)

    def _read_response(self, time: int, signal: Signal) -> None:
        session = self._page_made(time)
        url = clean_url(text(signal.data, "url"), typed=self._typed.hides, within=self._url)
        if session is not None:
            session.event(time - signal.duration_ms, "request", data=url)
            session.event(time, "response", data=url, value=signal.value)

    # What events are about

    def _node(self, data: dict[str, Any]) -> Node | None:
        node = self.dom.node(node_id(data.get("id")))
        self.unknown_nodes += node is None
        return node

    def _target(self, node: Node | None) -> str | None:
        """The selector of the element that `node` is or lies in."""
        element = node.element() if node is not None else None
        if element is None:
            return None
        target = self._selectors.of(element)
        self._catalogue.note(
            self._page(), target, element, selectors=self._selectors, url=self._url, hides=self._typed.hides
        )
        return target

    def _on_page(self, data: dict[str, Any], node: Node | None) -> tuple[float | None, float | None]:
        """Page coordinates of an event; null inside an iframe, for nobody recorded where that lies."""
        if data.get("x") is None or data.get("y") is None:
            return None, None
        x, y = number(data["x"], "x"), number(data["y"], "y")
        root = node if node is not None and node.kind == NodeKind.DOCUMENT else node.root if node is not None else None
        while root is not None and root.kind == NodeKind.SHADOW_ROOT:
            root = root.root
        if root is not None and root is not self.dom.document:
            return None, None
        return x + self._scroll[0], y + self._scroll[1]


def _side(value: Any, name: str) -> float:
    """A side of the window, in CSS px."""
    side = number(value, name, limit=_LARGEST_VIEWPORT)
    if side < 0:
        raise Malformed(f"{name} is negative")
    return side


def _route(href: str) -> str:
    """What of an address makes a page: all but the fragment, unless that is a route of its own (``#/cart``)."""
    path, _, fragment = href.partition("#")
    return f"{path}#{fragment}" if fragment.startswith(("/", "!")) else path


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
