"""One visit's tab: a context of its own in a browser, its clock, its inputs, and the answers that it waits for."""

from __future__ import annotations

import asyncio
import json
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.async_api import Browser, BrowserContext, CDPSession, FileChooser, Page

from simbench.engine.browser.clock import HUNG_S, Clock, RealClock, VirtualClock
from simbench.engine.browser.gate import Held, Turnstile
from simbench.errors import SimbenchError
from simbench.site.capture.tab import Memory
from simbench.site.server import VISIT_HEADER
from simbench.site.viewports import Viewport

__all__ = ["PageLost", "Tab", "TabOptions"]

#: Frames while nothing is done: enough for what moves by itself, soon after an input and later.
_IDLE_FRAME_MS: Final = 100.0
_QUIET_FRAME_MS: Final = 500.0
_QUIET_AFTER_MS: Final = 1500.0
#: While a page loads, time goes on in such steps.
_LOAD_STEP_MS: Final = 4.0
#: No page is there sooner.
_LOAD_MS: Final = 60.0
#: A request that the page has made is at the gate within so long, s of wall time.
_ANNOUNCED_S: Final = 5.0
#: Requests that wait at the gate.
_GATED: Final = frozenset({"Fetch", "XHR"})
_BUTTONS: Final = {"mousePressed": 1, "mouseReleased": 0}


class PageLost(SimbenchError):
    """The page hung or died: the visit has to be played again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TabOptions:
    """What a visit's browser is like.

    `script` runs in every document before its own; `epoch_ms` is what the page's clock says at the beginning.
    """

    origin: str
    visit: str
    viewport: Viewport
    user_agent: str
    timezone: str
    memory: Memory
    defects: tuple[str, ...]
    script: str
    epoch_ms: float
    real_time: bool


@dataclass(slots=True, kw_only=True)
class _Reply:
    """An answer to a script that is on its way: when it is due, where it waits, and the request's id."""

    due_ms: float
    held: Held
    request: str


@dataclass(slots=True, kw_only=True)
class _Next:
    """A page that is on its way: when it is due, and how it is gone to."""

    due_ms: float
    go: Callable[[], Awaitable[None]]


