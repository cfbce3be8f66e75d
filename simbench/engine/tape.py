"""The tape: one flat list of numbers on which a shard's acts are recorded while its visitors are played.

Python runs once an act, never once a sample: the tape holds what an act was (its kind, times, end points), and
`simbench.engine.expand` fills in between for the whole shard at once.
"""

from __future__ import annotations

from enum import IntEnum
from struct import pack
from typing import Final

import numpy as np
from numpy.typing import NDArray

__all__ = ["NOWHERE", "Col", "Kind", "Strings", "Tape"]

#: No position, no value.
NOWHERE: Final = float("nan")


class Kind(IntEnum):
    """What a row of the tape is."""

    #: One event as it stands: `A` its type, `B` its value, `C` its data.
    EVENT = 0
    #: The pointer goes from (X0, Y0) to (X1, Y1), at first beyond it with probability `A`.
    MOVE = 1
    #: Reading and scrolling from S0 to S1; the mouse wanders to (X1, Y1) where that is somewhere.
    READ = 2
    #: Scrolling from S0 to S1 in one go.
    SCROLL = 3
    #: A mouse button goes down at T0 and up at T1; `A` is the DOM's click count.
    PRESS = 4
    #: A finger goes down at T0 and up at T1; `A` is 0 for a long press, which is no click.
    TAP = 5
    #: `A` characters with `B` slips, `C` ms a key.
    TYPE = 6
    #: Eyes rest on TARGET.
    LOOK = 7
    #: The pointer goes from (X0, Y0) to (X1, Y1) with the button (or a finger) down: it goes down at T0 where `A` is 1
    #: or 3, and comes up at T1 where `A` is 2 or 3; a click comes of that where `B` is 1.
    DRAG = 20
    #: The pointer is shaken from (X0, Y0) to (X1, Y1) in `A` strokes of reach `B` px; `C` is the direction (radians),
    #: TARGET the roundness, 0 to 1.
    SHAKE = 8


class Col(IntEnum):
    """Columns of the tape. Times are ms since the visit began, positions client px, strings are codes (-1: none)."""

    KIND = 0
    SESSION = 1
    VIEW = 2
    SCENE = 3
    T0 = 4
    T1 = 5
    X0 = 6
    Y0 = 7
    X1 = 8
    Y1 = 9
    S0 = 10
    S1 = 11
    TARGET = 12
    A = 13
    B = 14
    C = 15


class Strings:
    """Strings as codes, numbered in the order in which they are met."""

    def __init__(self) -> None:
        self.values: list[str] = []
        self._codes: dict[str, int] = {}

    def code(self, value: str | None) -> int:
        """Code of `value`; -1 for None."""
        if value is None:
            return -1
        code = self._codes.get(value)
        if code is None:
            code = self._codes[value] = len(self.values)
            self.values.append(value)
        return code


class Tape:
    """A shard's acts, appended row by row and read as one array."""

    def __init__(self) -> None:
        self._flat: list[float] = []
        self._packed: list[bytes] = []
        #: Appends one row: a tuple of `len(Col)` numbers.
        self.add = self._flat.extend

    def pack(self) -> None:
        """Put away what was appended, as bytes: once a visit, while its numbers are still at hand."""
        self._packed.append(pack(f"{len(self._flat)}d", *self._flat))
        self._flat.clear()

    @property
    def length(self) -> int:
        """How many acts were recorded."""
        return (sum(map(len, self._packed)) // 8 + len(self._flat)) // len(Col)

    def array(self) -> NDArray[np.float64]:
        """The acts that were put away, as an array of shape (acts, len(Col))."""
        return np.frombuffer(b"".join(self._packed), dtype=np.float64).reshape(-1, len(Col))
