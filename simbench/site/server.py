"""The fixture server: one site's folder on 127.0.0.1, with planted defects and latencies.

Only for machines that simulate: it binds to the loopback address, answers to no other host name (so that no web page
can reach it by rebinding a name), serves files of the site's folder and nothing else, and never writes.
"""

from __future__ import annotations

import fnmatch
import socket
import threading
from collections.abc import Callable, Sequence
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal, Protocol, Self
from urllib.parse import unquote_to_bytes

from simbench.errors import OutsideFailure
from simbench.site.declaration import Declaration, Latency, Page
from simbench.site.injection import active_defects, inject
from simbench.site.routes import page_of

__all__ = ["LATENCY_HEADER", "VISIT_HEADER", "FixtureServer", "Hold", "LatencyMode", "find_file", "latency_of"]

#: Is called with a visit and the address that it asks for, on the thread that answers; when it returns, so does that.
Hold = Callable[[str, str], None]

#: Which latencies the server plays: none, those of requests (`server:` in site.yaml), or those of pages too.
LatencyMode = Literal["off", "requests", "all"]
#: A request may choose its own mode.
LATENCY_HEADER: Final = "Simbench-Latency"
#: A request may say which visit it belongs to; then the server's `hold` decides when it is answered.
VISIT_HEADER: Final = "Simbench-Visit"
#: What scripts fetch (Fetch Metadata: `Sec-Fetch-Dest`); pages, pictures, styles and scripts are never held.
_HELD: Final = "empty"

MAX_CONNECTIONS: Final = 128
MAX_BODY_BYTES: Final = 1_000_000
IDLE_S: Final = 30.0

#: Written out, so that the type never depends on the machine's own table.
MIME_TYPES: Final = {
    ".html": "text/html; charset=utf-8", ".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8", ".json": "application/json", ".svg": "image/svg+xml",
    ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp", ".avif": "image/avif",
    ".gif": "image/gif", ".ico": "image/x-icon", ".woff2": "font/woff2", ".woff": "font/woff", ".mp4": "video/mp4",
    ".webm": "video/webm", ".txt": "text/plain; charset=utf-8", ".pdf": "application/pdf", ".zip": "application/zip",
    ".webmanifest": "application/manifest+json", ".xml": "application/xml", ".csv": "text/csv; charset=utf-8",
}  # fmt: skip

#: What the folder holds that is not for visitors.
PRIVATE: Final = frozenset({"captured", "defects", "site.yaml"})


def find_file(folder: Path, url_path: str) -> Path | None:
    """The file of `folder` that a URL's path names; None where there is none, or where it is none of our business.

    Refused are: paths that do not begin with one slash, dot segments and hidden files, encoded slashes, backslashes and
    control characters, text that is not UTF-8, symbolic links anywhere below the folder, and what the site keeps to
    itself (`site.yaml`, the defects, the captured model).
    """
    if not url_path.startswith("/") or url_path.startswith("//"):
        return None
    parts = []
    for raw in url_path[1:].split("/"):
        try:
            part = unquote_to_bytes(raw).decode("utf-8")
        except UnicodeDecodeError:
            return None
        if not part or part.startswith(".") or part.endswith((".", " ")):
            return None
        if any(c in '/\\:*?"<>|' or not c.isprintable() for c in part):
            return None
        parts.append(part)
    if parts[0].casefold() in PRIVATE:
        return None
    path = folder
    for part in parts:
        path = path / part
        if path.is_symlink():
            return None
    if path.is_file():
        return path
    # A request such as /api/stock/7 is answered by the file api/stock/7.json.
    answer = path.with_name(path.name + ".json")
    return answer if answer.is_file() and not answer.is_symlink() else None


class _Served(Protocol):
    """A site, declared or loaded, as far as its server goes."""

    @property
    def server(self) -> Sequence[Latency]:
        """Declared latencies."""


def latency_of(site: _Served, path: str) -> float:
    """The declared latency in ms of a request that is not for a page: the first pattern that matches."""
    for latency in site.server:
        if fnmatch.fnmatchcase(path, latency.path):
            return latency.ms
    return 0.0


