"""Play one shard: its visitors one after another, their acts expanded together, and everything as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from operator import attrgetter
from typing import Any, Final

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.cast import Cast
from simbench.engine.coding import coded, texts, times
from simbench.engine.cut_off import cut_off_ms
from simbench.engine.event_table import events_table
from simbench.engine.expand import Expanded, Recorder, expand
from simbench.engine.gaze import views_seen
from simbench.engine.motor import motor_table
from simbench.engine.schedule import Schedule
from simbench.engine.session_table import sessions_table
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Tape
from simbench.engine.world import ViewRow, World
from simbench.events.schema import DEVICES, EPISODES, OUTCOME_KINDS, SOURCES, TRUTH_SESSIONS, VIEWS
from simbench.scenario.model import Scenario
from simbench.visitor.journal import Entry, Journal
from simbench.visitor.landing import referrer
from simbench.visitor.visit import visit

__all__ = ["SceneKey", "ShardTables", "play_shard"]

#: Page, state, viewport, and defects (sorted) of a scene that was on screen.
SceneKey = tuple[str, str, str, tuple[str, ...]]

_BY_TIME: Final = attrgetter("t_start", "t_end")
#: What nobody can tell when the recording stopped before the episode's end, and why.
_UNFINISHED: Final = {"form_abandonment": "stream_cut", "missed_cta": "view_cut"}
#: Pauses show in what was done around them.
_SLACK_MS: Final = {"hesitation": 2000.0, "field_struggle": 2000.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardTables:
    """One part of a run: the tables with the schemas of `simbench.events.schema`, and what was on screen."""

    events: pa.Table
    views: pa.Table
    sessions: pa.Table
    episodes: pa.Table
    truth_sessions: pa.Table
    truth_views: pa.Table
    #: None where the scenario does not ask for it.
    truth_motor: pa.Table | None
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
    since = np.array(played.consented_ms) if scenario.recorder.require_consent else np.zeros(len(schedule))
    # Who was asked and left without an answer is not recorded, whatever the answer would have been.
    kept = schedule.recorded & np.isfinite(since)
    recorder = scenario.recorder
    keeps = Recorder.of(mousemove_hz=recorder.mousemove_hz, scroll_ms=recorder.scroll_ms)
    until = _view_ends(tape, played.views)
    cut = _cut_off(scenario, shard, played, since)
    hands = partial(
        expand, tape, session_keys=cast.session_keys, touch=schedule.device != DEVICES.index("desktop"), stage=stage
    )
    seen = hands(
        kept=_kept_acts(tape, kept, stage, recorder.pages),
        since_ms=since,
        until_ms=np.minimum(until, cut[tape[:, Col.SESSION].astype(np.intp)]),
        recorder=keeps,
    )
    motor = None
    if scenario.truth.motor:
        everything = partial(hands, kept=np.ones(until.size, bool), since_ms=np.zeros(len(schedule)), until_ms=until)
        motor = motor_table(
            stage,
            schedule,
            frames=everything(recorder=Recorder.of_all()),
            recorded=everything(recorder=replace(keeps, unthinned=True)),
        )
    return ShardTables(
        events=events_table(scenario, stage, schedule, shard, seen),
        views=_views_table(stage, schedule, _recorded_views(played.views, kept, recorder.pages, since, cut)),
        sessions=sessions_table(schedule, scenario, rows=kept),
        episodes=_episodes_table(schedule, played.journals, seen, cut),
        truth_sessions=_truth_sessions(scenario, schedule, cast, played.journals, kept),
        truth_views=views_seen(tape, stage, schedule.session_id, cast.session_keys),
        truth_motor=motor,
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
            remembered=me.memory.kept,
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
        played.tape.pack()
        journal = me.journal
        journal.converted = last_step is not None and (
            (last_step.page, last_step.state) in world.reached or (last_step.state is None and last_step.page in
                                                                   {page for page, _ in world.reached})
        )  # fmt: skip
        played.journals.append(journal)
        played.consented_ms.append(_consented_ms(world, stage))
    return played


def _consented_ms(world: World, stage: Stage) -> float:
    """From when on the visitor may be recorded: 0 where nobody asked, infinity where the question stayed open."""
    if world.consented_ms == 0.0:
        for page, name in world.reached:
            state = stage.page(page).state(name)
            if state is not None and state.opens_without is not None:
                return float("inf")
    return world.consented_ms


def _view_ends(tape: NDArray[np.float64], views: list[ViewRow]) -> NDArray[np.float64]:
    """When the view of each act ended, ms since the visit began."""
    keys = np.array([row[0] * 100_000 + row[1] for row in views], dtype=np.int64)
    ends = np.array([row[8] for row in views])
    order = np.argsort(keys)
    wanted = (tape[:, Col.SESSION] * 100_000 + tape[:, Col.VIEW]).astype(np.int64)
    return ends[order][np.searchsorted(keys[order], wanted).clip(0, max(keys.size - 1, 0))]


def _cut_off(scenario: Scenario, shard: int, played: _Played, since_ms: NDArray[np.float64]) -> NDArray[np.float64]:
    """When the recording of each visit stops before its end; infinity where it does not."""
    if not scenario.faults.cut_off:
        return np.full(since_ms.size, np.inf)
    begin, end = np.full(since_ms.size, np.inf), since_ms.copy()
    session = np.array([row[0] for row in played.views], dtype=np.intp)
    np.minimum.at(begin, session, np.array([row[7] for row in played.views]))
    np.maximum.at(end, session, np.array([row[8] for row in played.views]))
    begin = np.maximum(np.where(np.isfinite(begin), begin, 0.0), since_ms)
    return cut_off_ms(scenario.faults.cut_off, seed=scenario.seed, shard=shard, begin_ms=begin,
                      end_ms=np.maximum(begin, end))  # fmt: skip


def _kept_acts(tape: NDArray[np.float64], kept: NDArray[np.bool_], stage: Stage, pages: Any) -> NDArray[np.bool_]:
    """Which acts are recorded: those of recorded sessions, on the pages that are recorded."""
    acts = kept[tape[:, Col.SESSION].astype(np.intp)]
    if pages != "all":
        # The last place is that of code -1: before the first page.
        recorded = np.array([*(scene.page in pages for scene in stage.scenes), False])
        acts &= recorded[tape[:, Col.SCENE].astype(np.intp)]
    return acts


def _recorded_views(
    views: list[ViewRow], kept: NDArray[np.bool_], pages: Any, since: NDArray[np.float64], cut: NDArray[np.float64]
) -> list[ViewRow]:
    """The views of which something is recorded; one that is cut off ends there."""
    begin, stop, recorded = since.tolist(), cut.tolist(), kept.tolist()
    return [
        row if row[8] <= stop[row[0]] else (*row[:8], stop[row[0]], *row[9:])
        for row in views
        if recorded[row[0]] and (pages == "all" or row[5] in pages) and row[7] <= stop[row[0]]
        and begin[row[0]] <= row[8]
    ]  # fmt: skip


def _views_table(stage: Stage, schedule: Schedule, rows: list[ViewRow]) -> pa.Table:
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


def _episodes_table(schedule: Schedule, journals: list[Journal], seen: Expanded, cut: NDArray[np.float64]) -> pa.Table:
    entries: list[tuple[int, int, Entry]] = []
    for place, journal in enumerate(journals):
        # What begins and ends together stays as it was written down.
        ordered = sorted(journal.entries, key=_BY_TIME)
        entries.extend((place, number, entry) for number, entry in enumerate(ordered))
    session = np.array([place for place, _, _ in entries], dtype=np.int32)
    begin = np.array([entry.t_start for _, _, entry in entries])
    end = np.array([entry.t_end for _, _, entry in entries])
    observable = _observable(entries, session, begin, end, seen, cut)
    role: list[str] = [entry.role for _, _, entry in entries]
    why: list[str | None] = [entry.lookalike for _, _, entry in entries]
    for row in np.flatnonzero(end > cut[session]).tolist() if entries else ():
        # Nobody can tell how a view ended whose recording stopped before.
        if role[row] == "true" and entries[row][2].kind in _UNFINISHED:
            role[row], why[row] = "ambiguous", _UNFINISHED[entries[row][2].kind]
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
        "role": texts(role),
        "lookalike": texts(why),
        "observable": pa.array(observable),
        "intensity": pa.array([round(entry.intensity, 3) for _, _, entry in entries], pa.float32()),
    }
    return pa.Table.from_arrays([columns[name] for name in EPISODES.names], schema=EPISODES)


def _observable(
    entries: list[tuple[int, int, Entry]], session: NDArray[np.int32], begin: NDArray[np.float64],
    end: NDArray[np.float64], seen: Expanded, cut: NDArray[np.float64],
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether at least one act of each episode was recorded.

    Of outcomes, any act of their view counts, but their end must lie before the recording stops; of episodes that are
    pauses, what was done just before and after.
    """
    slack = np.array([_SLACK_MS.get(entry.kind, 1.0) for _, _, entry in entries])
    low = np.searchsorted(seen.key, Expanded.moment(session, np.maximum(begin - slack, 0.0)), side="left")
    high = np.searchsorted(seen.key, Expanded.moment(session, end + slack), side="right")
    observable = high > low
    view = session.astype(np.int64) * 100_000 + np.array([entry.view for _, _, entry in entries], dtype=np.int64)
    outcome = np.array([entry.kind in OUTCOME_KINDS for _, _, entry in entries], dtype=bool)
    return np.where(outcome, np.isin(view, seen.views) & (end <= cut[session]), observable)


