"""Play one shard: its visitors one after another, their acts expanded together, and everything as tables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.cast import Cast
from simbench.engine.event_table import events_table
from simbench.engine.expand import Recorder, expand
from simbench.engine.gaze import views_seen
from simbench.engine.motor import motor_table
from simbench.engine.schedule import Schedule
from simbench.engine.session_table import sessions_table
from simbench.engine.shard_tables import (
    SceneKey,
    consented_ms,
    converted,
    cut_offs,
    episodes_table,
    recorded_views,
    scenes_played,
    truth_sessions,
    views_table,
)
from simbench.engine.stage import Stage
from simbench.engine.tape import Col, Tape
from simbench.engine.world import ViewRow, World
from simbench.events.schema import DEVICES, SOURCES
from simbench.scenario.model import Scenario
from simbench.visitor.journal import Journal
from simbench.visitor.landing import referrer
from simbench.visitor.visit import visit

__all__ = ["SceneKey", "ShardTables", "play_shard"]


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
    cut = cut_offs(scenario, shard, played.views, since)
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
        views=views_table(stage, schedule, recorded_views(played.views, kept, recorder.pages, since, cut)),
        sessions=sessions_table(schedule, scenario, rows=kept),
        episodes=episodes_table(schedule, played.journals, seen, cut),
        truth_sessions=truth_sessions(scenario, schedule, cast, played.journals, kept),
        truth_views=views_seen(tape, stage, schedule.session_id, cast.session_keys),
        truth_motor=motor,
        scenes=scenes_played(stage, tape),
        acts=played.tape.length,
    )


def _play(stage: Stage, schedule: Schedule, cast: Cast, wait_ms: Callable[[float, float], float]) -> _Played:
    played = _Played(tape=Tape(), views=[], journals=[], consented_ms=[])
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
        journal.converted = converted(world, stage)
        played.journals.append(journal)
        played.consented_ms.append(consented_ms(world, stage))
    return played


def _view_ends(tape: NDArray[np.float64], views: list[ViewRow]) -> NDArray[np.float64]:
    """When the view of each act ended, ms since the visit began."""
    keys = np.array([row[0] * 100_000 + row[1] for row in views], dtype=np.int64)
    ends = np.array([row[8] for row in views])
    order = np.argsort(keys)
    wanted = (tape[:, Col.SESSION] * 100_000 + tape[:, Col.VIEW]).astype(np.int64)
    return ends[order][np.searchsorted(keys[order], wanted).clip(0, max(keys.size - 1, 0))]


def _kept_acts(tape: NDArray[np.float64], kept: NDArray[np.bool_], stage: Stage, pages: Any) -> NDArray[np.bool_]:
    """Which acts are recorded: those of recorded sessions, on the pages that are recorded."""
    acts = kept[tape[:, Col.SESSION].astype(np.intp)]
    if pages != "all":
        # The last place is that of code -1: before the first page.
        recorded = np.array([*(scene.page in pages for scene in stage.scenes), False])
        acts &= recorded[tape[:, Col.SCENE].astype(np.intp)]
    return acts
