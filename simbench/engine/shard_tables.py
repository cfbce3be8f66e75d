"""What is told of a part of a run beside its events, whichever engine played it: views, episodes, visitors."""

from __future__ import annotations

from operator import attrgetter
from typing import Any, Final, Protocol

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from simbench.engine.cast import Cast
from simbench.engine.coding import coded, texts, times
from simbench.engine.cut_off import cut_off_ms
from simbench.engine.expand import Expanded
from simbench.engine.schedule import Schedule
from simbench.engine.stage import Stage
from simbench.engine.tape import Col
from simbench.engine.world import ViewRow, World
from simbench.events.schema import EPISODES, OUTCOME_KINDS, TRUTH_SESSIONS, VIEWS
from simbench.scenario.model import Scenario
from simbench.visitor.journal import Entry, Journal

__all__ = ["SceneKey", "Seen", "consented_ms", "converted", "cut_offs", "episodes_table", "recorded_views",
           "scenes_played", "truth_sessions", "views_table"]  # fmt: skip

#: Page, state, viewport, and defects (sorted) of a scene that was on screen.
SceneKey = tuple[str, str, str, tuple[str, ...]]

#: Keys of moments, as `Seen.key` has them.
moments = Expanded.moment
_BY_TIME: Final = attrgetter("t_start", "t_end")
#: What nobody can tell when the recording stopped before the episode's end, and why.
_UNFINISHED: Final = {"form_abandonment": "stream_cut", "missed_cta": "view_cut"}
#: Pauses show in what was done around them.
_SLACK_MS: Final = {"hesitation": 2000.0, "field_struggle": 2000.0}


class Seen(Protocol):
    """What was recorded: moments (keys of `Expanded.moment`, ascending) and views (session x 100,000 + view)."""

    @property
    def key(self) -> NDArray[np.int64]:
        """Moments."""

    @property
    def views(self) -> NDArray[np.int64]:
        """Views."""


def converted(world: World, stage: Stage) -> bool:
    """Whether the visit came to the last step of the funnel."""
    last_step = stage.site.funnel[-1] if stage.site.funnel else None
    return last_step is not None and (
        (last_step.page, last_step.state) in world.reached
        or (last_step.state is None and last_step.page in {page for page, _ in world.reached})
    )


def consented_ms(world: World, stage: Stage) -> float:
    """From when on the visitor may be recorded: 0 where nobody asked, infinity where the question stayed open."""
    if world.consented_ms == 0.0:
        for page, name in world.reached:
            state = stage.page(page).state(name)
            if state is not None and state.opens_without is not None:
                return float("inf")
    return world.consented_ms


def cut_offs(
    scenario: Scenario, shard: int, views: list[ViewRow], since_ms: NDArray[np.float64]
) -> NDArray[np.float64]:
    """When the recording of each visit stops before its end; infinity where it does not."""
    if not scenario.faults.cut_off:
        return np.full(since_ms.size, np.inf)
    begin, end = np.full(since_ms.size, np.inf), since_ms.copy()
    session = np.array([row[0] for row in views], dtype=np.intp)
    np.minimum.at(begin, session, np.array([row[7] for row in views]))
    np.maximum.at(end, session, np.array([row[8] for row in views]))
    begin = np.maximum(np.where(np.isfinite(begin), begin, 0.0), since_ms)
    return cut_off_ms(scenario.faults.cut_off, seed=scenario.seed, shard=shard, begin_ms=begin,
                      end_ms=np.maximum(begin, end))  # fmt: skip


def recorded_views(
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


def views_table(stage: Stage, schedule: Schedule, rows: list[ViewRow]) -> pa.Table:
    """Views (schema `VIEWS`), told by the page's clock."""
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


def episodes_table(schedule: Schedule, journals: list[Journal], seen: Seen, cut: NDArray[np.float64]) -> pa.Table:
    """Episodes (schema `EPISODES`), session by session."""
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
    end: NDArray[np.float64], seen: Seen, cut: NDArray[np.float64],
) -> NDArray[np.bool_]:  # fmt: skip
    """Whether at least one act of each episode was recorded.

    Of outcomes, any act of their view counts, but their end must lie before the recording stops; of episodes that are
    pauses, what was done just before and after.
    """
    slack = np.array([_SLACK_MS.get(entry.kind, 1.0) for _, _, entry in entries])
    low = np.searchsorted(seen.key, moments(session, np.maximum(begin - slack, 0.0)), side="left")
    high = np.searchsorted(seen.key, moments(session, end + slack), side="right")
    observable = high > low
    view = session.astype(np.int64) * 100_000 + np.array([entry.view for _, _, entry in entries], dtype=np.int64)
    outcome = np.array([entry.kind in OUTCOME_KINDS for _, _, entry in entries], dtype=bool)
    return np.where(outcome, np.isin(view, seen.views) & (end <= cut[session]), observable)


def truth_sessions(
    scenario: Scenario, schedule: Schedule, cast: Cast, journals: list[Journal], kept: NDArray[np.bool_]
) -> pa.Table:
    """Who the visitors were and how it ended (schema `TRUTH_SESSIONS`), recorded or not."""
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


def scenes_played(stage: Stage, tape: NDArray[np.float64]) -> tuple[SceneKey, ...]:
    """What was on screen, sorted."""
    codes = np.unique(tape[:, Col.SCENE]).astype(int)
    keys = [
        (s.page, s.state, s.viewport, tuple(sorted(s.snapshot.defects)))
        for s in (stage.scenes[code] for code in codes if code >= 0)
    ]
    return tuple(sorted(keys))
