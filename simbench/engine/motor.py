"""Truth of movement: what hands did at every frame, of visits that are recorded and of those that are not."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from simbench.engine.coding import Validity, coded, numbers
from simbench.engine.expand import Expanded
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.events.schema import DEVICES, EVENT_TYPES, MOTOR_KINDS, POINTER_TYPES, TRUTH_MOTOR

__all__ = ["motor_table"]

_TOLD: Final = np.array([name in MOTOR_KINDS for name in EVENT_TYPES])
_MOUSE_ONLY: Final = np.array([name in {"pointerdown", "pointerup"} for name in EVENT_TYPES])
_POINTED: Final = np.array([name in POINTER_TYPES for name in EVENT_TYPES])


def motor_table(stage: Stage, schedule: Schedule, frames: Expanded, recorded: Expanded) -> pa.Table:
    """Movement at every frame (schema `TRUTH_MOTOR`).

    Parameters
    ----------
    frames
        All that happened, at every frame.
    recorded
        All that a recorder would keep, had it the time: its samples lie on frames, but where a pointer rests they may
        repeat a position that `frames` leaves out. What both hold is told once.
    """
    touch = schedule.device != DEVICES.index("desktop")

    def told(of: Expanded) -> tuple[np.ndarray, ...]:
        kind = of.types()
        rows = np.flatnonzero(_TOLD.take(kind) & ~(_MOUSE_ONLY.take(kind) & touch.take(of.session)))
        made = of.made(rows)
        return (of.key.take(rows), made.type, made.view, made.x, made.y, made.scroll_y, made.data)

    key, kind, view, x, y, scroll_y, data = (
        np.concatenate(pair) for pair in zip(told(frames), told(recorded), strict=True)
    )
    # A move is where the pointer is, scrolling where the page is; of two that say the same, the frame's is told.
    where = [np.where(kind == EVENT_TYPES.index("scroll"), scroll_y, np.float32(0)), x, y]
    order = np.lexsort((*where, kind, key))
    first = np.zeros(key.size, dtype=bool)
    first[:1] = True
    for column in (key, kind, *where):
        first[1:] |= np.diff(column.take(order)) != 0
    order = order[first]
    key, kind, view, x, y, scroll_y, data = (c.take(order) for c in (key, kind, view, x, y, scroll_y, data))
    session = key >> Expanded.TICK_BITS
    sixteenths = key & ((1 << Expanded.TICK_BITS) - 1)
    time_us = schedule.start_ms.take(session) * 1000 + sixteenths * 1000 // 16
    placed = Validity(_POINTED.take(kind))
    table = {
        "session": coded(session, schedule.session_id),
        "view": numbers(view),
        "time": numbers(time_us).cast(pa.timestamp("us", tz="UTC")),
        "kind": coded(kind, EVENT_TYPES),
        "x": numbers(x, placed),
        "y": numbers(y, placed),
        "scroll_y": numbers(scroll_y),
        "key": coded(np.where(kind == EVENT_TYPES.index("keydown"), data, -1), stage.strings.values),
    }
    return pa.Table.from_arrays([table[name] for name in TRUTH_MOTOR.names], schema=TRUTH_MOTOR)
