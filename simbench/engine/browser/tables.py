"""From recordings to a part of a run: through the codec of imports, with what only the engine knows beside it."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.browser.visit import Visited
from simbench.engine.cast import Cast
from simbench.engine.coding import coded, texts, times
from simbench.engine.expand import Expanded
from simbench.engine.gaze import views_seen
from simbench.engine.schedule import Schedule
from simbench.engine.session_table import sessions_table
from simbench.engine.shard import ShardTables
from simbench.engine.shard_tables import (
    cut_offs,
    episodes_table,
    recorded_views,
    scenes_played,
    truth_sessions,
    views_table,
)
from simbench.engine.stage import Stage
from simbench.engine.tape import Col
from simbench.engine.transport import transmit
from simbench.events.codecs.rrweb.catalogue import Catalogue
from simbench.events.codecs.rrweb.player import Player
from simbench.events.codecs.rrweb.recording import read_recording
from simbench.events.codecs.rrweb.tables import Session
from simbench.events.schema import EVENT_TYPES, EVENTS, POINTER_TYPES
from simbench.scenario.model import Scenario
from simbench.visitor.scene import Scene

__all__ = ["Recorded", "part_tables", "recorded_events"]

_CLICKED: Final = frozenset({"pointerdown", "pointerup", "click", "dblclick"})
_META: Final = 4
_CUSTOM: Final = 5
#: What is taken from the codec's rows.
_TAKEN: Final = ("type", "x", "y", "scroll_y", "target", "scroll_container", "pointer", "button", "detail", "value",
                 "data")  # fmt: skip


#: What a custom event tells.
_TOLD: Final = ("type", "target", "data", "x", "y", "value")


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What was recorded of one visit: rows of the table of events, in order, by the true clock.

    `t` is ms since the visit began; `rows` are dicts of columns of `EVENTS`.
    """

    t: list[int]
    rows: list[dict[str, Any]]


def recorded_events(
    file: Path, visited: Visited, stage: Stage, *, epoch_ms: float, events: list[dict[str, Any]]
) -> Recorded:
    """Read one visit's recording.

    Parameters
    ----------
    file
        Where it is kept.
    epoch_ms
        What the page's clock said when the visit began.
    events
        The same recording, as the page told it.
    """
    assert visited.recording is not None
    documents = visited.recording.documents
    sessions: list[Session] = []
    with read_recording(file) as recording:
        Player(recording, Catalogue(), sessions.append).play()
    found: list[tuple[int, int, dict[str, Any]]] = []
    opened = 0
    for session in sessions:
        for row in session.events().to_pylist():
            t = round(row["time"].timestamp() * 1000.0 - epoch_ms)
            view = _nth(documents, opened + row["view"])
            found.append((t, view, {name: row[name] for name in _TAKEN}))
        opened += len(session.views)
    document = -1
    for event in events:
        document += event["type"] == _META
        if event["type"] == _CUSTOM and event["data"].get("tag") == "simbench":
            told = event["data"]["payload"]
            if told.get("type") not in EVENT_TYPES:
                continue
            row = dict.fromkeys(_TAKEN) | {name: told.get(name) for name in _TOLD}
            row["pointer"] = "touch" if told["type"] in {"pointerdown", "pointerup"} else None
            found.append((round(event["timestamp"] - epoch_ms), _nth(documents, document), row))
    found = [item for item in found if not _no_news(item[2], stage.scenes[visited.scene_times[0][1]])]
    found.sort(key=lambda item: item[0])
    _drop_strokes(found)
    began = [t for t, _ in visited.scene_times]
    codes = [code for _, code in visited.scene_times]
    top = 0.0
    for t, view, row in found:
        code = codes[max(bisect_right(began, t + 0.5) - 1, 0)]
        row["view"], row["scene"] = view, code
        if row["type"] == "pageview":
            top = row["scroll_y"] or 0.0
        elif row["scroll_y"] is not None and row["scroll_container"] is None:
            top = row["scroll_y"]
        else:
            row["scroll_y"] = top if row["scroll_container"] is None else row["scroll_y"]
        _place(row, stage, code)
    return Recorded(t=[t for t, _, _ in found], rows=[row for _, _, row in found])


def _no_news(row: dict[str, Any], scene: Scene) -> bool:
    """Whether an event tells that the window has the size that it has always had."""
    return bool(row["type"] == "resize" and row["data"] == f"{scene.vw:.0f}x{scene.vh:.0f}")


def _drop_strokes(found: list[tuple[int, int, dict[str, Any]]]) -> None:
    """A finger that drags the page presses nothing: its pointer is called off, and its end is like any other."""
    down: int | None = None
    dropped = set()
    for place, (_, _, row) in enumerate(found):
        if row["type"] == "pointerdown" and row["pointer"] == "touch":
            down = place
        elif row["type"] == "pointerup":
            down = None
        elif row["type"] == "touchend" and row["data"] == "cancel":
            row["data"] = None
            dropped |= {down} if down is not None else set()
            down = None
    found[:] = [item for place, item in enumerate(found) if place not in dropped]


def _nth(documents: Sequence[int], number: int) -> int:
    return documents[min(max(number, 0), len(documents) - 1)]


