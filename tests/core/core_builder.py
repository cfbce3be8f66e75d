"""A few lines of readable Python become observed tables: who did what when, and what the page did.

visit = Visit("s1").page("/cart").press("#pay", at=1000).mutation(at=1040)
observed(visit, elements=[element("/cart", "#pay", tag="button")])
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa

from simbench.events.parquet import conform
from simbench.events.run import Observed, Run, RunWriter
from simbench.events.schema import ELEMENTS, EVENTS, SESSIONS, VIEWS

#: 2026-03-02T08:00:00Z, the beginning of every visit.
START_MS = 1_772_438_400_000


class Visit:
    """One session; every method adds events and hands the visit back."""

    def __init__(self, session: str = "s1", *, device: str = "desktop", **columns: Any) -> None:
        self.session = session
        self.events: list[dict[str, Any]] = []
        self.views: list[dict[str, Any]] = []
        self.about = {"session": session, "visitor": f"v-{session}", "device": device, "start": START_MS, **columns}
        self.state: str | None = None

    def page(self, page: str = "/", *, at: float = 0, state: str | None = "fresh", **columns: Any) -> Visit:
        size = {"viewport_w": 1440.0, "viewport_h": 900.0, "doc_h": 3000.0, "layout": "l1", "nav": "link"}
        view = {"session": self.session, "view": len(self.views), "page": page, "url": page, **size, **columns}
        self.views.append({**view, "start": START_MS + int(at)})
        self.state = state
        return self.add("pageview", at=at)

    def add(self, kind: str, *, at: float, **columns: Any) -> Visit:
        """Any event; `at` is ms since the visit began."""
        time = START_MS + int(at)
        event = {"session": self.session, "view": max(len(self.views) - 1, 0), "state": self.state, "type": kind}
        self.events.append({**event, "time": time, "received": time, **columns})
        return self

    def press(self, target: str, *, at: float, x: float = 100, y: float = 100, hold: float = 90, detail: int = 1,
              click: bool = True, to: tuple[float, float] | None = None, **columns: Any) -> Visit:  # fmt: skip
        """A press and its release, and the click that comes of it; `to` is where a drag ends."""
        where = {"target": target, "x": x, "y": y, "button": 0, "pointer": "mouse", "scroll_y": 0.0, **columns}
        end = where if to is None else {**where, "x": to[0], "y": to[1]}
        self.add("pointerdown", at=at, **where)
        self.add("pointerup", at=at + hold, **end)
        return self.add("click", at=at + hold, detail=detail, **end) if click else self

    def presses(self, target: str, *times: float, counted: bool = True, **columns: Any) -> Visit:
        """Several presses, with the DOM's click count going up while they are quick."""
        detail = 0
        before = -1e9
        for at in times:
            detail = detail + 1 if counted and at - before <= 500 else 1
            before = at
            self.press(target, at=at, detail=detail, **columns)
        return self

    def mutation(self, at: float, nodes: float = 3, **columns: Any) -> Visit:
        return self.add("mutation", at=at, value=nodes, **columns)

    def stay(self, until: float) -> Visit:
        """Go on recording until then (a move of the mouse, which is no answer to anything)."""
        return self.add("mousemove", at=until, x=5.0, y=5.0)


def element(page: str, target: str, *, tag: str = "div", cursor: str = "auto", layout: str = "l1",
            state: str = "fresh", box: tuple[float, float, float, float] = (3000, 0, 200, 200), **columns: Any,
            ) -> dict[str, Any]:  # fmt: skip
    """One row of the elements table; a button, link or field is its own interactive ancestor."""
    own = target if tag in {"a", "button", "input", "select", "textarea", "summary", "label"} else None
    x, y, w, h = box
    row = {"page": page, "state": state, "layout": layout, "target": target, "tag": tag, "role": "", "text": "",
           "x": x, "y": y, "w": w, "h": h, "z": 1, "fixed": False, "cursor": cursor,
           "interactive_ancestor": own}  # fmt: skip
    return {**row, **columns}


def table(rows: list[dict[str, Any]], schema: pa.Schema) -> pa.Table:
    """Rows as a table with `schema`; keys that are no column are an error, so that a test has no typing slip."""
    for row in rows:
        assert row.keys() <= set(schema.names), row.keys() - set(schema.names)
    columns = {name: [row.get(name) for row in rows] for name in schema.names}
    arrays = {}
    for field in schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        arrays[field.name] = pa.array(columns[field.name], kind)
    return conform(pa.table(arrays), schema)


def events_of(visits: tuple[Visit, ...]) -> list[dict[str, Any]]:
    """The events of all visits, each visit's in order of time and numbered."""
    rows = []
    for visit in visits:
        ordered = sorted(visit.events, key=lambda event: event["time"])
        rows += [{**event, "seq": seq} for seq, event in enumerate(ordered)]
    return rows


def observed(
    *visits: Visit, elements: list[dict[str, Any]] | None = None, goals: dict[str, Any] | None = None
) -> Observed:
    """What an analyzer sees of these visits."""
    return Observed(
        events=table(events_of(visits), EVENTS),
        views=table([view for visit in visits for view in visit.views], VIEWS),
        sessions=table([visit.about for visit in visits], SESSIONS),
        elements=table(elements or [], ELEMENTS),
        goals=goals or {},
    )


def written(path: Path, *parts: Observed) -> Run:
    """A run on disk whose parts are these."""
    with RunWriter(path) as writer:
        for index, part in enumerate(parts):
            for name in ("events", "views", "sessions"):
                writer.write_table(f"{name}/part-{index:05d}.parquet", getattr(part, name))
        writer.write_table("elements.parquet", parts[0].elements)
        writer.write_json("goals.json", parts[0].goals)
        return writer.commit({"engine": "by hand"}, {})
