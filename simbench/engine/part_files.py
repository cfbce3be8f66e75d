"""The files of one part of a run, and the note that says that they are whole."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from simbench.engine.shard import ShardTables
from simbench.events.parquet import write_table
from simbench.events.run import part_name, write_json

__all__ = ["note_path", "write_part"]


def note_path(staging: Path, number: int) -> Path:
    """Where the note of a part is kept until the run is whole."""
    return staging / "notes" / f"{part_name(number)}.json"


def write_part(
    tables: ShardTables, staging: Path, number: int, only: frozenset[str] | None, began_cpu_s: float
) -> dict[str, Any]:
    """Write the files of one part, and return the note that is kept of it."""
    events = tables.events
    if only is not None:
        wanted = pa.array(sorted(only), pa.string())
        events = events.filter(pa.compute.is_in(events["type"].cast(pa.string()), wanted))
    name = f"{part_name(number)}.parquet"
    for folder, table in (
        ("views", tables.views), ("sessions", tables.sessions), ("truth/episodes", tables.episodes),
        ("truth/sessions", tables.truth_sessions), ("truth/views", tables.truth_views),
        ("truth/motor", tables.truth_motor), ("events", events),
    ):  # fmt: skip
        if table is not None:
            write_table(table, staging / folder / name)
    note = {
        "sessions": tables.truth_sessions.num_rows,
        "recorded": tables.sessions.num_rows,
        "views": tables.views.num_rows,
        "events": events.num_rows,
        "acts": tables.acts,
        "by_type": _tally(events["type"]),
        "episodes": _tally(tables.episodes["kind"], tables.episodes["role"]),
        "scenes": [list(scene) for scene in tables.scenes],
        "cpu_s": round(time.process_time() - began_cpu_s, 4),
    }
    # The note comes last: a part that has one is whole.
    write_json(note_path(staging, number), note)
    return note


def _tally(column: Any, second: Any = None) -> dict[str, int]:
    """How often each word of a dictionary column occurs, or each pair of words of two."""
    names = column.combine_chunks()
    words, codes = names.dictionary.to_pylist(), names.indices.to_numpy()
    if second is not None:
        others = second.combine_chunks()
        codes = codes.astype(np.int64) * len(others.dictionary) + others.indices.to_numpy()
        words = [f"{word}:{other}" for word in words for other in others.dictionary.to_pylist()]
    counts = np.bincount(codes, minlength=len(words)).tolist()
    return {word: count for word, count in zip(words, counts, strict=True) if count}
