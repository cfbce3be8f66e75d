"""Whatever an import leaves out or gets wrong, the core answers with tables and maps, never with a traceback."""

from __future__ import annotations

from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from core_builder import element, observed
from test_core_maps import random_visit

from simbench.core.detectors import detect
from simbench.core.filter import parse_filter
from simbench.core.map_tables import maps_of, tables_of
from simbench.core.maps import map_part
from simbench.events.parquet import conform
from simbench.events.run import Observed
from simbench.events.schema import ELEMENTS, EVENT_TYPES, EVENTS, FINDINGS, SESSIONS, VIEWS

ALWAYS = ("session", "seq", "time", "type")


def holed(table: pa.Table, rng: np.random.Generator, keep: tuple[str, ...]) -> pa.Table:
    """The table with holes: some columns all null, others here and there."""
    columns: dict[str, Any] = {}
    for name in table.column_names:
        column = table[name].combine_chunks()
        share = rng.choice([0.0, 0.0, 0.3, 1.0])
        if name not in keep and share:
            gone = pa.array(rng.random(table.num_rows) < share)
            column = pc.if_else(gone, pa.scalar(None, column.type), column)
        columns[name] = column
    return pa.table(columns)


def messy(seed: int) -> Observed:
    rng = np.random.default_rng(seed)
    visits = tuple(random_visit(f"s{i}", seed * 10 + i) for i in range(int(rng.integers(1, 4))))
    for visit in visits:
        for event in visit.events:
            if rng.random() < 0.15:
                event["type"] = str(rng.choice([*EVENT_TYPES, "unheard_of"]))
            if rng.random() < 0.1:
                event["time"] += int(rng.integers(-100_000, 100_000))
            if rng.random() < 0.05:
                event["x"] = float(rng.choice([np.nan, np.inf, -1e30, 1e30]))
            if rng.random() < 0.05:
                event["scroll_y"] = float(rng.choice([np.nan, -50.0, 1e9]))
    elements = [element("/", f"#{n}", tag=str(rng.choice(["a", "div", "img"]))) for n in ("buy", "icon", "bar", "buy")]
    seen = observed(*visits, elements=elements)
    return Observed(
        events=conform(holed(seen.events, rng, ALWAYS), EVENTS).take(rng.permutation(seen.events.num_rows)),
        views=conform(holed(seen.views, rng, ("session",)), VIEWS).slice(int(rng.integers(0, 2))),
        sessions=conform(holed(seen.sessions, rng, ()), SESSIONS).slice(int(rng.integers(0, 2))),
        elements=conform(holed(seen.elements, rng, ()), ELEMENTS),
        goals={"funnel": [{"page": "/cart", "state": "menu"}]},
    )


@pytest.mark.parametrize("seed", range(40))
def test_holes_and_nonsense(seed: int) -> None:
    seen = messy(seed)
    findings = detect(seen)
    assert findings.schema == FINDINGS
    scores = findings["score"].to_numpy()
    assert ((scores > 0) & (scores <= 1)).all()
    assert (findings["t_end"].to_numpy() >= findings["t_start"].to_numpy()).all()
    maps = map_part(seen)
    assert maps_of(tables_of(maps)) == maps
    for found in maps.click.values():
        assert found.clicks == found.grid.total + found.outside + found.unplaced
        assert sum(clicks for clicks, _ in found.targets.values()) <= found.clicks
    for found in maps.scroll.values():
        assert found.sized == found.by_percent.sum()
        assert (np.diff(found.reach()) <= 0).all()
    mask = parse_filter("device = mobile or converted or lcp_ms > 3 or not page = /").views(seen, findings)
    assert len(mask) == seen.views.num_rows
