"""Where a visitor is: the page as it now is, its address and scroll, the view and the session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urljoin

from simbench.events.codecs.rrweb.address import campaign_of, clean_url, page_of, traffic_source
from simbench.events.codecs.rrweb.catalogue import Catalogue
from simbench.events.codecs.rrweb.checks import Malformed, number, record, text
from simbench.events.codecs.rrweb.dom import Dom
from simbench.events.codecs.rrweb.elements import interactive_ancestor
from simbench.events.codecs.rrweb.names import EventType, NodeKind
from simbench.events.codecs.rrweb.selector import Selectors
from simbench.events.codecs.rrweb.tables import Session, opaque_id
from simbench.events.codecs.rrweb.tree import Node, Subtree
from simbench.events.codecs.rrweb.typed import TypedText

__all__ = ["IDLE_MS", "Visit"]

#: A visitor who does nothing for so long and then goes on begins a new session.
IDLE_MS: Final = 30 * 60 * 1000
#: A click on a link leads to its page within this time.
_LINK_MS: Final = 30_000
#: No window is this large, CSS px.
_LARGEST_VIEWPORT: Final = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class _Meta:
    """What a Meta event says."""

    time: int
    href: str
    viewport: tuple[float, float]


class Visit:
    """Follows pages, views and sessions through a recording.

    Parameters
    ----------
    identity
        The recording's.
    catalogue
        Is given the elements.
    finished
        Is given each session when it is over.

    Attributes
    ----------
    typed
        What the visitor typed so far.
    scroll
        Of the page: left and top, CSS px.
    documents
        How many documents there were.
    idle
        Events of the page itself while the visitor was away for longer than `IDLE_MS`: in no session.
    """

    def __init__(self, identity: str, catalogue: Catalogue, finished: Callable[[Session], None]) -> None:
        self.dom = Dom()
        self.typed = TypedText()
        self.scroll = (0.0, 0.0)
        self.documents = 0
        self.idle = 0
        self._identity = identity
        self._catalogue = catalogue
        self._finished = finished
        self._selectors = Selectors(self.dom)
        self._session: Session | None = None
        self._sessions = 0
        self._active_at = 0
        self._href: str | None = None
        self._url: str | None = None
        self._viewport: tuple[float, float] | None = None
        self._meta: _Meta | None = None
        self._new_document = False
        self._load_expected = False
        self._link: tuple[int, str] | None = None

    # What the recording says of pages

    def load(self, kind: int) -> None:
        """A document that loads is a new one; its Load event may come after its snapshot."""
        if kind == EventType.DOM_CONTENT_LOADED:
            self._new_document = self._load_expected = True
        elif self._load_expected:
            self._load_expected = False
        else:
            self._new_document = True

    def meta(self, time: int, data: dict[str, Any], *, snapshot_follows: bool) -> None:
        """An address and a viewport; unless a snapshot follows, the document stays."""
        meta = _Meta(time=time, href=text(data.get("href"), "href"), viewport=_viewport(data))
        if snapshot_follows or self._session is None:
            self._meta = meta
        else:
            self._viewport = meta.viewport
            self.go_to(time, meta.href)

    def snapshot(self, time: int, data: dict[str, Any]) -> None:
        """The whole page: a new document, or a second look at the same."""
        try:
            snapshot = Subtree.read(data.get("node"))
            if snapshot.top.kind != NodeKind.DOCUMENT:
                raise Malformed("node is not a document")
            offset = record(data.get("initialOffset") or {}, "initialOffset")
            scroll = (number(offset.get("left") or 0, "left"), number(offset.get("top") or 0, "top"))
        except Malformed:
            # The address at least is known; before the first snapshot, another may still follow.
            if self._session is not None and self._meta is not None:
                meta, self._meta = self._meta, None
                self._viewport = meta.viewport
                self.go_to(meta.time, meta.href)
            raise
        self._begin(time, snapshot, scroll)

    def _begin(self, time: int, snapshot: Subtree, scroll: tuple[float, float]) -> None:
        meta, self._meta = self._meta, None
        moved = meta is not None and self._href is not None and _route(meta.href) != _route(self._href)
        same = not self._new_document and self.dom.is_seen_again(snapshot, moved=moved)
        before = self._url
        if self._session is not None and (moved or not same):
            self._scan()
        if not same:
            self.typed.new_page()
            self.documents += 1
        self.dom.replace(snapshot)
        self._new_document = False
        self.scroll = scroll
        if meta is not None:
            self._href, self._url = meta.href, clean_url(meta.href, typed=self.typed.hides)
            self._viewport = meta.viewport
        if same and not moved:
            return
        start = meta.time if meta is not None else time
        nav: str | None = None
        if same:
            nav = "spa"
        elif self.documents > 1 and not moved:
            nav = "reload"
        elif self._came_by_link(start):
            nav = "link"
        self._open_view(start, nav, referrer=before if nav in ("spa", "link") else None)
        self._scan()

    def go_to(self, time: int, href: str) -> None:
        """The address has changed, and the document has not.

        Raises
        ------
        Malformed
            It is no address.
        """
        try:
            href = urljoin(self._href or "", href)
        except ValueError as error:
            raise Malformed("href is not an address") from error
        if self._href is not None and _route(href) == _route(self._href):
            self._href = href
            return
        self._scan()
        before = self._url
        self._href, self._url = href, clean_url(href, typed=self.typed.hides, within=self._url)
        self._open_view(time, "spa", referrer=before)

    def resize(self, data: dict[str, Any]) -> tuple[float, float]:
        """The window has another size."""
        self._viewport = _viewport(data)
        return self._viewport

    def clicked(self, time: int, node: Node | None) -> None:
        """A click: the next page may be the one that its link names."""
        element = node.element() if node is not None else None
        link = interactive_ancestor(element) if element is not None else None
        href = link.attributes.get("href") if link is not None and link.tag == "a" else None
        url = self.clean(href) if href is not None else None
        self._link = (time, url) if url is not None else None

    def _came_by_link(self, time: int) -> bool:
        return self._link is not None and time - self._link[0] <= _LINK_MS and self._link[1] == self._url

    # Sessions

    @property
    def is_known(self) -> bool:
        """Whether there is a page that events may be about."""
        return self._session is not None and self._meta is None

    def by_visitor(self, time: int) -> Session:
        """The session that something a visitor did at `time` belongs to."""
        if self._session is None or time - self._active_at >= IDLE_MS:
            self._open_session(time)
            return self._open_view(time, None)
        self._active_at = max(self._active_at, time)
        return self._session

    def by_page(self, time: int) -> Session | None:
        """The session that something the page did at `time` belongs to; none while the visitor is away."""
        if time - self._active_at >= IDLE_MS:
            self.idle += 1
            return None
        return self._session

    def end(self) -> None:
        """The recording is over."""
        self._close()
        self._catalogue.seal(self.typed)

    def _open_view(self, time: int, nav: str | None, *, referrer: str | None = None) -> Session:
        if self._session is None or time - self._active_at >= IDLE_MS:
            session = self._open_session(time, landing=self._href)
        else:
            session = self._session
        self._active_at = max(self._active_at, time)
        width, height = self._viewport or (None, None)
        session.view(
            time, page=self._page(), url=self._url, viewport_w=width, viewport_h=height, nav=nav, referrer=referrer
        )
        session.event(time, "pageview", scroll_y=self.scroll[1])
        return session

    def _open_session(self, time: int, *, landing: str | None = None) -> Session:
        self._close()
        session = Session(
            opaque_id("session", self._identity, str(self._sessions)),
            visitor=opaque_id("visitor", self._identity),
            start=time,
        )
        if self._sessions:
            session.about["visitor_type"] = "returning"
        if landing is not None:
            campaign = campaign_of(landing)
            session.about |= {**campaign, "source": traffic_source(campaign)}
        self._sessions += 1
        self._active_at = time
        self._session = session
        return session

    def _close(self) -> None:
        if self._session is not None:
            self._scan()
            self._finished(self._session)
            self._session = None

    # Elements and places

    def target(self, node: Node | None) -> str | None:
        """The selector of the element that `node` is or lies in."""
        element = node.element() if node is not None else None
        if element is None:
            return None
        target = self._selectors.of(element)
        self._catalogue.note(
            self._page(), target, element, selectors=self._selectors, url=self._url, hides=self.typed.hides
        )
        return target

    def on_page(self, data: dict[str, Any], node: Node | None) -> tuple[float | None, float | None]:
        """Page coordinates of an event; null inside an iframe, for nobody recorded where that lies."""
        if data.get("x") is None or data.get("y") is None:
            return None, None
        x, y = number(data["x"], "x"), number(data["y"], "y")
        return (None, None) if self.is_framed(node) else (x + self.scroll[0], y + self.scroll[1])

    def is_framed(self, node: Node | None) -> bool:
        """Whether a node lies in an iframe's document."""
        root = node if node is None or node.kind == NodeKind.DOCUMENT else node.root
        while root is not None and root.kind == NodeKind.SHADOW_ROOT:
            root = root.root
        return root is not None and root is not self.dom.document

    def clean(self, href: str) -> str | None:
        """An address on this page, as a run may hold it."""
        return clean_url(href, typed=self.typed.hides, within=self._url)

    def _page(self) -> str | None:
        return page_of(self._url) if self._url is not None else None

    def _scan(self) -> None:
        self._catalogue.scan(self._page(), selectors=self._selectors, url=self._url, hides=self.typed.hides)


def _viewport(data: dict[str, Any]) -> tuple[float, float]:
    """The window's inner size, CSS px."""
    width = number(data.get("width"), "width", limit=_LARGEST_VIEWPORT)
    height = number(data.get("height"), "height", limit=_LARGEST_VIEWPORT)
    if width < 0 or height < 0:
        raise Malformed(f"{'width' if width < 0 else 'height'} is negative")
    return width, height


def _route(href: str) -> str:
    """What of an address makes a page: all but the fragment, unless that is a route of its own (``#/cart``)."""
    path, _, fragment = href.partition("#")
    return f"{path}#{fragment}" if fragment.startswith(("/", "!")) else path
