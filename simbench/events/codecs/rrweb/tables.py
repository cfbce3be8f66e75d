"""Sessions as they grow, and the tables that they become."""

from __future__ import annotations

import base64
import hashlib
from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pyarrow as pa

from simbench.events.codecs.rrweb.device import browser_of, device_of, system_of
from simbench.events.parquet import conform
from simbench.events.schema import EVENT_TYPES, EVENTS

__all__ = ["Session", "opaque_id"]

_POINTERS: Final = ("mouse", "touch", "pen")
_TYPE_CODES: Final = {name: code for code, name in enumerate(EVENT_TYPES)}
_POINTER_CODES: Final = {name: code for code, name in enumerate(_POINTERS)}
_NO_NUMBER: Final = float("nan")
_MOUSE_TYPES: Final = frozenset({"mousemove", "pointerdown"})
_TOUCH_TYPES: Final = frozenset({"touchstart", "touchmove", "touchend"})


def opaque_id(*parts: str) -> str:
    """An id of 12 letters and digits that says nothing about what it was made of.

    Examples
    --------
    >>> opaque_id("session", "abc", "0")
    'mxhub64iktss'
    """
    digest = hashlib.blake2b("\x1f".join(parts).encode("utf-8", "replace"), digest_size=10, person=b"simbench.rrweb")
    return base64.b32encode(digest.digest()).decode("ascii").lower()[:12]


class _Names:
    """Strings by number."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, name: str | None) -> int:
        if name is None:
            return -1
        code = self._codes.get(name)
        if code is None:
            code = self._codes[name] = len(self.names)
            self.names.append(name)
        return code


class Session:
    """One session: its views and its events, in the order in which they were told."""

    def __init__(self, identity: str, *, visitor: str, start: int) -> None:
        self.identity = identity
        self.visitor = visitor
        self.start = start
        self.by_type: Counter[str] = Counter()
        #: The row of the sessions table, as far as it is known before the end.
        self.about: dict[str, Any] = {}
        self.views: list[dict[str, Any]] = []
        self.touches = 0
        self.mouse = 0
        self._view_starts: list[int] = []
        self._strings = {name: _Names() for name in ("target", "scroll_container", "data")}
        self._codes = {name: array("i") for name in self._strings}
        self._floats = {name: array("d") for name in ("x", "y", "scroll_y", "value")}
        self._bytes = {name: array("b") for name in ("type", "pointer", "button", "detail")}
        self._time = array("q")
        self._view = array("i")

    def __len__(self) -> int:
        return len(self._time)

    def view(self, time: int, **row: Any) -> None:
        """Open the next view."""
        self._view_starts.append(time)
        number = len(self.views)
        self.views.append({"session": self.identity, "view": number, "tab": 0, "start": time, "end": time, **row})

    def event(
        self,
        time: int,
        kind: str,
        *,
        x: float | None = None,
        y: float | None = None,
        scroll_y: float | None = None,
        target: str | None = None,
        scroll_container: str | None = None,
        pointer: str | None = None,
        button: int | None = None,
        detail: int | None = None,
        value: float | None = None,
        data: str | None = None,
    ) -> None:
        """Add an event; one older than the last (a request, known by its response) goes to the view of its time."""
        time = max(time, self.start)
        view = max(0, bisect_right(self._view_starts, time) - 1)
        self.views[view]["end"] = max(self.views[view]["end"], time)
        self.by_type[kind] += 1
        self.touches += kind in _TOUCH_TYPES
        self.mouse += kind in _MOUSE_TYPES and pointer != "touch"
        self._time.append(time)
        self._view.append(view)
        for name, number in (("x", x), ("y", y), ("scroll_y", scroll_y), ("value", value)):
            self._floats[name].append(_NO_NUMBER if number is None else number)
        for name, text in (("target", target), ("scroll_container", scroll_container), ("data", data)):
            self._codes[name].append(self._strings[name].code(text))
        self._bytes["type"].append(_TYPE_CODES[kind])
        self._bytes["pointer"].append(-1 if pointer is None else _POINTER_CODES[pointer])
        self._bytes["button"].append(-1 if button is None else button)
        self._bytes["detail"].append(-1 if detail is None else detail)

    def row(self, user_agent: str | None) -> dict[str, Any]:
        """The row of the sessions table."""
        first = self.views[0]
        return {
            "session": self.identity,
            "visitor": self.visitor,
            "start": self.start,
            "device": device_of(
                user_agent, first.get("viewport_w"), first.get("viewport_h"), touches=self.touches, mouse=self.mouse
            ),
            "browser": browser_of(user_agent),
            "os": system_of(user_agent),
            "user_agent": user_agent,
            **self.about,
        }

    def events(self) -> pa.Table:
        """The events, in the order of time, with the schema `EVENTS`."""
        order = np.argsort(np.asarray(self._time, dtype=np.int64), kind="stable")
        count = len(order)
        moments = pa.array(np.asarray(self._time, dtype=np.int64)[order]).cast(pa.timestamp("ms", tz="UTC"))
        columns: dict[str, Any] = {
            "session": _strings(np.zeros(count, dtype=np.int32), [self.identity]),
            "seq": pa.array(np.arange(count, dtype=np.int32)),
            "view": pa.array(np.asarray(self._view, dtype=np.int32)[order]),
            "time": moments,
            "received": moments,
            "type": _strings(np.asarray(self._bytes["type"], dtype=np.int32)[order], EVENT_TYPES),
            "pointer": _strings(np.asarray(self._bytes["pointer"], dtype=np.int32)[order], _POINTERS),
        }
        for name, values in self._floats.items():
            numbers = np.asarray(values, dtype=np.float64)[order].astype(np.float32)
            columns[name] = pa.array(numbers, mask=np.isnan(numbers))
        for name, codes in self._codes.items():
            columns[name] = _strings(np.asarray(codes, dtype=np.int32)[order], self._strings[name].names)
        for name in ("button", "detail"):
            small = np.asarray(self._bytes[name], dtype=np.int8)[order]
            columns[name] = pa.array(small, mask=small < 0)
        return conform(pa.table(columns), EVENTS)


def _strings(codes: np.ndarray[Any, np.dtype[np.int32]], names: Sequence[str]) -> Any:
    return pa.DictionaryArray.from_arrays(pa.array(codes, mask=codes < 0), pa.array(names, type=pa.string()))