def _truth_sessions(
    scenario: Scenario, schedule: Schedule, cast: Cast, journals: list[Journal], kept: NDArray[np.bool_]
) -> pa.Table:
    n = len(schedule)
    bots = np.array([persona.bot is not None for persona in scenario.personas])
    columns = {
        "session": coded(np.arange(n), schedule.session_id),
        "visitor": texts(schedule.visitor_id),
        "start": times(schedule.start_ms),
        "recorded": pa.array(kept),
        "persona": coded(schedule.persona, schedule.persona_names),
        "goal": coded(schedule.goal, schedule.goal_names),
        "outcome": texts([journal.outcome for journal in journals]),
        "converted": pa.array([journal.converted for journal in journals], pa.bool_()),
        "bot": pa.array(bots[schedule.persona]),
        "clock_skew_ms": pa.array(schedule.skew_ms.astype(np.float64)),
        "parameters": pa.array([cast.parameters(place) for place in range(n)], pa.string()),
        "survey": pa.array([journal.survey for journal in journals], pa.string()),
    }
    return pa.Table.from_arrays([columns[name] for name in TRUTH_SESSIONS.names], schema=TRUTH_SESSIONS)


def _scenes(stage: Stage, tape: NDArray[np.float64]) -> tuple[SceneKey, ...]:
    codes = np.unique(tape[:, Col.SCENE]).astype(int)
    keys = [
        (s.page, s.state, s.viewport, tuple(sorted(s.snapshot.defects)))
        for s in (stage.scenes[code] for code in codes if code >= 0)
    ]
    return tuple(sorted(keys))