def _place(row: dict[str, Any], stage: Stage, code: int) -> None:
    """Where in its target an event was, and what goes with a pointer."""
    row["rel_x"] = row["rel_y"] = row["modifiers"] = None
    if row["type"] in _CLICKED:
        row["button"], row["modifiers"] = 0, 0
        row["detail"] = row["detail"] if row["detail"] is not None else 1
    if row["type"] == "click" and row["detail"] == 0:
        row["x"] = row["y"] = row["pointer"] = None
    if row["type"] not in POINTER_TYPES or row["x"] is None or row["target"] is None:
        return
    element = stage.scenes[code].element(row["target"])
    if element is not None and element.w > 0 and element.h > 0:
        y = row["y"] - (row["scroll_y"] or 0.0) if element.fixed else row["y"]
        rel_x, rel_y = (row["x"] - element.x) / element.w, (y - element.y) / element.h
        if 0.0 <= rel_x <= 1.0 and 0.0 <= rel_y <= 1.0:
            row["rel_x"], row["rel_y"] = rel_x, rel_y


@dataclass(frozen=True, slots=True)
class _Seen:
    key: NDArray[np.int64]
    views: NDArray[np.int64]


def part_tables(
    scenario: Scenario, stage: Stage, schedule: Schedule, cast: Cast, shard: int, visits: Sequence[Visited],
    recorded: dict[int, Recorded],
) -> ShardTables:  # fmt: skip
    """The tables of one shard.

    Parameters
    ----------
    schedule, cast
        Of the shard; visits that were lost leave no rows in any table.
    visits
        Those that were played, by place.
    recorded
        Of each place: what was recorded.
    """
    n = len(schedule)
    played = np.zeros(n, dtype=bool)
    since = np.full(n, np.inf)
    journals = {visited.place: visited.journal for visited in visits}
    for visited in visits:
        played[visited.place] = True
        since[visited.place] = visited.consented_ms if scenario.recorder.require_consent else 0.0
    kept = schedule.recorded & played & np.isfinite(since)
    views = [row for visited in visits for row in visited.views]
    tape = np.concatenate([visited.tape for visited in visits]) if visits else np.empty((0, len(Col)))
    cut = cut_offs(scenario, shard, views, since)
    rows: list[dict[str, Any]] = []
    session, t = [], []
    pages = scenario.recorder.pages
    for place in np.flatnonzero(kept).tolist():
        told = recorded.get(place)
        for at, row in zip(told.t, told.rows, strict=True) if told is not None else ():
            if since[place] - 1.0 <= at <= cut[place] and (pages == "all" or stage.scenes[row["scene"]].page in pages):
                rows.append(row)
                session.append(place)
                t.append(at)
    owner, moment = np.array(session, dtype=np.int32), np.array(t, dtype=np.int64)
    seen = _Seen(
        Expanded.moment(owner, moment.astype(np.float64)),
        np.unique(owner.astype(np.int64) * 100_000 + np.array([row["view"] for row in rows], dtype=np.int64)),
    )
    whole = [place for place in range(n) if played[place]]
    part = schedule if len(whole) == n else None
    told_of = truth_sessions(scenario, schedule, cast, [journals.get(k) or _no_journal() for k in range(n)], kept)
    return ShardTables(
        events=_events(scenario, stage, schedule, shard, rows, owner, moment),
        views=views_table(stage, schedule, recorded_views(views, kept, pages, since, cut)),
        sessions=sessions_table(schedule, scenario, rows=kept),
        episodes=episodes_table(schedule, [journals.get(k) or _no_journal() for k in range(n)], seen, cut),
        truth_sessions=told_of if part is not None else told_of.filter(pa.array(played)),
        truth_views=views_seen(tape, stage, schedule.session_id, cast.session_keys),
        truth_motor=None,
        scenes=scenes_played(stage, tape),
        acts=len(tape),
    )


def _no_journal() -> Any:
    from simbench.visitor.journal import Journal  # noqa: PLC0415

    return Journal()


def _events(
    scenario: Scenario, stage: Stage, schedule: Schedule, shard: int, rows: list[dict[str, Any]],
    session: NDArray[np.int32], t: NDArray[np.int64],
) -> pa.Table:  # fmt: skip
    """The table of events: sent over the wire, told by the page's clock."""
    first = np.flatnonzero(np.r_[True, session[1:] != session[:-1]]) if session.size else np.empty(0, np.intp)
    counts = np.diff(np.r_[first, session.size])
    seq = np.arange(session.size, dtype=np.int32) - np.repeat(first.astype(np.int32), counts)
    delivery = transmit(
        scenario.faults, seed=scenario.seed, shard=shard, session=session,
        time_ms=t + np.repeat(schedule.start_ms[session[first]], counts), skew_ms=schedule.skew_ms,
    )  # fmt: skip
    order = delivery.rows.tolist()

    def told(name: str) -> list[Any]:
        return [rows[k][name] for k in order]

    columns: dict[str, Any] = {
        "session": coded(session[delivery.rows], schedule.session_id),
        "seq": pa.array(seq[delivery.rows]),
        "view": pa.array(told("view"), pa.int32()),
        "state": texts([stage.scenes[code].state for code in told("scene")]),
        "time": times(delivery.time_ms),
        "received": times(delivery.received_ms),
    }
    for name in ("type", "target", "scroll_container", "pointer", "data"):
        columns[name] = texts(told(name))
    for field in EVENTS:
        if field.name not in columns:
            columns[field.name] = pa.array(told(field.name), field.type)
    return pa.Table.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)
