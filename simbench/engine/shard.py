"""Play one shard: its visitors one after another, their acts expanded together, and everything as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.cast import Cast
from simbench.engine.coding import coded, texts, times
from simbench.engine.expand import Expanded, Recorder, expand
from simbench.engine.gaze import views_seen
from simbench.engine.schedule import Schedule
from simbench.engine.session_table import sessions_table
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Tape
from simbench.engine.transport import transmit
from simbench.engine.world import ViewRow, World
from simbench.events.schema import DEVICES, EPISODES, EVENT_TYPES, EVENTS, OUTCOME_KINDS, SOURCES, TRUTH_SESSIONS, VIEWS
from simbench.scenario.model import Scenario
from simbench.visitor.journal import Entry, Journal
from simbench.visitor.landing import referrer
from simbench.visitor.visit import visit

__all__ = ["SceneKey", "ShardTables", "play_shard"]

#: Page, state, viewport, and defects (sorted) of a scene that was on screen.
SceneKey = tuple[str, str, str, tuple[str, ...]]

#: Events with a pointer in their hands.
_POINTED: Final = frozenset(
    EVENT_TYPES.index(name)
    for name in ("mousemove", "pointerdown", "pointerup", "click", "dblclick", "contextmenu", "touchstart", "touchmove",
                 "touchend")
)  # fmt: skip
#: Pauses show in what was done around them.
_SLACK_MS: Final = {"hesitation": 2000.0, "field_struggle": 2000.0}
_CLICKED: Final = frozenset(EVENT_TYPES.index(name) for name in ("pointerdown", "pointerup", "click", "dblclick"))


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTables:
    """One part of a run: the tables with the schemas of `simbench.events.schema`, and what was on screen."""

    events: pa.Table
    views: pa.Table
    sessions: pa.Table
    episodes: pa.Table
    truth_sessions: pa.Table
    truth_views: pa.Table
    scenes: tuple[SceneKey, ...]
    acts: int


@dataclass(slots=True, kw_only=True)
class _Played:
    """What playing a shard's visitors left behind, before anything is expanded."""

    tape: Tape
    views: list[ViewRow]
    journals: list[Journal]
    consented_ms: list[float]


def play_shard(
    scenario: Scenario, stage: Stage, schedule: Schedule, shard: int, wait_ms: Callable[[float, float], float]
) -> ShardTables:
    """Play the visits of `schedule` (one shard's slice).

    Parameters
    ----------
    wait_ms
        How long a request waits at the busy backend, by epoch ms and a standard normal number.
    """
    cast = Cast(scenario, stage, schedule, shard)
    played = _play(stage, schedule, cast, wait_ms)
    tape = played.tape.array()
    kept = schedule.recorded.astype(bool)
    since = np.array(played.consented_ms) if scenario.recorder.require_consent else np.zeros(len(schedule))
    recorder = scenario.recorder
    expanded = expand(
        tape,
        session_keys=cast.session_keys,
        touch=schedule.device != DEVICES.index("desktop"),
        kept=kept,
        since_ms=since,
        until_ms=_view_ends(tape, played.views),
        stage=stage,
        recorder=Recorder(
            mousemove_ms=1000.0 / recorder.mousemove_hz if recorder.mousemove_hz > 0 else 0.0,
            scroll_ms=max(recorder.scroll_ms, 1.0),
        ),
    )
    if recorder.pages != "all":
        expanded = _only_pages(expanded, stage, recorder.pages)
    events = _events_table(scenario, stage, schedule, shard, expanded)
    return ShardTables(
        events=events,
        views=_views_table(stage, schedule, played.views, kept, recorder.pages),
        sessions=sessions_table(schedule, scenario),
        episodes=_episodes_table(schedule, played.journals, expanded),
        truth_sessions=_truth_sessions(scenario, schedule, cast, played.journals),
        truth_views=views_seen(tape, stage, schedule.session_id),
        scenes=_scenes(stage, tape),
        acts=played.tape.length,
    )


