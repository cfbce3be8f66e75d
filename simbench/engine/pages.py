"""What any tool that reads the page would know: the elements of every scene that was on screen, and its pictures."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from simbench.engine.coding import texts
from simbench.engine.shard import SceneKey
from simbench.events.run import RunWriter
from simbench.events.schema import ELEMENTS
from simbench.site.model import Site

__all__ = ["write_pages"]


def write_pages(writer: RunWriter, site: Site, scenes: Sequence[SceneKey]) -> None:
    """Write ``elements.parquet`` and ``pages/`` for the scenes that were on screen in a run."""
    rows: dict[str, list[Any]] = {name: [] for name in ELEMENTS.names}
    layouts: set[tuple[str, str, str]] = set()
    shown: dict[tuple[str, str, str], Any] = {}
    for page, state, viewport, defects in scenes:
        snapshot = site.snapshot(page, state, viewport, frozenset(defects))
        shown.setdefault((page, state, snapshot.layout), snapshot)
        if (page, state, snapshot.layout) in layouts:
            continue
        layouts.add((page, state, snapshot.layout))
        for element in snapshot.elements:
            for name in ELEMENTS.names:
                if name == "page":
                    rows[name].append(page)
                elif name == "state":
                    rows[name].append(state)
                elif name == "layout":
                    rows[name].append(snapshot.layout)
                else:
                    value = getattr(element, name)
                    rows[name].append(None if name == "role" and value == "" else value)
    columns = []
    for field in ELEMENTS:
        if pa.types.is_dictionary(field.type):
            columns.append(texts(rows[field.name]))
        elif pa.types.is_floating(field.type):
            columns.append(pa.array(np.array(rows[field.name], dtype=np.float32)))
        else:
            columns.append(pa.array(rows[field.name], field.type))
    writer.write_table("elements.parquet", pa.Table.from_arrays(columns, schema=ELEMENTS))
    _write_pictures(writer, site, shown)


def _write_pictures(writer: RunWriter, site: Site, shown: dict[tuple[str, str, str], Any]) -> None:
    """Copy the pictures of what was on screen; the nearest one where a scene has none of its own."""
    pictures = site.pictures()
    index = []
    copied: set[str] = set()
    for (page, state, layout), snapshot in sorted(shown.items()):
        candidates = [p for p in pictures if p.page == page and p.viewport == snapshot.viewport]
        # Exactly this; else this state in another layout; else the fresh page.
        best = min(
            candidates,
            key=lambda p: (p.layout != layout, p.state != state, p.state != "fresh"),
            default=None,
        )
        files: dict[str, str | None] = {"screenshot": None, "dom": None}
        for kind in files:
            source = getattr(best, kind) if best is not None else None
            if source is None:
                continue
            files[kind] = source.name
            if source.name not in copied:
                copied.add(source.name)
                writer.write_bytes(f"pages/{source.name}", source.read_bytes())
        index.append({
            "page": page, "state": state, "layout": layout, "viewport_w": snapshot.viewport_w,
            "viewport_h": snapshot.viewport_h, "doc_h": snapshot.doc_h, **files,
        })  # fmt: skip
    writer.write_json("pages/index.json", index)
