"""What judging reads of a run: every table but the events, and of these the clicks alone."""

from __future__ import annotations

from typing import Final

import pyarrow as pa

from simbench.bench.codes import equals
from simbench.events.parquet import conform
from simbench.events.run import Observed, Run
from simbench.events.schema import EVENTS

__all__ = ["read_for_scoring"]

_COLUMNS: Final = ["session", "seq", "view", "time", "type", "button", "detail", "target"]


def read_for_scoring(run: Run) -> Observed:
    """The run's tables for `simbench.bench.score.score`, part by part, so that memory does not grow with the events."""
    clicks = [_clicks(run, part) for part in run.parts()]
    return Observed(
        events=pa.concat_tables(clicks).unify_dictionaries() if clicks else EVENTS.empty_table(),
        views=run.table("views"),
        sessions=run.table("sessions"),
        elements=run.elements(),
        goals={},
    )


def _clicks(run: Run, part: str) -> pa.Table:
    events = run.events(part, _COLUMNS)
    return conform(events.filter(pa.array(equals(events["type"], "click"))), EVENTS)