class Tab:
    """A tab that is driven: time passes in `until`, inputs go in by the other methods.

    Attributes
    ----------
    delay_ms
        Asked for each request for a page or by a script: how long its answer takes. Given the address (path and query)
        and whether it is the page's own.
    page_came
        Awaited when another page has loaded.
    recorded
        Given each event of the recorder, as JSON.
    """

    def __init__(
        self, context: BrowserContext, page: Page, cdp: CDPSession, turnstile: Turnstile, clock: Clock, origin: str
    ) -> None:
        self.page = page
        self.clock = clock
        self.sent_moves = 0
        self.documents = 0
        self.chooser: FileChooser | None = None
        self.delay_ms: Callable[[str, bool], float] = lambda _, __: 0.0
        self.page_came: Callable[[], Awaitable[None]] = _nothing
        self.recorded: Callable[[str], None] = lambda _: None
        self._context = context
        self._origin = origin
        self._cdp = cdp
        self._turnstile = turnstile
        self._replies: list[_Reply] = []
        self._next: _Next | None = None
        self._asked: deque[dict[str, Any]] = deque()
        self._wanted: deque[dict[str, Any]] = deque()
        self._finished: set[str] = set()
        self._news = asyncio.Event()
        self._loaded = False
        self._next_frame = 0.0
        self._last_input = 0.0
        self._others: set[asyncio.Task[None]] = set()
        self.crashed = False

    @classmethod
    async def open(cls, browser: Browser, turnstile: Turnstile, options: TabOptions) -> Tab:
        """Open a tab; its clock stands at 0."""
        viewport = options.viewport
        cookies = {**options.memory.cookies, "variant": ".".join(options.defects)}
        context = await browser.new_context(
            viewport={"width": viewport.w, "height": viewport.h},
            screen={"width": viewport.w, "height": viewport.h},
            device_scale_factor=1,
            has_touch=viewport.touch,
            is_mobile=viewport.touch,
            user_agent=options.user_agent,
            locale="en-GB",
            timezone_id=options.timezone,
            color_scheme="light",
            accept_downloads=False,
            extra_http_headers={VISIT_HEADER: options.visit},
        )
        await context.add_cookies(
            [{"name": name, "value": value, "url": options.origin, "httpOnly": name == "variant"}
             for name, value in sorted(cookies.items()) if value]
        )  # fmt: skip
        await context.add_init_script(options.script)
        page = await context.new_page()
        # A page of the site comes first, before the clock is taken over: whoever goes to another site gets another
        # process, whose clock does not know where it stands.
        await page.goto(f"{options.origin}/-")
        if options.memory.local:
            script = "(local) => { for (const [k, v] of Object.entries(local)) localStorage.setItem(k, v); }"
            await page.evaluate(script, options.memory.local)
        cdp = await context.new_cdp_session(page)
        clock: Clock = RealClock() if options.real_time else VirtualClock(cdp, options.epoch_ms)
        tab = cls(context, page, cdp, turnstile, clock, options.origin)
        await tab._listen()
        await clock.start()
        return tab

    async def _listen(self) -> None:
        cdp = self._cdp
        cdp.on("Network.requestWillBeSent", self._on_request)
        # (A body that no script reads is never finished.)
        for name in ("Network.responseReceived", "Network.loadingFinished", "Network.loadingFailed"):
            cdp.on(name, self._on_finished)
        cdp.on("Page.loadEventFired", self._on_loaded)
        cdp.on("Page.frameNavigated", self._on_navigated)
        cdp.on("Runtime.bindingCalled", self._on_told)
        self.page.on("dialog", lambda dialog: dialog.dismiss())
        self.page.on("filechooser", self._on_chooser)
        self.page.on("crash", self._on_crash)
        self._context.on("page", self._on_other)
        await cdp.send("Page.enable")
        await cdp.send("Network.enable")
        await cdp.send("Runtime.enable")
        for name in ("__simbenchRecord", "__simbenchAsk"):
            await cdp.send("Runtime.addBinding", {"name": name})

    async def close(self) -> None:
        """Close the tab and forget everything."""
        self._turnstile.close()
        for task in self._others:
            task.cancel()
        with suppress(Exception):
            async with asyncio.timeout(5.0):
                await self._context.close()

    # -- what the browser tells ---------------------------------------------------------------------------------------

    def _on_request(self, told: dict[str, Any]) -> None:
        if told.get("type") in _GATED and told["request"]["url"].startswith(("http://", "https://")):
            self._asked.append(told)
            self._news.set()
            self.clock.go_on()

    def _on_told(self, told: dict[str, Any]) -> None:
        if told["name"] == "__simbenchRecord":
            self.recorded(told["payload"])
        else:
            self._wanted.append(json.loads(told["payload"]))

    def _on_finished(self, told: dict[str, Any]) -> None:
        self._finished.add(told["requestId"])
        self._news.set()

    def _on_navigated(self, told: dict[str, Any]) -> None:
        if not told["frame"].get("parentId"):
            self.documents += 1
            self._loaded = False
            self._news.set()

    def _on_loaded(self, _: object) -> None:
        self._loaded = True
        self._news.set()

    def _on_crash(self, _: object) -> None:
        self.crashed = True
        self._news.set()
        self.clock.go_on()

    def _on_chooser(self, chooser: FileChooser) -> None:
        self.chooser = chooser

    def _on_other(self, other: Page) -> None:
        """Another tab: it was opened, which is all that matters."""
        task = asyncio.ensure_future(other.close())
        self._others.add(task)
        task.add_done_callback(self._others.discard)

    # -- time ---------------------------------------------------------------------------------------------------------

    @property
    def now(self) -> float:
        """Ms since the visit began."""
        return self.clock.now

    @property
    def waits(self) -> bool:
        """Whether an answer is on its way."""
        return bool(self._replies)

    async def until(self, t: float, *, idle: bool = False) -> None:
        """Let time pass until `t`: frames are drawn, and answers come when they are due.

        `idle` says that nobody is looking: no frames.
        """
        while True:
            await self.notice()
            now = self.now
            for reply in [reply for reply in self._replies if reply.due_ms <= now + 1e-6]:
                await self._let_go(reply)
            if self._next is not None and self._next.due_ms <= now + 1e-6:
                going, self._next = self._next, None
                await self._come(going.go)
            now = self.now
            if now >= t - 1e-6:
                return
            stop = min([t, *(reply.due_ms for reply in self._replies)])
            if self._next is not None:
                stop = min(stop, self._next.due_ms)
            if not idle:
                stop = min(stop, max(self._next_frame, now + 1.0))
            if stop > now:
                await self.clock.step(min(stop - now, 5000.0))
            if not idle and self.now >= self._next_frame - 1e-6:
                await self.clock.frame(draw=True)
                quiet = self.now - self._last_input > _QUIET_AFTER_MS
                self._next_frame = self.now + (_QUIET_FRAME_MS if quiet else _IDLE_FRAME_MS)

    async def notice(self) -> None:
        """Take note of what the page has asked for; the answers are due later."""
        while self._wanted:
            wanted = self._wanted.popleft()
            url = urlsplit(wanted["url"])
            if f"{url.scheme}://{url.netloc}" == self._origin:
                path = url.path + (f"?{url.query}" if url.query else "")
                self._next = _Next(due_ms=self.now + self.delay_ms(path, True), go=self._goer(wanted))
        while self._asked:
            told = self._asked.popleft()
            url = urlsplit(told["request"]["url"])
            path = url.path + (f"?{url.query}" if url.query else "")
            try:
                held = await self._turnstile.next(path, _ANNOUNCED_S)
            except TimeoutError:
                continue  # answered from a cache, or called off
            delay = self.delay_ms(path, False)
            self._replies.append(_Reply(due_ms=self.now + delay, held=held, request=told["requestId"]))

    async def _let_go(self, reply: _Reply) -> None:
        """Let one answer come, and wait until it has."""
        self._replies.remove(reply)
        reply.held.release()
        async with asyncio.timeout(HUNG_S):
            while reply.request not in self._finished and not self.crashed:
                self._news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 0.2)
                await self.clock.step(0.5)
            await self.clock.step(1.0)

    # -- going somewhere ----------------------------------------------------------------------------------------------

    async def navigate(self, url: str, referrer: str | None, delay_ms: float) -> None:
        """Go to a page by its address; it comes after `delay_ms`."""
        await self.clock.step(delay_ms)
        wanted = {"url": url, **({"referrer": referrer} if referrer else {})}
        await self._come(lambda: self._cdp.send("Page.navigate", wanted))

    def back(self, delay_ms: float) -> None:
        """Ask for the page before; it comes after `delay_ms`."""

        async def go() -> None:
            history = await self._cdp.send("Page.getNavigationHistory")
            entry = history["entries"][max(history["currentIndex"] - 1, 0)]
            await self._cdp.send("Page.navigateToHistoryEntry", {"entryId": entry["id"]})

        self._next = _Next(due_ms=self.now + delay_ms, go=go)

    def stop_loading(self) -> None:
        """Call off the page that is on its way."""
        self._next = None

    def _goer(self, wanted: dict[str, Any]) -> Callable[[], Awaitable[None]]:
        async def go() -> None:
            script = "([url, replace]) => window[Symbol.for('simbench.witness')].go(url, replace)"
            await self.page.evaluate(script, [wanted["url"], wanted["replace"]])

        return go

    async def _come(self, go: Callable[[], Awaitable[Any]]) -> None:
        """Go to another page, and wait until it has loaded."""
        documents, began = self.documents, self.now
        self._loaded = False
        for reply in self._replies:
            reply.held.release()
        self._replies.clear()

        async def quietly() -> None:
            with suppress(Exception):
                await go()

        task = asyncio.ensure_future(quietly())
        self._others.add(task)
        task.add_done_callback(self._others.discard)
        async with asyncio.timeout(HUNG_S):
            while self.documents == documents and not self.crashed:
                self._news.clear()
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._news.wait(), 1.0)
            while not self._loaded and not self.crashed:
                await self.clock.step(_LOAD_STEP_MS, wait_for_network=not self._replies)
                await self.clock.frame(draw=True)
                await self.notice()
        if self.crashed:
            raise PageLost("the page crashed")
        await self.clock.stand_still()
        self.clock.correct(await self.page.evaluate("performance.timeOrigin + performance.now()"))
        # How many steps that took is the machine's matter; what comes next shall not hang on it.
        if self.now < began + _LOAD_MS:
            await self.clock.step(began + _LOAD_MS - self.now)
        self._next_frame = self._last_input = self.now
        await self.page_came()

    # -- hands --------------------------------------------------------------------------------------------------------

    async def mouse(self, kind: str, x: float, y: float, *, clicks: int = 0, down: bool = False) -> None:
        """A move, press or release of the mouse at client (`x`, `y`); `down` while the button is held."""
        event: dict[str, Any] = {"type": kind, "x": x, "y": y, **self._stamp()}
        if kind == "mouseMoved":
            self.sent_moves += 1
            event["buttons"] = int(down)
            await self._with_frames("Input.dispatchMouseEvent", event, draw=True)
        else:
            event |= {"button": "left", "clickCount": clicks, "buttons": _BUTTONS[kind]}
            await self._send("Input.dispatchMouseEvent", event)

    async def wheel(self, x: float, y: float, delta_y: float) -> None:
        """A turn of the wheel."""
        event = {"type": "mouseWheel", "x": x, "y": y, "deltaX": 0, "deltaY": delta_y, **self._stamp()}
        await self._with_frames("Input.dispatchMouseEvent", event, draw=True)

    async def touch(self, kind: str, points: Sequence[tuple[float, float]]) -> None:
        """A finger comes down, moves, or (no points) leaves."""
        if kind == "touchMove":
            self.sent_moves += 1
        event = {"type": kind, "touchPoints": [{"x": x, "y": y, "id": 1} for x, y in points], **self._stamp()}
        await self._with_frames("Input.dispatchTouchEvent", event, draw=True)

    async def key(self, key: str, *, code: int = 0, text: str = "") -> None:
        """A key goes down and up; `text` is what it writes."""
        event: dict[str, Any] = {"key": key, "windowsVirtualKeyCode": code, **self._stamp()}
        down = {"type": "keyDown" if text else "rawKeyDown", **event}
        if text:
            down["text"] = text
        await self._send("Input.dispatchKeyEvent", down)
        await self._send("Input.dispatchKeyEvent", {"type": "keyUp", **event})

    async def insert(self, text: str) -> None:
        """Text comes in without a key that the page is told of, as from a keyboard on the screen."""
        await self._send("Input.insertText", {"text": text})

    async def evaluate(self, expression: str, argument: Any = None) -> Any:
        """What a script in the page comes to."""
        async with asyncio.timeout(HUNG_S):
            return await self.page.evaluate(expression, argument)

    async def frame(self) -> None:
        """Draw a frame now."""
        await self.clock.frame(draw=True)
        self._next_frame = self.now + _IDLE_FRAME_MS

    def _stamp(self) -> dict[str, float]:
        stamp = self.clock.stamp()
        return {} if stamp is None else {"timestamp": stamp}

    async def _send(self, method: str, event: dict[str, Any]) -> None:
        self._last_input = self.now
        self._next_frame = min(self._next_frame, self.now + _IDLE_FRAME_MS)
        async with asyncio.timeout(HUNG_S):
            await self._cdp.send(method, event)

    async def _with_frames(self, method: str, event: dict[str, Any], *, draw: bool) -> None:
        """Send an input that is delivered by a frame, and draw frames until it was."""
        sent = asyncio.ensure_future(self._cdp.send(method, event))
        try:
            async with asyncio.timeout(HUNG_S):
                await asyncio.sleep(0)
                while not sent.done():
                    await self.clock.frame(draw=draw)
                    if not sent.done():
                        await asyncio.wait({sent}, timeout=0.02)
                await sent
        finally:
            sent.cancel()
        self._last_input = self.now
        self._next_frame = self.now + _IDLE_FRAME_MS


async def _nothing() -> None:
    pass
