"""The gate: the server's answers to a visit wait here until their time has come on that visit's clock."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from typing import Final

__all__ = ["Gate", "Held", "Turnstile"]

#: An answer is never held longer than this in wall time, s: whoever should let it go is gone then.
_LONGEST_S: Final = 120.0


class Held:
    """One answer that waits."""

    __slots__ = ("_open", "path")

    def __init__(self, path: str) -> None:
        self.path = path
        self._open = threading.Event()

    def wait(self) -> None:
        """Wait until it may go (on the server's thread)."""
        self._open.wait(_LONGEST_S)

    def release(self) -> None:
        """Let it go."""
        self._open.set()


class Turnstile:
    """The answers of one visit: those that have come to the gate, and those that were seen by the visit's driver."""

    def __init__(self) -> None:
        self._come: deque[Held] = deque()
        self._news = asyncio.Event()
        self._all: list[Held] = []

    def arrived(self, held: Held) -> None:
        """An answer has come to the gate (on the event loop)."""
        self._come.append(held)
        self._all.append(held)
        self._news.set()

    async def next(self, path: str, timeout_s: float) -> Held:
        """The next answer to a request for `path`.

        Raises
        ------
        TimeoutError
            None came in time.
        """
        async with asyncio.timeout(timeout_s):
            while True:
                for held in self._come:
                    if held.path == path:
                        self._come.remove(held)
                        return held
                self._news.clear()
                await self._news.wait()

    def close(self) -> None:
        """Let everything go."""
        for held in self._all:
            held.release()


class Gate:
    """Knows the visits that are under way; made on the event loop that drives them."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._visits: dict[str, Turnstile] = {}

    def open(self, visit: str) -> Turnstile:
        """Begin to hold answers to `visit`."""
        turnstile = self._visits[visit] = Turnstile()
        return turnstile

    def shut(self, visit: str) -> None:
        """The visit is over: what is still held goes, and nothing is held any more."""
        turnstile = self._visits.pop(visit, None)
        if turnstile is not None:
            turnstile.close()

    def hold(self, visit: str, path: str) -> None:
        """Wait (on the server's thread) until the visit's driver lets the answer go."""
        held = Held(path)

        def tell() -> None:
            turnstile = self._visits.get(visit)
            if turnstile is None:
                held.release()
            else:
                turnstile.arrived(held)

        try:
            self._loop.call_soon_threadsafe(tell)
        except RuntimeError:
            return  # the loop is closed: nobody is left to wait for
        held.wait()