class FixtureServer:
    """Serves a site until it is closed; a context manager.

    Parameters
    ----------
    folder
        The site's folder.
    site
        Its declaration.
    port
        0 for any free one.
    latency
        Which latencies are played for requests that do not say so themselves.
    defects
        Ids of defects that are on for visitors without a `variant` cookie.
    cached
        Let browsers keep files other than pages, for as long as the server lives: for a capture, which loads each page
        hundreds of times.
    hold
        Keeps the answers to requests that name a visit back until their time has come, in place of any latency.
    """

    def __init__(
        self,
        folder: Path,
        site: Declaration,
        *,
        port: int = 0,
        latency: LatencyMode = "off",
        defects: tuple[str, ...] = (),
        cached: bool = False,
        hold: Hold | None = None,
    ) -> None:
        self.folder = folder.resolve()
        self.site = site
        self.latency: LatencyMode = latency
        self.defects = defects
        self.cached = cached
        self.hold = hold
        self.closing = threading.Event()
        try:
            self._http = _Http(("127.0.0.1", port), self)
        except OSError as error:
            raise OutsideFailure(
                f"port {port} on 127.0.0.1 cannot be had ({error.strerror or error}); choose another with --port"
            ) from error
        self._thread = threading.Thread(
            target=self._http.serve_forever, args=(0.05,), name="fixture-server", daemon=True
        )

    @property
    def port(self) -> int:
        """The port it listens on."""
        return int(self._http.server_address[1])

    @property
    def url(self) -> str:
        """The site's origin, such as ``http://127.0.0.1:40123``."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> Self:
        """Begin to serve, in a thread of its own."""
        self._thread.start()
        return self

    def close(self) -> None:
        """Stop: no new requests, and those that wait for a latency give up."""
        self.closing.set()
        if self._thread.is_alive():
            self._http.shutdown()
            self._thread.join()
        self._http.server_close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.close()


class _Http(ThreadingHTTPServer):
    """Threads, but never more than `MAX_CONNECTIONS`."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], owner: FixtureServer) -> None:
        self.owner = owner
        self._free = threading.BoundedSemaphore(MAX_CONNECTIONS)
        super().__init__(address, _Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        if not self._free.acquire(blocking=False):
            self.shutdown_request(request)
            return
        super().process_request(request, client_address)

    def process_request_thread(self, request: Any, client_address: Any) -> None:
        try:
            super().process_request_thread(request, client_address)
        finally:
            self._free.release()

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that hangs up in the middle is no news."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "fixture"
    sys_version = ""
    timeout = IDLE_S
    server: _Http

    def setup(self) -> None:
        super().setup()
        self.connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, True)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing: the server is not for the world."""

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        if not self._take_body():
            return
        if self.headers.get("Host", "").lower() not in self._hosts():
            self._send(HTTPStatus.FORBIDDEN, "text/plain; charset=utf-8", b"not here\n")
            return
        owner = self.server.owner
        path = self.path.split("?", 1)[0].split("#", 1)[0]
        page = self._page(path)
        if page is not None:
            self._wait(page.server_ms if self._mode() == "all" else 0.0)
            self._send_page(page)
            return
        self._wait(latency_of(owner.site, path) if self._mode() != "off" else 0.0)
        file = find_file(owner.folder, path)
        if file is None or file.suffix not in MIME_TYPES:
            self._send(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", b"no such page\n")
            return
        keep = owner.cached and file.suffix != ".json"
        self._send(HTTPStatus.OK, MIME_TYPES[file.suffix], file.read_bytes(), keep=keep)

    def _hosts(self) -> set[str]:
        port = self.server.owner.port
        return {f"127.0.0.1:{port}", f"localhost:{port}"}

    def _take_body(self) -> bool:
        """Read what was sent along, for the connection's sake, and forget it."""
        if self.headers.get("Transfer-Encoding"):
            self.close_connection = True
            self._send(HTTPStatus.LENGTH_REQUIRED, "text/plain; charset=utf-8", b"say the length\n")
            return False
        length = self.headers.get("Content-Length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            self.close_connection = True
            self._send(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, "text/plain; charset=utf-8", b"too much\n")
            return False
        self.rfile.read(int(length))
        return True

    def _page(self, path: str) -> Page | None:
        """The page of a path; None for anything that is not plainly one."""
        if not path.startswith("/") or path.startswith("//") or "%" in path or "\\" in path or "/." in path:
            return None
        site = self.server.owner.site
        found = page_of(path, [page.page for page in site.pages])
        return site.page(found) if found else None

    def _send_page(self, page: Page) -> None:
        owner = self.server.owner
        variant = self._cookie("variant")
        if variant is None:
            variant = ".".join(owner.defects)
        html = (owner.folder / page.file).read_bytes()
        html = inject(html, owner.folder, active_defects(owner.site.defects, page.page, variant))
        self._send(HTTPStatus.OK, MIME_TYPES[".html"], html)

    def _cookie(self, name: str) -> str | None:
        try:
            cookies = SimpleCookie(self.headers.get("Cookie", ""))
        except CookieError:
            return None
        return cookies[name].value if name in cookies else None

    def _mode(self) -> str:
        return self.headers.get(LATENCY_HEADER, self.server.owner.latency)

    def _wait(self, ms: float) -> None:
        visit, hold = self.headers.get(VISIT_HEADER), self.server.owner.hold
        if visit is not None and hold is not None:
            if self.headers.get("Sec-Fetch-Dest") == _HELD:
                hold(visit, self.path)
        elif ms > 0:
            self.server.owner.closing.wait(ms / 1000.0)

    def _send(self, status: HTTPStatus, mime: str, body: bytes, *, keep: bool = False) -> None:
        self.send_response_only(status)
        self.send_header("Content-Type", mime)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "max-age=3600" if keep else "no-store")
        self.send_header("X-Content-Type-Options", "nosniff")
        if self.close_connection:
            self.send_header("Connection", "close")
        head = b"".join(getattr(self, "_headers_buffer", [])) + b"\r\n"
        self._headers_buffer: list[bytes] = []
        self.wfile.write(head if self.command == "HEAD" else head + body)
