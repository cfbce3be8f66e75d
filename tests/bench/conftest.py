"""Tiny runs written by hand: sessions, clicks, episodes and findings as a few words each."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from simbench.events import Observed, Run, RunWriter
from simbench.events.findings import findings_table
from simbench.events.parquet import conform
from simbench.events.schema import ELEMENTS, EPISODES, EVENTS, SESSIONS, TRUTH_SESSIONS, TRUTH_VIEWS, VIEWS
from simbench.events.truth import Truth

#: 2026-03-02T00:00:00Z; times in these tests are ms since.
DAWN_MS = 1_772_409_600_000

Row = Mapping[str, Any]


def _table(rows: Sequence[Row], schema: pa.Schema, *times: str) -> pa.Table:
    # Rows say only what matters to them; pyarrow would take the columns from the first row alone.
    columns = {name: [row.get(name) for row in rows] for name in schema.names if any(name in row for row in rows)}
    for name in times:
        columns[name] = [None if value is None else DAWN_MS + value for value in columns.get(name, [])]
    columns = {name: values for name, values in columns.items() if len(values) == len(rows)}
    return conform(pa.table(columns) if rows else schema.empty_table(), schema)


def tables(
    *,
    sessions: Sequence[Row],
    episodes: Sequence[Row] = (),
    clicks: Sequence[Row] = (),
    views: Sequence[Row] | None = None,
    elements: Sequence[Row] = (),
) -> tuple[Observed, Truth]:
    """What a run holds. Times are ms since `DAWN_MS`, on the clock that their table has."""
    usual = {"recorded": True, "device": "desktop", "source": "direct", "persona": "reader"}
    known = [{**usual, "visitor": row["session"], **row} for row in sessions]
    seen = [row for row in known if row["recorded"]]
    if views is None:
        views = [{"session": row["session"], "view": 0, "page": "/", "start": 0, "end": 600_000} for row in seen]
    events = [{"seq": n, "view": 0, "type": "click", "button": 0, "detail": 1, **row} for n, row in enumerate(clicks)]
    planted = [
        {"episode": str(n), "view": 0, "role": "true", "observable": True, "t_end": row.get("t_start"), **row}
        for n, row in enumerate(episodes)
    ]
    observed = Observed(
        events=_table(events, EVENTS, "time"),
        views=_table(views, VIEWS, "start", "end"),
        sessions=_table(seen, SESSIONS),
        elements=_table(elements, ELEMENTS),
        goals={},
    )
    truth = Truth(
        episodes=_table(planted, EPISODES, "t_start", "t_end"),
        sessions=_table(known, TRUTH_SESSIONS),
        views=TRUTH_VIEWS.empty_table(),
        defects=[],
    )
    return observed, truth


def findings(*rows: Row) -> pa.Table:
    """Findings of the detector `mine`, of rage clicks unless they say otherwise, on the page's clock."""
    usual = {"detector": "mine", "kind": "rage_click"}
    times = ("t_start", "t_end")
    return findings_table(
        {**usual, **row, **{name: DAWN_MS + row[name] for name in times if row.get(name) is not None}} for row in rows
    )


def write_run(folder: Path, observed: Observed, truth: Truth, scenario: Mapping[str, Any] | None = None) -> Run:
    """Put the tables on disk as a run."""
    writer = RunWriter(folder)
    for name, table in {
        "events/part-00000": observed.events,
        "views/part-00000": observed.views,
        "sessions/part-00000": observed.sessions,
        "elements": observed.elements,
        "truth/episodes/part-00000": truth.episodes,
        "truth/sessions/part-00000": truth.sessions,
        "truth/views/part-00000": truth.views,
    }.items():
        writer.write_table(f"{name}.parquet", table)
    writer.write_json("truth/defects.json", truth.defects)
    return writer.commit({"scenario": dict(scenario or {})}, {})


@pytest.fixture(scope="session")
def make_tables() -> Callable[..., tuple[Observed, Truth]]:
    return tables


@pytest.fixture(scope="session")
def make_findings() -> Callable[..., pa.Table]:
    return findings


@pytest.fixture
def make_run(tmp_path: Path) -> Callable[..., Run]:
    def make(scenario: Mapping[str, Any] | None = None, **content: Any) -> Run:
        return write_run(tmp_path / "run", *tables(**content), scenario)

    return make
