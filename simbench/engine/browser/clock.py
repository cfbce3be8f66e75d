"""A page's clock: virtual time that stands still until it is told to go on, with frames on demand.

`VirtualClock` uses two things of the Chrome DevTools Protocol: virtual time (every timer and every clock of the page
reads it) and begin-frame control (a frame is drawn when it is asked for, at the time that it is given). So two minutes
of a visit take seconds, and nothing in the page can tell. Only ``chromium-headless-shell`` has both.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any, Final, Protocol

from playwright.async_api import CDPSession

__all__ = ["COMPRESSED_FLAGS", "HUNG_S", "Clock", "RealClock", "VirtualClock"]

#: What a browser must be started with so that frames come on demand.
COMPRESSED_FLAGS: Final = (
    "--enable-begin-frame-control",
    "--run-all-compositor-stages-before-draw",
    "--disable-new-content-rendering-timeout",
    "--disable-threaded-animation",
    "--disable-threaded-scrolling",
    "--disable-checker-imaging",
    "--disable-image-animation-resync",
)
#: An input lies a little before now, as all real input does: programs in the page compare the two.
_INPUT_LAG_MS: Final = 2.0
#: How long anything may take that the page is asked for before it counts as hung, s of wall time.
HUNG_S: Final = 20.0


class Clock(Protocol):
    """Tells the time of a visit (ms since it began) and lets it pass."""

    @property
    def now(self) -> float:
        """Ms since the visit began."""

    async def start(self) -> None:
        """Take the page's clocks over."""

    async def step(self, ms: float, *, wait_for_network: bool = False) -> None:
        """Let `ms` pass; with `wait_for_network` the clock stands still while anything is being fetched."""

    async def frame(self, *, draw: bool = False) -> None:
        """Let the page draw a frame (`draw`: really, which scrolling and touch need)."""

    def stamp(self) -> float | None:
        """Time stamp for an input event, s since 1970; None: now."""

    async def stand_still(self) -> None:
        """Make sure that no time passes, after a page has loaded."""

    def correct(self, epoch_ms: float) -> None:
        """The page says what time it is (ms since 1970): while it loaded, it may have counted otherwise."""

    def go_on(self) -> None:
        """Something that is fetched is held back on purpose: a clock that waits for it shall wait no longer."""


class VirtualClock:
    """Time that passes only in `step`.

    Parameters
    ----------
    cdp
        A session with the page.
    epoch_ms
        What ``Date.now()`` says in the page when the visit begins.
    """

    def __init__(self, cdp: CDPSession, epoch_ms: float) -> None:
        self._now = 0.0
        self._cdp = cdp
        self._epoch_ms = epoch_ms
        self._news = asyncio.Event()
        self._expired = False
        self._waits = False
        self._base = 0.0
        self._drawn = 0.0
        self._wall_minus_ticks = time.time() - time.clock_gettime(time.CLOCK_MONOTONIC)

    @property
    def now(self) -> float:
        """See `Clock.now`."""
        return self._now

    async def start(self) -> None:
        """See `Clock.start`."""
        self._cdp.on("Emulation.virtualTimeBudgetExpired", self._on_expired)
        told = await self._send(
            "Emulation.setVirtualTimePolicy", policy="pause", initialVirtualTime=self._epoch_ms / 1000.0
        )
        self._base = float(told["virtualTimeTicksBase"])

    def _on_expired(self, _: object) -> None:
        self._expired = True
        self._news.set()

    async def step(self, ms: float, *, wait_for_network: bool = False) -> None:
        """See `Clock.step`."""
        self._expired = False
        self._waits = wait_for_network
        policy = "pauseIfNetworkFetchesPending" if wait_for_network else "advance"
        await self._send("Emulation.setVirtualTimePolicy", policy=policy, budget=ms)
        async with asyncio.timeout(HUNG_S):
            while not self._expired:
                await self._news.wait()
                self._news.clear()
                if wait_for_network and not self._waits and not self._expired:
                    wait_for_network = False
                    await self._send("Emulation.setVirtualTimePolicy", policy="advance", budget=ms)
        self._now += ms

    async def stand_still(self) -> None:
        """See `Clock.stand_still`."""
        await self._send("Emulation.setVirtualTimePolicy", policy="pause")

    def correct(self, epoch_ms: float) -> None:
        """See `Clock.correct`."""
        self._now = max(self._now, epoch_ms - self._epoch_ms)

    def go_on(self) -> None:
        """See `Clock.go_on`."""
        self._waits = False
        self._news.set()

    async def frame(self, *, draw: bool = False) -> None:
        """See `Clock.frame`."""
        self._drawn = max(self._base + self._now, self._drawn + 0.001)
        async with asyncio.timeout(HUNG_S):
            await self._send(
                "HeadlessExperimental.beginFrame", frameTimeTicks=self._drawn, interval=50.0, noDisplayUpdates=not draw
            )

    def stamp(self) -> float | None:
        """See `Clock.stamp`."""
        return self._wall_minus_ticks + (self._base + self._now - _INPUT_LAG_MS) / 1000.0

    async def _send(self, method: str, **parameters: Any) -> Any:
        return await self._cdp.send(method, parameters)


class RealClock:
    """Time as it passes anyway, for browsers that have no other."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    @property
    def now(self) -> float:
        """See `Clock.now`."""
        return (time.monotonic() - self._began) * 1000.0

    async def start(self) -> None:
        """See `Clock.start`."""
        self._began = time.monotonic()

    async def step(self, ms: float, *, wait_for_network: bool = False) -> None:  # noqa: ARG002
        """See `Clock.step`."""
        await asyncio.sleep(ms / 1000.0)

    async def frame(self, *, draw: bool = False) -> None:
        """Frames come by themselves."""

    def stamp(self) -> float | None:
        """See `Clock.stamp`."""
        return None

    async def stand_still(self) -> None:
        """It never does."""

    def correct(self, epoch_ms: float) -> None:
        """It is always right."""

    def go_on(self) -> None:
        """It never waits."""
