"""The table of events, as it arrives at the collector: sent over the wire, told by the page's clock."""

from __future__ import annotations

from typing import Final

import numpy as np
import pyarrow as pa

from simbench.engine.coding import Validity, coded, numbers, times
from simbench.engine.expand import Expanded
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.engine.transport import transmit
from simbench.events.schema import DEVICES, EVENT_TYPES, EVENTS
from simbench.scenario.model import Scenario

__all__ = ["events_table"]

#: By type: whether such events have a button, a click count and modifiers.
_CLICKED: Final = np.array([name in {"pointerdown", "pointerup", "click", "dblclick"} for name in EVENT_TYPES])
_POINTERS: Final = ("mouse", "touch")


def events_table(scenario: Scenario, stage: Stage, schedule: Schedule, shard: int, seen: Expanded) -> pa.Table:
    """Events of one shard (schema `EVENTS`): by session, and within it as they arrived."""
    n = len(seen)
    first = np.flatnonzero(np.r_[True, seen.session[1:] != seen.session[:-1]]) if n else np.empty(0, np.intp)
    counts = np.diff(np.r_[first, n])
    seq = np.arange(n, dtype=np.int32) - np.repeat(first.astype(np.int32), counts)
    delivery = transmit(
        scenario.faults,
        seed=scenario.seed,
        shard=shard,
        session=seen.session,
        time_ms=seen.ms() + np.repeat(schedule.start_ms[seen.session[first]], counts),
        skew_ms=schedule.skew_ms,
    )
    rows = delivery.rows
    # Sessions stand one after another, whatever the wire did inside them.
    session = seen.session.take(rows)
    events = seen.columns(rows)
    by_touch = (schedule.device != DEVICES.index("desktop")).astype(np.int8)
    states = sorted({scene.state for scene in stage.scenes})
    state = np.array([states.index(scene.state) for scene in stage.scenes], dtype=np.int32)
    pointed = Validity(events.pointed)
    clicked = Validity(_CLICKED.take(events.type))
    zeros = np.zeros(rows.size, dtype=np.int8)
    pointer = np.where(events.pointed, by_touch.take(session), np.int8(-1))
    strings = stage.strings.values
    columns = {
        "session": coded(session, schedule.session_id),
        "seq": numbers(seq.take(rows)),
        "view": numbers(events.view),
        "state": coded(state.take(events.scene), states),
        "time": times(delivery.time_ms),
        "received": times(delivery.received_ms),
        "type": coded(events.type, EVENT_TYPES),
        "x": numbers(events.x, pointed),
        "y": numbers(events.y, pointed),
        "rel_x": numbers(events.rel_x, pointed),
        "rel_y": numbers(events.rel_y, pointed),
        "scroll_y": numbers(events.scroll_y, Validity(~np.isnan(events.scroll_y))),
        "target": coded(events.target, strings),
        "scroll_container": pa.nulls(rows.size, EVENTS.field("scroll_container").type),
        "pointer": coded(pointer, _POINTERS, pointed),
        "button": numbers(zeros, clicked),
        "detail": numbers(events.detail, clicked),
        "modifiers": numbers(zeros, clicked),
        "value": numbers(events.value, Validity(~np.isnan(events.value))),
        "data": coded(events.data, strings),
    }
    return pa.Table.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)