def _play(stage: Stage, schedule: Schedule, cast: Cast, wait_ms: Callable[[float, float], float]) -> _Played:
    played = _Played(tape=Tape(), views=[], journals=[], consented_ms=[])
    last_step = stage.site.funnel[-1] if stage.site.funnel else None
    for place in range(len(schedule)):
        dice = cast.dice(place)
        me = cast.visitor(place, dice)
        start_ms = int(schedule.start_ms[place])
        world = World(
            stage=stage,
            tape=played.tape,
            session=place,
            viewport=schedule.viewport_names[schedule.viewport[place]],
            device=DEVICES[schedule.device[place]],
            defects=schedule.defect_sets[schedule.defects[place]],
            wait_ms=wait_ms,
            start_ms=start_ms,
            luck=dice.world,
            remembered=frozenset(("consent",)) if me.returning else frozenset(),
            referrer=referrer(SOURCES[schedule.source[place]]),
            views=played.views,
            session_key=int(cast.session_keys[place]),
        )
        visitor = visit(me)
        act = next(visitor)
        try:
            while True:
                world.play(act)
                act = visitor.send(world)
        except StopIteration:
            pass
        journal = me.journal
        journal.converted = last_step is not None and (
            (last_step.page, last_step.state) in world.reached or (last_step.state is None and last_step.page in
                                                                   {page for page, _ in world.reached})
        )  # fmt: skip
        played.journals.append(journal)
        played.consented_ms.append(world.consented_ms)
    return played


def _view_ends(tape: NDArray[np.float64], views: list[ViewRow]) -> NDArray[np.float64]:
    """When the view of each act ended, ms since the visit began."""
    keys = np.array([row[0] * 100_000 + row[1] for row in views], dtype=np.int64)
    ends = np.array([row[8] for row in views])
    order = np.argsort(keys)
    wanted = (tape[:, Col.SESSION] * 100_000 + tape[:, Col.VIEW]).astype(np.int64)
    return ends[order][np.searchsorted(keys[order], wanted).clip(0, max(keys.size - 1, 0))]


def _only_pages(expanded: Expanded, stage: Stage, pages: tuple[str, ...]) -> Expanded:
    """Events on the pages that are recorded."""
    recorded = np.array([scene.page in pages for scene in stage.scenes])[expanded.scene]
    return Expanded(**{name: getattr(expanded, name)[recorded] for name in Expanded.__slots__})


def _events_table(scenario: Scenario, stage: Stage, schedule: Schedule, shard: int, seen: Expanded) -> pa.Table:
    """The events as they arrive: sent over the wire, told by the page's clock."""
    first = np.searchsorted(seen.session, np.arange(len(schedule)))
    seq = np.arange(seen.session.size, dtype=np.int32) - first[seen.session].astype(np.int32)
    delivery = transmit(
        scenario.faults,
        seed=scenario.seed,
        shard=shard,
        session=seen.session,
        time_ms=schedule.start_ms[seen.session] + np.rint(seen.t).astype(np.int64),
        skew_ms=schedule.skew_ms,
    )
    rows = delivery.rows

    plain = rows.size == seq.size and bool((rows == np.arange(rows.size)).all())

    def taken(column: NDArray[Any]) -> NDArray[Any]:
        return column if plain else column[rows]

    type_code = taken(seen.type)
    state_names = sorted({scene.state for scene in stage.scenes})
    state_of = np.array([state_names.index(scene.state) for scene in stage.scenes], dtype=np.int32)
    pointed = np.zeros(len(EVENT_TYPES), dtype=bool)
    pointed[list(_POINTED)] = True
    clicked = np.zeros(len(EVENT_TYPES), dtype=bool)
    clicked[list(_CLICKED)] = True
    has_pointer, has_button = pointed[type_code], clicked[type_code]
    by_touch = (schedule.device != DEVICES.index("desktop"))[taken(seen.session)]
    strings = stage.strings.values
    n = rows.size
    columns = {
        "session": coded(taken(seen.session), schedule.session_id),
        "seq": pa.array(taken(seq)),
        "view": pa.array(taken(seen.view)),
        "state": coded(state_of[taken(seen.scene)], state_names),
        "time": times(delivery.time_ms),
        "received": times(delivery.received_ms),
        "type": coded(type_code, EVENT_TYPES),
        "x": _floats(taken(seen.x)),
        "y": _floats(taken(seen.y)),
        "rel_x": _floats(taken(seen.rel_x)),
        "rel_y": _floats(taken(seen.rel_y)),
        "scroll_y": _floats(taken(seen.scroll_y)),
        "target": coded(taken(seen.target), strings),
        "scroll_container": pa.nulls(n, EVENTS.field("scroll_container").type),
        "pointer": coded(np.where(has_pointer, by_touch.astype(np.int32), -1), ("mouse", "touch")),
        "button": pa.array(np.zeros(n, dtype=np.int8), mask=~has_button),
        "detail": pa.array(taken(seen.detail), mask=~has_button),
        "modifiers": pa.array(np.zeros(n, dtype=np.int8), mask=~has_button),
        "value": _floats(taken(seen.value)),
        "data": coded(taken(seen.data), strings),
    }
    return pa.Table.from_arrays([columns[name] for name in EVENTS.names], schema=EVENTS)


