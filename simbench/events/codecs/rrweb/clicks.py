"""The DOM's click count, which a recording does not hold."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

__all__ = ["Click", "ClickCounter"]

#: Two clicks further apart than this are two, not a double click: the default of Windows, GTK and Chromium.
_GAP_MS: Final = 500
#: The pointer may wander so far between them, on each axis.
_WANDER_PX: Final = 5.0
#: What the column can hold.
_MOST: Final = 127
#: An emulated mouse event comes at most so long after the touch that it stands for.
_EMULATION_MS: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Click:
    """What can be known of a click: its count (0 for one that no press made, such as the Enter key's) and pointer."""

    detail: int
    pointer: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Point:
    time: int
    target: int
    x: float | None
    y: float | None

    def near(self, other: _Point) -> bool:
        if self.target != other.target:
            return False
        if self.x is None or self.y is None or other.x is None or other.y is None:
            return True
        return abs(self.x - other.x) <= _WANDER_PX and abs(self.y - other.y) <= _WANDER_PX


class ClickCounter:
    """Counts clicks as a browser does: within 500 ms, on one element, hardly moved.

    The gap is measured from press to press where presses are recorded, else from click to click.

    Parameters
    ----------
    has_presses
        Whether the recording holds presses at all; if so, a click without one was not made by a pointer.
    """

    def __init__(self, *, has_presses: bool) -> None:
        self._has_presses = has_presses
        self._press: tuple[int, str] | None = None
        self._touched_at: int | None = None
        self._last: _Point | None = None
        self._count = 0

    def press(self, time: int, pointer: str) -> str:
        """A press; its pointer, which is `touch` for the mouse press that old browsers emulate after a touch."""
        if pointer == "mouse" and self._touched_at is not None and time - self._touched_at <= _EMULATION_MS:
            pointer = "touch"
        self._press = (time, pointer)
        return pointer

    def release(self, time: int, pointer: str) -> str:
        """A release; its pointer."""
        if pointer == "touch":
            self._touched_at = time
        elif pointer == "mouse" and self._press is not None and self._press[1] == "touch":
            return "touch"
        return pointer

    def click(self, time: int, target: int, x: float | None, y: float | None, pointer: str | None) -> Click:
        """A click at client coordinates; the press before it is used up."""
        press, self._press = self._press, None
        if press is None and self._has_presses:
            self._last, self._count = None, 0
            return Click(detail=0, pointer=None)
        point = _Point(time=press[0] if press is not None else time, target=target, x=x, y=y)
        again = self._last is not None and point.near(self._last) and 0 <= point.time - self._last.time <= _GAP_MS
        self._count = self._count + 1 if again else 1
        self._last = point
        return Click(detail=min(self._count, _MOST), pointer=pointer or (press[1] if press is not None else None))
