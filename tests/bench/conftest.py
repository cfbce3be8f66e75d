"""Tiny runs written by hand: sessions, clicks, episodes and findings as a few words each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from simbench.events import Run, RunWriter
from simbench.events.parquet import conform
from simbench.events.schema import ELEMENTS, EPISODES, EVENTS, SESSIONS, TRUTH_SESSIONS, TRUTH_VIEWS, VIEWS

#: 2026-03-02T00:00:00Z; times in these tests are ms since.
DAWN_MS = 1_772_409_600_000

Row = Mapping[str, Any]


def _table(rows: Sequence[Row], schema: pa.Schema) -> pa.Table:
    # Rows say only what matters to them; pyarrow would take the columns from the first row alone.
    columns = {name: [row.get(name) for row in rows] for name in schema.names if any(name in row for row in rows)}
    return conform(pa.table(columns) if columns else schema.empty_table(), schema)


def _timed(rows: Sequence[Row], *names: str) -> list[dict[str, Any]]:
    return [{**row, **{name: DAWN_MS + row[name] for name in names if row.get(name) is not None}} for row in rows]


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    """Write a run. Times are ms since `DAWN_MS`, on the clock that their table has."""

    def make(
        *,
        sessions: Sequence[Row],
        episodes: Sequence[Row] = (),
        clicks: Sequence[Row] = (),
        views: Sequence[Row] | None = None,
        elements: Sequence[Row] = (),
        scenario: Mapping[str, Any] | None = None,
        name: str = "run",
    ) -> Run:
        known = [{"recorded": True, "visitor": s["session"], "device": "desktop", "persona": "reader", **s} for s in sessions]
        seen = [s for s in known if s["recorded"]]
        if views is None:
            views = [{"session": s["session"], "view": 0, "page": "/", "start": 0, "end": 600_000} for s in seen]
        writer = RunWriter(tmp_path / name)
        observed = [{k: v for k, v in s.items() if k in SESSIONS.names} for s in seen]
        events = [
            {"seq": n, "view": 0, "type": "click", "button": 0, "detail": 1, **click} for n, click in enumerate(clicks)
        ]
        writer.write_table("sessions/part-00000.parquet", _table(observed, SESSIONS))
        writer.write_table("events/part-00000.parquet", _table(_timed(events, "time"), EVENTS))
        writer.write_table("views/part-00000.parquet", _table(_timed(views, "start", "end"), VIEWS))
        writer.write_table("elements.parquet", _table(elements, ELEMENTS))
        planted = [
            {"episode": str(n), "view": 0, "role": "true", "observable": True, "t_end": e.get("t_start"), **e}
            for n, e in enumerate(episodes)
        ]
        writer.write_table("truth/episodes/part-00000.parquet", _table(_timed(planted, "t_start", "t_end"), EPISODES))
        truths = [{k: v for k, v in s.items() if k in TRUTH_SESSIONS.names} for s in known]
        writer.write_table("truth/sessions/part-00000.parquet", _table(truths, TRUTH_SESSIONS))
        writer.write_table("truth/views/part-00000.parquet", _table([], TRUTH_VIEWS))
        writer.write_json("truth/defects.json", [])
        return writer.commit({"scenario": dict(scenario or {})}, {})

    return make