def _floats(column: NDArray[np.float32]) -> pa.Array:
    missing = np.isnan(column)
    return pa.array(column, mask=missing) if missing.any() else pa.array(column)


def _views_table(
    stage: Stage, schedule: Schedule, views: list[ViewRow], kept: NDArray[np.bool_], pages: Any
) -> pa.Table:
    rows = [row for row in views if kept[row[0]] and (pages == "all" or row[5] in pages)]
    session = np.array([row[0] for row in rows], dtype=np.int32)
    scenes = [stage.scenes[row[4]] for row in rows]
    clock = (schedule.start_ms + np.rint(schedule.skew_ms).astype(np.int64))[session] if rows else np.empty(0, np.int64)

    def numbers(values: list[float]) -> pa.Array:
        return pa.array(np.round(np.array(values, dtype=np.float64), 1).astype(np.float32))

    columns = {
        "session": coded(session, schedule.session_id),
        "view": pa.array(np.array([row[1] for row in rows], dtype=np.int32)),
        "tab": pa.array(np.zeros(len(rows), dtype=np.int32)),
        "page": texts([row[5] for row in rows]),
        "url": texts([row[2] for row in rows]),
        "layout": texts([scene.layout for scene in scenes]),
        "viewport_w": numbers([scene.vw for scene in scenes]),
        "viewport_h": numbers([scene.vh for scene in scenes]),
        "doc_h": numbers([scene.doc_h for scene in scenes]),
        "nav": texts([row[3] for row in rows]),
        "referrer": texts([row[6].partition("?")[0] if row[6] is not None else None for row in rows]),
        "start": times(clock + np.rint([row[7] for row in rows]).astype(np.int64)),
        "end": times(clock + np.rint([row[8] for row in rows]).astype(np.int64)),
        "ttfb_ms": numbers([row[9] for row in rows]),
        "lcp_ms": numbers([row[10] for row in rows]),
    }
    return pa.Table.from_arrays([columns[name] for name in VIEWS.names], schema=VIEWS)


