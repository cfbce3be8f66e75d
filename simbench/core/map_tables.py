"""Maps as tables, for a file, and back again without loss.

One row a map in `maps`; its cells, elements and depths point to it by number.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import pyarrow as pa

from simbench.core.click_map import ClickMap
from simbench.core.grid import Grid, Place
from simbench.core.maps import MAP_KINDS, Maps
from simbench.core.move_map import MoveMap
from simbench.core.scroll_map import ScrollMap
from simbench.errors import BadInput

__all__ = ["MAP_TABLES", "maps_of", "tables_of"]

_TEXT: Final = pa.dictionary(pa.int32(), pa.string())
_COUNTS: Final = ("sessions", "views", "clicks", "outside", "unplaced", "samples", "unsized", "fold_px", "doc_px")

#: The tables, by name. `clicks` .. `doc_px` are null where a kind of map has no such count; `amount` is clicks or ms;
#: `depth` counts percent or steps of `simbench.core.scroll_map.DEPTH_PX` px, as `unit` says.
MAP_TABLES: Final = {
    "maps": pa.schema(
        [("map", pa.int32()), ("kind", _TEXT), ("page", _TEXT), ("layout", _TEXT), ("device", _TEXT), ("state", _TEXT)]
        + [(name, pa.int64()) for name in _COUNTS]
        + [("width_px", pa.float64()), ("height_px", pa.float64())]
    ),
    "cells": pa.schema([("map", pa.int32()), ("x", pa.int32()), ("y", pa.int32()), ("amount", pa.int64())]),
    "elements": pa.schema(
        [
            ("map", pa.int32()),
            ("rank", pa.int32()),
            ("target", _TEXT),
            ("clicks", pa.int64()),
            ("sessions", pa.int64()),
            ("share", pa.float64()),
        ]
    ),
    "depths": pa.schema([("map", pa.int32()), ("unit", _TEXT), ("depth", pa.int32()), ("views", pa.int64())]),
    "visitors": pa.schema([("map", pa.int32()), ("visitor", pa.uint64()), ("percent", pa.int32())]),
}


def tables_of(maps: Maps) -> dict[str, pa.Table]:
    """The tables of `MAP_TABLES`, filled from `maps`."""
    every = [(kind, found) for kind in MAP_KINDS for found in getattr(maps, kind).values()]
    rows = [
        {"map": number, "kind": kind, **{name: getattr(found.place, name) for name in Place.__slots__}}
        | {name: getattr(found, name, None) for name in (*_COUNTS, "width_px", "height_px")}
        for number, (kind, found) in enumerate(every)
    ]
    grids = [(n, found.grid) for n, (_, found) in enumerate(every) if isinstance(found, ClickMap | MoveMap)]
    ranks = [(n, r) for n, (_, found) in enumerate(every) if isinstance(found, ClickMap) for r in found.ranking()]
    scrolls = [(n, found) for n, (_, found) in enumerate(every) if isinstance(found, ScrollMap)]
    depths = [(n, unit, getattr(found, f"by_{unit}")) for n, found in scrolls for unit in ("percent", "px")]
    return {
        "maps": pa.Table.from_pylist(rows, schema=MAP_TABLES["maps"]),
        "cells": _table(
            "cells",
            map=_repeated((n, len(grid.x)) for n, grid in grids),
            **{name: _joined(getattr(grid, name) for _, grid in grids) for name in ("x", "y", "amount")},
        ),
        "elements": _table(
            "elements",
            map=[n for n, _ in ranks],
            **{
                name: [getattr(r, name) for _, r in ranks] for name in ("rank", "target", "clicks", "sessions", "share")
            },
        ),
        "depths": _table(
            "depths",
            map=_repeated((n, len(views)) for n, _, views in depths),
            unit=[unit for _, unit, views in depths for _ in range(len(views))],
            depth=_joined(np.arange(len(views)) for _, _, views in depths),
            views=_joined(views for _, _, views in depths),
        ),
        "visitors": _table(
            "visitors",
            map=_repeated((n, found.visitors) for n, found in scrolls),
            visitor=np.concatenate([np.empty(0, dtype=np.uint64), *(found.visitor for _, found in scrolls)]),
            percent=_joined(found.visitor_percent for _, found in scrolls),
        ),
    }


def maps_of(tables: dict[str, pa.Table]) -> Maps:
    """The maps that `tables_of` wrote.

    Raises
    ------
    BadInput
        A kind of map is unknown.
    """
    rows = tables["maps"].to_pylist()
    columns = {name: {c: tables[name][c].to_numpy() for c in MAP_TABLES[name].names if MAP_TABLES[name].field(c).type
                      != _TEXT} for name in ("cells", "depths", "visitors")}  # fmt: skip
    cuts = {name: np.searchsorted(column["map"], np.arange(len(rows) + 1)) for name, column in columns.items()}
    units = tables["depths"]["unit"].to_numpy()
    targets: list[dict[str, tuple[int, int]]] = [{} for _ in rows]
    for row in tables["elements"].to_pylist():
        targets[row["map"]][row["target"]] = (row["clicks"], row["sessions"])
    maps = Maps.empty()
    for number, row in enumerate(rows):
        mine = {name: slice(cut[number], cut[number + 1]) for name, cut in cuts.items()}
        place = Place(**{name: row[name] for name in Place.__slots__})
        same = {name: row[name] for name in ("sessions", "views", "width_px", "height_px")}
        grid = Grid(**{name: columns["cells"][name][mine["cells"]].astype(np.int64) for name in ("x", "y", "amount")})
        if row["kind"] == "click":
            maps.click[place] = ClickMap(
                place=place, grid=grid, targets=dict(sorted(targets[number].items())), **same,
                **{name: row[name] for name in ("clicks", "outside", "unplaced")},
            )  # fmt: skip
        elif row["kind"] == "move":
            maps.move[place] = MoveMap(place=place, grid=grid, samples=row["samples"], outside=row["outside"], **same)
        elif row["kind"] == "scroll":
            views, unit = columns["depths"]["views"][mine["depths"]], units[mine["depths"]]
            maps.scroll[place] = ScrollMap(
                place=place, **same, **{name: row[name] for name in ("unsized", "fold_px", "doc_px")},
                by_percent=views[unit == "percent"], by_px=views[unit == "px"],
                visitor=columns["visitors"]["visitor"][mine["visitors"]],
                visitor_percent=columns["visitors"]["percent"][mine["visitors"]].astype(np.int64),
            )  # fmt: skip
        else:
            raise BadInput(f"maps.parquet: map kind {row['kind']!r} is unknown; make the analysis anew")
    return maps


def _table(name: str, **columns: Any) -> pa.Table:
    schema = MAP_TABLES[name]
    arrays = [
        pa.array(columns[f.name], pa.string()).dictionary_encode()
        if f.type == _TEXT
        else pa.array(columns[f.name], f.type)
        for f in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _repeated(numbers: Iterable[tuple[int, int]]) -> Any:
    return np.concatenate([np.empty(0, dtype=np.int64), *(np.full(count, number) for number, count in numbers)])


def _joined(arrays: Iterable[Any]) -> Any:
    return np.concatenate([np.empty(0, dtype=np.int64), *arrays])