def _episodes_table(schedule: Schedule, journals: list[Journal], seen: Expanded) -> pa.Table:
    entries: list[tuple[int, int, Entry]] = []
    for place, journal in enumerate(journals):
        ordered = sorted(enumerate(journal.entries), key=lambda pair: (pair[1].t_start, pair[1].t_end, pair[0]))
        entries.extend((place, number, entry) for number, (_, entry) in enumerate(ordered))
    session = np.array([place for place, _, _ in entries], dtype=np.int32)
    begin = np.array([entry.t_start for _, _, entry in entries])
    end = np.array([entry.t_end for _, _, entry in entries])
    observable = _observable(entries, session, begin, end, seen)
    clock = schedule.start_ms[session] if entries else np.empty(0, np.int64)
    columns = {
        "episode": pa.array([f"{schedule.session_id[place]}-{number}" for place, number, _ in entries], pa.string()),
        "session": coded(session, schedule.session_id),
        "view": pa.array([entry.view for _, _, entry in entries], pa.int32()),
        "kind": texts([entry.kind for _, _, entry in entries]),
        "t_start": times(clock + np.rint(begin).astype(np.int64)),
        "t_end": times(clock + np.rint(end).astype(np.int64)),
        "target": texts([entry.target for _, _, entry in entries]),
        "field": texts([entry.field for _, _, entry in entries]),
        "cause": texts([entry.cause for _, _, entry in entries]),
        "role": texts([entry.role for _, _, entry in entries]),
        "lookalike": texts([entry.lookalike for _, _, entry in entries]),
        "observable": pa.array(observable),
        "intensity": pa.array([round(entry.intensity, 3) for _, _, entry in entries], pa.float32()),
    }
    return pa.Table.from_arrays([columns[name] for name in EPISODES.names], schema=EPISODES)


def _observable(
    entries: list[tuple[int, int, Entry]], session: NDArray[np.int32], begin: NDArray[np.float64],
    end: NDArray[np.float64], seen: Expanded,
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether at least one act of each episode was recorded.

    Of outcomes, any act of their view counts; of episodes that are pauses, what was done just before and after.
    """
    slack = np.array([_SLACK_MS.get(entry.kind, 1.0) for _, _, entry in entries])
    key = seen.session.astype(np.int64) * (1 << 40) + np.rint(seen.t * 16.0).astype(np.int64)
    at = session.astype(np.int64) * (1 << 40)
    low = np.searchsorted(key, at + np.rint(np.maximum(begin - slack, 0.0) * 16.0).astype(np.int64), side="left")
    high = np.searchsorted(key, at + np.rint((end + slack) * 16.0).astype(np.int64), side="right")
    observable = high > low
    views = np.unique(seen.session.astype(np.int64) * 100_000 + seen.view)
    view = session.astype(np.int64) * 100_000 + np.array([entry.view for _, _, entry in entries], dtype=np.int64)
    outcome = np.array([entry.kind in OUTCOME_KINDS for _, _, entry in entries], dtype=bool)
    return np.where(outcome, np.isin(view, views), observable)


def _truth_sessions(scenario: Scenario, schedule: Schedule, cast: Cast, journals: list[Journal]) -> pa.Table:
    n = len(schedule)
    bots = np.array([persona.bot for persona in scenario.personas])
    columns = {
        "session": coded(np.arange(n), schedule.session_id),
        "visitor": texts(schedule.visitor_id),
        "start": times(schedule.start_ms),
        "recorded": pa.array(schedule.recorded.astype(bool)),
        "persona": coded(schedule.persona, schedule.persona_names),
        "goal": coded(schedule.goal, schedule.goal_names),
        "outcome": texts([journal.outcome for journal in journals]),
        "converted": pa.array([journal.converted for journal in journals], pa.bool_()),
        "bot": pa.array(bots[schedule.persona]),
        "clock_skew_ms": pa.array(schedule.skew_ms.astype(np.float64)),
        "parameters": pa.array([cast.parameters(place) for place in range(n)], pa.string()),
        "survey": pa.nulls(n, pa.string()),
    }
    return pa.Table.from_arrays([columns[name] for name in TRUTH_SESSIONS.names], schema=TRUTH_SESSIONS)


def _scenes(stage: Stage, tape: NDArray[np.float64]) -> tuple[SceneKey, ...]:
    codes = np.unique(tape[:, Col.SCENE]).astype(int)
    keys = [
        (s.page, s.state, s.viewport, tuple(sorted(s.snapshot.defects)))
        for s in (stage.scenes[code] for code in codes if code >= 0)
    ]
    return tuple(sorted(keys))
